"""The real commands stopped at random, doubled, on a full or read-only disk: one clear sentence, nothing lost.

Nothing lost or doubled: after the stops, the same command ends, the audit is sound, and `dedup` has each file once and
examined each once.
"""

from __future__ import annotations

import collections
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drawn_clip import draw_clip
from hostile.real_command import run, running_below, start
from verify.archive.audit import audit
from verify.archive.store import CaseFolder

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits are POSIX's")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six clips, all different, one of them twice, and one file that is none."""
    folder = tmp_path_factory.mktemp("clips")
    for seed in range(6):
        draw_clip(folder / f"{seed}.mp4", seed=seed, seconds=2.0, rate=10, size=(160, 120))
    shutil.copyfile(folder / "0.mp4", folder / "again.mp4")
    (folder / "none.mp4").write_text("This is no video.")
    return folder


def stop(process: subprocess.Popen[str], after: float, kind: signal.Signals) -> tuple[int | None, str]:
    """Send a signal after some seconds; return the exit code (None: it had ended before) and stderr."""
    try:
        process.wait(after)
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
        process.send_signal(kind)
    _, err = process.communicate(timeout=90)
    assert "Traceback" not in err and "fault of its own" not in err, err[-3000:]
    until = time.monotonic() + 20
    while (left := running_below(process.pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == [], left
    return (None if ended else process.returncode), err


def sound(case: Path) -> None:
    found = audit(case)
    assert found.faults == (), found.faults


KINDS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
# Each case here costs a start of the command and some work: the short run has one of each kind.
only_full = pytest.mark.skipif(not FULL, reason="in the full run only (FIRSTSEEN_FULL=1)")


@pytest.mark.parametrize("kind", KINDS if FULL else KINDS[1:2], ids=lambda kind: kind.name)
def test_dedup_stopped_at_random_goes_on_and_redoes_nothing(
    clips: Path, tmp_path: Path, kind: signal.Signals, score
) -> None:
    case, chance = tmp_path / "case", random.Random(kind)
    stopped = 0
    for turn in range(12 if FULL else 1):
        with score.case(f"{kind.name} {turn}"):
            code, err = stop(start("dedup", clips, "--case", case), chance.uniform(0.4, 7.0 if FULL else 1.2), kind)
            stopped += code is not None
            if code is not None and kind != signal.SIGKILL:
                assert code in {130, 3}, (code, err)
                assert "Stopped." in err or code == 3, err
            if (case / "library.sqlite").exists() and (case / "custody.jsonl").exists():
                sound(case)
    assert stopped
    code, out, err = run("dedup", clips, "--case", case, "--json")
    assert code == 3, err
    report = json.loads(out)["report"]
    assert sorted(Path(i["target"]).name for i in report["items"]) == [*(f"{n}.mp4" for n in range(6)), "again.mp4"]
    assert [Path(f["target"]).name for f in report["failed"]] == ["none.mp4"]
    sound(case)
    with CaseFolder(case, write=False) as opened:
        targets = collections.Counter(Path(item.target).name for item in opened.items())
        seen = collections.Counter(e.details["sha256"] for e in opened.log.entries() if e.action == "examined")
    assert set(targets.values()) == {1} and len(targets) == 8
    assert set(seen.values()) == {1} and len(seen) == 6


@only_full
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("command", ["check", "story"])
def test_check_and_story_stopped_at_random(
    clips: Path, tmp_path: Path, command: str, kind: signal.Signals, score
) -> None:
    case, chance = tmp_path / "case", random.Random(kind)
    words: list[object] = ["check", clips / "1.mp4", clips / "2.mp4"]
    if command == "story":
        page = tmp_path / "story.md"
        page.write_text("# A story\n\nhttps://t.me/somebody/1\n\nhttps://t.me/somebody/2\n")
        media = tmp_path / "media.csv"
        media.write_text(f"post,file\n1,{clips / '1.mp4'}\n2,{clips / '2.mp4'}\n")
        words = ["story", page, "--media", media]
    for turn in range(6 if FULL else 1):
        with score.case(f"{command} {kind.name} {turn}"):
            code, err = stop(start(*words, "--case", case), chance.uniform(0.5, 6.0), kind)
            if code is not None and kind != signal.SIGKILL:
                assert code in {130, 0, 3}, (code, err)
            if (case / "library.sqlite").exists() and (case / "custody.jsonl").exists():
                sound(case)
    code, _, err = run(*words, "--case", case)
    assert code in {0, 3}, err
    sound(case)
    with CaseFolder(case, write=False) as opened:
        seen = collections.Counter(e.details["sha256"] for e in opened.log.entries() if e.action == "examined")
        assert len(seen) == 2 and set(seen.values()) == {1}


def test_a_second_ctrl_c_leaves_nothing_running(clips: Path, tmp_path: Path) -> None:
    process = start("dedup", clips, "--case", tmp_path / "case")
    time.sleep(2.5)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    stop(process, 60, signal.SIGKILL)
    if (tmp_path / "case" / "custody.jsonl").exists():
        with CaseFolder(tmp_path / "case"):
            pass
        sound(tmp_path / "case")


@only_full
def test_processes_of_the_command_on_one_case(clips: Path, tmp_path: Path, score) -> None:
    """Two `dedup` of one folder at once, and `check` of single files beside them: eight in the full run."""
    case = tmp_path / "case"
    commands: list[list[object]] = [["dedup", clips], ["dedup", clips]]
    commands += [["check", clips / f"{n}.mp4"] for n in range(6 if FULL else 1)]
    running = [start(*words, "--case", case) for words in commands]
    for words, process in zip(commands, running, strict=True):
        with score.case(" ".join(map(str, words))):
            _, err = process.communicate(timeout=400)
            assert "Traceback" not in err and "fault of its own" not in err, err[-3000:]
            assert process.returncode in {0, 3}, err
            assert "locked" not in err
    sound(case)
    with CaseFolder(case, write=False) as opened:
        kept = {item.media.sha256 for item in opened.items()}
        assert len(kept) == 7
        assert len(opened.library.clips()) == 6
        by_dedup = collections.Counter(j.item for j in _jobs(opened) if j.state == "done")
        assert set(by_dedup.values()) == {1}
    originals = [p for p in (case / "originals").rglob("*") if p.is_file()]
    assert len(originals) == 7


def _jobs(case: CaseFolder) -> list:
    rows = case._database.all("SELECT DISTINCT batch FROM jobs")
    return [job for (batch,) in rows for job in case.jobs.all(batch).values()]


@only_full
def test_a_backup_while_the_case_is_in_use(clips: Path, tmp_path: Path, score) -> None:
    case = tmp_path / "case"
    code, _, err = run("check", clips / "0.mp4", "--case", case)
    assert code in {0, 3}, err
    busy = start("dedup", clips, "--case", case)
    for turn in range(4 if FULL else 1):
        with score.case(f"backup {turn}"):
            code, _, err = run("backup", tmp_path / f"backup{turn}", "--case", case)
            assert code == 0, err
            sound(tmp_path / f"backup{turn}")
    busy.communicate(timeout=300)
    sound(case)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of a few megabytes, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def test_a_full_disk_is_one_sentence_and_goes_on_with_more_room(clips: Path, small_disk: Path, score) -> None:
    case, full = small_disk / "case", 0
    for size in range(200, 3000, 200) if FULL else (900,):
        with score.case(f"{size} kB"):
            remount(small_disk, f"size={size}k")
            code, _, err = run("dedup", clips, "--case", case)
            full += "no room" in err.lower()
            assert code in {3, 4}, err
            assert "room" in err or "none.mp4" in err, err
            if (case / "library.sqlite").exists() and (case / "custody.jsonl").exists():
                assert [f for f in audit(case).faults if f.kind != "database"] == []
    assert full >= 1
    remount(small_disk, "size=64m")
    code, out, err = run("dedup", clips, "--case", case, "--json")
    assert code == 3, err
    assert len(json.loads(out)["report"]["items"]) == 7
    sound(case)


@only_full
def test_a_file_size_limit_is_one_sentence(clips: Path, tmp_path: Path, score) -> None:
    for limit in (8_000, 40_000, 90_000, 200_000) if FULL else (40_000,):
        with score.case(str(limit)):
            case = tmp_path / f"case{limit}"
            code, _, err = run(
                "check",
                clips / "1.mp4",
                "--case",
                case,
                preexec=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            )
            assert code in {0, 3, 4}, err
            assert code == 0 or len(err.strip().splitlines()[-1]) > 20
            code, _, err = run("check", clips / "1.mp4", "--case", case)
            assert code == 0, err
            sound(case)


@only_full
def test_a_read_only_disk_is_one_sentence_and_can_still_be_audited(clips: Path, small_disk: Path) -> None:
    remount(small_disk, "size=64m")
    case = small_disk / "case"
    assert run("check", clips / "1.mp4", "--case", case)[0] == 0
    remount(small_disk, "ro")
    code, _, err = run("check", clips / "2.mp4", "--case", case)
    assert code == 4
    assert "not allowed" in err or "read-only" in err.lower(), err
    code, out, _ = run("audit", case)
    assert code == 0, out
    remount(small_disk, "rw")


def test_control_a_copy_killed_half_way_leaves_half_a_file(tmp_path: Path) -> None:
    """What a plain script leaves when it is stopped: a file under its final name that is not whole."""
    source, to = tmp_path / "from", tmp_path / "to"
    source.write_bytes(bytes(64 << 20))
    script = (
        "import sys, time\n"
        "with open(sys.argv[1], 'rb') as a, open(sys.argv[2], 'wb') as b:\n"
        "    while d := a.read(1 << 20):\n"
        "        b.write(d); b.flush(); time.sleep(0.02)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(source), str(to)])
    while not to.exists() or to.stat().st_size < 1 << 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert 0 < to.stat().st_size < source.stat().st_size
