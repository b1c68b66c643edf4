"""The vendors' signing keys on disk."""

from __future__ import annotations

from pathlib import Path

from local.simulator.identity import Identity


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "simulator.json"
    assert Identity.load(path) == Identity.load(path)
    assert path.stat().st_mode & 0o077 == 0, "only the owner may read them"


def test_every_world_has_keys_of_its_own() -> None:
    first, second = Identity.create(), Identity.create()
    assert first.replicate_secret.startswith("whsec_")
    assert first.replicate_key() != second.replicate_key()
    assert first.fal_private_key != second.fal_private_key
