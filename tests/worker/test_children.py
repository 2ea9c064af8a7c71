"""A child that crashes, hangs, floods or lies ends as one clear error; nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from verify.errors import DecoderCrashError, FirstseenError, LimitError, MediaError, UnreadableMediaError
from verify.settings import MIB, Settings
from verify.worker import Workers
from worker.tricks import TRICKS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

SETTINGS = Settings(
    workers=2,
    worker_memory=1024 * MIB,
    worker_wall_seconds=30,
    worker_cpu_seconds=30,
    worker_file_size=8 * MIB,
)


@pytest.fixture(scope="module")
def tricks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Put a module of misbehaving functions where the nursery finds it, and return its name."""
    folder = tmp_path_factory.mktemp("tricks")
    (folder / "firstseen_tricks.py").write_text(TRICKS, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(folder)
    yield "firstseen_tricks"
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def workers(tricks: str) -> Workers:
    """One nursery for the tests that do not harm it."""
    with Workers(SETTINGS) as found:
        found.run(f"{tricks}:echo", {}, Path(os.devnull).parent / "shm" / f"firstseen-{os.getpid()}")
        yield found


def gone(number: int, within: float = 5.0) -> bool:
    """Return whether the process is gone (or a zombie nobody has waited for yet) within some seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_arguments_and_result_travel(workers: Workers, tricks: str, tmp_path: Path) -> None:
    answer = workers.run(f"{tricks}:echo", {"a": [1, "é", None]}, tmp_path)
    assert answer["given"] == {"a": [1, "é", None]}
    assert answer["pid"] != os.getpid()
    assert list(tmp_path.iterdir()) == []
    assert workers.usage is not None and workers.usage.memory > 1 << 20


@pytest.mark.parametrize(
    ("trick", "kind", "words"),
    [
        ("crash", DecoderCrashError, "SIGSEGV"),
        ("overrun", DecoderCrashError, "SIGSEGV"),
        ("flood", LimitError, "memory"),
        ("fill", LimitError, "larger than"),
        ("raises", LimitError, "A named error."),
        ("bug", DecoderCrashError, "KeyError: 'no such key'"),
        ("forge", DecoderCrashError, "no words"),
        ("nonsense", DecoderCrashError, "no words"),
        ("open_many", DecoderCrashError, "Too many open files"),
    ],
)
def test_each_bad_end_is_named(
    workers: Workers, tricks: str, tmp_path: Path, trick: str, kind: type[MediaError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        workers.run(f"{tricks}:{trick}", {}, tmp_path)
    assert type(caught.value) is kind
    assert words in caught.value.message, caught.value.message
    assert "Traceback" not in caught.value.message
    assert workers.run(f"{tricks}:echo", {}, tmp_path)["given"] == {}  # the next file is examined as ever


@pytest.mark.parametrize("trick", ["hang", "hang_with_a_child"])
def test_a_hang_ends_at_the_wall_clock_with_its_children(tricks: str, tmp_path: Path, trick: str) -> None:
    with Workers(replace(SETTINGS, worker_wall_seconds=2)) as workers:
        workers.run(f"{tricks}:echo", {}, tmp_path)
        begun = time.monotonic()
        with pytest.raises(LimitError, match="longer than 2 seconds"):
            workers.run(f"{tricks}:{trick}", {}, tmp_path)
        assert time.monotonic() - begun < 25  # the usual wall clock is 30
        assert gone(int((tmp_path / "pid").read_text(encoding="ascii")))


def test_a_busy_loop_ends_at_the_processor_limit(tricks: str, tmp_path: Path) -> None:
    with Workers(replace(SETTINGS, worker_cpu_seconds=1)) as workers, pytest.raises(LimitError, match="processor time"):
        workers.run(f"{tricks}:spin", {}, tmp_path)


def test_what_a_child_started_ends_with_it(workers: Workers, tricks: str, tmp_path: Path) -> None:
    assert gone(workers.run(f"{tricks}:leave_a_child", {}, tmp_path))


def test_links_and_pipes_left_behind_are_removed(workers: Workers, tricks: str, tmp_path: Path) -> None:
    assert workers.run(f"{tricks}:links", {}, tmp_path) == "done"
    assert [p.name for p in tmp_path.rglob("*")] == ["keyframes"]
    assert Path("/etc/passwd").exists()


def test_what_libraries_print_reaches_nobody(
    workers: Workers, tricks: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert workers.run(f"{tricks}:shout", {}, tmp_path) == 1
    assert capfd.readouterr() == ("", "")
    assert workers.run(f"{tricks}:echo", {}, tmp_path)["given"] == {}  # and a forged report is not believed


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_holds_no_pipe_of_ours(workers: Workers, tricks: str, tmp_path: Path) -> None:
    assert not [
        name for name in workers.run(f"{tricks}:descriptors", {}, tmp_path) if name.startswith(("pipe", "socket"))
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux")
def test_a_child_has_no_network(workers: Workers, tricks: str, tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = workers.run(f"{tricks}:connect", {"port": port}, tmp_path)
        socket.create_connection(("127.0.0.1", port), 2).close()  # the control: the address does answer
    if found == "connected":
        pytest.skip("this system grants no network namespace")
    assert "unreachable" in found or "refused" in found or "ermission" in found


def test_a_child_changes_nothing_outside_its_folder(workers: Workers, tricks: str, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("as received", encoding="ascii")
    out, target = tmp_path / "out", str(tmp_path / "evidence")
    if workers.run(f"{tricks}:write_elsewhere", {"path": str(tmp_path / "new")}, out) == "written":
        pytest.skip("this system has no Landlock")
    assert "ermission" in workers.run(f"{tricks}:write_elsewhere", {"path": target}, out)
    assert "ermission" in workers.run(f"{tricks}:remove_elsewhere", {"path": target}, out)
    assert workers.run(f"{tricks}:write_elsewhere", {"path": str(out / "mine")}, out) == "written"  # the control
    assert workers.run(f"{tricks}:temporary", {}, out)
    assert Path(target).read_text(encoding="ascii") == "as received"


def test_the_nursery_dying_costs_only_the_file_in_work(tricks: str, tmp_path: Path) -> None:
    with Workers(SETTINGS) as workers:
        failures: list[FirstseenError] = []

        def victim() -> None:
            try:
                workers.run(f"{tricks}:hang", {}, tmp_path / "a")
            except FirstseenError as error:
                failures.append(error)

        thread = threading.Thread(target=victim)
        thread.start()
        mark = tmp_path / "a" / "pid"
        while not (mark.exists() and mark.read_text(encoding="ascii")):
            time.sleep(0.02)
        child = int(mark.read_text(encoding="ascii"))
        os.kill(parent_of(child), signal.SIGKILL)
        thread.join(20)
        assert [type(f) for f in failures] == [DecoderCrashError]
        assert gone(child)
        assert workers.run(f"{tricks}:echo", {}, tmp_path / "b")["given"] == {}


def parent_of(number: int) -> int:
    """Return the parent of a process."""
    return int(Path(f"/proc/{number}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])


# A run started in the background of a shell would ignore Ctrl-C.
SCRIPT = """
import signal
import sys
from pathlib import Path
from verify.worker import Workers
from verify.settings import Settings
signal.signal(signal.SIGINT, signal.default_int_handler)
with Workers(Settings(workers=1)) as workers:
    workers.run("firstseen_tricks:hang", {}, Path(sys.argv[1]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_orphans_however_the_run_ends(tricks: str, tmp_path: Path, number: int) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(Path(__file__).parents[2])])},
    )
    try:
        mark = tmp_path / "pid"
        while not (mark.exists() and mark.read_text(encoding="ascii")):
            assert run.poll() is None
            time.sleep(0.02)
        child = int(mark.read_text(encoding="ascii"))
        nursery = parent_of(child)
        run.send_signal(number)
        run.wait(20)
        assert gone(child)
        assert gone(nursery)
    finally:
        run.kill()


def test_several_threads_share_the_slots(workers: Workers, tricks: str, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(workers.run, f"{tricks}:echo", {"n": n}, tmp_path / str(n)) for n in range(24)]
        assert [job.result()["given"]["n"] for job in jobs] == list(range(24))


def test_a_fresh_interpreter_does_the_same(tricks: str, tmp_path: Path) -> None:
    with Workers(SETTINGS, fresh=True) as workers:
        assert workers.run(f"{tricks}:echo", {"a": 1}, tmp_path)["given"] == {"a": 1}
        with pytest.raises(DecoderCrashError, match="SIGSEGV"):
            workers.run(f"{tricks}:crash", {}, tmp_path)
        with pytest.raises(UnreadableMediaError, match="empty"):
            (tmp_path / "x").touch()
            workers.examine(tmp_path / "x", tmp_path / "out")


def test_closing_twice_and_using_again_is_fine(tricks: str, tmp_path: Path) -> None:
    workers = Workers(SETTINGS)
    workers.close()
    assert workers.run(f"{tricks}:echo", {}, tmp_path)["given"] == {}
    workers.close()
    workers.close()


def test_the_doctor_says_what_a_worker_really_got() -> None:
    """The row is asked of a worker that is started for it; the words are those a report prints."""
    from pipelines.doctor import examine_installation
    from verify.worker import probe

    reached = probe()
    assert "own process" in reached and any(part.startswith("limits on") for part in reached)
    row = next(row for row in examine_installation() if row[0] == "isolation")
    assert row[2].startswith("; ".join(reached))
    assert (row[1] == "ok") == ("Not here" not in row[2])


def test_the_doctor_says_what_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.doctor import examine_installation
    from verify import worker

    monkeypatch.setattr(worker, "probe", lambda: ("own process", "limits on memory"))
    row = next(row for row in examine_installation() if row[0] == "isolation")
    assert row[1] == "weak"
    assert "a wall to the network" in row[2] and "a limit on memory" not in row[2]


def test_control_a_plain_process_does_what_a_worker_may_not(tricks: str, tmp_path: Path) -> None:
    """The same functions outside a worker: they connect, write elsewhere, open what they like and take the process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = (
            f"import {tricks} as t; from pathlib import Path; out = Path({str(tmp_path)!r})\n"
            f"print(t.connect(out=out, port={port}), t.write_elsewhere(out=out, path={str(tmp_path / 'x')!r}))\n"
            "print(t.open_many(out=out), flush=True)\n"
            "t.overrun(out=out)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["connected", "written", "500"]
    assert done.returncode == -signal.SIGSEGV
