"""The same story again: a post gone, a new one, an older copy, a decision. It is told, and both states are kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import samples

ROOT = Path(__file__).resolve().parents[2]


def firstseen(*words):
    """Run the command as a user runs it and return what it printed; it may say that some items could not be had."""
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from cli import main; sys.exit(main())", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "FIRSTSEEN_NO_BROWSER": "1", "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode in ({0} if words[0] == "audit" else {0, 3}), ran.stderr[-2000:]
    return ran.stdout


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    """Look at a story, and again when a post is gone, another has come, and a person has decided."""
    case, page = tmp_path_factory.mktemp("case"), tmp_path_factory.mktemp("story") / "story.html"
    found = []
    with samples.serve() as demo:

        def look(*names):
            page.write_text("<h1>A story</h1>" + "".join(f'<iframe src="{demo.url(n)}"></iframe>' for n in names))
            firstseen("story", page, "--case", case, "--allow-host", demo.host)
            found.append(json.loads(next(p for p in case.glob("story-*.json") if ".block" not in p.name).read_text()))

        look("near", "far", "trimmed", "gone")
        by_url = {post["url"]: post["items"][0] for post in found[0]["posts"] if post["items"]}
        demo.take_down("far")
        pair = (by_url[demo.url("near")], by_url[demo.url("far")])
        firstseen(
            "decide", *pair, "--category", "not a match", "--note", "two places", "--by", "A. Editor", "--case", case
        )
        look("near", "far", "mirrored", "gone")
        firstseen("decide", *pair, "--category", "not a match", "--undo", "--by", "A. Editor", "--case", case)
        look("near", "far", "mirrored", "gone")
        html = next(p for p in case.glob("story-*.html") if ".block" not in p.name).read_text()
    return found, html, case


def sentences(report):
    return [change["sentence"] for change in report["changes"]]


def test_a_first_look_has_nothing_to_compare_with(looks):
    (first, _, _), *_ = looks
    assert first["changes"] == [] and first["earlier_run"] == ""


def test_every_difference_is_told_once(looks):
    (first, second, _), *_ = looks
    told = sentences(second)
    assert second["earlier_run"] == first["made"]
    assert [s for s in told if "was fetched and is gone now" in s] != [], told
    assert [s for s in told if s.startswith("Post 3 is new")] != [], told
    assert [s for s in told if "left the story; its clip is kept" in s] != [], told
    assert [s for s in told if s.startswith("An older copy of a recording was found") and "2021-11-14" in s] != [], told
    assert [s for s in told if s.startswith("A. Editor decided “not a match”")] != [], told
    assert len(told) == len(set(told)) == 5, told


def test_a_decision_taken_back_is_told_at_the_next_look(looks):
    (_, second, third), *_ = looks
    assert third["earlier_run"] == second["made"]
    assert [s.split(" about ")[0] for s in sentences(third)] == ["The decision “not a match”"]


def test_what_was_fetched_is_kept_and_not_fetched_again(looks):
    (first, second, third), *_ = looks
    assert first["counts"]["clips"] == 3
    clips = [{c["sha256"] for c in look["clips"]} for look in (first, second, third)]
    assert clips[1] == clips[2] and len(clips[0] & clips[1]) == 2, "the gone post's clip is still looked at"
    same = {p["url"]: p["items"] for p in first["posts"]}
    assert all(p["items"] == same[p["url"]] for p in second["posts"] if p["url"] in same)


def test_both_states_are_kept_and_sealed(looks):
    (first, second, third), _, case = looks
    kept = [json.loads(p.read_text()) for p in sorted((case / "reports").glob("story-*.json"))]
    assert [one["made"] for one in kept] == [one["made"] for one in (first, second, third)]
    assert [one["posts"] for one in kept] == [one["posts"] for one in (first, second, third)]
    firstseen("audit", case)  # exits 0 only where every file is as the log says


def test_the_page_shows_what_changed(looks):
    _, html, _ = looks
    assert "Since the look of" in html
    assert "was taken back" in html


def test_given_files_are_not_brought_in_twice_and_keep_their_pictures(tmp_path, clip):
    story, table, case = tmp_path / "story.txt", tmp_path / "map.csv", tmp_path / "case"
    story.write_text("Seen this morning.\n\n— A. Witness (@witness) April 1, 2022\n")
    table.write_text(f"post,file\n1,{clip}\n")
    pages, items = [], []
    for note in ("", "A new paragraph.\n\n", "A new paragraph.\n\n"):
        story.write_text(note + story.read_text().removeprefix(note))
        firstseen("story", story, "--media", table, "--case", case)
        pages.append(next(p for p in case.glob("story-*.html") if ".block" not in p.name).read_text())
        items.append(len(list((case / "items").iterdir())))
    assert items == [1, 1, 1]
    assert [page.count("data:image") for page in pages] == [pages[0].count("data:image")] * 3
    assert "data:image" in pages[0]
