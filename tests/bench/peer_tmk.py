#!/usr/bin/env python3
"""Run TMK+PDQF of the package perception over a list of files and write its pairs as tests/bench/copies.py wants them.

    python tests/bench/peer_tmk.py LEVEL LIST PAIRS

Run it with the Python of an environment of its own (`pip install perception pdqhash`); LIST has one path a line. The
thresholds are those its authors recommend (Davis & Rosen 2019): level 1 keeps pairs whose mean frame hashes have a
cosine of 0.7 or more, level 2 those of them whose Fourier features score 0.7 or more as well. Strength is the score
of the level. It compares whole clips, so that a segment is the whole of both. Used as
`--peer 'TMK 1=ENV/bin/python tests/bench/peer_tmk.py 1 {list} {pairs}'`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from perception import hashers
from perception.hashers.image.pdq import PDQHashF
from perception.hashers.tools import compute_synchronized_video_hashes

ENOUGH = 0.7


def seconds_of(path: str) -> float:
    """Return the length the container states."""
    video = cv2.VideoCapture(path)
    rate, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    video.release()
    return frames / rate if rate > 0 else 0.0


def main(level: str, listed: str, out: str) -> None:
    """Run it."""
    makers = {"1": hashers.TMKL1(frame_hasher=PDQHashF())}
    if level == "2":
        makers["2"] = hashers.TMKL2(frame_hasher=PDQHashF())
    made: dict[str, dict[str, np.ndarray]] = {}
    for path in Path(listed).read_text().splitlines():
        try:
            found = compute_synchronized_video_hashes(path, makers, hash_format="vector", use_queue=False)
        except Exception as error:  # whatever a peer's decoder says of a damaged file
            sys.stderr.write(f"not hashed: {Path(path).name}: {error}\n")
            continue
        if all(one is not None and np.isfinite(one).all() for one in found.values()):
            made[path] = found
        else:
            sys.stderr.write(f"not hashed: {Path(path).name}: no usable frame\n")
    paths = sorted(made)
    lengths = {path: seconds_of(path) for path in paths}
    with Path(out).open("w") as lines:
        for number, a in enumerate(paths):
            for b in paths[number + 1 :]:
                one, two = made[a]["1"], made[b]["1"]
                score = float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
                if score >= ENOUGH and level == "2":
                    score = 1.0 - float(np.squeeze(makers["2"].compute_distance(made[a]["2"], made[b]["2"])))
                if score >= ENOUGH:
                    whole = {"a_start": 0.0, "a_end": lengths[a], "b_start": 0.0, "b_end": lengths[b]}
                    pair = {"a": Path(a).name, "b": Path(b).name, "strength": score, "segments": [whole]}
                    lines.write(json.dumps(pair) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
