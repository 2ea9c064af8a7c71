"""One table of what bad things were tried and what came of them.

    python tests/hostile/scoreboard.py [--full] [--write]

A row is one file of tests here (and the workers' own); a control is a test that shows the attack at work on something
unprotected: where it no longer works, the row proves nothing and the table says so. `--write` puts the table into
docs/reliability.md with date, machine and versions; `--full` runs the long versions.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BOARD = ROOT / "docs" / "reliability.md"
PACKAGES = ("firstseen", "av", "opencv-python-headless", "yt-dlp", "pillow", "exifread", "typst", "cryptography")


@dataclass(frozen=True)
class Row:
    """What one file of tests showed. `worst` is seconds of the slowest test, `memory` MB of the largest process."""

    name: str
    passed: int
    total: int
    skipped: int
    controls: int
    controls_held: int
    worst: float
    memory: float
    failures: tuple[str, ...]


def rows(full: bool) -> Iterator[Row]:
    """Run every file of tests by itself and yield its row."""
    files = sorted(HERE.glob("*_test.py")) + sorted((ROOT / "tests" / "worker").glob("test_*.py"))
    for file in files:
        yield run(file, full)


def run(file: Path, full: bool) -> Row:
    """Run one file of tests in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", str(file), "-q", f"--junitxml={report}", "-p", "no:cacheprovider"]
        environment = {**os.environ, "FIRSTSEEN_FULL": "1"} if full else dict(os.environ)
        with (Path(folder) / "words").open("wb") as words:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=words)
            _, _, usage = os.wait4(process.pid, 0)
        cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
    failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    skipped = [c for c in cases if c.find("skipped") is not None]
    controls = [c for c in cases if "control" in c.get("name", "") and c not in skipped]
    return Row(
        name=file.stem.removesuffix("_test").removeprefix("test_").replace("_", " "),
        passed=len(cases) - len(failed) - len(skipped),
        total=len(cases) - len(skipped),
        skipped=len(skipped),
        controls=len(controls),
        controls_held=len([c for c in controls if c not in failed]),
        worst=max((float(c.get("time", 0)) for c in cases), default=0.0),
        memory=usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024),
        failures=tuple(str(c.get("name")) for c in failed),
    )


def table(found: list[Row]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| what was tried | passed | controls at work | skipped | slowest test, s | largest process, MB |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        controls = f"{row.controls_held} of {row.controls}" if row.controls else "none"
        lines.append(
            f"| {row.name} | {row.passed} of {row.total} | {controls} | {row.skipped or ''} | {row.worst:.1f} "
            f"| {row.memory:.0f} |"
        )
    failures = [f"- {row.name}: {name}" for row in found for name in row.failures]
    return "\n".join(lines) + ("\n\nFailed:\n\n" + "\n".join(failures) if failures else "\n\nNothing failed.") + "\n"


def main() -> int:
    """Print the table; exit 1 when a test or a control failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--write", action="store_true")
    words = parser.parse_args()
    began = time.monotonic()
    found = []
    for row in rows(words.full):
        print(f"{row.name}: {row.passed} of {row.total}", file=sys.stderr)
        found.append(row)
    told = table(found)
    print(told)
    if words.write:
        head = BOARD.read_text(encoding="utf-8").split("<!-- table -->")[0] if BOARD.is_file() else "# Reliability\n\n"
        made = (
            f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
            f"Python {platform.python_version()}, " + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
        )
        command = "python tests/hostile/scoreboard.py" + (" --full" if words.full else "") + " --write"
        took = f"{(time.monotonic() - began) / 60:.0f} minutes"
        BOARD.write_text(f"{head}<!-- table -->\n\n`{command}`: {made}; {took}.\n\n{told}", encoding="utf-8")
    return 1 if any(row.failures for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
