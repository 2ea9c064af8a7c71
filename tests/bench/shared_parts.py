#!/usr/bin/env python3
"""One intro in several clips: are they told from copies, and do copies stay copies?

    python tests/bench/shared_parts.py VIDEOS SCRATCH [--draws N] [--seed N]

Each draw takes an ident (four seconds of one clip) and four others of VIDEOS, and makes with ffmpeg three programmes
that show it, in front, in front behind a fade, or at the end; a repost of the first, mirrored and small; a trim and an
excerpt between other footage of what the second shows; and its original. `firstseen dedup` is run over each draw, as
installed. A fault is two programmes in one recording, or a repost, trim or excerpt that is not with its own. Printed is
also how alike the pictures are where clips part, for programmes and for copies: what UNLIKE in
verify/matching/partings.py rests on.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from montages import SIZE, length

IDENT, SHOWN = 4.0, 9.0  # seconds
ENCODE = ["-c:v", "libx264", "-preset", "superfast", "-crf", "28", "-pix_fmt", "yuv420p", "-an"]
Piece = tuple[Path, float, float]  # file, from, for so long


def make(out: Path, pieces: list[Piece], after: str = "", fade: float = 0.0) -> None:
    """Write the pieces one behind the other, cut or faded into each other; one that was written before is kept."""
    if out.exists():
        return
    words, graph = [], ""
    for number, (path, start, seconds) in enumerate(pieces):
        words += ["-ss", f"{start:.3f}", "-t", f"{seconds:.3f}", "-i", str(path)]
        graph += f"[{number}:v]{SIZE},format=yuv420p,settb=1/25[v{number}];"
    joined = "".join(f"[v{n}]" for n in range(len(pieces)))
    if fade and len(pieces) > 1:
        graph += f"{joined}xfade=duration={fade}:offset={pieces[0][2] - fade}[j]"
    else:
        graph += f"{joined}concat=n={len(pieces)}:v=1:a=0[j]"
    graph += f";[j]{after or 'null'}[v]"
    command = ["ffmpeg", "-nostdin", "-v", "quiet", "-y", *words, "-filter_complex", graph, "-map", "[v]", *ENCODE]
    subprocess.run([*command, str(out)], check=True)


def draw(folder: Path, clips: list[Path], fade: float) -> dict[str, str]:
    """Make one draw; return for each file the recording it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    ident, one, two, three, other = clips
    start = (ident, 1.0, IDENT)
    made: dict[str, tuple[str, list[Piece], str, float]] = {
        "front.mp4": ("one", [start, (one, 0.0, SHOWN)], "", 0.0),
        "faded.mp4": ("two", [start, (two, 0.0, SHOWN)], "", fade),
        "behind.mp4": ("three", [(three, 0.0, SHOWN), start], "", 0.0),
        "front_again.mp4": ("four", [start, (other, 0.0, SHOWN)], "", fade),
        "repost.mp4": ("one", [start, (one, 0.0, SHOWN)], "hflip,scale=426:240", 0.0),
        "trim.mp4": ("two", [(two, 2.0, SHOWN - 3.0)], "", 0.0),
        "original.mp4": ("two", [(two, 0.0, SHOWN + 3.0)], "", 0.0),
        "excerpt.mp4": ("two", [(other, 4.0, 3.0), (two, 1.0, SHOWN - 2.0), (three, 3.0, 3.0)], "", 0.0),
    }
    for name, (_, pieces, after, faded) in made.items():
        make(folder / name, pieces, after, faded)
    return {name: shown for name, (shown, _, _, _) in made.items()}


def main() -> None:
    """Make the draws, run the command on each, and print the faults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    copies = {name for family in json.loads((given.videos / "FAMILIES.json").read_text()) for name in family[1:]}
    clips = [p for p in sorted(given.videos.iterdir()) if p.name not in copies and length(p) >= SHOWN + 3.0]
    merged = missed = pairs = true = 0
    for number in range(given.draws):
        folder = given.scratch / f"draw-{given.seed}-{number}"
        shown = draw(folder / "clips", chance.sample(clips, 5), chance.choice([0.5, 1.0]))
        case, out = folder / "case", folder / "dedup.json"
        command = ["firstseen", "dedup", str(folder / "clips"), "--case", str(case), "--json"]
        out.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        report = json.loads(out.read_text())["report"]
        label = {s: other["label"] for s, other in report["others"].items()}
        placed: dict[str, set[str]] = {name: {f"alone {name}"} for name in shown}
        for one in report["recordings"]:
            for sha256 in (*one["members"], *one["containers"]):
                placed[label[sha256]] = (placed[label[sha256]] - {f"alone {label[sha256]}"}) | {one["id"]}
        faults = []
        for a, b in combinations(sorted(shown), 2):
            together = bool(placed[a] & placed[b])
            if shown[a] == shown[b]:
                true += 1
                missed += not together
                faults += [] if together else [f"{a} not with {b}"]
            elif "excerpt.mp4" not in (a, b):  # it shows three recordings
                pairs += 1
                merged += together
                faults += [f"{a} with {b}"] if together else []
        alike = {kind: [p["alike"] for m in report["matches"] if m["kind"] == kind for p in m["partings"]]
                 for kind in ("shared part", "same picture")}  # fmt: skip
        told = "; ".join(f"{kind}: {np.round(sorted(values), 2).tolist()}" for kind, values in alike.items())
        sys.stdout.write(f"draw {number}: {', '.join(faults) or 'no fault'}. Partings of {told}\n")
    sys.stdout.write(f"put together wrongly: {merged} of {pairs} pairs; kept apart wrongly: {missed} of {true}\n")


if __name__ == "__main__":
    main()
