"""Two newsrooms ask each other for a clip by its fingerprints, and no more than that leaves the house."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from archive.made_up import fingerprint
from verify.archive.exchange import export_fingerprints, import_fingerprints
from verify.archive.library import Clip, Library
from verify.archive.packing import pack
from verify.errors import TamperedError
from verify.records.times import moment

SECRET = "f" * 64
BOUNDS = moment(datetime(2022, 4, 1, 2, 3, tzinfo=UTC), "told by our source Anna")


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    with Library(tmp_path / "theirs.sqlite") as library:
        library.add(
            Clip(sha256=SECRET, label="from Anna", duration=30.0), [fingerprint(1), fingerprint(2, name="picture")]
        )
        library.add(Clip(sha256="e" * 64, label="another", duration=10.0), [fingerprint(3)])
        exported = export_fingerprints(
            library, tmp_path / "sent.jsonl", names=["pdq"], by="Their newsroom", bounds={SECRET: [BOUNDS]}
        )
        assert list(library.log.entries())[-1].details["ids"] == exported.ids
    return tmp_path / "sent.jsonl"


def test_nothing_leaves_but_ids_hashes_and_bounds(sent: Path) -> None:
    words = sent.read_text(encoding="utf-8")
    for secret in (SECRET, "Anna", "another", "picture", base64.b64encode(pack(fingerprint(2))).decode()[-400:-4]):
        assert secret not in words
    assert "2022-04-01" in words


def test_what_comes_in_can_be_searched_and_says_whose_word_it_is(sent: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "ours.sqlite") as ours:
        imported = import_fingerprints(ours, sent, known={"pdq": 1})
        assert len(imported.clips) == 2
        dated = next(c for c in imported.clips if c.appearances)
        (appearance,) = dated.appearances
        assert appearance.bounds is not None
        assert appearance.bounds.not_before == BOUNDS.not_before
        assert appearance.bounds.basis == "Their newsroom says: stated by the sender"
        assert dated.item == ""
        assert np.array_equal(ours.fingerprints(dated.sha256)["pdq"].arrays["bits"], fingerprint(1).arrays["bits"])
        generation = ours.generation()
        import_fingerprints(ours, sent, known={"pdq": 1})
        assert ours.generation() == generation  # the same file again
        ours.remove(dated.sha256, "they took it back")
        assert [s for _, _, s in ours.clips()] == [c.sha256 for c in imported.clips if c is not dated]


def test_a_descriptor_that_is_not_used_here_is_passed_over(sent: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "ours.sqlite") as ours:
        imported = import_fingerprints(ours, sent, known={"pdq": 2})
        assert (imported.clips, imported.skipped) == ((), 2)


def line_with(**changes: object) -> str:
    good = {"id": "0" * 32, "duration": 3.0, "bounds": [], "fingerprints": [_blob(fingerprint(1))]}
    return json.dumps({**good, **changes})


def _blob(found: object) -> str:
    return base64.b64encode(pack(found)).decode()  # type: ignore[arg-type]


def timed(times: np.ndarray) -> str:
    return _blob(replace(fingerprint(1), times=times))


HEADER = '{"format":"firstseen/fingerprints/1","made":"2026-01-01","by":"x"}'
TIMES = fingerprint(1).times
BAD = {
    "empty": "",
    "no header": line_with(),
    "another format": HEADER.replace("fingerprints/1", "fingerprints/2"),
    "not JSON": f"{HEADER}\n<html>",
    "unknown field": f"{HEADER}\n{line_with(sha256=SECRET)}",
    "id that is a path": f"{HEADER}\n{line_with(id='../../../../../../../../../etc/pw')}",
    "id twice": f"{HEADER}\n{line_with()}\n{line_with()}",
    "not base64": f"{HEADER}\n{line_with(fingerprints=['?'])}",
    "not a fingerprint": f"{HEADER}\n{line_with(fingerprints=['AAAA'])}",
    "cut fingerprint": f"{HEADER}\n{line_with(fingerprints=[base64.b64encode(pack(fingerprint(1))[:-9]).decode()])}",
    "one descriptor twice": f"{HEADER}\n{line_with(fingerprints=[_blob(fingerprint(1)), _blob(fingerprint(2))])}",
    "endless duration": f"{HEADER}\n{line_with(duration=1e30)}",
    "negative duration": f"{HEADER}\n{line_with(duration=-1)}",
    "times that are no numbers": f"{HEADER}\n{line_with(fingerprints=[timed(TIMES * np.nan)])}",
    "times that run back": f"{HEADER}\n{line_with(fingerprints=[timed(TIMES[::-1])])}",
    "times beyond a day": f"{HEADER}\n{line_with(fingerprints=[timed(TIMES + 1e6)])}",
    "bounds the wrong way round": f"{HEADER}\n"
    + line_with(
        bounds=[
            {
                "not_before": "2023-01-01T00:00:00Z",
                "not_after": "2022-01-01T00:00:00Z",
                "precision": "day",
                "zone": "utc",
                "basis": "",
            }
        ]
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_not_exactly_ours_is_refused_whole(what: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(BAD[what] + "\n", encoding="utf-8")
    with Library(tmp_path / "ours.sqlite") as ours:
        with pytest.raises(TamperedError, match=r"bad\.jsonl is refused"):
            import_fingerprints(ours, path, known={"pdq": 1})
        assert ours.clips() == []
        assert list(ours.log.entries()) == []


def test_a_file_cut_short_is_refused_whole(sent: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(sent.read_bytes()[:-20])
    with Library(tmp_path / "ours.sqlite") as ours:
        with pytest.raises(TamperedError, match="refused"):
            import_fingerprints(ours, path, known={"pdq": 1})
        assert ours.clips() == []
