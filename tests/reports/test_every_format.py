"""What every report format must do: be found, be pure, say all, and cope with a report that holds next to nothing."""

from __future__ import annotations

import csv
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
from verify.catalog import offer
from verify.records.chains import FileChains
from verify.records.findings import Evidence, Finding
from verify.records.stories import EventClock, StoryCounts, StoryReport, StoryText
from verify.reports import as_pdf, clip_view, clip_words, pdf_blocks
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


@pytest.mark.parametrize("name", ["html", "text", "markdown", "pdf"])
def test_an_archives_first_capture_stands_among_the_known_appearances(made, name):
    report = made.clip_report()
    basis = "Wayback Machine: first listed capture"
    captured = replace(report.case.item.post.dates[0], not_before=None, basis=basis)
    post = replace(report.case.item.post, dates=(*report.case.item.post.dates, captured))
    report = replace(report, case=replace(report.case, item=replace(report.case.item, post=post)))
    rows = [a for a in clip_view.view(report).appearances if a.label == basis]
    assert [(a.bounds.not_before, a.url) for a in rows] == [(None, post.url)]
    told = re.sub(r"\s+", " ", words(FORMATS[name], FORMATS[name].clip(report, made.pictures())))
    assert basis in told.split("Known appearances" if name != "text" else "EARLIEST COPY KNOWN")[-1]


@pytest.mark.parametrize("name", ["html", "text", "markdown", "pdf", "block"])
def test_an_earliest_copy_whose_post_was_given_by_hand_says_so(made, stories, name):
    def told(data):
        return re.sub(r"\s+", " ", words(FORMATS[name], data))

    form, clip, story = FORMATS[name], made.clip_report(), stories.story_report()
    tied = tuple(replace(a, by_hand=True) for a in clip.case.appearances)
    by_hand = replace(clip, case=replace(clip.case, appearances=tied))
    assert "tied by hand" in told(form.clip(by_hand, made.pictures()))
    assert "tied by hand" not in told(form.clip(clip, made.pictures()))
    if name != "block":  # which names recordings by their picture
        one = story.recordings[0]
        first = replace(one.recording, earliest=replace(one.recording.earliest, by_hand=True))
        hand = replace(story, recordings=(replace(one, recording=first), *story.recordings[1:]))
        assert "tied by hand" in told(form.story(hand, stories.pictures))
        assert "tied by hand" not in told(form.story(story, stories.pictures))


@pytest.mark.parametrize("name", ["html", "text", "markdown", "pdf", "json"])
@pytest.mark.parametrize("kind", ["batch", "story"])
def test_files_that_one_chain_wrote_are_named_with_how_far_that_goes(made, stories, name, kind):
    form = FORMATS[name]
    pictures = made.pictures() if kind == "batch" else stories.pictures
    report = made.batch_report() if kind == "batch" else stories.story_report()

    def told(one):
        text = re.sub(r"\s+", " ", words(form, getattr(form, kind)(one, pictures)))
        return text.replace("\\", "")

    (group,), (copies,) = report.chains.groups, report.chains.copies
    said = told(report)
    for sentence in (group.fingerprint, group.sentence, *group.writers, group.limits, copies.sentence):
        assert sentence in said or sentence.replace(" ", "") in said.replace(" ", ""), sentence
    if name != "json":
        assert "Files written by the same chain" in said or "FILES WRITTEN BY THE SAME CHAIN" in said
        assert "was not read: another container" in said
        assert "by the same chain" not in told(replace(report, chains=FileChains())).casefold()


def test_the_tables_name_the_chain_of_each_file_that_shares_one(made, stories):
    form = FORMATS["csv"]
    (group,) = made.CHAINS.groups
    for data in (form.batch(made.batch_report(), made.pictures()), form.story(stories.story_report(), None)):
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        named = {row["sha256"] for row in rows if row["chain"] == group.fingerprint}
        assert named == set(group.clips)
        assert {row["chain"] for row in rows} == {group.fingerprint, ""}


@pytest.mark.parametrize("name", ["html", "pdf", "markdown", "text"])
def test_a_post_the_story_does_not_date_is_not_said_to_have_no_date(stories, name):
    """Its page may: the same report tells it among the copies."""
    story = stories.story_report()
    bare = replace(story, posts=tuple(replace(p, author="", handle="", date=None) for p in story.posts))
    said = " ".join(words(FORMATS[name], FORMATS[name].story(bare, stories.pictures)).split())
    assert "no date known" not in said
    assert "author not named in the story" in said


def test_a_table_calls_no_file_the_earliest_known_because_it_was_read_first(made):
    report = made.batch_report()
    dated = next(r for r in report.recordings if r.earliest)
    bounds = replace(dated.earliest.bounds, not_before=None)
    bare = replace(dated, earliest=replace(dated.earliest, bounds=bounds))
    for recording, word in ((dated, "earliest known"), (bare, "first sure date")):
        table = FORMATS["csv"].batch(replace(report, recordings=(recording,)), made.pictures())
        rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
        assert {row["earliest_known"] for row in rows} == {"", word}


def test_a_still_has_no_length_and_no_sound_to_speak_of(made):
    report = made.clip_report()
    media = replace(report.case.item.media, media_type="image/jpeg")
    examined = replace(report.case.examination, duration=None, sound=None)
    case = replace(report.case, item=replace(report.case.item, media=media), examination=examined)
    facts = clip_view.view(replace(report, case=case)).facts
    assert facts[0] == "still picture"
    assert not any("sound" in f or "length" in f for f in facts)
