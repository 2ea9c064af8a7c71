"""A pipeline that nobody reads stops its work; what the work hands over is waited for; what it raises arrives."""

from __future__ import annotations

import threading
import time

import pytest

from pipelines.flow import as_events
from verify.records.cases import Event


def said(number):
    return Event(kind="progress", step="test", current=number)


def run(job):
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            return events, end.value


def test_events_and_result_arrive_in_order():
    def work(teller):
        for number in range(3):
            teller.say(said(number))
        return "done"

    events, result = run(as_events(work))
    assert [e.current for e in events] == [0, 1, 2]
    assert result == "done"


def test_what_the_work_raises_is_raised_at_the_reader():
    def work(teller):
        teller.say(said(1))
        raise KeyError("here")

    with pytest.raises(KeyError, match="here"):
        run(as_events(work))


def test_the_work_stops_when_the_reader_leaves():
    ended = threading.Event()

    def work(teller):
        try:
            while True:
                teller.say(said(1))
                time.sleep(0.01)
        finally:
            ended.set()

    job = as_events(work)
    next(job)
    job.close()
    assert ended.wait(timeout=5)


def test_what_is_handed_over_lives_until_it_was_dealt_with(tmp_path):
    file = tmp_path / "arrival"

    def work(teller):
        teller.say(said(0))
        for _ in range(5):
            file.write_text("here")
            teller.hand_over(said(1))
            file.unlink()

    for event in as_events(work):
        if event.current == 1:
            time.sleep(0.02)
            assert file.exists()
