"""Times of movie, track and media: unset, another epoch, 64 bits, overflow, and tracks that disagree."""

from __future__ import annotations

import pytest

from verify.tagnames import NOT_SET


def test_zero_is_unset_and_never_1904(say, made):
    said = say(made.movie(made.mvhd(0, 0)))
    assert said["creation time"] == [NOT_SET]
    assert said["modification time"] == [NOT_SET]
    assert not any("1904" in t.value or "1970" in t.value for t in said.reading.tags)


@pytest.mark.parametrize("version", [0, 1])
def test_seconds_since_1904_in_32_and_64_bits(say, made, version):
    said = say(made.movie(made.mvhd(made.NOW_1904, made.NOW_1904 + 60, version=version)))
    assert said["creation time"] == ["2022-04-02T13:05:57Z"]
    assert said["modification time"] == ["2022-04-02T13:06:57Z"]


def test_seconds_since_1970_are_read_as_such_and_marked(say, made):
    said = say(made.movie(made.mvhd(1_648_904_757)))  # the same moment, counted from 1970
    tag = next(t for t in said.reading.tags if t.name == "creation time")
    assert tag.value == "2022-04-02T13:05:57Z"
    assert "counted from 1970 instead" in tag.note
    assert "1956-" in tag.note


def test_a_count_that_is_no_date_by_either_epoch_is_not_set(say, made):
    said = say(made.movie(made.mvhd(5_600_000)))
    assert said["creation time"] == [NOT_SET]


def test_a_64_bit_count_beyond_the_calendar_is_not_set(say, made):
    said = say(made.movie(made.mvhd(2**63, version=1)))
    assert said["creation time"] == [NOT_SET]


def test_tracks_that_agree_with_the_movie_are_not_repeated_and_others_are(say, made):
    same = made.trak(head=made.tkhd(created=made.NOW_1904))
    other = made.trak("soun", b"SoundHandler", head=made.tkhd(size=(0, 0), created=made.NOW_1904 - 3600))
    said = say(made.movie(made.mvhd(made.NOW_1904), same, other))
    assert "2022-04-02T13:05:57Z" not in said["track creation time"]
    assert "2022-04-02T12:05:57Z" in said["track creation time"]
