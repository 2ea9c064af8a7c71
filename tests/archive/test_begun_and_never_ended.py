"""A batch that died goes on: what is done stays done, what killed it is given up after a few times."""

from __future__ import annotations

from verify.archive.jobs import ATTEMPTS
from verify.archive.store import CaseFolder
from verify.records.cases import FailedItem


def test_done_stays_done_and_a_changed_file_is_done_again(case: CaseFolder) -> None:
    jobs = case.jobs
    jobs.open("batch", {"a": "1", "b": "1", "c": "1"})
    jobs.begin("batch", "a")
    jobs.done("batch", "a", "item", "f" * 64)
    jobs.failed("batch", "b", FailedItem(target="b", kind="not-found", reason="gone"))
    again = jobs.open("batch", {"c": "1", "a": "1", "b": "1"})
    assert [(j.target, j.state) for j in again] == [("c", "waiting"), ("a", "done"), ("b", "waiting")]
    assert again[1].item == "item"
    (changed,) = jobs.open("batch", {"a": "2"})
    assert (changed.state, changed.item) == ("waiting", "")
    assert jobs.open("another batch", {"a": "1"})[0].state == "waiting"


def test_what_kills_the_run_every_time_is_given_up(case: CaseFolder) -> None:
    for attempt in range(ATTEMPTS):
        (job,) = case.jobs.open("batch", {"poison": ""})
        assert (job.state, job.attempts) == ("waiting", attempt)
        case.jobs.begin("batch", "poison")
    (job,) = case.jobs.open("batch", {"poison": ""})
    assert job.state == "failed"
    assert job.failure is not None
    assert "died on it" in job.failure.reason


def test_an_item_that_was_kept_before_the_kill_is_not_kept_again(case: CaseFolder, clip) -> None:
    case.jobs.open("batch", {"page": ""})
    case.jobs.begin("batch", "page")
    job = ("batch", "page")
    first = case.add_item("page", [clip(b"first", "1.mp4")], job=job)
    case.jobs.open("batch", {"page": ""})  # the run died here, and begins again
    case.jobs.begin("batch", "page")
    assert case.add_item("page", [clip(b"first", "1.mp4")], job=job) == first
    second = case.add_item("page", [clip(b"second", "2.mp4")], job=job)
    case.jobs.done("batch", "page", f"{first.id} {second.id}", second.media.sha256)
    assert [i.id for i in case.items()] == [first.id, second.id]
    assert case.jobs.all("batch")["page"].item.split() == [first.id, second.id]
