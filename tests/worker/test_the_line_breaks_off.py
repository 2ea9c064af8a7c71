"""A nursery that falls silent, at its start or later, leaves nobody waiting."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from verify import line

# Its answers end before it does: what is sent to it then is still taken, and never read.
SILENT = "import os, sys, time; os.close(1); time.sleep(30)"
READY_THEN_SILENT = (
    "import os, sys, time; print('{\"ready\": 1}', flush=True); time.sleep(1); os.close(1); time.sleep(30)"
)
NEVER_READY = "import time; time.sleep(30)"


@pytest.fixture
def lines(monkeypatch):
    """`lines(program)`: a line to a nursery that is this program; ended with the test."""
    opened = []

    def begin(program):
        def start(arguments, chatter):
            return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=chatter, start_new_session=True)  # fmt: skip

        monkeypatch.setattr(line, "start", start)
        monkeypatch.setattr(line, "GRACE", 1.0)
        opened.append(line.Line())
        return opened[-1]

    yield begin
    for one in opened:
        one.end()


@pytest.mark.parametrize("program", [SILENT, READY_THEN_SILENT])
def test_an_order_to_a_silent_nursery_is_lost_at_once(lines, program):
    one = lines(program)
    began = time.monotonic()
    assert "lost" in one.order({"function": "a:b"}, 25.0)
    assert "lost" in one.order({"function": "a:b"}, 25.0)
    assert time.monotonic() - began < 15


def test_who_waits_is_let_go_when_the_line_is_ended(lines):
    one = lines("print('{\"ready\": 1}', flush=True); import time; time.sleep(30)")
    reports = []
    waiting = threading.Thread(target=lambda: reports.append(one.order({"function": "a:b"}, 25.0)))
    waiting.start()
    time.sleep(0.5)
    began = time.monotonic()
    one.end()
    waiting.join(15)
    assert not waiting.is_alive()
    assert "lost" in reports[0]
    assert time.monotonic() - began < 15


def test_a_nursery_that_does_not_start_is_given_up(lines, monkeypatch):
    monkeypatch.setattr(line, "START", 0.5)
    assert "lost" in lines(NEVER_READY).order({"function": "a:b"}, 25.0)
