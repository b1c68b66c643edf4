"""Cloudflare Workers AI over HTTP: image models that answer with the picture.

Facts: developers.cloudflare.com/workers-ai, the npm packages ``@cloudflare/workers-types`` and
``cloudflare``, November 2026.
"""
