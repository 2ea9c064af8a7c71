#!/usr/bin/env python3
"""Measure how unrelated footage scores, and write verify/matching/background.json from it.

    python tests/bench/background.py VIDEO_FOLDER [--families FAMILIES.json] [--write]

Every pair of videos of the folder that is in no family together is forced through the whole comparison, in all eight
turns, whether or not a search would have named it. Half of the videos (by the hash of their names) make the rates;
the pairs among the other half check them: the program prints, for each stated rate, how many of those pairs reach it.
Takes of one room or one camera are unrelated and stay in. Needs the package's own decoder only.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from verify.errors import FirstseenError
from verify.examine import examine
from verify.matching.clips import Clip, clip_of, kind
from verify.matching.compare import compare
from verify.matching.strength import score
from verify.records.fingerprints import load
from verify.settings import Settings

TOP = 40  # highest scores kept a kind, to count where ten or more were seen
OUT = Path(__file__).resolve().parents[2] / "verify" / "matching" / "background.json"


def fingerprint(path: Path) -> Clip | None:
    """Return the clip of a video file, or None with a line on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            examine(path, Path(folder), Settings())
        except FirstseenError as error:
            sys.stderr.write(f"left out: {path.name}: {error.message}\n")
            return None
        return clip_of(path.name, load(Path(folder) / "fingerprints.npz"))


def half(name: str) -> int:
    """Return 0 or 1: which half of the videos a file belongs to."""
    return hashlib.sha256(name.encode()).digest()[0] % 2


def scores(clips: list[Clip], apart: dict[str, int]) -> list[tuple[str, float]]:
    """Return (kind, score) of every pair of `clips` that is in no family together."""
    found = []
    for a, b in itertools.combinations(clips, 2):
        if apart.get(a.sha256, -1) == apart.get(b.sha256, -2):
            continue
        best = compare(a, b)
        found.append((kind(a, b), score(best.aligned, best.fit) if best is not None else 0.0))
    return found


def slope(base: np.ndarray, share: float) -> float:
    """Return the mean excess over the quantile `share`, at its upper end at 95 % (1.65 / sqrt(n) of n)."""
    level = float(np.quantile(base, share))
    above = base[base > level] - level
    return float(above.mean() if len(above) else 0.02) * (1 + 1.65 / np.sqrt(max(len(above), 4)))


def table(found: list[tuple[str, float]]) -> dict[str, dict[str, object]]:
    """Return the background of each kind; none is taken to fall off faster than that of lively footage."""
    every = np.array([s for _, s in found])
    made: dict[str, dict[str, object]] = {}
    for sort in ("lively", "plain", "dark", "still"):
        own = np.array([s for k, s in found if k == sort])
        base = own if len(own) >= 100 else every
        excess = max(slope(base, 0.9), slope(base, 0.98), float(made.get("lively", {"excess": 0.0})["excess"]))  # type: ignore[arg-type]
        made[sort] = {
            "pairs": len(base),
            "excess": round(excess, 4),
            "top": [round(float(s), 3) for s in np.sort(base)[::-1][:TOP]],
        }
    return made


def check(made: dict[str, dict[str, object]], found: list[tuple[str, float]]) -> str:
    """Return a markdown table: of the pairs not used, how many reach the score of each stated rate."""
    lines = ["| kind | pairs | stated rate | expected at most | seen |", "|---|---|---|---|---|"]
    for sort, row in made.items():
        own = np.array([s for k, s in found if k == sort])
        top, pairs, excess = list(row["top"]), int(row["pairs"]), float(row["excess"])  # type: ignore[arg-type,call-overload]
        for rate in (0.01, 0.003, 0.001, 0.0003):
            counted = round(rate * pairs) - 1
            level = top[counted] if 0 <= counted < len(top) else top[0] + excess * np.log(1 / max(rate * pairs, 1e-9))
            lines.append(f"| {sort} | {len(own)} | {rate} | {rate * len(own):.2f} | {int((own > level).sum())} |")
    return "\n".join(lines)


def report(clips: list[Clip], families: list[list[str]], write: bool) -> str:
    """Measure on one half, check on the other, write the file when asked, and return the table."""
    apart = {name: number for number, names in enumerate(families) for name in names}
    halves = [scores([c for c in clips if half(c.sha256) == side], apart) for side in (0, 1)]
    text = check(table(halves[0]), halves[1])
    if write:  # what is shipped rests on all pairs; how well such rates hold is what the halves have shown
        OUT.write_text(json.dumps(table(scores(clips, apart)), indent=1) + "\n")
    return text


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    clips = [c for p in sorted(args.videos.iterdir()) if p.is_file() and (c := fingerprint(p)) is not None]
    families = json.loads(args.families.read_text()) if args.families else []
    sys.stdout.write(report(clips, families, args.write) + "\n")


if __name__ == "__main__":
    main()
