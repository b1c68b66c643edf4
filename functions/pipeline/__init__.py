"""The machinery behind a generation: nothing here is called by a customer."""
