"""An error names the address it is about once, and says what was wrong there, not what our own guard answered."""

from __future__ import annotations

import contextlib
import socket

import pytest

from pipelines.commandline.progress import follow_plainly
from verify.errors import NetworkError
from verify.records.cases import Event
from verify.settings import Settings
from verify.sources.egress import Guard
from verify.sources.outcomes import explain
from verify.sources.submit import submit


@pytest.fixture
def dead() -> str:
    """Return `127.0.0.1:port` of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def guard_after_a_try(host: str, port: int, allowed: str) -> Guard:
    guard = Guard(Settings(allow_hosts=(allowed,)))
    with contextlib.suppress(NetworkError):
        guard.connect(host, port)
    return guard


def test_a_server_that_is_not_there_is_named_once(dead: str) -> None:
    host, _, port = dead.partition(":")
    message = explain(f"http://{dead}/post/1", [], guard_after_a_try(host, int(port), dead)).message
    assert message == f"http://{dead}/post/1 cannot be fetched: it does not answer (connection refused)."


def test_another_server_that_the_address_leads_to_keeps_its_name(dead: str) -> None:
    host, _, port = dead.partition(":")
    message = explain("https://site.example/post/1", [], guard_after_a_try(host, int(port), dead)).message
    assert f"cannot be fetched: {dead} does not answer" in message


def test_a_name_that_nobody_knows_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    guard = Guard(Settings())
    monkeypatch.setattr(guard, "_resolve", unknown)
    with contextlib.suppress(NetworkError):
        guard.connect("nowhere.invalid", 443)
    message = explain("https://nowhere.invalid/x", [], guard).message
    assert message == "https://nowhere.invalid/x cannot be fetched: its server's name is not known."


def test_the_line_of_a_failure_does_not_repeat_the_address() -> None:
    def job():
        yield Event(kind="failed", step="acquire", target="http://a.example/1", message="http://a.example/1 is gone.")
        yield Event(kind="failed", step="examine", target="clip.mp4", message="It cannot be read.")

    said: list[str] = []
    follow_plainly(job(), said.append)
    assert said == ["http://a.example/1 is gone.", "clip.mp4: It cannot be read."]


def test_a_time_stamp_that_cannot_be_had_says_why_and_not_what_our_guard_answered(dead: str) -> None:
    with pytest.raises(NetworkError) as caught:
        submit(f"http://{dead}/tsa", b"question", "application/timestamp-query", Settings(allow_hosts=(dead,)))
    told = caught.value.message.replace(dead, "")  # the port may be 55023
    assert "502" not in told and "connection refused" in told
    assert caught.value.message.count(dead) == 1
