"""Several processes search as one does: the same matches, kept in the same order, whatever becomes of the processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from matching.conftest import fingerprints, room, take
from pipelines import dedup, searching
from pipelines.flow import result_of
from pipelines.options import Options
from pipelines.session import Session
from verify.archive.shelf import Clip
from verify.settings import Settings


@pytest.fixture(scope="module")
def shelf():
    """Ten clips of two rooms, some of them parts of others, and one without a picture; a few share their sound."""
    first, second = take(room(1), 1, 12.0), take(room(2), 1, 12.0)
    pictures = {
        "source": first,
        "trimmed": first[16:72],
        "again": first[30:],
        "mirrored": [x[:, ::-1].copy() for x in first],
        "same room": take(room(1), 9),
        "other": second,
        "other trimmed": second[8:60],
        "both": first[:40] + second[:40],
    }
    return {name: fingerprints(shown) for name, shown in pictures.items()} | {"nothing": {}}


def kept(path, shelf, workers, monkeypatch, pays=0.0, ask=None):
    """Search all clips of a new case; return what is kept of it, what was found, and how many processes helped."""
    begun = []

    class Helpers(searching._Helpers):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            begun.append(self)

        def ask(self, task):
            if ask is not None:
                ask(self)
            return super().ask(task)

    with (
        monkeypatch.context() as patch,
        Session(Options(case=path, settings=Settings(workers=workers))) as session,
    ):
        patch.setattr(searching, "PAYS", pays)
        patch.setattr(searching, "_Helpers", Helpers)
        for name, prints in shelf.items():
            session.case.library.add(Clip(sha256=name), prints.values())
        found = result_of(dedup._compare(session, list(shelf)))
        database = session.case.library._database
        rows = [database.all(f"SELECT * FROM {table} ORDER BY rowid") for table in ("matches", "searches")]
    return rows, found, begun


def test_found_and_kept_is_the_same(tmp_path, shelf, monkeypatch):
    one = kept(tmp_path / "one", shelf, 1, monkeypatch)
    several = kept(tmp_path / "several", shelf, 3, monkeypatch)
    assert not one[2]
    assert several[2][0].count == 3
    assert len(one[1]) >= 8
    assert one[:2] == several[:2]


def test_processes_that_are_killed_cost_nothing_but_their_help(tmp_path, shelf, monkeypatch):
    def kill(helpers):
        for process in helpers._processes:
            process.kill()

    one = kept(tmp_path / "one", shelf, 1, monkeypatch)
    killed = kept(tmp_path / "killed", shelf, 2, monkeypatch, ask=kill)
    assert killed[2]
    assert one[:2] == killed[:2]


def test_few_clips_start_no_process(tmp_path, shelf, monkeypatch):
    assert not kept(tmp_path / "case", shelf, 4, monkeypatch, pays=60.0)[2]


def test_no_process_is_left_behind(tmp_path, shelf, monkeypatch):
    processes = []
    monkeypatch.setattr(searching, "PAYS", 0.0)
    with Session(Options(case=tmp_path / "case", settings=Settings(workers=2))) as session:
        for name, prints in shelf.items():
            session.case.library.add(Clip(sha256=name), prints.values())
        job = dedup._compare(session, list(shelf))
        for event in job:  # until processes help; then nobody reads on
            if event.current == 3:
                break
        searches = job.gi_frame.f_locals["searches"]
        processes = list(searches._helpers._processes)
        job.close()
        assert processes
        assert all(process.poll() is not None for process in processes)
        done = session.case.library._database.all("SELECT sha256 FROM searches")
        assert {name for (name,) in done} == set(list(shelf)[:3])


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX")
def test_a_process_ends_with_the_one_who_asked(tmp_path, shelf):
    with Session(Options(case=tmp_path / "case")) as session:
        session.case.library.add(Clip(sha256="source"), shelf["source"].values())
    command = [sys.executable, "-P", "-m", "pipelines.searcher", str(tmp_path / "case" / "library.sqlite"), "1000000"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.close()
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.stdout.close()
    assert process.poll() == 0
