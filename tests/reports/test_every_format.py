"""What every report format must do: be found, be pure, say all, and cope with a report that holds next to nothing."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

import verify.reports
from verify.catalog import offer
from verify.records.stories import EventClock, StoryCounts, StoryReport, StoryText
from verify.reports.base import Format

FORMATS = {f.name: f for f in offer(verify.reports, Format).found}
READABLE = sorted(FORMATS.keys() - {"mediareview"})


def words(form: Format, data: bytes) -> str:
    if form.name == "pdf":
        return "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages)
    return data.decode("utf-8").replace("<wbr>", "")


def test_all_formats_are_found_and_named_apart():
    assert {"html", "json", "csv", "markdown", "text", "pdf", "block"} <= set(FORMATS)
    assert len({f.ending for f in FORMATS.values()}) == len(FORMATS)
    assert offer(verify.reports, Format).missing == ()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_report_gives_the_same_bytes(made, stories, name):
    form = FORMATS[name]
    assert form.clip(made.clip_report(), made.pictures()) == form.clip(made.clip_report(), made.pictures())
    assert form.batch(made.batch_report(), made.pictures()) == form.batch(made.batch_report(), made.pictures())
    story = stories.story_report()
    assert form.story(story, stories.pictures) == form.story(story, stories.pictures)


@pytest.mark.parametrize("name", READABLE)
def test_each_format_says_what_was_found(made, name):
    report = made.clip_report()
    said = " ".join(words(FORMATS[name], FORMATS[name].clip(report, made.pictures())).split())
    for finding in report.findings:
        if name == "block" and finding.bearing in {"neutral", "not tested"}:
            continue
        assert finding.sentence in said.replace("&#39;", "'").replace("\\", ""), finding.sentence
    if name != "csv":
        assert report.not_established[0] in said
        assert report.custody.head in said


@pytest.mark.parametrize("name", READABLE)
def test_each_format_names_every_copy_of_a_batch(made, name):
    report = made.batch_report(12)
    said = words(FORMATS[name], FORMATS[name].batch(report, made.pictures())).replace("\\", "").replace("\u200b", "")
    if name == "block":
        assert "3 copies of one recording" in said
        return
    for item in report.items:
        assert item.media.sha256[:16] in said.replace("\n", ""), item.id
    for failed in report.failed:
        assert failed.target in said or failed.target.replace(":", "") in said.replace(":", "")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_clip_that_could_not_be_examined_is_still_reported(made, name):
    whole = made.clip_report()
    bare = replace(whole.case.item, post=None, acquired=None, files=(), acquired_by="", info={})
    case = replace(
        whole.case,
        item=bare,
        examination=None,
        claim=None,
        matches=(),
        others={},
        appearances=(),
        searched=None,
        decisions=(),
    )
    empty = replace(
        whole,
        case=case,
        findings=(),
        summary=(),
        not_established=(),
        versions={},
        settings={},
        elsewhere=(),
        command="",
    )
    assert FORMATS[name].clip(empty, lambda path: None)


@pytest.mark.parametrize("name", READABLE)
def test_each_format_accounts_for_every_post_of_a_story(stories, name):
    report = stories.story_report()
    said = words(FORMATS[name], FORMATS[name].story(report, stories.pictures)).replace("\\", "").replace("\u200b", "")
    if name == "block":
        assert "Of 8 posts in this story, 4 were given as files" in said
        return
    for post in report.posts:
        assert (post.author in said) and (post.handle in said), post.number
    for reference in report.story.references:
        assert reference.url in said.replace("\n", ""), reference.url
    for clip in report.clips:
        assert clip.sha256 in said.replace("\n", ""), clip.sha256


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_story_without_clips_is_a_report(stories, name):
    whole = stories.story_report()
    text = StoryText(kind="text")
    empty = StoryReport(id="s", story=text, posts=(), counts=StoryCounts())
    assert FORMATS[name].story(empty, stories.pictures)
    gone = replace(whole, clips=(), recordings=(), matches=(), others={}, clock=EventClock(), links=(), claims=())
    assert FORMATS[name].story(gone, stories.pictures)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_empty_batch_is_a_report(made, name):
    whole = made.batch_report()
    empty = replace(
        whole, items=(), recordings=(), singles=(), matches=(), others={}, failed=(), searched=None, thumbnails={}
    )
    assert FORMATS[name].batch(empty, lambda path: None)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_pictures_that_are_missing_or_no_pictures_do_not_stop_a_report(made, name):
    form = FORMATS[name]
    assert form.clip(made.clip_report(), lambda path: None)
    assert form.clip(made.clip_report(), lambda path: b"<script>not a picture</script>")
    assert form.batch(made.batch_report(), lambda path: b"\xff\xd8\xffbroken behind its first bytes")
    assert form.clip(made.clip_report(), lambda path: b"\xff\xd8\xffbroken behind its first bytes")


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
def test_no_format_gives_a_verdict(made, stories, name, kind):
    reports = {"clip": made.clip_report, "batch": made.batch_report, "story": stories.story_report}
    report = reports[kind]()
    said = words(FORMATS[name], getattr(FORMATS[name], kind)(report, made.pictures())).lower()
    for word in (" fake", " is true", "verified", "debunked", "authentic."):
        assert word not in said, word


def test_the_document_names_every_format_with_its_ending():
    text = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\.[\w.]+)` \|", text, re.MULTILINE))
    assert rows == {name: form.ending for name, form in FORMATS.items()}
