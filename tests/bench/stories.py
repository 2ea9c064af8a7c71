"""Stories whose truth is known by construction: are the recordings, montages, earliest and best copies told right?

    python tests/bench/stories.py cases VIDEOS SCRATCH [--only NAME ...]     several cameras, copies, montages
    python tests/bench/stories.py drawn VIDEOS SCRATCH [--seeds 1 2 3]       the same, everything drawn by chance
    python tests/bench/stories.py hundred VIDEOS SCRATCH [--posts 100]       100 posts from a server, and the page
    python tests/bench/stories.py open PAGE SCRATCH                          how fast a page opens
    python tests/bench/stories.py places VIDEOS SCRATCH                      which pairs pass for the same place
    python tests/bench/stories.py seams VIDEOS SCRATCH                       which cuts within one room show as a jump

`cases` makes posts from real clips that share no footage (takes of one room, motorway cameras, helicopters, fires):
copies (an older mirrored one, small, captioned, upright with blurred sides, trimmed, cropped, as on a screen), montages
one after the other, interleaved, side by side, stacked and in a corner, a montage posted again mirrored, and one
camera's sound under another's picture; `drawn` draws cameras, edits and montages, programmes among them
(story_draws.py). Then `firstseen story --media` runs as a user runs it, and each case prints what it got right and
every wrong thing by name. SCRATCH keeps what was made and found; `--again` runs on what is examined already. Needs
ffmpeg on PATH.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import story_draws
from story_hundred import hundred, opened
from story_posts import CASES, POSTS, Made, make, run_story, write_story
from story_thresholds import places, seams
from story_truth import told


def run(name: str, posts: Sequence[Made], cameras: dict[str, Path], folder: Path, again: bool) -> tuple[int, int]:
    """Make, run and score one story; print a line for it and its faults. Returns (posts, faults)."""
    files = {post: make(post, cameras, folder) for post in posts}
    story, table = write_story(folder, files)
    begun = time.monotonic()
    if again or not list((folder / "case").glob("story-*.json")):
        run_story(story, table, folder / "case")
    report = json.loads(next((folder / "case").glob("story-*.json")).read_text())
    wrong = told(report, files)
    n = report["counts"]
    print(f"{name}: {n['posts']} posts, {n['clips']} clips, {n['recordings']} recordings, {n['compilations']} "
          f"compilations, {len(wrong)} faults, {time.monotonic() - begun:.0f} s")  # fmt: skip
    for one in sorted(wrong):
        print(f"    {one}")
    return n["posts"], len(wrong)


def cases(videos: Path, scratch: Path, only: list[str], again: bool) -> None:
    """Run the fixed cases, or those named."""
    done = []
    for name, clips in CASES.items():
        if not only or name in only:
            folder = scratch / name
            folder.mkdir(parents=True, exist_ok=True)
            cameras = dict(zip("ABCD", (videos / c for c in clips), strict=True))
            done.append(run(name, POSTS, cameras, folder, again))
    print(f"in all: {sum(p for p, _ in done)} posts, {sum(f for _, f in done)} faults")


def drawn(videos: Path, scratch: Path, seeds: list[int], again: bool) -> None:
    """Run stories drawn by chance, one a seed."""
    done = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        folder = scratch / f"drawn-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        cameras = story_draws.cameras(videos, folder, rng)
        print(", ".join(f"{letter}: {path.stem.split('_', 2)[2]}" for letter, path in cameras.items()))
        done.append(run(folder.name, story_draws.posts(rng), cameras, folder, again))
    print(f"in all: {sum(p for p, _ in done)} posts, {sum(f for _, f in done)} faults")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cases", "drawn", "hundred", "open", "places", "seams"])
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--posts", type=int, default=100)
    parser.add_argument("--again", action="store_true", help="run in the case folders that are there")
    given = parser.parse_args()
    if given.what == "cases":
        cases(given.videos, given.scratch, given.only, given.again)
    elif given.what == "drawn":
        drawn(given.videos, given.scratch, given.seeds, given.again)
    elif given.what == "hundred":
        hundred(given.videos, given.scratch, given.posts, given.again)
    elif given.what == "open":
        opened(given.videos)
    else:
        {"places": places, "seams": seams}[given.what](given.videos, given.scratch)


if __name__ == "__main__":
    main()
