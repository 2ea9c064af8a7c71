"""What the thresholds of verify/stories were set on: same places, and cuts that show as a jump."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
from story_posts import FIT, length

from verify.descriptors.grid import STEP, Grid, kept_median_change
from verify.descriptors.patches import Patches
from verify.errors import FirstseenError
from verify.examine import examine
from verify.records.fingerprints import Fingerprint, load
from verify.settings import Settings
from verify.stories import montages, same_place


def prints(videos: Path, scratch: Path, kinds: tuple[str, ...] = ("",)) -> dict[str, dict[str, Fingerprint]]:
    """Return the fingerprints of the videos whose names begin so, made now where they are not kept in SCRATCH."""
    scratch.mkdir(parents=True, exist_ok=True)
    found = {}
    for path in sorted(p for p in videos.iterdir() if p.name.startswith(kinds) and p.suffix not in {".json", ".csv"}):
        kept = scratch / f"{path.name}.npz"
        if not kept.is_file():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    examine(path, Path(folder), Settings())
                except FirstseenError as error:
                    sys.stderr.write(f"left out: {path.name}: {error.message}\n")
                    continue
                shutil.copy(Path(folder) / "fingerprints.npz", kept)
        found[path.name] = load(kept)
    return found


def places(videos: Path, scratch: Path) -> None:
    """Print how many places, in how many parts of the picture, pairs without footage in common have in common."""
    families = json.loads((videos / "FAMILIES.json").read_text())
    family = {name: number for number, names in enumerate(families) for name in names}
    same_place.LEAST_PLACES = same_place.LEAST_PARTS = 1  # every pair is measured, the bar is drawn by a person
    found = []
    every = prints(videos, scratch)
    pairs = [pair for pair in combinations(every, 2) if family.get(pair[0], -1) != family.get(pair[1], -2)]
    for a, b in pairs:
        one = same_place.same_place(every[a].get(Patches.name), every[b].get(Patches.name))
        found += [(one.places, one.parts, a, b)] if one else []
    print(f"{len(pairs)} pairs; the most places in common:")
    for told_places, parts, a, b in sorted(found, reverse=True)[:25]:
        print(f"    {told_places:3} places in {parts:2} of 16 parts: {a} | {b}")


def seams(videos: Path, scratch: Path) -> None:
    """Print how often a cut between two clips of one kind shows as a jump, and how often a moment without one."""
    kinds = ("ekramalam", "federicoparroni", "dronedetectionthesis__V_H", "dronedetectionthesis__IR_H")
    random = np.random.default_rng(1)
    joined, at = scratch / "joined", {}
    joined.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        mine = sorted(p for p in videos.iterdir() if p.name.startswith(kind))
        pairs = list(permutations(mine, 2))
        for a, b in [pairs[n] for n in random.permutation(len(pairs))[:12]]:
            seconds = round(float(random.uniform(2, length(a))), 3)
            start = random.uniform(0, max(0.1, length(b) - 2))
            out = joined / f"{a.stem}-{b.stem}.mp4"
            at[out.name] = seconds
            cut = f"[0:v]trim=0:{seconds},{FIT},setpts=PTS-STARTPTS[x];[1:v]trim=start={start:.3f},{FIT},"
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(a), "-i", str(b), "-filter_complex"]
            command += [f"{cut}setpts=PTS-STARTPTS[y];[x][y]concat=n=2[v]", "-map", "[v]", "-preset", "veryfast"]
            if not out.is_file():
                subprocess.run([*command, str(out)], check=True)
    shown = [
        _jumps(kept_median_change(p[Grid.name]), round(at[name] / STEP))
        for name, p in prints(joined, scratch).items()
        if name in at
    ]
    series = [kept_median_change(p[Grid.name]) for p in prints(videos, scratch, kinds).values()]
    plain = [_jumps(rows, i) for rows in series for i in range(8, len(rows) - 8)]
    print(f"{len(shown)} cuts: {np.mean(shown):.3f} show as a jump; {len(plain)} moments without: {np.mean(plain):.3f}")


def _jumps(rows: np.ndarray, at: int) -> bool:
    """Return whether the whole picture jumps around row `at` as nowhere else in the clip."""
    away = np.abs(np.arange(len(rows)) - at)
    far = rows[away > 3].max(initial=0.0)
    return bool(rows[away <= 1].max(initial=0.0) > montages.JUMP * max(montages.STILL, far))
