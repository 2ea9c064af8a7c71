"""Clips that share more than one stretch: another part, the same part twice, a cutaway, a replay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf

RATE = 8  # pictures a second of the drawn films


def seconds(pictures, start, end):
    return pictures[round(start * RATE) : round(end * RATE)]


def slowed(pictures):
    return [p for p in pictures for _ in range(2)]


@pytest.fixture(scope="module")
def segments(film, prints):
    """`segments(make)`: (seconds of the copy, seconds of the source) of every stretch of the copy that `make` made."""
    source, other = film(1, 1, 16.0), film(5, 9, 16.0)
    shelf = MemoryShelf()
    shelf.add("source", prints(source))

    def found(make):
        shelf.add("copy", prints(make(source, other)))
        try:
            (match,) = Engine(shelf).search("copy", among=["source"])
        finally:
            shelf.remove("copy")
        return [(s.a_start, s.a_end, s.b_start, s.b_end) for s in sorted(match.segments, key=lambda s: s.a_start)]

    return found


MONTAGES = {
    "other footage between": (
        lambda s, o: seconds(s, 0, 6) + seconds(o, 0, 4) + seconds(s, 6, 12),
        [(0, 6, 0, 6), (10, 16, 6, 12)],
    ),
    "parts exchanged": (
        lambda s, o: seconds(s, 9, 15) + seconds(s, 1, 7),
        [(0, 6, 9, 15), (6, 12, 1, 7)],
    ),
    "shown twice": (
        lambda s, o: seconds(s, 3, 9) + seconds(s, 3, 9),
        [(0, 6, 3, 9), (6, 12, 3, 9)],
    ),
    "a cutaway inside": (
        lambda s, o: seconds(s, 0, 5) + seconds(o, 0, 4) + seconds(s, 9, 15),
        [(0, 5, 0, 5), (9, 15, 9, 15)],
    ),
    "a slow replay": (
        lambda s, o: seconds(s, 2, 10) + slowed(seconds(s, 6, 10)),
        [(0, 8, 2, 10), (8, 16, 6, 10)],
    ),
    "one stretch only": (lambda s, o: seconds(s, 4, 14), [(0, 10, 4, 14)]),
}


@pytest.mark.parametrize("montage", MONTAGES)
def test_stretches_are_all_named_to_a_second(segments, montage):
    make, truth = MONTAGES[montage]
    found = segments(make)
    assert len(found) == len(truth)
    for one, real in zip(found, truth, strict=True):
        assert one == pytest.approx(real, abs=1.0)


def test_a_cutaway_to_another_take_of_the_same_room_is_left_out(film, prints):
    # The background goes on as if nothing had happened: only movement tells.
    source, take = film(1, 1, 16.0), film(1, 2, 16.0)
    shelf = MemoryShelf()
    shelf.add("source", prints(source))
    shelf.add("copy", prints(seconds(source, 0, 5) + seconds(take, 5, 10) + seconds(source, 10, 16)))
    (match,) = Engine(shelf).search("copy")
    found = [(s.a_start, s.a_end) for s in match.segments]
    assert len(found) == 2
    assert found == [pytest.approx((0, 5), abs=1.0), pytest.approx((10, 16), abs=1.0)]


def test_what_matches_a_match_is_looked_at(film, prints, monkeypatch):
    # The index is made to forget the copy; the third clip, which it names, is known to match it.
    source = film(1, 1)
    shelf = MemoryShelf()
    for name, pictures in {"source": source, "copy": seconds(source, 1, 8), "third": seconds(source, 2, 10)}.items():
        shelf.add(name, prints(pictures))
    engine = Engine(shelf)
    named = engine.named

    def forgetful(sha256):
        every = named(sha256)
        return replace(every, turns={other: turns for other, turns in every.turns.items() if other != "copy"})

    monkeypatch.setattr(engine, "named", forgetful)
    assert [m.b for m in engine.search("source")] == ["third"]
    links = {"third": ["copy", "source"]}
    assert {m.b for m in engine.search("source", links=lambda other: links.get(other, ()))} == {"third", "copy"}
    assert [m.b for m in engine.search("source", without={"copy"}, links=lambda o: links.get(o, ()))] == ["third"]
    # Its match is known from the other's own search: what matches that one is looked at all the same.
    links = {"source": ["third"], "third": ["copy", "source"]}
    found = engine.search("source", without={"third"}, links=lambda other: links.get(other, ()))
    assert [m.b for m in found] == ["copy"]
