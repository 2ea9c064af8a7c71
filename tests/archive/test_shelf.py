"""What an index that follows the shelf may rely on: numbers, generations, removal, and who was compared with whom."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.made_up import fingerprint
from verify.archive.custody import this_user
from verify.archive.library import Clip, Library
from verify.errors import ArchiveError, TamperedError
from verify.matching.base import Shelf
from verify.records.findings import Decision
from verify.records.matches import Geometry, Match, Segment, Strength

A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library.sqlite") as opened:
        yield opened


def add(library: Library, sha256: str, seed: int = 1, **named: object) -> None:
    library.add(Clip(sha256=sha256, added="2026-01-01T00:00:00Z"), [fingerprint(seed, **named)])  # type: ignore[arg-type]


def match(a: str, b: str, score: float = 1.0) -> Match:
    return Match(
        a=a,
        b=b,
        kind="same picture",
        segments=(Segment(a_start=0, a_end=1, b_start=0, b_end=1),),
        geometry=Geometry(),
        strength=Strength(score=score, false_rate=None),
    )


def test_it_is_a_shelf(library: Library) -> None:
    shelf: Shelf = library
    assert shelf.generation() == 0
    assert list(shelf.clips()) == []
    with pytest.raises(KeyError):
        shelf.fingerprints(A)


def test_what_is_put_on_comes_off_the_same(library: Library) -> None:
    add(library, A)
    found, was = library.fingerprints(A)["pdq"], fingerprint(1)
    assert np.array_equal(found.times, was.times)
    assert {n: a.tolist() for n, a in found.arrays.items()} == {n: a.tolist() for n, a in was.arrays.items()}
    assert (found.version, found.parameters) == (was.version, was.parameters)
    assert library.fingerprints(A, ["other"]) == {}


def test_the_same_again_changes_nothing_and_other_fingerprints_give_a_new_number(library: Library) -> None:
    add(library, A)
    number, generation, _ = library.clips()[0]
    add(library, A)
    assert library.clips() == [(number, generation, A)]
    library.add(Clip(sha256=A), [fingerprint(5, name="sound")])
    (renewed,) = library.clips()
    assert renewed[0] > number
    assert renewed[1] > generation
    assert list(library.removed(generation)) == [number]
    assert set(library.fingerprints(A)) == {"pdq", "sound"}
    assert library.versions(A) == {"pdq": 1, "sound": 1}


def test_a_removed_clip_is_gone_at_once_and_can_come_back(library: Library) -> None:
    add(library, A)
    add(library, B, 2)
    library.save_matches(B, [match(B, A)], "pdq/1", library.generation())
    before = library.generation()
    library.remove(A, "not ours to keep")
    assert [s for _, _, s in library.clips()] == [B]
    assert [n for n, _ in library.rows("pdq", 1)] == [library.clips()[0][0]]
    assert library.matches(B, "pdq/1") == []
    assert library.searched(["pdq"]).clips == 1
    assert len(library.removed(before)) == 1
    with pytest.raises(KeyError):
        library.remove(A, "again")
    library.restore(A, "a mistake")
    assert len(library.fingerprints(A)["pdq"]) == 60
    assert [m.b for m in library.matches(B, "pdq/1")] == [A]
    assert [e.action for e in library.log.entries()][-2:] == ["removed from results", "brought back to results"]


def test_the_newest_come_first_and_a_removed_one_not_at_all(library: Library) -> None:
    for sha256 in (A, B, C):
        add(library, sha256)
    add(library, D)
    assert library.to_compare(D, "pdq/1", 2) == [C, B] and library.to_compare(D, "pdq/1") == [C, B, A]
    library.remove(C, "a test")
    assert library.to_compare(D, "pdq/1", 9) == [B, A]
    add(library, A, 2)  # renewed
    assert library.to_compare(D, "pdq/1", 1) == [A]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "renew", "remove"]), st.integers(0, 5), st.integers(1, 3)), max_size=25
    ),
    looks=st.sets(st.integers(0, 25)),
)
def test_whoever_follows_the_generations_sees_the_same_as_whoever_reads_all(
    tmp_path_factory: pytest.TempPathFactory, steps: list, looks: set[int]
) -> None:
    with Library(tmp_path_factory.mktemp("follow") / "library.sqlite") as library:
        known: dict[int, str] = {}
        at = 0
        for place, (what, which, seed) in enumerate(steps):
            sha256 = f"{which}" * 64
            alive = {s for _, _, s in library.clips()}
            if what == "remove":
                if sha256 in alive:
                    library.remove(sha256, "")
            else:
                add(library, sha256, seed, name="pdq" if what == "add" else "sound")
            if place in looks or place == len(steps) - 1:
                now = library.generation()
                for number in library.removed(at):
                    known.pop(number, None)
                known.update({number: s for number, _, s in library.clips(at)})
                at = now
                assert sorted(known.items()) == sorted((n, s) for n, _, s in library.clips())
                assert [n for n, _ in library.rows("pdq", 1)] == [
                    n for n, _, s in library.clips() if "pdq" in library.fingerprints(s)
                ]


def test_old_clips_are_never_compared_again_with_each_other(library: Library) -> None:
    for number, sha256 in enumerate((A, B)):
        add(library, sha256, number)
    assert library.to_compare(A, "pdq/1") == [B]
    library.save_matches(A, [match(A, B)], "pdq/1", library.generation())
    assert library.to_compare(A, "pdq/1") == []
    assert library.to_compare(B, "pdq/1") == []  # A was searched for when B was there
    assert library.to_compare(B, "pdq/2") == [A]  # another search is another matter
    add(library, C, 9)
    assert library.to_compare(A, "pdq/1") == [C]
    library.save_matches(C, [match(C, A)], "pdq/1", library.generation())
    assert library.to_compare(A, "pdq/1") == []
    assert library.to_compare(C, "pdq/1") == []
    assert {(m.a, m.b) for m in library.matches(A, "pdq/1")} == {(A, B), (C, A)}


def test_a_renewed_clip_is_compared_again(library: Library) -> None:
    add(library, A)
    add(library, B, 2)
    library.save_matches(A, [], "pdq/1", library.generation())
    add(library, B, 3)
    assert library.to_compare(A, "pdq/1") == [B]
    assert library.to_compare(B, "pdq/1") == [A]


def test_a_clip_added_while_searching_is_compared_later(library: Library) -> None:
    add(library, A)
    generation = library.generation()  # the search begins...
    add(library, B, 2)  # ...another process adds...
    library.save_matches(A, [], "pdq/1", generation)  # ...and it ends
    assert library.to_compare(A, "pdq/1") == [B]


def test_a_decision_is_a_persons_and_stays_in_the_log_when_undone(library: Library) -> None:
    decision = Decision(subject=f"{A} {B}", category="not a match", by="J. Doe", note="another room", at="2026-01-01")
    number = library.decide(decision)
    assert library.decisions() == {number: decision}
    assert library.decisions(C) == {}
    library.undo(number, by="J. Doe")
    assert library.decisions() == {}
    assert library.decisions(undone=True) == {number: replace(decision, undone=True)}
    with pytest.raises(KeyError):
        library.undo(number, by="J. Doe")
    with pytest.raises(ArchiveError, match="name of the person"):
        library.decide(replace(decision, by=" "))
    assert [e.action for e in library.log.entries()] == ["decided", "decision undone"]
    assert next(library.log.entries()).by == this_user()


def test_another_process_reads_on_while_one_writes(library: Library, tmp_path: Path) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", _READER, str(tmp_path / "library.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    for number in range(5):
        add(library, f"{number}" * 64, number)
        reader.stdin.write("look\n")
        reader.stdin.flush()
        assert reader.stdout.readline().split() == [str(library.generation()), str(number + 1)]
    with library.all_or_none():  # an open transaction neither shows nor stops anybody
        add(library, A, 7)
        reader.stdin.write("look\n")
        reader.stdin.flush()
        assert reader.stdout.readline().split()[1] == "5"
    reader.communicate()


_READER = """
import sys
from pathlib import Path
from verify.archive.library import Library
with Library(Path(sys.argv[1]), write=False) as library:
    for _ in sys.stdin:
        print(library.generation(), len(library.clips()), flush=True)
"""


def test_a_foreign_database_is_never_taken_for_a_library(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE custody (number, entry)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for write in (True, False):
        with pytest.raises(TamperedError):
            Library(path, write=write)
    assert path.read_bytes() == before  # a stranger's database is not even turned to our way of journalling
    (tmp_path / "text.sqlite").write_text("not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(TamperedError):
        Library(tmp_path / "text.sqlite")
