"""A long batch through the command, a tenth of it bad, killed on the way: it ends, and every item is there once."""

from __future__ import annotations

import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from drawn_clip import draw_clip
from hostile.disguised_containers_test import OTHERS, TEXTS
from hostile.made_media import mutant, png
from hostile.real_command import run, start
from verify.archive.audit import audit
from verify.archive.store import CaseFolder

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
COUNT = int(os.environ.get("FIRSTSEEN_BATCH", "1000" if FULL else "20"))
# In the full run so many clips are different, and every further one has the bytes of one of them: on a busy machine of
# two processors a search among 900 different clips takes 3 s, and the row is about the batch, not about the search.
DISTINCT = 60 if FULL else 0
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals are POSIX's")


def bad(number: int, seed: bytes, chance: random.Random) -> bytes:
    """Return the bytes of a bad file: text in disguise, a bomb, half a clip, nothing."""
    choices = [
        lambda: list(TEXTS.values())[number % len(TEXTS)].encode("latin-1", "replace"),
        lambda: list(OTHERS.values())[number % len(OTHERS)](),
        lambda: png(50_000, 50_000),
        lambda: seed[: len(seed) // 3],
        lambda: bytes(1000 + number),
        lambda: mutant(seed[:200], seed, chance)[:300],
    ]
    return choices[number % len(choices)]() + str(number).encode() if number % 9 else b""


def test_a_long_batch_with_a_tenth_bad(tmp_path: Path, score) -> None:
    folder, case, chance = tmp_path / "in", tmp_path / "case", random.Random(1000)
    folder.mkdir()
    seed = b""
    for number in range(COUNT):
        path = folder / f"{number:04d}.mp4"
        if number % 10 == 9:
            path.write_bytes(bad(number // 10, seed, chance))
        elif number < 2 * DISTINCT or not DISTINCT:
            draw_clip(path, seed=number, seconds=1.0, rate=8, size=(96, 72))
            seed = seed or path.read_bytes()
        else:  # the same bytes under other names, as batches of reposts have them
            shutil.copyfile(folder / f"{number % 100 - number % 10 + number % 9:04d}.mp4", path)
    begun = time.monotonic()
    for _ in range(2 if FULL else 1):  # killed on the way, and begun again
        process = start("dedup", folder, "--case", case)
        try:
            process.communicate(timeout=chance.uniform(20, 60) if FULL else 4)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
    code, out, err = run("dedup", folder, "--case", case, "--json", seconds=2400)
    took = time.monotonic() - begun
    assert code == 3, err[-2000:]
    report = json.loads(out)["report"]
    done = {Path(item["target"]).name for item in report["items"]}
    failed = {Path(one["target"]).name for one in report["failed"]}
    for number in range(COUNT):
        with score.case(f"{number:04d}.mp4"):
            name = f"{number:04d}.mp4"
            assert (name in failed) if number % 10 == 9 else (name in done), "lost, or taken for the other"
    assert len(report["items"]) == len(done) and not done & failed
    assert all(one["reason"].strip().endswith(".") and "\n" not in one["reason"] for one in report["failed"])
    found = audit(case)
    assert found.faults == (), found.faults
    with CaseFolder(case, write=False) as opened:
        seen = collections.Counter(e.details["sha256"] for e in opened.log.entries() if e.action == "examined")
        targets = collections.Counter(item.target for item in opened.items())
    assert set(seen.values()) == {1} and set(targets.values()) == {1}
    again = run("dedup", folder, "--case", case, "--json", seconds=1200)
    second = json.loads(again[1])["report"]
    for part in ("items", "recordings", "singles", "matches"):
        assert second[part] == report[part], part
    score.worst = took / COUNT
    score.note = f"{COUNT} items, {len(seen)} different clips, two kills, {took / 60:.0f} min" if FULL else ""


def test_control_a_pool_of_processes_loses_jobs_when_one_dies() -> None:
    script = (
        "import os, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "def work(n):\n"
        "    if n >= 5: time.sleep(1)\n"  # until all are handed in, and so long that the other one cannot do them all
        "    if n == 5: os.kill(os.getpid(), 9)\n"
        "    return n\n"
        "with ProcessPoolExecutor(2) as pool:\n"
        "    futures = [pool.submit(work, n) for n in range(40)]\n"
        "    print(sum(1 for f in futures if f.exception() is None))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert int(done.stdout) < 39
