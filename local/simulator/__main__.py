"""``python -m local.simulator``: the vendors on 127.0.0.1."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.serving import run
from local.simulator.app import create_app
from local.simulator.buckets import bucket_writer
from local.simulator.identity import Identity
from local.simulator.settings import Settings


def main() -> None:
    """Serve until stopped."""
    usual = Settings()
    parser = argparse.ArgumentParser(prog="python -m local.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--state-file", type=Path, help="keeps the signing keys over restarts")
    parser.add_argument("--public-url", help="where output URLs point to; default: each request's Host")
    parser.add_argument("--s3-url", help="the S3 of the account that Bedrock belongs to; default: none")
    parser.add_argument("--queue-s", type=float, default=usual.queue_s, help="seconds in the queue")
    parser.add_argument("--image-s", type=float, default=usual.image_s, help="seconds to make a picture")
    parser.add_argument("--video-s", type=float, default=usual.video_s, help="seconds to make a video")
    parser.add_argument("--jitter", type=float, default=usual.jitter, help="0 to 1, of each time")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of the jitter")
    parser.add_argument("--bad-key", action="append", help="an API key to refuse (may be repeated)")
    given = parser.parse_args()
    settings = Settings(
        queue_s=given.queue_s,
        image_s=given.image_s,
        video_s=given.video_s,
        jitter=given.jitter,
        seed=given.seed,
        public_url=given.public_url,
        bad_keys=given.bad_key or usual.bad_keys,
    )
    identity = Identity.load(given.state_file) if given.state_file else Identity.create()
    put_object = bucket_writer(given.s3_url) if given.s3_url else None
    run(create_app(settings, identity, put_object), given.port, "simulator")


if __name__ == "__main__":
    main()
