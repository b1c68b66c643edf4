"""Outgoing HTTP. Stated here, written in full by its own change."""
