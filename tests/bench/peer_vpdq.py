#!/usr/bin/env python3
"""Run vPDQ over a list of files and write its pairs as tests/bench/copies.py wants them.

    python tests/bench/peer_vpdq.py LIST PAIRS

Run it with the Python of an environment of its own: `pip install vpdq` has no wheel and needs a C++ compiler, cmake and
FFmpeg's headers (`apt-get install g++ cmake pkg-config libavdevice-dev libavfilter-dev`); LIST has one path a line.
As its authors set it: a frame a second, hashes of a quality below 50 left out, frames alike within 31 of 256 bits,
each clip a bag of hashes. Strength is the larger of the two shares of frames that have a frame like them in the other;
it knows no order of frames, so that there are no segments. Used as
`--peer 'vpdq=ENV/bin/python tests/bench/peer_vpdq.py {list} {pairs}'`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import vpdq

QUALITY, NEAR = 50, 31


def main(listed: str, out: str) -> None:
    """Run it."""
    hashes: dict[str, list[int]] = {}
    for path in Path(listed).read_text().splitlines():
        try:
            found = vpdq.computeHash(path, seconds_per_hash=1.0, thread_count=1)
        except Exception as error:  # whatever a peer's decoder says of a damaged file
            sys.stderr.write(f"not hashed: {Path(path).name}: {error}\n")
            continue
        hashes[Path(path).name] = [int(one.hex, 16) for one in found if one.quality >= QUALITY]
    names = sorted(name for name, own in hashes.items() if own)
    with Path(out).open("w") as lines:
        for number, a in enumerate(names):
            for b in names[number + 1 :]:
                near = [[(x ^ y).bit_count() <= NEAR for y in hashes[b]] for x in hashes[a]]
                of_a = sum(map(any, near)) / len(near)
                of_b = sum(map(any, zip(*near, strict=True))) / len(near[0])
                if of_a or of_b:
                    pair = {"a": a, "b": b, "strength": max(of_a, of_b), "segments": []}
                    lines.write(json.dumps(pair) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
