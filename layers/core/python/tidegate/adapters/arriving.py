"""A file that is still arriving: read onwards, kept only as far as it is needed, never as a whole."""

from __future__ import annotations

from collections.abc import Iterator


class Arriving:
    """The body of an answer as a file that is read onwards.

    Every call may raise what the pieces raise: ``ResponseLost``, ``BodyTooLarge``.
    """

    def __init__(self, pieces: Iterator[bytes], *, length_is_known: bool) -> None:
        self._pieces = pieces
        self._length_is_known = length_is_known
        self._kept = b""  # from _start on
        self._start = 0

    def seek(self, position: int, /) -> int:
        """Go on to a position; what lies before it is forgotten. Beyond the end is the end.

        Raises:
            ValueError: it was forgotten already.
        """
        if position < self._start:
            raise ValueError("a file that arrives cannot be read again")
        self._forget(position)
        while position > self._start and self._take_next():
            self._forget(position)
        return self._start

    def read(self, size: int, /) -> bytes:
        """Return the ``size`` bytes that follow, fewer at the end. The position stays."""
        while len(self._kept) < size and self._take_next():
            pass
        return self._kept[:size]

    def count_the_rest(self) -> None:
        """Take everything that is left and keep nothing, unless the sender bound itself to a length.

        A declared length is held to by the framing: it was compared with the limit, and no more is read.
        """
        if not self._length_is_known:
            for _ in self._pieces:
                pass

    def _forget(self, position: int) -> None:
        passed = min(position - self._start, len(self._kept))
        self._start, self._kept = self._start + passed, self._kept[passed:]

    def _take_next(self) -> bool:
        piece = next(self._pieces, b"")
        self._kept += piece
        return bool(piece)
