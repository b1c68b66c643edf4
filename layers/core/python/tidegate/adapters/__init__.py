"""The outside world: AWS services, HTTP, providers. No rules live here."""
