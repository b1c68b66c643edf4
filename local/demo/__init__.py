"""The demo: one picture through the deployed system, as a stranger with an API key sees it."""
