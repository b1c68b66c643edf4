"""The CLI's own way to say no."""

from __future__ import annotations


class Refused(Exception):
    """The command was understood and cannot be done. The message says what to do. Exit code 1."""

    def __init__(self, message: str, *, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
