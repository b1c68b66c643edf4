"""The local stack's own parts: simulator, webhook receiver, proxy."""
