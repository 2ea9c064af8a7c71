"""What every report format must do: be found, be pure, say all, and cope with a report that holds next to nothing."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

import verify.reports
from reports.read_formats import FORMATS, READABLE, words
from verify.catalog import offer
from verify.records.findings import Evidence, Finding
from verify.records.stories import EventClock, StoryCounts, StoryReport, StoryText
from verify.reports import as_pdf, clip_view, clip_words, pdf_blocks
from verify.reports.base import Format


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


def test_the_first_page_of_the_pdf_carries_the_answer_also_of_a_clip_higher_than_wide(made):
    tall = io.BytesIO()
    Image.effect_noise((180, 320), 60).convert("RGB").save(tall, "JPEG")
    report = made.clip_report()
    one = replace(report.case.examination, keyframes=report.case.examination.keyframes[:1])
    report = replace(report, case=replace(report.case, examination=one))
    data = as_pdf.Pdf().clip(report, lambda _: tall.getvalue())
    first = " ".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    for finding in report.findings:
        if finding.bearing in {"questions", "supports"}:
            assert finding.sentence in first


@pytest.mark.parametrize("name", READABLE)
def test_a_library_without_anything_in_it_names_no_descriptor(made, name):
    """It read: `Searched 0 clips (0 frames), by .`"""
    report = made.clip_report()
    empty = replace(report.case.searched, clips=0, frames=0, descriptors=())
    said = words(
        FORMATS[name], FORMATS[name].clip(replace(report, case=replace(report.case, searched=empty)), made.pictures())
    )
    assert not re.search(r"\bby ?\.", " ".join(said.split()))


def test_the_line_calls_the_earliest_copy_no_date_of_the_clip(made):
    """`The first date known` would deny the dates that the file states of itself."""
    found = clip_view.view(made.clip_report())
    assert "the first date that is sure is that of a copy, “" in clip_words.told_in_a_line(found)
    alone = replace(found, earliest=found.earliest[:1])
    assert "the earliest known is a copy, “" in clip_words.told_in_a_line(alone)


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


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs pdftoppm to render the PDF")
def test_the_pdf_draws_the_box_of_what_never_moves(made, tmp_path):
    """The yellow dashes lie on the picture's left half, where the box is, and nowhere without an outline."""

    def yellow(outline: tuple[tuple[float, float], ...]) -> list[float]:
        shown = Evidence(label="Region", value="top left", image="grey.png", outline=outline)
        one = Finding(check="overlays", bearing="neutral", part="original", sentence="It stays.", evidence=(shown,))
        block = pdf_blocks.finding(one)
        content = pdf_blocks.content("Report", "clip", [], [block], made.clip_report(), "")
        grey = io.BytesIO()
        Image.new("RGB", (400, 200), (90, 90, 90)).save(grey, "PNG")
        path = tmp_path / "report.pdf"
        path.write_bytes(as_pdf.document(content, made.clip_report().made, lambda _: grey.getvalue()))
        for old in tmp_path.glob("page-*.png"):
            old.unlink()
        subprocess.run(["pdftoppm", "-r", "90", "-png", str(path), str(tmp_path / "page")], check=True)
        page = np.asarray(Image.open(min(tmp_path.glob("page-*.png"))).convert("RGB")).astype(int)
        dashes = np.argwhere(np.abs(page - (255, 215, 106)).max(axis=2) < 40)
        if not len(dashes):
            return []
        grey_here = np.abs(page - 90).max(axis=2) < 6
        picture = np.argwhere(grey_here & (grey_here.sum(axis=1) > 100)[:, None])  # rows of text hold few such points
        left, width = picture[:, 1].min(), np.ptp(picture[:, 1])
        top, height = picture[:, 0].min(), np.ptp(picture[:, 0])
        return [*((dashes[:, 1] - left) / width), *((dashes[:, 0] - top) / height)]

    assert yellow(()) == []
    drawn = yellow(((0.1, 0.2), (0.4, 0.2), (0.4, 0.6), (0.1, 0.6)))
    across, down = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    assert [min(across), max(across)] == pytest.approx([0.1, 0.4], abs=0.03)
    assert [min(down), max(down)] == pytest.approx([0.2, 0.6], abs=0.05)
