"""Files of one form are told together, and what is said of them never goes from a program to a person."""

from __future__ import annotations

import pytest

from verify.records.chains import FileChains
from verify.records.matches import Recording
from verify.records.media import Tag
from verify.signs import engine
from verify.stories.chains import Form, chains

FFMPEG = Tag(name="encoder", value="Lavf58.76.100", reader="boxes", place="moov/udta/meta/ilst/©too/data")
YOUTUBE = Tag(
    name="handler", value="ISO Media file produced by Google Inc. Created on: 03/13/2020.", reader="boxes", place="moov"
)
SAMSUNG = Tag(name="device box", value="smta", reader="boxes", place="moov/udta/smta")


def found(forms, recordings=(), tags=()):
    known = {s: Form(fingerprint=f, coded=coded) if f else None for s, f, coded in forms}
    told = [Recording(id=f"r{n}", members=tuple(members)) for n, members in enumerate(recordings, 1)]
    return chains(known, told, lambda sha256: engine.read(dict(tags).get(sha256, ())))


def test_files_that_stand_alone_are_no_group():
    assert found([("a", "2-x", ""), ("b", "2-y", "")], ["a", "b"]) == FileChains()


def test_a_group_counts_the_recordings_it_shows_and_names_no_person():
    (group,) = found([(s, "2-x", "") for s in "abcd"], ["ab", "c"]).groups
    assert (group.clips, group.recordings) == (("a", "b", "c", "d"), ("r1", "r2"))
    assert group.sentence.startswith("4 files of 2 recordings, 1 of them showing several recordings or none, were")
    assert "not known" in group.limits
    assert "does not say that one person made them" in group.limits


def test_what_shows_most_recordings_comes_first():
    forms = [("a", "2-x", ""), ("b", "2-x", ""), ("c", "2-y", ""), ("d", "2-y", ""), ("e", "2-x", "")]
    assert [g.fingerprint for g in found(forms, ["abe", "c", "d"]).groups] == ["2-y", "2-x"]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (FFMPEG, "whoever sent it"),
        (SAMSUNG, "does not say that it was one device"),
        (YOUTUBE, "Who wrote these files last is not known"),
    ],
)
def test_a_writer_that_all_show_is_named_with_how_far_it_goes(tag, words):
    forms = [("a", "2-x", ""), ("b", "2-x", "")]
    (group,) = found(forms, ["a", "b"], [("a", (tag,)), ("b", (tag,))]).groups
    assert len(group.writers) == 1
    assert words in group.limits


def test_a_writer_that_only_one_shows_is_not_said_of_all():
    (group,) = found([("a", "2-x", ""), ("b", "2-x", "")], ["a", "b"], [("a", (FFMPEG,))]).groups
    assert group.writers == ()
    assert "not known" in group.limits


def test_copies_of_one_recording_are_compared():
    forms = [("a", "2-x", "1"), ("b", "2-y", "1"), ("c", "2-y", "2"), ("d", "2-z", "3"), ("e", "2-z", "4")]
    one, two = found(forms, ["abc", "de"]).copies
    assert (one.chains, one.not_encoded_again) == (2, (("a", "b"),))
    assert "written by 2 chains" in one.sentence
    assert "2 of them are the same to the byte" in one.sentence
    assert (two.chains, two.not_encoded_again) == (1, ())
    assert "No two have the same coded pictures" in two.sentence


def test_nothing_is_said_of_coded_pictures_that_were_not_read():
    (one,) = found([("a", "2-x", "1"), ("b", "2-y", "")], ["ab"]).copies
    assert one.sentence == "Each of its 2 copies was written by another chain of programs."


def test_a_clip_without_a_form_is_counted_as_not_read():
    told = found([("a", "2-x", ""), ("b", "", ""), ("c", "2-x", "")], ["abc"])
    assert told.unknown == ("b",)
    assert told.copies[0].clips == ("a", "c")


def test_a_form_is_of_the_first_file_received_and_of_this_version():
    def tag(name, value, place="top level"):
        return Tag(name=name, value=value, reader="boxes", place=place)

    both = (tag("container fingerprint", "2-x", "v.mp4: top level"), tag("container fingerprint", "2-y", "a.m4a: top"))
    assert Form.of(both) == Form(fingerprint="2-x")
    assert Form.of((tag("container fingerprint", "0123456789abcdef"),)) is None
    assert Form.of(()) is None
