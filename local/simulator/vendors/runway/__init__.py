"""Runway's HTTP API: tasks that are created, polled and deleted.

Facts: the PyPI package ``runwayml`` (generated from the vendor's OpenAPI), docs.dev.runwayml.com and answers
quoted in public issue threads, November 2026.
"""
