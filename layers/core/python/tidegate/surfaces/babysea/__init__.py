"""The BabySea wire protocol."""
