#!/usr/bin/env python3
"""Run provena-audit over a list of files and write its pairs as tests/bench/copies.py wants them.

    python tests/bench/peer_provena.py PROGRAM LIST PAIRS

PROGRAM is the `provena-audit` of an environment of its own (`pip install provena-audit`), LIST has one path a line.
Strength is its number of agreeing frames. Used as
`--peer 'provena-audit=python tests/bench/peer_provena.py PROGRAM {list} {pairs}'`.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main(program: str, listed: str, out: str) -> None:
    """Run it."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "videos").mkdir()
        for line in Path(listed).read_text().splitlines():
            (work / "videos" / Path(line).name).symlink_to(Path(line).resolve())
        subprocess.run([program, "fingerprint", "./videos"], cwd=work, check=True, capture_output=True)
        subprocess.run([program, "audit", "provena_send/"], cwd=work, check=True, capture_output=True)
        names: dict[str, str] = {}
        for path in (work / "provena_private").glob("names_*.csv"):
            with path.open(newline="") as file:
                names.update({row["id"]: Path(row["path"]).name for row in csv.DictReader(file)})
        pairs: dict[tuple[str, str], dict[str, object]] = {}
        with (work / "pairs.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                a, b = names[row["a"]], names[row["b"]]
                pair = pairs.setdefault((a, b), {"a": a, "b": b, "strength": 0, "segments": []})
                pair["strength"] = max(int(row["votes"]), int(str(pair["strength"])))
                spans = pair["segments"]
                assert isinstance(spans, list)
                spans.append({k: float(row[k]) for k in ("a_start", "a_end", "b_start", "b_end")})
    Path(out).write_text("".join(json.dumps(pair) + "\n" for pair in pairs.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
