"""Alibaba Cloud Model Studio's (DashScope's) HTTP API: Qwen images at once, Wan videos as tasks.

Facts: the PyPI package ``dashscope``, the vendor's documentation and answers quoted in public issue threads,
November 2026.
"""
