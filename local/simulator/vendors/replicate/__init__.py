"""Replicate's HTTP API: predictions over REST, callbacks by Standard Webhooks.

Facts: replicate.com/docs, the PyPI package ``replicate`` (generated from the vendor's OpenAPI) and answers
quoted in public issue threads, November 2026.
"""
