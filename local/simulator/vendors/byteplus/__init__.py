"""BytePlus ModelArk's HTTP API: Seedream images that are answered at once, Seedance videos as tasks.

Facts: the PyPI package ``byteplus-python-sdk-v2`` and answers quoted in public issue threads, November 2026.
"""
