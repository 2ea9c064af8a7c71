#!/usr/bin/env python3
"""Real clips of one view, and of one series: which of them are taken for copies of each other?

    python tests/bench/real_takes.py FOLDER SCRATCH [--part first|second|copies]

FOLDER holds the files of `takes_more.csv`, which names the public repository, commit and path of each: takes by one
standing camera (a man who walks across a field, pitches of one game, signs of a sign language, gestures), cards of one
series whose words light up, charts drawn by one program, and some true copies. Files that share `same` show one
recording; `unclear` ones (renders that begin alike) are left out. `firstseen dedup` is run as installed. Printed: for
each kind, how many pairs of other recordings were matched, and how many true ones were not.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path


def main() -> None:
    """Print what was matched, and what was not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--part")
    args = parser.parse_args()
    with (Path(__file__).parent / "takes_more.csv").open(newline="") as listed:
        rows = [row for row in csv.DictReader(listed) if args.part in {None, row["part"]}]
    named = {row["file"]: row for row in rows if (args.folder / row["file"]).exists() and row["kind"] != "unclear"}
    args.scratch.mkdir(parents=True, exist_ok=True)
    listed_at, found_at = args.scratch / "files.txt", args.scratch / "pairs.jsonl"
    listed_at.write_text("".join(f"{(args.folder / name).resolve()}\n" for name in named))
    words = ["firstseen", "dedup", str(listed_at), "--case", str(args.scratch / "case"), "--pairs", str(found_at)]
    # Some of the files hold no picture: those are failed lines, and the command says so by its exit code.
    if subprocess.run(words, check=False, stdout=subprocess.DEVNULL).returncode not in {0, 3}:
        sys.exit("firstseen dedup failed")
    found = {}
    for line in found_at.read_text().splitlines():
        pair = json.loads(line)
        found[frozenset(Path(pair[side]).name for side in "ab")] = pair["strength"]
    asked, matched, missed = Counter[str](), Counter[str](), []
    for a, b in itertools.combinations(named, 2):
        one, other = named[a], named[b]
        strength = found.get(frozenset((a, b)))
        if one["same"] and one["same"] == other["same"]:
            asked["copies"] += 1
            matched["copies"] += strength is not None
            missed += [] if strength is not None else [(a, b)]
            continue
        kind = one["kind"] if one["kind"] == other["kind"] else "different kinds"
        asked[kind] += 1
        if strength is not None:
            matched[kind] += 1
            print(f"{strength:.3f}  {kind}: {a}, {b}")
    for kind, count in asked.items():
        print(f"{kind}: {matched[kind]} of {count} pairs matched")
    for a, b in missed:
        print(f"copies that were not: {a}, {b}")


if __name__ == "__main__":
    main()
