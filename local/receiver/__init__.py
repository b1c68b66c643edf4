"""A webhook receiver for the local stack and for tests: verifies, keeps, and misbehaves when told to."""
