"""What needs no comparison any more is asked of the clips in question only, and is what a look at all clips says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from verify.archive.library import Clip, Library
from verify.records.matches import Geometry, Match, Strength

NAMES = [f"{n:x}" * 64 for n in range(9)]
SEARCH = "pdq/1"


def match(a: str, b: str, kind: str) -> Match:
    strength = Strength(score=1.0, false_rate=None, kind="lively", basis="", words="strong")
    return Match(a=a, b=b, kind=kind, segments=(), geometry=Geometry(), strength=strength)


def plainly(library: Library, sha256: str) -> tuple[list[str], set[str]]:
    """Return what is to be compared with a clip, the newest first, and what needs no comparison: all clips read."""
    done = dict(library._database.all("SELECT sha256, generation FROM searches WHERE descriptors = ?", (SEARCH,)))
    added = {other: generation for _, generation, other in library.clips()}
    new = [
        other
        for _, generation, other in reversed(library.clips())
        if other != sha256
        and not (done.get(sha256, -1) >= added[sha256] and generation <= done[sha256])
        and not done.get(other, -1) >= max(added[sha256], generation)
    ]
    if sha256 in done:
        return new, set(added) - set(new) - {sha256}
    return new, {m.b if m.a == sha256 else m.a for m in library.matches(sha256, SEARCH) if m.kind == "same picture"}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happened_it_is_what_a_look_at_all_clips_says(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    seen = [0, 0]
    with Library(tmp_path / "library.sqlite") as library, library.all_or_none():
        for _ in range(60):
            name, other, alive = *draw.sample(NAMES, 2), {s for _, _, s in library.clips()}
            what = draw.choice(["add", "add", "search", "search", "remove", "restore"])
            if what == "add" and name not in alive:
                library.put(Clip(sha256=name), [])
            elif what == "search" and {name, other} <= alive:
                found = [match(name, other, draw.choice(["same picture", "same soundtrack"]))]
                before = draw.choice([0, 0, 0, 1])  # a clip came while it searched
                library.save_matches(name, found, SEARCH, library.generation() - before)
            elif what == "remove" and name in alive:
                library.remove(name, "a test")
            elif (
                what == "restore"
                and name not in alive
                and library._database.one("SELECT 1 FROM clips WHERE sha256 = ?", (name,))
            ):
                library.restore(name, "a test")
            for one in [s for _, _, s in library.clips()]:
                new, known = plainly(library, one)
                others = [s for _, _, s in library.clips() if s != one]
                assert library.to_compare(one, SEARCH) == new
                assert library.to_compare(one, SEARCH, 2) == new[:2]
                assert library.compared(one, SEARCH, others) == known
                assert library.compared(one, SEARCH, others[::2]) == known & set(others[::2])
                seen[0] += bool(new)
                seen[1] += bool(known)
    assert min(seen) > 10


def test_a_clip_that_is_not_there_is_not_asked_about(tmp_path: Path) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        library.put(Clip(sha256=NAMES[0]), [])
        library.save_matches(NAMES[0], [], SEARCH, library.generation())
        with pytest.raises(KeyError):
            library.to_compare(NAMES[1], SEARCH, 1)
        library.remove(NAMES[0], "a test")
        with pytest.raises(KeyError):
            library.compared(NAMES[0], SEARCH, NAMES)
