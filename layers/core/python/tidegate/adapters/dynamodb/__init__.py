"""DynamoDB, one module per table, over the low-level client."""
