#!/usr/bin/env python3
"""Grow a library of made fingerprints and print what ingest, search, memory and disk cost at each size.

    python tests/bench/library_growth.py [--clips 1000 10000 100000] [--folder DIR]

A made clip is 50 s of footage: 100 sampled frames (two a second, as the default install samples), of which 13 are
kept as pictures of 60 places, as real footage keeps on average. 100 000 clips are thus 10 million frames. Codes are
random but for one place in a hundred, which is one of 200 looks that many clips share (black, logos; Zipf). Searched
are ten clips of 30 s: planted copies of stored ones, of whose places 40 in 100 are found again with bits flipped as
measured on real copies (4 in 100 for the lowest waves to 19 for the highest, docs/matching.md), the rest random.
CPU is process time of the index search, all eight turns; `found` is how many planted sources came first. The full
scan compares every code of one query with every stored one and says which clips it would name.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from verify.descriptors.looks import waves
from verify.matching.codes import MIRROR, TURNS, UPRIGHT
from verify.matching.geometry import NEAR
from verify.matching.index import Index

FRAMES, PICTURES, PLACES = 100, 13, 60
QUERY_PICTURES = 8  # of a clip of 30 s
KEPT = 0.4  # share of places found again
BATCH = 1000  # clips added at once


def flips() -> np.ndarray:
    """Return the chance that each bit differs in a copy: rising with the frequency of its wave."""
    frequency = np.array([np.hypot(v, u) for v, u in waves()])
    return 0.036 + (0.19 - 0.036) * np.clip((frequency - 1) / (frequency.max() - 1), 0, 1)


def made(rng: np.random.Generator, clips: int, common: np.ndarray) -> np.ndarray:
    """Return the codes (clips, PICTURES * PLACES) of made clips."""
    codes = rng.integers(0, 1 << 63, (clips, PICTURES * PLACES), dtype=np.uint64) << np.uint64(1)
    codes ^= rng.integers(0, 2, codes.shape, dtype=np.uint64)
    shared = rng.random(codes.shape) < 0.01
    codes[shared] = common[np.minimum(rng.zipf(1.3, int(shared.sum())) - 1, len(common) - 1)]
    return codes


def copied(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    """Return the codes a copy of 30 s would have."""
    own = codes[: QUERY_PICTURES * PLACES].copy()
    bits = rng.random((len(own), 64)) < flips()
    own ^= np.ascontiguousarray(np.packbits(bits, axis=1, bitorder="little")).view("<u8").ravel()
    lost = rng.random(len(own)) > KEPT
    own[lost] = rng.integers(0, 1 << 63, int(lost.sum()), dtype=np.uint64)
    return own


def memory() -> float:
    """Return the private memory of this process in MB (mapped index files are not counted)."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def grow(sizes: list[int], folder: Path) -> None:
    """Grow one index through `sizes` (clips) and print a row at each."""
    rng = np.random.default_rng(5)
    common = rng.integers(0, 1 << 63, 200, dtype=np.uint64)
    index, planted, count, ingest = Index(folder), {}, 0, 0.0
    say = sys.stdout.write
    say("| clips | frames | ingest ms a clip | MB on disk | private MB | search CPU s, 8 turns | 2 turns | found |\n")
    say("|---|---|---|---|---|---|---|---|\n")
    for size in sizes:
        while count < size:
            batch = min(BATCH, size - count)
            codes = made(rng, batch, common)
            planted.update({count + 1 + k: codes[k].copy() for k in range(0, batch, max(1, batch // 4))})
            start = time.process_time()
            index.add(count + batch, ((count + 1 + k, codes[k]) for k in range(batch)))
            ingest += time.process_time() - start
            count += batch
        numbers = sorted(planted)[:: max(1, len(planted) // 10)][:10]
        costs, hits = {8: 0.0, 2: 0.0}, 0
        for number in numbers:
            query = copied(rng, planted[number])
            for turns in (TURNS, (UPRIGHT, MIRROR)):
                start = time.process_time()
                named = index.candidates(query, turns, 80)
                costs[len(turns)] += (time.process_time() - start) / len(numbers)
            hits += bool(named and named[0][0] == number)
        disk = sum(f.stat().st_size for f in folder.iterdir()) / 1e6
        say(f"| {size} | {size * FRAMES} | {ingest / size * 1e3:.2f} | {disk:.0f} | {memory():.0f} "
            f"| {costs[8]:.3f} | {costs[2]:.3f} | {hits} of {len(numbers)} |\n")  # fmt: skip
        sys.stdout.flush()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="+", default=[1000, 10000, 100000])
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    sys.stdout.write(f"bits within which a place counts as found again: {NEAR}\n")
    with tempfile.TemporaryDirectory() as spare:
        grow(sorted(args.clips), args.folder or Path(spare))


if __name__ == "__main__":
    main()
