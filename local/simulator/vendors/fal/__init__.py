"""fal's queue API: a request per endpoint, its status and result at URLs of their own, Ed25519 callbacks.

Facts: fal.ai/docs, PyPI ``fal-client`` 1.0.3, npm ``@fal-ai/client`` 1.10.1 and answers quoted in public
issue threads, November 2026.
"""
