"""A small reverse proxy: gives the deployed API a base URL whose paths are exactly the gateway's."""
