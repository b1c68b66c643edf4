"""A file that is read while it arrives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tidegate.adapters.arriving import Arriving

TEXT = bytes(range(100))


class Pieces:
    """A hundred bytes in pieces, which remembers how many were taken."""

    def __init__(self, size: int) -> None:
        self.taken = 0
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(TEXT), self._size):
            self.taken += 1
            yield TEXT[start : start + self._size]


@pytest.mark.parametrize("size", [1, 7, 10, 100, 1000])
def test_it_reads_as_a_file_does_however_it_is_cut(size: int) -> None:
    file = Arriving(iter(Pieces(size)), length_is_known=True)
    assert file.read(10) == TEXT[:10]
    for position in (0, 2, 2, 11, 40, 99):
        assert file.seek(position) == position
        assert file.read(9) == TEXT[position : position + 9]


def test_no_more_is_taken_than_is_asked_for() -> None:
    pieces = Pieces(10)
    file = Arriving(iter(pieces), length_is_known=True)
    file.read(15)
    assert pieces.taken == 2
    file.seek(50)
    assert pieces.taken == 5


def test_beyond_the_end_is_the_end() -> None:
    file = Arriving(iter(Pieces(30)), length_is_known=False)
    assert file.seek(5_000) == len(TEXT)
    assert file.read(10) == b""


def test_what_was_passed_is_gone() -> None:
    file = Arriving(iter(Pieces(30)), length_is_known=False)
    file.seek(50)
    with pytest.raises(ValueError, match="again"):
        file.seek(49)


@pytest.mark.parametrize(("length_is_known", "taken"), [(True, 1), (False, 10)])
def test_only_a_length_that_nobody_declared_is_counted_to_the_end(
    length_is_known: bool,  # noqa: FBT001
    taken: int,
) -> None:
    pieces = Pieces(10)
    file = Arriving(iter(pieces), length_is_known=length_is_known)
    file.read(5)
    file.count_the_rest()
    assert pieces.taken == taken
