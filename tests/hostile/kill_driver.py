"""Kills a writer at chosen lines and looks at what is left; run as a program by `kills_test.py`.

    kill_driver.py WRITER FOLDER FIRST STEP

One child a kill point, forked from a process that has everything loaded. WRITER is `case` (ours), `stopped` (ours,
stopped by Ctrl-C instead of killed) or `log_first` (the control: the record before the file). Prints one JSON line:
points, and what was wrong at which.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a program: `archive` is a folder of tests

import verify.archive
from archive.made_up import Came, examination, fingerprint
from verify.archive import durable
from verify.archive.audit import audit
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import LOG
from verify.archive.store import CaseFolder
from verify.records.findings import Decision

Say = Callable[[str], None]
OURS = str(Path(verify.archive.__file__).parent)
RECEIVED, WORKING = b"as received" * 9000, b"working copy" * 9000


def write_case(root: Path, material: Path, say: Say) -> None:
    """Do everything once that a check writes; `say` is told of each thing when its call has returned."""
    with CaseFolder(root, by="killed@here") as case:
        received = Came(path=material / "received.mp4", name="received.mp4")
        working = Came(path=material / "working.mp4", role="working copy", made_from=(received.path,))
        item = case.add_item("https://example.org/1", [received, working])
        say(f"item {item.id}")
        case.save_examination(item, examination(item.media.sha256, material, 2), material, [fingerprint(1)])
        say(f"examined {item.media.sha256}")
        case.library.save_matches(item.media.sha256, [], "pdq/1", case.library.generation())
        say("searched")
        case.save_report(item.id, "report.html", b"<p>a report")
        say(f"report {item.id}")
        case.library.decide(Decision(subject=item.id, category="c", by="a person", note="", at="2026-01-01T00:00:00Z"))
        say("decided")
    say("closed")


def write_log_first(root: Path, material: Path, say: Say) -> None:
    """The control: what many tools do, first the record, then the file."""
    with closing(Database(root / "library.sqlite")) as database:
        for name in ("received.mp4", "working.mp4"):
            sha256, size = durable.digest(material / name)
            path = f"originals/{sha256[:2]}/{sha256}"
            with database.transaction() as connection:
                file = {"path": path, "sha256": sha256, "size": size}
                entry = Log(database, by="control").append("file kept", name, {"files": [file]})
                connection.execute("INSERT INTO files VALUES (?, ?, ?, '', ?)", (path, sha256, size, entry.number))
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            data = (material / name).read_bytes()
            with (root / path).open("wb") as copy:
                for start in range(0, len(data), 8192):
                    copy.write(data[start : start + 8192])
                    copy.flush()
            say(f"kept {sha256}")


def killed_after(lines: int, traced: Callable[[str], bool], work: Callable[[Say], None], said: int, stop: bool) -> None:
    """Run `work` in this (child) process, and die by SIGKILL when `lines` traced lines were begun; 0: never.

    With `stop`, Ctrl-C is pressed instead.
    """
    count = 0

    def at_line(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            if count == lines and stop:
                raise KeyboardInterrupt
            if count == lines:
                os.kill(os.getpid(), signal.SIGKILL)
        return at_line

    def at_call(frame: FrameType, event: str, argument: Any) -> Any:
        return at_line if traced(frame.f_code.co_filename) else None

    code = 0
    try:
        sys.settrace(at_call)
        work(lambda text: void(os.write(said, f"{text}\n".encode())))
        sys.settrace(None)
        os.write(said, f"lines {count}\n".encode())
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        sys.settrace(None)
        traceback.print_exc()
        code = 1
    os._exit(code)


def void(_: object) -> None:
    return None


def run_killed(
    lines: int, traced: Callable[[str], bool], work: Callable[[Say], None], stop: bool
) -> tuple[list[str], int]:
    """Fork, run, and return what the child said and its exit status."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        killed_after(lines, traced, work, write, stop)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read().splitlines()
    return said, os.waitpid(child, 0)[1]


def wrong_with_case(root: Path, said: list[str], material: Path) -> list[str]:
    """Return what is wrong after a kill: before the case is opened again, after that, and after doing it all again."""
    wrong = []
    if (root / "library.sqlite").exists() and _begun(root):
        wrong += [f"before opening: {f.sentence}" for f in audit(root).faults]
    with CaseFolder(root, by="checker@here") as case:
        items = {item.id for item in case.items()}
        for word, _, subject in (line.partition(" ") for line in said):
            if word == "item" and subject not in items:
                wrong.append(f"lost item {subject}")
            if word == "examined" and not case.examined(subject, {"pdq": 1}):
                wrong.append(f"lost examination of {subject}")
            if word == "report" and not (case.item_folder(subject) / "report.html").is_file():
                wrong.append(f"lost report of {subject}")
            if word == "decided" and len(case.library.decisions()) != 1:
                wrong.append("lost decision")
        if len(items) > 1:
            wrong.append(f"doubled item: {len(items)}")
    wrong += _leftovers(root)
    write_case(root, material, void)
    originals = [p for p in (root / "originals").rglob("*") if p.is_file()]
    if len(originals) != 2:
        wrong.append(f"{len(originals)} originals instead of 2")
    return wrong + _leftovers(root)


def _begun(root: Path) -> bool:
    database = Database(root / "library.sqlite")
    try:
        return Log(database).head().entries > 0
    finally:
        database.close()


def _leftovers(root: Path) -> list[str]:
    wrong = [f"after opening: {f.sentence}" for f in audit(root).faults]
    names = {p.relative_to(root).as_posix() for p in (root / "tmp").rglob("*")}
    wrong += [f"leftover {name}" for name in sorted(names - {"tmp/log.lock", "tmp/numbers.lock", "tmp/sweep.lock"})]
    database = Database(root / "library.sqlite", write=False)
    try:
        if (root / LOG).read_text(encoding="utf-8") != "".join(f"{line}\n" for line in Log(database).lines()):
            wrong.append(f"{LOG} is not the log")
    finally:
        database.close()
    return wrong


def wrong_with_control(root: Path, said: list[str], material: Path) -> list[str]:
    """Return what an audit says of what the control left."""
    return [f.sentence for f in audit(root).faults if f.where.startswith("originals/")]


def main() -> None:
    writer, folder, first, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    work, look = (write_log_first, wrong_with_control) if writer == "log_first" else (write_case, wrong_with_case)
    material = folder / "material"
    material.mkdir()
    (material / "received.mp4").write_bytes(RECEIVED)
    (material / "working.mp4").write_bytes(WORKING)

    def traced(name: str) -> bool:
        return name == __file__ if writer == "log_first" else name.startswith(OURS)

    def attempt(lines: int) -> tuple[list[str], int, Path]:
        root = folder / f"{lines:06d}"
        if writer == "log_first":
            CaseFolder(root).close()
            (root / LOG).unlink()
        said, status = run_killed(lines, traced, lambda say: work(root, material, say), writer == "stopped")
        return said, status, root

    said, status, root = attempt(0)
    assert status == 0, said
    total = int(said.pop().split()[1])
    clean = look(root, said, material)
    assert not clean, clean
    shutil.rmtree(root)
    points, wrong = 0, {}
    for lines in range(first, total + 1, step):
        said, status, root = attempt(lines)
        # A stop inside a clean-up that must not fail is taken as that clean-up failing; the run then goes on.
        assert os.WIFSIGNALED(status) or (writer == "stopped" and os.WEXITSTATUS(status) in {0, 130}), (lines, status)
        points += 1
        if found := look(root, said, material):
            wrong[lines] = found
        shutil.rmtree(root)
    print(json.dumps({"lines": total, "points": points, "wrong": wrong}))


if __name__ == "__main__":
    main()
