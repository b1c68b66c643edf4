"""Upstream providers: one module each, one protocol."""
