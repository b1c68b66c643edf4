"""The model catalogue: its file, its rules, and what is computed from it."""
