"""What the gateway does, one module per verb. Each takes what it needs as arguments."""
