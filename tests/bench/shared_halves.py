#!/usr/bin/env python3
"""One recording in half of the picture, or around another: is what clips share told from a copy, and are copies kept?

    python tests/bench/shared_halves.py VIDEOS SCRATCH [--pairs N] [--seed N]

Draws with ffmpeg, from real VIDEOS of nine seconds and more: pairs of clips with the same recording in one half of the
picture (*half*) or behind a window of 0.62 to 0.9 of its width and height (*frame*) and other footage in the rest, each
cut and coded by itself; and the first of each pair once more, coded poorly and trimmed (*copy*). `firstseen dedup` is
run over all, as installed. Printed is how many pairs of each kind were matched as copies and how many were told as
a shared part: halves should never be copies, copies always.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ENDINGS = {".mp4", ".mov", ".mkv", ".webm", ".avi"}
SIZES = ((640, 360), (360, 640), (480, 480), (640, 480))


@dataclass(frozen=True)
class Drawn:
    """One clip to make: the shared recording and the other, from which second each, how laid, how long and coded."""

    name: str
    common: Path
    own: Path
    starts: tuple[float, float]
    graph: str
    seconds: float
    crf: int


def length(path: Path) -> float:
    """Return the seconds of a video, 0 where its container does not say."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "default=nk=1:nw=1", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return float(told) if told.replace(".", "", 1).isdigit() else 0.0


def filled(wide: int, high: int) -> str:
    """Return the filters that fill a picture of that size."""
    wide, high = wide // 2 * 2, high // 2 * 2
    return f"scale={wide}:{high}:force_original_aspect_ratio=increase,crop={wide}:{high},fps=25,setsar=1"


def half(rng: random.Random, size: tuple[int, int]) -> str:
    """Return the graph that lays the shared recording into one half."""
    wide, high = size
    upright = rng.random() < 0.5
    part = filled(wide, high // 2) if upright else filled(wide // 2, high)
    order = "[g][a]" if rng.random() < 0.5 else "[a][g]"
    return f"[0:v]{part}[g];[1:v]{part}[a];{order}{'vstack' if upright else 'hstack'}[v]"


def frame(rng: random.Random, size: tuple[int, int]) -> str:
    """Return the graph that lays the other recording into a window over the shared one."""
    share = rng.uniform(0.62, 0.9)
    wide, high = (round(side * share) // 2 * 2 for side in size)
    left, top = round((size[0] - wide) * rng.random()), round((size[1] - high) * rng.random())
    return f"[0:v]{filled(*size)},boxblur=4[g];[1:v]{filled(wide, high)}[a];[g][a]overlay={left}:{top}[v]"


def draw(videos: list[Path], pairs: int, seed: int) -> list[Drawn]:
    """Draw the clips of all pairs."""
    rng = random.Random(seed)
    found = []
    for number in range(pairs):
        kind = ("half", "frame")[number % 2]
        common, *others = rng.sample(videos, 3)
        graph = (half if kind == "half" else frame)(rng, rng.choice(SIZES))
        seconds, start = rng.uniform(5, 7), rng.uniform(0, 1.5)
        for letter, own in zip("ab", others, strict=True):
            starts = (start + rng.choice((0, 0.7)), rng.uniform(0, 2))
            name = f"{kind}-{number:03}-{letter}.mp4"
            found.append(Drawn(name, common, own, starts, graph, seconds, rng.choice((23, 28, 34))))
    return found


def made(one: Drawn, folder: Path) -> None:
    """Encode a drawn clip, and of the first of a pair a poorer copy of its middle."""
    out = folder / one.name
    coded = ["-c:v", "libx264", "-preset", "superfast", "-threads", "1", "-pix_fmt", "yuv420p", "-an"]
    sources = [
        word
        for path, start in zip((one.common, one.own), one.starts, strict=True)
        for word in ("-ss", f"{start:.2f}", "-t", f"{one.seconds:.2f}", "-i", str(path))
    ]
    call = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    graph = ["-filter_complex", one.graph, "-map", "[v]", "-crf", str(one.crf)]
    subprocess.run([*call, *sources, *graph, *coded, str(out)], check=True)
    if one.name.endswith("-a.mp4"):
        copy = ["-ss", "0.8", "-i", str(out), "-vf", "scale=-2:240", "-crf", "36"]
        subprocess.run([*call, *copy, *coded, str(out.with_name(one.name.replace("-a.", "-copy.")))], check=True)


def main() -> None:
    """Draw, search and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--pairs", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder, case = args.scratch / "halves", args.scratch / "halves-case"
    folder.mkdir(parents=True, exist_ok=True)
    videos = [p for p in sorted(args.videos.rglob("*")) if p.suffix.lower() in ENDINGS and length(p) >= 9]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: made(one, folder), draw(videos, args.pairs, args.seed)))
    firstseen = str(Path(sys.executable).with_name("firstseen"))
    subprocess.run([firstseen, "dedup", str(folder), "--case", str(case)], check=True)
    report = json.loads((case / "dedup.json").read_text())
    names = {item["media"]["sha256"]: Path(item["target"]).name for item in report["items"]}
    kinds: dict[frozenset[str], str] = {frozenset((names[m["a"]], names[m["b"]])): m["kind"] for m in report["matches"]}
    found: Counter[tuple[str, str]] = Counter()
    for number in range(args.pairs):
        kind = ("half", "frame")[number % 2]
        stem = f"{kind}-{number:03}"
        found[kind, kinds.get(frozenset((f"{stem}-a.mp4", f"{stem}-b.mp4")), "not matched")] += 1
        found["copy", kinds.get(frozenset((f"{stem}-a.mp4", f"{stem}-copy.mp4")), "not matched")] += 1
    for (kind, told), count in sorted(found.items()):
        print(f"{kind}: {told}: {count}")


if __name__ == "__main__":
    main()
