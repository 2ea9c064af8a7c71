"""Collects what one reader finds as Tags. Rule: names come from `verify.tagnames`, lengths and counts are bounded."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

from verify.asset_ids import bytedance
from verify.records.media import Problem, Tag
from verify.tagnames import NAMES, NOT_SET

MAX_TAGS = 2000  # the richest real still at hand gives 300; a hostile one can give millions
MAX_VALUE = 2000  # characters of one value: longer texts are cut and say so
MAX_RAW = 64  # bytes of one value kept as hex

# 1904-01-01, from which QuickTime and ISO-BMFF count seconds (ISO/IEC 14496-12, 8.2.2).
EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_UNIX_IN_1904 = 2_082_844_800  # seconds between the two epochs
_FIRST_FILES = 1990  # QuickTime is of 1991, EXIF of 1995
_MAX_SECONDS = 10_000 * 31_556_952  # year 11904: beyond it datetime cannot say it


class Collector:
    """The tags and problems of one reader on one file."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self._tags: list[Tag] = []
        self._problems: list[Problem] = []
        self._full = False

    def add(
        self, name: str, value: str, place: str, offset: int | None = None, raw: bytes = b"", note: str = ""
    ) -> None:
        """Keep one fact. An empty value is not a fact. Raises KeyError for a name that is not in `tagnames.NAMES`."""
        NAMES[name]
        shown = clean(value)
        if not shown:
            return
        if len(self._tags) >= MAX_TAGS:
            if not self._full:
                self._full = True
                self.problem(f"more than {MAX_TAGS} values: the rest was left out")
            return
        if len(shown) > MAX_VALUE:
            note = f"{note + '; ' if note else ''}cut after {MAX_VALUE} of {len(shown)} characters"
            shown = shown[:MAX_VALUE]
        raw_hex = raw[:MAX_RAW].hex() + ("…" if len(raw) > MAX_RAW else "")
        self._tags.append(
            Tag(name=name, value=shown, reader=self.reader, place=place[:300], offset=offset, raw=raw_hex, note=note)
        )
        made = bytedance(shown) if name == "comment" else None
        if made is not None:
            at = made.isoformat().replace("+00:00", "Z")
            self.add("processing date", at, place, offset, raw, "second in which the service made the id beside it")

    def problem(self, reason: str) -> None:
        """Keep one reason why something could not be read; the same one only once, fifty at most."""
        problem = Problem(part=self.reader, reason=clean(reason)[:500])
        if problem not in self._problems and len(self._problems) < 50:
            self._problems.append(problem)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """What was found, in the order in which it was found; the same fact at the same place only once."""
        return tuple(dict.fromkeys(self._tags))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read."""
        return tuple(self._problems)


def clean(text: str) -> str:
    """Return text without NULs, lone surrogates and surrounding blanks; what is hidden in it stays for the report."""
    kept = "".join(c for c in text if c != "\0" and unicodedata.category(c) != "Cs")
    return kept.strip(" \t\r\n\v\f")


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-16 with a mark, else UTF-8, else Latin-1 (every byte has a meaning there)."""
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def iso(at: datetime) -> str:
    """Return a time in the form of every time tag: ISO 8601, `Z` for UTC, bare without a zone, fractions if any."""
    text = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z" if at.utcoffset() == timedelta(0) else text


def since_1904(seconds: int) -> tuple[str, str]:
    """Return (value, note) for seconds since 1904: unset, plausible, or a count that another epoch explains."""
    if seconds == 0:
        return NOT_SET, "the field is 0, which means unset (1904-01-01)"
    if seconds > _MAX_SECONDS:
        return NOT_SET, f"the field holds {seconds}, which is no date"
    at = EPOCH_1904 + timedelta(seconds=seconds)
    if seconds < _UNIX_IN_1904:
        other = datetime.fromtimestamp(seconds, UTC)
        said = f"the field holds {seconds}: {iso(at)} counted from 1904 as the standard says"
        if other.year < _FIRST_FILES:
            return NOT_SET, f"{said}, {iso(other)} counted from 1970: neither is a date of such a file"
        return iso(other), f"{said}; counted from 1970 instead, as some writers do"
    return iso(at), ""
