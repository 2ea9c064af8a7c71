#!/usr/bin/env python3
"""Do two takes by one camera match? Every clip is cut into two that share no second, and those are compared.

    python tests/bench/takes.py VIDEO_FOLDER... [--every N] [--seconds S]

A tripod's clip has one background, one light and one noise in both halves, and each is encoded anew with the same
settings (once with a key picture every second, once as x264 does by itself), so that a codec's own rhythm agrees as
well. Whatever matches is wrong, but for clips that repeat themselves (loops, drawings) and cards: the program prints
the highest scores, for a person to look at. Needs ffmpeg on the PATH.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

from background import fingerprint

from verify.matching.clips import Clip, kind
from verify.matching.compare import compare
from verify.matching.strength import LOWEST, score

WAYS = {"a key picture a second": ("-crf", "30", "-g", "25"), "as x264 does": ("-crf", "34")}
SHORTEST = 3.0  # seconds of a half


def seconds_of(path: Path) -> float:
    """Return how long a video lasts; 0 where nobody can tell."""
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    try:
        return float(told)
    except ValueError:
        return 0.0


def cut(path: Path, start: float, seconds: float, how: tuple[str, ...], out: Path) -> Clip | None:
    """Return the clip of some seconds of a video, encoded anew."""
    asked = ["ffmpeg", "-v", "error", "-y", "-ss", f"{start:.3f}", "-t", f"{seconds:.3f}", "-i", str(path), "-an"]
    scaled = ["-vf", "scale=-2:'min(360,ih)',fps=25", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-threads", "1"]
    done = subprocess.run([*asked, *scaled, *how, str(out)], check=False, timeout=300)
    return fingerprint(out) if done.returncode == 0 else None


def main() -> None:
    """Print the highest scores of halves that share no second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each half, at most")
    words = parser.parse_args()
    videos = sorted(p for folder in words.folders for p in folder.iterdir() if p.suffix not in {".json", ".csv"})
    rows: list[tuple[float, str, str, str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for path, (name, how) in itertools.product(videos[:: words.every], WAYS.items()):
            whole = seconds_of(path)
            long = min(words.seconds, whole / 2 - 0.25)
            if long < SHORTEST:
                continue
            halves = [
                cut(path, start, long, how, Path(scratch) / f"{i}.mp4") for i, start in enumerate((0.0, whole - long))
            ]
            one_half, other_half = halves
            if one_half is None or other_half is None:
                continue
            found = compare(one_half, other_half)
            if found is None:
                rows.append((0.0, path.name, name, ""))
                continue
            one = found.aligned
            told = (
                f"{kind(one_half, other_half)}, movement {one.movement:.2f}, evidence {one.evidence:.1f}, likeness "
                f"{one.still:.2f}, {one.end - one.start:.1f} s at {one.speed:.2f}, places "
                f"{found.fit.weight if found.fit else 0:.0f}"
            )
            rows.append((score(one, found.fit), path.name, name, told))
            sys.stderr.write(f"{rows[-1]}\n")
    for row in sorted(rows, reverse=True)[:20]:
        print(f"{row[0]:.2f} {row[1]} ({row[2]}): {row[3]}")
    print(f"{sum(row[0] >= LOWEST for row in rows)} of {len(rows)} pairs of halves would match")


if __name__ == "__main__":
    main()
