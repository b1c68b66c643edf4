"""Tidegate: a self-hosted gateway for AI image and video generation."""

from typing import Final

VERSION: Final = "0.1.0"
