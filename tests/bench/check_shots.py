"""How well cuts are found, and where the thresholds of verify/media/shots.py come from: run by hand, not by pytest.

    python tests/bench/check_shots.py ../shared/videos [--bars]

Truth by construction: single-camera clips (CCTV, drones, helicopters, fixed rooms: files that hold one shot by the
way they were made) give moments that are no cut; pieces of different clips set one after another give moments that
are one. Each clip is looked at eight times a second, as an examination does; hits are within 0.26 s. With --bars
every picture is set between black bars, as an upright clip is in a wide one. The second table says which of the places
found are told as cuts (verify/checks/cuts.py), at several values of its threshold.
"""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import cv2
import numpy as np

from verify.checks import cuts as cut_check
from verify.descriptors.base import TINY_HEIGHT, TINY_STEP, TINY_WIDTH, ClipInfo
from verify.measures.brightness import Brightness
from verify.media import frames, shots
from verify.media.sniff import sniff
from verify.records.media import Curve
from verify.settings import Settings

# One shot each, by their makers' description (MANIFEST.csv): fixed or hand-held cameras that were never edited.
ONE_SHOT = (
    "dronedetection",
    "federicoparroni",
    "ekramalam",
    "intel-iot",
    "sannies__count",
    "streamio",
    "fire",
    "pytorch__dog",
    "mdn__elf",
    "mdn__frog",
    "mdn__monster",
    "mdn__pig",
    "carphone",
    "bikes",
    "vp9cake",
)
# Cut after all, as their frames show (looked at): left out.
NOT = ("IR_DRONE_007",)
SHIPPED = shots.CANDIDATE, shots.STANDS_OUT


def tinies(path: Path) -> list[tuple[float, np.ndarray]]:
    """Return (seconds, tiny picture) of a clip, eight a second."""
    found, following = [], 0.0
    with frames.opened(path, sniff(path), Settings(), path.name) as clip:
        for thing in clip.run(sound=False):
            if isinstance(thing, frames.Picture) and thing.time + 1e-4 >= following:
                following = (np.floor(thing.time / TINY_STEP + 1e-3) + 1) * TINY_STEP
                found.append((thing.time, thing.planes.tiny()))
    return found


def cuts(pictures: list[tuple[float, np.ndarray]]) -> list[float]:
    finder = shots.Cuts()
    for time, tiny in pictures:
        finder.add(time, shots.View(tiny))
    return [shot.start for shot in finder.shots(pictures[-1][0])][1:]


def barred(tiny: np.ndarray) -> np.ndarray:
    """Return a tiny picture with black bars at its sides, as an upright clip has in a wide one."""
    small = cv2.resize(tiny, (TINY_WIDTH * 9 // 16, TINY_HEIGHT), interpolation=cv2.INTER_AREA)
    beside = TINY_WIDTH - small.shape[1]
    return cv2.copyMakeBorder(small, 0, 0, beside // 2, beside - beside // 2, cv2.BORDER_CONSTANT, value=16)


def changes(pictures: list[tuple[float, np.ndarray]]) -> Curve:
    """Return the curve of changes as an examination keeps it."""
    measure = Brightness()
    measure.begin(ClipInfo(width=TINY_WIDTH, height=TINY_HEIGHT, duration=None))
    for time, tiny in pictures:
        measure.add_tiny(time, tiny)
    return next(c for c in measure.end().curves if c.name == "change")


def told(joined: list[tuple[list, list[float]]], whole: dict[str, list]) -> None:
    """Print how many of the places found are told as cuts: true ones, false ones beside them, in clips of one shot."""
    places: dict[str, list[tuple[float, Curve]]] = {"true": [], "false in joins": [], "in one-shot clips": []}
    for pictures, marks in joined:
        curve = changes(pictures)
        for at in cuts(pictures):
            true = any(abs(at - m) < 0.26 for m in marks)
            places["true" if true else "false in joins"].append((at, curve))
    for pictures in whole.values():
        places["in one-shot clips"] += [(at, changes(pictures)) for at in cuts(pictures)]
    print(f"| clear | {' | '.join(places)} |\n|---|---|---|---|")
    shipped = cut_check.CLEAR
    for clear in (1.0, 1.5, 2.0, 2.5, 3.0):
        cut_check.CLEAR = clear
        counts = [f"{sum(cut_check.stands_out(at, c) for at, c in found)} of {len(found)}" for found in places.values()]
        print(f"| {clear:.1f} | {' | '.join(counts)} |")
    cut_check.CLEAR = shipped


def main() -> None:
    folder, bars = Path(sys.argv[1]), "--bars" in sys.argv[2:]
    whole = {
        p.name: tinies(p)
        for p in sorted(folder.iterdir())
        if p.name.startswith(ONE_SHOT) and not any(n in p.name for n in NOT)
    }
    whole = {name: pictures for name, pictures in whole.items() if len(pictures) > 24}
    if bars:
        whole = {name: [(time, barred(tiny)) for time, tiny in pictures] for name, pictures in whole.items()}
    chance = random.Random(4)
    joined = []
    for _ in range(150):
        parts, marks, at = [], [], 0.0
        for name in chance.sample(sorted(whole), 4):
            long = chance.randint(10, 40)
            begin = chance.randrange(max(1, len(whole[name]) - long))
            piece = whole[name][begin : begin + long]
            parts += [(at + time - piece[0][0], tiny) for time, tiny in piece]
            at = parts[-1][0] + TINY_STEP
            marks.append(at)
        joined.append((parts, marks[:-1]))
    seconds = sum(pictures[-1][0] for pictures in whole.values())
    print(f"{len(whole)} one-shot clips, {seconds:.0f} s; {len(joined)} joins of four, {3 * len(joined)} cuts")
    print(
        "| candidate | stands out | found | false in joins | false in one-shot clips, an hour |\n|---|---|---|---|---|"
    )
    for candidate, out in itertools.product((0.10, 0.14, 0.18, 0.22, 0.30), (2.0, 3.0)):
        shots.CANDIDATE, shots.STANDS_OUT = candidate, out
        hit = wrong = total = 0
        for pictures, marks in joined:
            found = cuts(pictures)
            good = sum(any(abs(f - m) < 0.26 for f in found) for m in marks)
            hit, total, wrong = hit + good, total + len(marks), wrong + len(found) - good
        alone = sum(len(cuts(pictures)) for pictures in whole.values())
        print(f"| {candidate:.2f} | {out:.1f} | {hit / total:.3f} | {wrong} | {alone / seconds * 3600:.1f} |")
    shots.CANDIDATE, shots.STANDS_OUT = SHIPPED
    told(joined, whole)
    for name, pictures in whole.items():
        if cuts(pictures):
            print(name, [round(c, 2) for c in cuts(pictures)])


if __name__ == "__main__":
    main()
