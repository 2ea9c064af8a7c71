"""One table of what bad things were tried and what came of them.

    python tests/hostile/scoreboard.py [--full] [--row NAME ...] [--resume] [--write]

A row is one file of tests; its figures count cases (files, addresses, kill points) where the tests count them, else
tests. A control is a test that shows the attack at work on something unprotected: where it no longer works, the row
proves nothing and the table says so. Rows are kept in `build/scoreboard.jsonl` as they end: `--row` runs only those
rows, `--resume` only those that are missing there, and `--write` puts all that are there into docs/reliability.md
with date, machine and versions. `--full` runs the long versions. Each row is ended after `--minutes`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BOARD = ROOT / "docs" / "reliability.md"
KEPT = ROOT / "build" / "scoreboard.jsonl"
PACKAGES = ("firstseen", "av", "opencv-python-headless", "yt-dlp", "pillow", "exifread", "typst", "cryptography")
# What each file tries, in the words of the table, and the order of the table.
ROWS = {
    "malformed_media": "malformed media: the corpus of broken files, mutants of real files, files cut at every box",
    "disguised_containers": "disguised containers, odd files, odd names",
    "silent_network": "files that name addresses and other files: opened or asked",
    "bombs": "bombs: pixels, boxes, counts, text, gigabytes of nothing",
    "test_children": "the worker: crash, hang, flood, forged answers, reach",
    "output": "hostile strings in every page, in a real Chromium",
    "output_files": "hostile strings in tables, texts and PDFs",
    "network_addresses": "refused addresses by every way of reaching them",
    "network_servers": "bad servers: endless, slow, bombs, short, circles, TLS",
    "bundles": "archive tricks in bundles",
    "foreign_fingerprints": "malformed or hostile fingerprints from others",
    "tamper": "tampering with files, log, database, signatures",
    "kills": "kills and Ctrl-C at lines of the writer, and at random",
    "power_cuts": "power cuts: writes that were not synced are dropped",
    "disk": "disk full at each write, file size limits, read-only",
    "many_processes": "eight processes on one case",
    "stopped_commands": "the real commands stopped, killed, doubled, on a full disk",
    "long_batch": "a batch of 1,000 with a tenth bad, through the command",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one file of tests showed. `worst` is seconds of the slowest case, `memory` MB of the largest process."""

    name: str
    full: bool
    at: str
    minutes: float
    passed: int
    total: int
    skipped: int
    controls: int
    controls_held: int
    worst: float
    memory: float
    failures: tuple[str, ...]
    notes: tuple[str, ...]


def file_of(name: str) -> Path:
    """Return the file of tests of a row."""
    return ROOT / "tests" / "worker" / f"{name}.py" if name.startswith("test_") else HERE / f"{name}_test.py"


def run(name: str, full: bool, minutes: float) -> Row:
    """Run one file of tests in a process group of its own, and end that after so many minutes."""
    began, late = time.monotonic(), False
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", str(file_of(name)), "-q", f"--junitxml={report}"]
        environment = {**os.environ, "FIRSTSEEN_FULL": "1" if full else "0"}
        with (Path(folder) / "words").open("wb") as words:
            process = subprocess.Popen(
                [*command, "-p", "no:cacheprovider", "-o", "junit_family=xunit1"],
                cwd=ROOT,
                env=environment,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
            try:
                process.wait(minutes * 60)
            except subprocess.TimeoutExpired:
                late = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
        said = (Path(folder) / "words").read_text(encoding="utf-8", errors="replace")
    if not cases:
        print(said[-2000:], file=sys.stderr)
    took = (time.monotonic() - began) / 60
    return _row(name, full, cases, took, ("did not end in time" if late else "gave no report") if not cases else "")


def _row(name: str, full: bool, cases: list[ElementTree.Element], took: float, trouble: str) -> Row:
    failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    skipped = [c for c in cases if c.find("skipped") is not None]
    controls = [c for c in cases if "control" in c.get("name", "") and c not in skipped]
    passed = total = 0
    worst = memory = 0.0
    notes = []
    for case in (c for c in cases if c not in skipped):
        known = {str(p.get("name")): str(p.get("value")) for p in case.iter("property")}
        tried = int(known.get("tried", 0)) or 1
        held = int(known.get("held", 0)) if int(known.get("tried", 0)) else int(case not in failed)
        total += tried
        passed += min(held, tried - 1) if case in failed else held
        if case not in controls:
            worst = max(worst, float(known.get("worst", 0)) or float(case.get("time", 0)))
            memory = max(memory, int(known.get("memory", 0)) / 2**20)
        notes += [known["note"]] if known.get("note") else []
    return Row(
        name=name,
        full=full,
        at=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        minutes=round(took, 1),
        passed=passed,
        total=total,
        skipped=len(skipped),
        controls=len(controls),
        controls_held=len([c for c in controls if c not in failed]),
        worst=worst,
        memory=memory,
        failures=(*(str(c.get("name")) for c in failed), *([trouble] if trouble else [])),
        notes=tuple(notes),
    )


def table(found: list[Row]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| what was tried | held | controls at work | skipped | slowest, s | largest process, MB | ended (UTC), min |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found:
        controls = f"{row.controls_held} of {row.controls}" if row.controls else "none"
        words = ROWS[row.name] + (f" ({'; '.join(row.notes)})" if row.notes else "")
        lines.append(
            f"| {words} | {row.passed} of {row.total} | {controls} | {row.skipped or ''} | {row.worst:.1f} "
            f"| {f'{row.memory:.0f}' if row.memory else ''} | {row.at}, {row.minutes:.1f} |"
        )
    failures = [f"- {row.name}: {name}" for row in found for name in row.failures]
    return "\n".join(lines) + ("\n\nFailed:\n\n" + "\n".join(failures) if failures else "\n\nNothing failed.") + "\n"


def kept(full: bool) -> dict[str, Row]:
    """Return the rows that ended before, the newest of each."""
    if not KEPT.is_file():
        return {}
    read = [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]
    rows = [Row(**{**row, "failures": tuple(row["failures"]), "notes": tuple(row["notes"])}) for row in read]
    return {row.name: row for row in rows if row.full == full and row.name in ROWS}


def write(found: list[Row], full: bool) -> None:
    """Put the table into docs/reliability.md, below its words."""
    head = BOARD.read_text(encoding="utf-8").split("<!-- table -->")[0]
    made = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, " + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    )
    command = "python tests/hostile/scoreboard.py" + (" --full" if full else "") + " --write"
    missing = (
        "" if len(found) == len(ROWS) else f" Rows not run: {', '.join(sorted(ROWS.keys() - {r.name for r in found}))}."
    )
    BOARD.write_text(
        f"{head}<!-- table -->\n\n`{command}`, {datetime.now(UTC):%Y-%m-%d}: {made}.{missing}\n\n{table(found)}",
        encoding="utf-8",
    )


def main() -> int:
    """Run the rows that are asked for and print the table; exit 1 when a test or a control failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--row", action="append", choices=list(ROWS), default=[])
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--minutes", type=float, default=30.0, help="a row is ended after so many (default: 30)")
    words = parser.parse_args()
    done = kept(words.full)
    wanted = [name for name in words.row or ROWS if not (words.resume and name in done)]
    KEPT.parent.mkdir(exist_ok=True)
    for name in wanted:
        done[name] = row = run(name, words.full, words.minutes)
        print(f"{name}: {row.passed} of {row.total}, {row.minutes:.1f} min {row.failures}", file=sys.stderr, flush=True)
        with KEPT.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(row)) + "\n")
    found = [done[name] for name in ROWS if name in done]
    print(table(found))
    if words.write:
        write(found, words.full)
    return 1 if any(row.failures for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
