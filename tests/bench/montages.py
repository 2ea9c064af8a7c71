#!/usr/bin/env python3
"""Montages of several stretches of one clip: are all the stretches named, and to the second?

    python tests/bench/montages.py VIDEOS SCRATCH [--only NAME ...]

Of every clip of VIDEOS from 8 seconds on (or those named, without their ending) five montages are made with ffmpeg, at
640 x 360: other footage between two parts, parts exchanged, one part twice, a cutaway, and a slow replay. Each is
compared with its clip as a search compares them; printed is the F1 over tenths of a second, right where the second on
the clip's clock is right to one. A montage that is not matched counts as 0 and is named.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import av

from verify.examine import FINGERPRINTS, examine
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf
from verify.records import fingerprints
from verify.settings import Settings

LONGEST = 20.0  # seconds of a clip that montages are made of
SHORTEST = 8.0
SIZE = "scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=25"
Part = tuple[Path, float, float, float]  # file, from, to (seconds), speed


def length(path: Path) -> float:
    """Return the seconds a file states, 0 where it states none or is no media."""
    try:
        with av.open(str(path), metadata_errors="replace") as opened:
            return float(opened.duration or 0) / av.time_base if opened.streams.video else 0.0
    except av.FFmpegError:
        return 0.0


def montages(clip: Path, seconds: float, other: Path, lasts: float) -> dict[str, list[Part]]:
    """Return the parts of each montage of the first `seconds` of `clip`, with up to `lasts` seconds of `other`."""
    part, away = seconds / 20, min(lasts, seconds / 4)
    back = 7 * part + away
    return {
        "other footage between": [
            (clip, 2 * part, 8 * part, 1), (other, 0, min(3.0, lasts), 1), (clip, 8 * part, 16 * part, 1)
        ],
        "parts exchanged": [(clip, 11 * part, 19 * part, 1), (clip, part, 9 * part, 1)],
        "shown twice": [(clip, 4 * part, 14 * part, 1)] * 2,
        "a cutaway inside": [(clip, 0, 7 * part, 1), (other, 0, away, 1), (clip, back, seconds, 1)],
        "a slow replay": [(clip, 4 * part, 12 * part, 1), (clip, 8 * part, 12 * part, 0.5)],
    }  # fmt: skip


def make(parts: list[Part], out: Path) -> None:
    """Write a montage; one that was written before is kept."""
    if out.exists():
        return
    words, graph = [], ""
    for number, (path, start, end, speed) in enumerate(parts):
        words += ["-ss", f"{start:.3f}", "-t", f"{end - start:.3f}", "-i", str(path)]
        graph += f"[{number}:v]setpts=(PTS-STARTPTS)/{speed},{SIZE}[v{number}];"
    graph += "".join(f"[v{n}]" for n in range(len(parts))) + f"concat=n={len(parts)}:v=1:a=0[v]"
    encode = ["-c:v", "libx264", "-preset", "superfast", "-crf", "30", "-pix_fmt", "yuv420p", "-an"]
    command = ["ffmpeg", "-nostdin", "-v", "quiet", "-y", *words, "-filter_complex", graph, "-map", "[v]", *encode]
    subprocess.run([*command, str(out)], check=True)


def ticks(stretches: list[tuple[float, float, float, float]]) -> set[tuple[int, int]]:
    """Return (tenth of a second of the montage, second of the clip) of every tenth of (start, end, from, to)."""
    return {
        (tenth, round(first + (tenth / 10 - start) * (last - first) / (end - start)))
        for start, end, first, last in stretches
        for tenth in range(round(start * 10), round(end * 10))
    }


def f1(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> float:
    """Return the harmonic mean of precision and recall, a second to either side being right."""

    def within(some: set[tuple[int, int]], others: set[tuple[int, int]]) -> float:
        near = {(tenth, second + by) for tenth, second in others for by in (-1, 0, 1)}
        return len(some & near) / max(1, len(some))

    precision, recall = within(found, true), within(true, found)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def fingerprints_of(path: Path) -> dict[str, fingerprints.Fingerprint]:
    """Return the fingerprints of a file, as looking for copies takes them."""
    with tempfile.TemporaryDirectory() as folder:
        examine(path, Path(folder), Settings(), scope="copies")
        return fingerprints.load(Path(folder) / FINGERPRINTS)


def scored(parts: list[Part], clip: Path, montage: Path) -> float:
    """Return the F1 of the stretches that a montage and its clip are said to share; 0 without a match."""
    shelf = MemoryShelf()
    for path in (clip, montage):
        shelf.add(path.name, fingerprints_of(path))
    matches = Engine(shelf).search(montage.name, among=[clip.name])
    if not matches:
        print(f"    no match: {montage.name}")
        return 0.0
    at, true = 0.0, []
    for path, start, end, speed in parts:
        lasts = (end - start) / speed
        if path == clip:
            true.append((at, at + lasts, start, end))
        at += lasts
    return f1(ticks([(s.a_start, s.a_end, s.b_start, s.b_end) for s in matches[0].segments]), ticks(true))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    args.scratch.mkdir(parents=True, exist_ok=True)
    lengths = {path: length(path) for path in sorted(args.videos.iterdir()) if path.is_file()}
    clips = [p for p, s in lengths.items() if s >= SHORTEST and (not args.only or p.stem in args.only)]
    reached: dict[str, list[float]] = defaultdict(list)
    for number, clip in enumerate(clips):
        other = clips[(number + 5) % len(clips)]
        made = montages(clip, min(LONGEST, lengths[clip]), other, lengths[other])
        for name, parts in made.items():
            out = args.scratch / f"{clip.stem}__{name.replace(' ', '_')}.mp4"
            make(parts, out)
            reached[name].append(scored(parts, clip, out))
    for name, values in reached.items():
        print(f"{name}: F1 {sum(values) / len(values):.3f} of {len(values)}")


if __name__ == "__main__":
    main()
