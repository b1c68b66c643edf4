"""Amazon Bedrock's runtime API: images that are answered at once, videos written into the caller's bucket.

Facts: botocore's model of ``bedrock-runtime``, the Nova user guide and answers quoted in public code,
November 2026.
"""
