"""The names of stored files: they cannot be guessed, and say until when their file is kept."""

from __future__ import annotations

import pytest

from tidegate.domain.output_key import CLASSES_DAYS, OutputKey, new_folder, read_key
from tidegate.domain.retention import DAY_S, MAX_FILES_S

GENERATION_ID = "0197a4c2-7d1e-7abc-9def-0123456789ab"
RANDOM = "A" * 22
NOW_MS = 1_763_121_600_123
UNTIL_S = 1_763_125_201


def test_a_folder_is_new_every_time_and_its_names_tell_when_their_file_goes() -> None:
    folders = {new_folder(GENERATION_ID, 3_600, NOW_MS) for _ in range(100)}
    assert len(folders) == 100
    assert {read_key(f"{folder}/0.png") for folder in folders} == {OutputKey(GENERATION_ID, UNTIL_S)}
    assert all(folder.startswith(f"1d/{UNTIL_S}/{GENERATION_ID}/") for folder in folders)


@pytest.mark.parametrize(
    ("files_s", "kind"),
    [
        (1, "1d"),
        (DAY_S, "1d"),
        (DAY_S + 1, "2d"),
        (7 * DAY_S, "7d"),
        (8 * DAY_S, "14d"),
        (MAX_FILES_S, "3650d"),
    ],
)
def test_the_class_is_the_shortest_that_keeps_the_promise(files_s: int, kind: str) -> None:
    assert new_folder(GENERATION_ID, files_s, NOW_MS).split("/")[0] == kind


def test_what_is_kept_for_ever_has_no_end() -> None:
    folder = new_folder(GENERATION_ID, None, NOW_MS)
    assert folder.startswith(f"keep/{GENERATION_ID}/")
    assert read_key(f"{folder}/0.png") == OutputKey(GENERATION_ID, None)
    assert not OutputKey(GENERATION_ID, None).has_expired(10**15)


def test_a_file_is_refused_from_its_second_on() -> None:
    key = OutputKey(GENERATION_ID, UNTIL_S)
    assert not key.has_expired(UNTIL_S * 1_000 - 1)
    assert key.has_expired(UNTIL_S * 1_000)


def test_no_class_begins_as_another_nor_as_the_names_of_an_earlier_release() -> None:
    prefixes = [f"{days}d/" for days in CLASSES_DAYS] + ["keep/", "inputs/", "0"]
    for one in prefixes:
        assert [other for other in prefixes if other.startswith(one)] == [one]
    assert GENERATION_ID.startswith("0")


def test_a_name_of_an_earlier_release_says_nothing_of_its_end() -> None:
    assert read_key(f"{GENERATION_ID}/{RANDOM}/0.png") == OutputKey(GENERATION_ID, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        GENERATION_ID,
        f"{GENERATION_ID}/0.png",
        f"{GENERATION_ID}/{RANDOM}/0.png/..",
        f"/{GENERATION_ID}/{RANDOM}/0.png",
        f"{GENERATION_ID}/{RANDOM}/0.png?versionId=1",
        f"{GENERATION_ID}/{RANDOM}/0.png\n",
        f"{GENERATION_ID}/../{RANDOM}/0.png",
        f"{GENERATION_ID}/{'A' * 21}/0.png",
        f"{GENERATION_ID}/{RANDOM}/../0.png",
        f"{GENERATION_ID}/{RANDOM}/0.PNG",
        f"{GENERATION_ID}/{RANDOM}/100.png",
        f"{GENERATION_ID.upper()}/{RANDOM}/0.png",
        f"{GENERATION_ID}/{'Ä' * 22}/0.png",
        f"7d/{GENERATION_ID}/{RANDOM}/0.png",
        f"7d//{GENERATION_ID}/{RANDOM}/0.png",
        f"07d/{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
        f"7d/0{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
        f"7d/-{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
        f"7d/{'1' * 30}/{GENERATION_ID}/{RANDOM}/0.png",
        f"7d/٣{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
        f"keep/{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
        f"../{UNTIL_S}/{GENERATION_ID}/{RANDOM}/0.png",
    ],
)
def test_any_other_text_is_not_a_name(text: str) -> None:
    assert read_key(text) is None
