"""The rules of the gateway: pure code, no AWS, no network, no clock of its own."""
