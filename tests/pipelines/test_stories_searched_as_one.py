"""A story and a bundle are searched by several processes as by one: what is found and kept is the same."""

from __future__ import annotations

import shutil

import pytest

from drawn_clip import draw_clip
from pipelines import searching, sharing
from pipelines.options import Options
from pipelines.story import story
from verify.archive.store import CaseFolder
from verify.settings import Settings

COPY = b"\0\0\0\x10free" + b"another "  # other bytes, the same pictures


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A story of five posts, and the files given for them: two clips, two copies of one, one of the other."""
    folder = tmp_path_factory.mktemp("story")
    files = []
    for seed in (1, 2):
        draw_clip(folder / f"{seed}.mp4", seed=seed)
        files.append(folder / f"{seed}.mp4")
    for name, of, times in (("3", 0, 1), ("4", 0, 2), ("5", 1, 1)):
        files.append(folder / f"{name}.mp4")
        files[-1].write_bytes(files[of].read_bytes() + COPY * times)
    (folder / "story.md").write_text("\n\n".join(f"https://t.me/channel/{n}" for n in range(1, 6)))
    rows = [f"https://t.me/channel/{n},{path.name}" for n, path in enumerate(files, 1)]
    (folder / "media.csv").write_text("\n".join(["post,file", *rows]))
    return folder


def kept(case):
    """Return what a case holds of its searches, in the order in which it was kept."""
    with CaseFolder(case, write=False) as opened:
        database = opened.library._database
        return [database.all(f"SELECT * FROM {table} ORDER BY rowid") for table in ("matches", "searches")]


@pytest.fixture(scope="module")
def examined(tmp_path_factory, told):
    """A case in which the clips were examined, one after the other, and nothing was searched yet."""
    case = tmp_path_factory.mktemp("examined") / "case"
    options = Options(case=case, formats=("json",), settings=Settings(workers=1))
    job = story(str(told / "story.md"), options, media=told / "media.csv")
    for event in job:
        if event.step == "compare":
            break
    job.close()
    assert kept(case) == [[], []]
    return case


@pytest.fixture(scope="module")
def looks(tmp_path_factory, told, examined):
    """Look at the story with one process and with three; return case, report, events and what helped, of each."""
    found = []
    for workers in (1, 3):
        case = tmp_path_factory.mktemp("case") / "case"
        shutil.copytree(examined, case)
        with pytest.MonkeyPatch.context() as patch:
            begun = watched(patch)
            options = Options(case=case, formats=("json",), settings=Settings(workers=workers))
            events, result = read(story(str(told / "story.md"), options, media=told / "media.csv"))
        found.append((case, result.report, events, begun))
    return found


def watched(patch):
    """Let processes be started for any search, and return the list of those that are."""
    begun = []

    class Helpers(searching._Helpers):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            begun.append(self)

    patch.setattr(searching, "PAYS", 0.0)
    patch.setattr(searching, "_Helpers", Helpers)
    return begun


def read(job):
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            return events, end.value


def test_the_story_is_the_same(looks):
    (one, alone, _, none), (several, helped, _, begun) = looks
    assert not none
    assert begun[0].count == 3
    assert sorted(len(r.recording.members) for r in alone.recordings) == [2, 3]
    assert kept(one) == kept(several)
    assert [r.recording.members for r in alone.recordings] == [r.recording.members for r in helped.recordings]
    for part in ("matches", "links", "counts", "montages", "not_established"):
        assert getattr(alone, part) == getattr(helped, part)


def test_progress_is_told_clip_by_clip(looks):
    for _, _, events, _ in looks:
        told = [e for e in events if e.step == "compare" and e.kind == "progress"]
        assert [(e.current, e.total) for e in told] == [(n, 5) for n in range(5)]


def test_a_story_that_is_stopped_leaves_no_process(tmp_path, told, examined, looks, monkeypatch):
    begun = watched(monkeypatch)
    again = tmp_path / "case"
    shutil.copytree(examined, again)
    job = story(
        str(told / "story.md"),
        Options(case=again, formats=("json",), settings=Settings(workers=2)),
        media=told / "media.csv",
    )
    for event in job:  # until processes help; then it is stopped as Ctrl-C stops it
        if event.step == "compare" and event.current == 3:
            break
    with pytest.raises(KeyboardInterrupt):
        job.throw(KeyboardInterrupt)
    processes = begun[0]._processes
    assert processes
    assert all(process.poll() is not None for process in processes)
    done = kept(again)[1]
    assert done
    assert done == kept(looks[0][0])[1][: len(done)]


def test_a_bundle_is_brought_in_the_same(tmp_path, examined, looks, monkeypatch):
    theirs = tmp_path / "theirs.zip"
    sharing.bundle(Options(case=looks[0][0]), theirs)
    found = []
    for workers in (1, 3):
        case = tmp_path / f"ours-{workers}"
        shutil.copytree(examined, case)
        with monkeypatch.context() as patch:
            begun = watched(patch)
            events, what = read(sharing.bring(Options(case=case, settings=Settings(workers=workers)), theirs))
        assert [helpers.count for helpers in begun] == ([3] if workers > 1 else [])
        assert [e.current for e in events if e.step == "compare" and e.kind == "progress"] == list(range(5))
        found.append((kept(case), what["examined"]))
    assert found[0][0][0]
    assert found[0] == found[1]
