"""Google's Gemini API: pictures by ``generateContent``, videos by long-running operations.

Facts: the vendor's own Python client and answers quoted in public code, November 2026.
"""
