"""10,000 generations over providers that degrade and recover, in a world with a clock of its own."""
