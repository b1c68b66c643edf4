"""The vendors' wire formats: one module each over the same engine."""
