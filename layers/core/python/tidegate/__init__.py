"""Tidegate: a self-hosted gateway for AI image and video generation."""
