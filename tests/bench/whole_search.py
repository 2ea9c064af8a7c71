#!/usr/bin/env python3
"""Time whole searches of clips of some 30 s: names, comparisons, soundtracks, and keeping what was found.

    python tests/bench/whole_search.py LIBRARY [--made 10000] [--searches 20] [--seconds 30]

LIBRARY is the `library.sqlite` of a case whose clips were examined; it is copied and never written to. To the copy
are added made clips, so that the index is that of a large library: each has the film of a real one, upside down (so
that it is like none), and the pictures of 50 s, a hundred frames, whose places are drawn from those of all real
clips, with bits flipped as a copy has them: places look as real ones do, and fit as little as those of other footage.

Searched are the clips nearest to the length asked for, each as if it had just come: nothing is known of it, and no
other clip was read before. All is process time of one thread; with many processes beside it, it is up to twice that of
a machine of its own: compare what was run one after the other.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from verify.archive.library import Clip, Library
from verify.archive.shelf import ClipShelf
from verify.descriptors.base import ClipInfo
from verify.descriptors.film import HEIGHT, STEP, WIDTH
from verify.descriptors.grid import Grid, kept
from verify.descriptors.moments import Moments
from verify.descriptors.onsets import Onsets
from verify.descriptors.patches import Patches
from verify.matching.engine import Engine
from verify.matching.pairs import Pairs
from verify.matching.round import matches_of
from verify.matching.soundtrack import MOST_CLIPS, Soundtracks
from verify.records.fingerprints import Fingerprint

FRAMES, PICTURES, APART = 100, 13, 4.0  # of a made clip of 50 s; seconds between its pictures
FLIPPED = 6  # bits of a place in a made clip that differ from a real one's: as in a copy after compression and blur
SEARCH = "whole search, timed"


def films(library: ClipShelf) -> list[list[Fingerprint]]:
    """Return grid and moments of each real clip turned upside down, and its sound with the last second first."""
    found = []
    for _, _, sha256 in library.clips():
        prints = library.fingerprints(sha256, (Grid.name, Onsets.name))
        try:
            film = kept(prints[Grid.name])
        except (KeyError, ValueError):
            continue
        clip, made = ClipInfo(width=WIDTH, height=HEIGHT, duration=len(film) * STEP), (Grid(), Moments())
        for one in made:
            one.begin(clip)
        for row, picture in enumerate(film.pictures(0, len(film))):
            tiny = np.ascontiguousarray(picture.reshape(HEIGHT, WIDTH)[::-1].round().astype(np.uint8))
            for one in made:
                one.add_tiny(row * STEP, tiny)
        ends = [end for one in made if (end := one.end()) is not None]
        if (sound := prints.get(Onsets.name)) is not None:
            ends.append(replace(sound, arrays={name: array[::-1].copy() for name, array in sound.arrays.items()}))
        found.append(ends)
    return found


def looks(library: ClipShelf) -> list[Fingerprint]:
    """Return the places of all real clips."""
    named = [library.fingerprints(sha256, (Patches.name,)) for _, _, sha256 in library.clips()]
    return [prints[Patches.name] for prints in named if Patches.name in prints]


def clips(
    count: int, real: list[Fingerprint], turned: list[list[Fingerprint]]
) -> Iterator[tuple[Clip, list[Fingerprint]]]:
    """Yield made clips and their fingerprints."""
    rng = np.random.default_rng(7)
    joined = {name: np.concatenate([one.arrays[name] for one in real]) for name in real[0].arrays}
    for number in range(count):
        rows = rng.integers(0, len(joined["count"]), PICTURES)
        arrays = {name: array[rows].copy() for name, array in joined.items()}
        for name in ("codes", "whole"):  # from anywhere, so that no picture is another's
            drawn = joined[name][rng.integers(0, len(joined["count"]), arrays[name].shape),
                                 rng.integers(0, arrays[name].shape[1], arrays[name].shape)]  # fmt: skip
            for _ in range(FLIPPED):
                drawn ^= np.uint64(1) << rng.integers(0, 64, drawn.shape, dtype=np.uint64)
            arrays[name] = drawn
        places = Fingerprint(
            name=Patches.name,
            version=Patches.version,
            times=(np.arange(PICTURES) * APART).astype(np.float32),
            arrays=arrays,
            parameters=real[0].parameters,
        )
        name = f"{number:064x}"
        yield Clip(sha256=name, label=f"made {number}", duration=50.0), [places, *turned[number % len(turned)]]


def search(library: Library, engine: Engine, sha256: str) -> dict[str, float]:
    """Search for one clip as for a new one, and return the CPU seconds and counts of its parts."""
    engine.pairs, sounds = Pairs(library), Soundtracks(library)
    took, seen = {}, [0, 0]

    def look(*asked: object) -> object:
        found = engine.pairs.look(*asked)
        seen[found is not None] += 1
        return found

    at = time.process_time()

    def part(name: str) -> None:
        nonlocal at
        took[name], at = time.process_time() - at, time.process_time()

    named = engine.named(sha256)
    part("names")
    found = matches_of(
        sha256,
        named,
        look,
        lambda others: library.compared(sha256, SEARCH, others),
        lambda other: library.linked(other, SEARCH),
    )
    part("comparisons")
    pictures = {m.b for m in found}
    newest = library.to_compare(sha256, SEARCH, MOST_CLIPS + len(pictures))
    found += sounds.search(sha256, [other for other in newest if other not in pictures])
    part("soundtracks")
    library.save_matches(sha256, found, SEARCH, library.generation())
    part("keeping")
    return {**took, "whole": sum(took.values()), "nothing": seen[0], "matches": seen[1]}


def run(path: Path, made: int, searches: int, seconds: float) -> None:
    """Copy the library at `path`, add `made` clips, search, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, Path(folder) / "library.sqlite")
        with Library(Path(copy)) as library:
            told = {sha256: library.clip(sha256) for _, _, sha256 in library.clips()}
            real = {sha256: clip.duration for sha256, clip in told.items() if clip is not None and clip.duration}
            real = {s: d for s, d in real.items() if {Grid.name, Patches.name} <= library.versions(s).keys()}
            if made:
                turned, places = films(library), looks(library)
                with library.all_or_none():
                    for clip, prints in clips(made, places, turned):
                        library.put(clip, prints)
            engine = Engine(library, Path(folder) / "index")
            engine.refresh()
            wanted = sorted(real, key=lambda s: abs(real[s] - seconds))[:searches]
            sounding = sum(Onsets.name in library.versions(s) for s in wanted)
            rows = [search(library, engine, sha256) for sha256 in wanted]
    lengths = sorted(real[s] for s in wanted)
    sys.stdout.write(
        f"{len(real)} real and {made} made clips ({made * FRAMES} frames made); {len(wanted)} searches of "
    )
    sys.stdout.write(f"clips of {lengths[0]:.0f} to {lengths[-1]:.0f} s, {sounding} with sound; CPU seconds\n")
    sys.stdout.write("| | mean | median | highest |\n|---|---|---|---|\n")
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        sys.stdout.write(f"| {name} | {values.mean():.3f} | {np.median(values):.3f} | {values.max():.3f} |\n")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--made", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    run(args.library, args.made, args.searches, args.seconds)


if __name__ == "__main__":
    main()
