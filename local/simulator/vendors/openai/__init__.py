"""OpenAI's images: generations as JSON, edits as forms, pictures in the answer.

Facts: the vendor's own Python client (generated from its OpenAPI) and answers quoted in public issue threads,
November 2026.
"""
