"""What every format says of dates, of files that one chain wrote, and of stills: no more than is known."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from reports.read_formats import FORMATS, words
from verify.records.chains import FileChains
from verify.reports import clip_view


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


@pytest.mark.parametrize("name", ["html", "text", "markdown", "pdf", "csv"])
def test_the_file_that_was_brought_in_first_is_called_nothing_for_it(made, name):
    """Of files without any date the one that came first had `the first date that is sure`, and a badge for it."""
    report = made.batch_report()
    dated = next(r for r in report.recordings if r.earliest)
    arrived = "it had been received by firstseen then; no earlier date is known"
    bare = replace(dated, earliest=replace(dated.earliest, bounds=replace(dated.earliest.bounds, basis=arrived)))
    said = " ".join(
        words(FORMATS[name], FORMATS[name].batch(replace(report, recordings=(bare,)), made.pictures())).split()
    )
    assert "first sure date" not in said and "date that is sure" not in said
    assert "earliest known" not in said.replace("listed with the earliest known first", "")
    assert name == "csv" or "No date of publication is known of any of its copies." in said
