"""The BabySea surface: one file, one route, one Lambda."""
