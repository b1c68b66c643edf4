"""What the simulated models make: pictures and videos that show what was asked for."""
