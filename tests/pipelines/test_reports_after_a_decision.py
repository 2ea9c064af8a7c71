"""What a person decided stands in the reports: those there are, those made by checking again, and their markup."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli import main
from verify.archive.audit import audit

SETTINGS = """publisher = "The Paper"
publisher_url = "https://paper.example/"
publication_url = "https://paper.example/story"
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, clip):
    """A folder with a clip and a smaller copy, and a case in which each was checked and both were searched together."""
    import av

    folder = tmp_path_factory.mktemp("prepared")
    with av.open(str(clip)) as source, av.open(str(folder / "copy.mp4"), "w") as out:
        video = out.add_stream("mpeg4", rate=15)
        video.width, video.height, video.pix_fmt, video.bit_rate = 240, 180, "yuv420p", 500_000
        for frame in source.decode(video=0):
            out.mux(video.encode(frame.reformat(240, 180)))
        out.mux(video.encode(None))
    (folder / "own.toml").write_text(SETTINGS)
    files, case = [str(clip), str(folder / "copy.mp4")], ["--case", str(folder / "case")]
    assert main(["check", *files, "--what", "a room in a house", "--settings", str(folder / "own.toml"), *case]) == 0
    assert main(["dedup", *files, *case]) == 0
    return folder


@pytest.fixture
def looked(prepared, tmp_path, capsys, monkeypatch):
    """What runs the command in a copy of the prepared folder, the case, and the checked items by name of file."""
    shutil.copytree(prepared, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    case = tmp_path / "here" / "case"

    def run(*words, expect=0):
        capsys.readouterr()
        assert main([*map(str, words), "--case", str(case)]) == expect
        return capsys.readouterr().out

    checked = [p.parent for p in (case / "items").glob("*/report.json")]
    items = {json.loads((p / "item.json").read_text())["media"]["name"]: p.name for p in checked}
    return run, case, items


def report(case, item, ending="json"):
    return (case / "items" / item / f"report.{ending}").read_text()


def test_a_category_is_in_page_record_and_markup_at_once_and_the_older_ones_stay(looked, clip):
    run, case, items = looked
    item = items[clip.name]
    before = report(case, item)
    told = run("decide", item, "--category", "OriginalMediaContent", "--by", "A. Editor", "--note", "I filmed it")
    assert str(case / "items" / item / "report.html") in told
    assert all(words in report(case, item, "html") for words in ("OriginalMediaContent", "A. Editor", "I filmed it"))
    (decision,) = json.loads(report(case, item))["case"]["decisions"]
    assert (decision["by"], decision["note"], decision["category"]) == (
        "A. Editor",
        "I filmed it",
        "OriginalMediaContent",
    )
    (review,) = json.loads(report(case, item, "jsonld"))["@graph"]
    assert review["editor"]["name"] == "A. Editor" and review["reviewBody"] == "I filmed it"
    assert review["datePublished"] == decision["at"]
    kept = sorted((case / "items" / item / "reports").glob("*.json"))
    assert kept[0].read_text() == before and len(kept) == 2
    assert audit(case).faults == ()


def test_a_file_checked_again_is_another_item_and_still_decided(looked, clip):
    run, case, items = looked
    run("decide", items[clip.name], "--category", "OriginalMediaContent", "--by", "A. Editor")
    told = json.loads(
        run("check", clip, "--what", "a room", "--settings", "own.toml", "--format", "mediareview", "--json")
    )
    (again,) = told["reports"]
    item = again["case"]["item"]["id"]
    assert item != items[clip.name]
    assert [d["by"] for d in again["case"]["decisions"]] == ["A. Editor"]
    (review,) = json.loads(report(case, item, "jsonld"))["@graph"]
    assert review["mediaAuthenticityCategory"] == "OriginalMediaContent"


def test_what_was_decided_about_one_post_is_not_said_of_another_post(looked, clip):
    run, _, items = looked
    run("decide", items[clip.name], "--category", "DecontextualizedContent", "--by", "A. Editor")
    told = json.loads(run("check", clip, "--post", "https://example.org/post/1", "--no-page", "--json"))
    assert told["reports"][0]["case"]["decisions"] == []


def test_a_pair_overruled_leaves_both_reports_and_comes_back_when_undone(looked, clip):
    run, case, items = looked
    pair = [items[clip.name], items["copy.mp4"]]

    def matches():
        return [len(json.loads(report(case, item))["case"]["matches"]) for item in pair]

    assert matches() == [1, 1]
    told = run("decide", *pair, "--category", "not a match", "--by", "A. Editor", "--note", "another street")
    assert matches() == [0, 0]
    assert all("another street" in report(case, item, "html") for item in pair)
    claimed = [json.loads(report(case, item))["case"]["claim"]["what"] for item in pair]
    assert claimed == ["a room in a house"] * 2  # the report is made again for the same claim
    assert "firstseen" in told.splitlines()[-1] and "written again" in told  # the page over both, by its command
    run("decide", *pair, "--category", "not a match", "--by", "A. Editor", "--undo")
    assert matches() == [1, 1]


def test_markup_never_says_that_nobody_decided_where_somebody_did(looked, clip):
    run, _, items = looked
    pair = [items[clip.name], items["copy.mp4"]]
    run("decide", *pair, "--category", "same recording", "--by", "A. Editor", "--note", "seen both")
    run("decide", pair[0], "--category", "claim: not shown", "--by", "B. Editor")
    said = json.loads(run("check", clip, "--format", "mediareview", "--json"))["files"][0]["mediareview"]
    told = json.loads(Path(said).read_text())
    assert told["@graph"] == [] and "No person" not in told["description"]
    assert "A. Editor" in told["description"] and "seen both" in told["description"]


def test_a_report_that_was_altered_is_named_and_the_decision_stands(looked, clip):
    run, case, items = looked
    item = items[clip.name]
    (case / "items" / item / "reports" / "report-0001.json").write_text("{}")
    told = json.loads(
        run("decide", item, "--category", "OriginalMediaContent", "--by", "A. Editor", "--json", expect=3)
    )
    assert told["category"] == "OriginalMediaContent" and told["rewritten"] == []
    assert "was not written again" in told["not_rewritten"][0]
