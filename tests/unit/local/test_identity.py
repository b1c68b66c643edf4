"""The vendors' signing keys on disk."""

from __future__ import annotations

import json
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


def test_a_vendor_that_signs_since_then_gets_its_key_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "simulator.json"
    made = Identity.load(path)
    kept = {name: value for name, value in json.loads(path.read_text()).items() if "google" not in name}
    path.write_text(json.dumps(kept))
    grown = Identity.load(path)
    assert grown.replicate_secret == made.replicate_secret
    assert grown.google_key().key_size == 2_048
    assert Identity.load(path) == grown
    assert path.stat().st_mode & 0o077 == 0
