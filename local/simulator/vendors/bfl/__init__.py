"""Black Forest Labs' HTTP API: tasks that are polled, or that call back with an HMAC.

Facts: the vendor's own Python client and skills, and answers quoted in public code, November 2026.
"""
