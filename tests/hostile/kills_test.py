"""A writer that is killed at any line, or at random, loses nothing it had said was kept, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from verify.archive.audit import audit
from verify.archive.store import CaseFolder

DRIVER = Path(__file__).with_name("kill_driver.py")
BATCH = Path(__file__).with_name("kill_batch.py")
FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
# Every so many of the writer's executed lines, from a random one: all of them (FIRSTSEEN_STEP=1) take an hour and more.
STEP = int(os.environ.get("FIRSTSEEN_STEP", "7"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill points are made by fork and SIGKILL")


def killed(writer: str, folder: Path, first: int, step: int) -> dict:
    done = subprocess.run(
        [sys.executable, str(DRIVER), writer, str(folder), str(first), str(step)],
        capture_output=True,
        text=True,
        timeout=7200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_lines_of_the_writer(fast: Path, score) -> None:
    step = STEP if FULL else 149
    found = killed("case", fast, random.randint(1, step), step)
    print(f"kill points: {found['points']} of {found['lines']} lines, {len(found['wrong'])} bad")
    score.tried += found["points"]
    score.note = f"{found['points']} of the {found['lines']} lines that the writer runs"
    assert found["points"] > (3000 // step if FULL else 10)
    assert found["wrong"] == {}


def test_stopped_by_ctrl_c_at_lines_of_the_writer(fast: Path, score) -> None:
    step = STEP + 2 if FULL else 151
    found = killed("stopped", fast, random.randint(1, step), step)
    print(f"stops: {found['points']} of {found['lines']} lines, {len(found['wrong'])} bad")
    score.tried += found["points"]
    score.note = f"Ctrl-C at {found['points']} lines"
    assert found["wrong"] == {}


def test_control_that_writes_the_record_first_is_caught(fast: Path) -> None:
    found = killed("log_first", fast, 1, 1 if FULL else 6)
    print(f"control kill points: {found['points']}, {len(found['wrong'])} bad")
    assert len(found["wrong"]) > found["points"] // 4


def _killed_at_random(root: Path, material: Path, wanted: int, share: float) -> int:
    """Begin the batch again and again, kill it `wanted` times, let it end, and return how often it was killed."""
    kills, chance = 0, random.Random(7)
    while True:
        child = subprocess.Popen([sys.executable, str(BATCH), str(root), str(material)], start_new_session=True)
        try:
            if kills < wanted:
                child.wait(timeout=share * chance.uniform(0.2, 0.9))
            else:
                child.wait(timeout=600)
            break
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            kills += 1
    assert child.returncode == 0
    return kills


def test_killed_at_random_moments_and_begun_again(fast: Path, score) -> None:
    clips = 1500 if FULL else 12
    material = fast / "material"
    material.mkdir()
    for number in range(clips):
        (material / f"{number:04d}.mp4").write_bytes(f"clip {number} ".encode() * 5000)
    wanted, least = (150, 5) if FULL else (4, 1)
    for share in (1.0, 0.5, 0.25, 0.1):  # of how long a child may run: on a fast machine it is done before it is killed
        root = fast / f"case {share}"
        kills = _killed_at_random(root, material, wanted, share)
        if kills >= least:
            break
    with CaseFolder(root) as case:
        names = sorted(item.media.name for item in case.items())
        begun = sum(job.attempts for job in case.jobs.all("batch").values())
    found = audit(root)
    print(f"{kills} kills, {len(names)} items of {clips}, {begun} attempts")
    score.tried += kills + 1
    score.note = f"{kills} kills at random"
    assert kills >= least
    assert found.faults == ()
    assert names == [f"{number:04d}.mp4" for number in range(clips)]  # nothing lost, nothing doubled
    assert len([p for p in (root / "originals").rglob("*") if p.is_file()]) == clips
