"""Applies the table of signs to the tags of a file. Rule: what a sign speaks of decides the sentence, not its author.

A muxer's own tag, the brands and the order of boxes speak of who wrote the file last. A handler's name is copied along
by programs that rewrite a file, so it speaks of an ancestor (facts, metadata.md 2: fifteen files say `Twitter` in their
handlers and were written by FFmpeg). The engine owns these sentences, so that no row can claim more than its kind may.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from verify.errors import UsageError
from verify.records.media import Tag

About = Literal["device", "export", "last writer", "ancestor", "screen recording", "encoder", "structure"]
Sureness = Literal["A", "B"]

_SENTENCES: dict[str, str] = {
    "device": "The container has the form in which {who} records.",
    "export": "The container has the form of an export by {who}, not of a camera's own recording.",
    "last writer": "The file, as it is, was last written by {who}.",
    "ancestor": "This file, or one it was copied from, was at some time processed by {who}.",
    "screen recording": "The file says that it is a recording of a screen, made by {who}.",
    "encoder": "The picture was encoded by {who}.",
    "structure": "{who}",
}
# Said instead where the same program records as well: then its name tells no copy from an original.
_PERHAPS_RECORDED = "The file was written by {who}: by an app, perhaps the one that recorded it."
_MAY_RECORD = {"export", "last writer"}  # the only kinds that say whose file it is not
_SURE = {
    "A": "measured on real files",
    "B": "from a cited source, no sample of ours",
}
_MAX_FILE = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One test of the tags: some tag named `tag` (from `reader`, if given) is, matches, or lies where it says."""

    tag: str
    equals: str | None = None
    matches: re.Pattern[str] | None = None
    place: re.Pattern[str] | None = None
    reader: str | None = None

    def hits(self, tags: Sequence[Tag]) -> tuple[Tag, ...]:
        """Return the tags that meet this condition."""
        return tuple(t for t in tags if t.name == self.tag and self._meets(t))

    def _meets(self, tag: Tag) -> bool:
        if self.reader is not None and tag.reader != self.reader:
            return False
        if self.equals is not None and tag.value != self.equals:
            return False
        if self.matches is not None and not self.matches.search(tag.value):
            return False
        return self.place is None or bool(self.place.search(tag.place))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """One row: what must be there (`all_of`, one of `any_of`, nothing of `none_of`), what it speaks of, its source.

    `may_record`: the program writes recordings of its own as well, so the sign does not say that a file is no original.
    """

    id: str
    about: About
    who: str
    sure: Sureness
    source: str
    sample: str
    table: str
    meaning: str
    may_record: bool
    all_of: tuple[Condition, ...]
    any_of: tuple[Condition, ...]
    none_of: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignHit:
    """A sign that a file shows: the sentence, what to keep in mind, how sure, and the tags that show it."""

    id: str
    about: About
    who: str
    sentence: str
    meaning: str
    sure: Sureness
    sureness: str
    source: str
    sample: str
    table: str
    may_record: bool
    tags: tuple[Tag, ...]


def read(tags: Sequence[Tag], own: str = "") -> tuple[SignHit, ...]:
    """Return the signs that the tags of one file show, in the order of the table.

    `own` is the text of a newsroom's table in the same form, as `load` returned it; a row with a known id replaces
    ours. Raises UsageError for a table with a mistake.
    """
    found: list[SignHit] = []
    for sign in signs(own):
        shown = _shown(sign, tags)
        if shown is not None:
            found.append(
                SignHit(
                    id=sign.id,
                    about=sign.about,
                    who=sign.who,
                    sentence=(_PERHAPS_RECORDED if sign.may_record else _SENTENCES[sign.about]).format(who=sign.who),
                    meaning=sign.meaning,
                    sure=sign.sure,
                    sureness=_SURE[sign.sure],
                    source=sign.source,
                    sample=sign.sample,
                    table=sign.table,
                    may_record=sign.may_record,
                    tags=shown,
                )
            )
    return tuple(found)


def _shown(sign: Sign, tags: Sequence[Tag]) -> tuple[Tag, ...] | None:
    evidence: list[Tag] = []
    for condition in sign.all_of:
        hits = condition.hits(tags)
        if not hits:
            return None
        evidence += hits[:2]
    if sign.any_of:
        hits = tuple(t for c in sign.any_of for t in c.hits(tags))
        if not hits:
            return None
        evidence += hits[:3]
    if any(c.hits(tags) for c in sign.none_of):
        return None
    return tuple(dict.fromkeys(evidence))


def signs(own: str = "") -> tuple[Sign, ...]:
    """Return the rows of our table, those of the newsroom's table `own` over and after them. Raises UsageError."""
    rows = {sign.id: sign for sign in _shipped()}
    if own:
        rows.update({sign.id: sign for sign in _rows(own, "the newsroom's own table")})
    return tuple(rows.values())


def load(path: Path) -> str:
    """Return the text of a newsroom's own table of signs, every row of it understood.

    Raises UsageError for a file that cannot be read, is no TOML, or has a mistake in a row.
    """
    try:
        if path.stat().st_size > _MAX_FILE:
            raise UsageError(f"The table of signs {path} is too large.", "A table has some hundred rows at most.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The table of signs {path} cannot be read: {error.strerror}.", "Check the name.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The table of signs {path} is not TOML: {error}.", _ADVICE) from error
    _rows(text, str(path))
    return text


@lru_cache(maxsize=1)
def _shipped() -> tuple[Sign, ...]:
    return _rows(files("verify.signs").joinpath("signs.toml").read_text(encoding="utf-8"), "verify/signs/signs.toml")


@lru_cache(maxsize=4)
def _rows(text: str, where: str) -> tuple[Sign, ...]:
    try:
        rows = tomllib.loads(text).get("sign")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"The table of signs {where} is not TOML: {error}.", _ADVICE) from error
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise UsageError(f"The table of signs {where} has no [[sign]] rows.", _ADVICE)
    return tuple(_sign(row, where) for row in rows)


_ADVICE = "docs/metadata.md shows a row."
_KEYS = {"id", "about", "who", "sure", "source", "sample", "meaning", "may_record", "all", "any", "none"}


def _sign(row: Mapping[str, Any], where: str) -> Sign:
    name = str(row.get("id", "without an id"))
    unknown = sorted(set(row) - _KEYS)
    missing = [k for k in ("id", "about", "who", "sure", "source") if not isinstance(row.get(k), str) or not row[k]]
    if unknown or missing:
        what = f"has no use for {unknown[0]!r}" if unknown else f"lacks {missing[0]!r}"
        raise UsageError(f"The sign {name} in {where} {what}.", _ADVICE)
    if row["about"] not in get_args(About) or row["sure"] not in get_args(Sureness):
        raise UsageError(f"The sign {name} in {where} must have about: {', '.join(get_args(About))}; sure: A or B.")
    may_record = row.get("may_record", False)
    if not isinstance(may_record, bool) or (may_record and row["about"] not in _MAY_RECORD):
        kinds = " or ".join(sorted(_MAY_RECORD))
        raise UsageError(f"The sign {name} in {where}: may_record is true or false, true for {kinds} only.", _ADVICE)
    conditions = {key: _conditions(row.get(key, []), name, where) for key in ("all", "any", "none")}
    if not conditions["all"] and not conditions["any"]:
        raise UsageError(f"The sign {name} in {where} would be shown by every file: it has no condition.", _ADVICE)
    return Sign(
        id=row["id"],
        about=row["about"],
        who=row["who"],
        sure=row["sure"],
        source=row["source"],
        sample=str(row.get("sample", "")),
        table=where,
        meaning=str(row.get("meaning", "")),
        may_record=may_record,
        all_of=conditions["all"],
        any_of=conditions["any"],
        none_of=conditions["none"],
    )


def _conditions(rows: Any, name: str, where: str) -> tuple[Condition, ...]:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise UsageError(f"The conditions of the sign {name} in {where} are no list of tables.", _ADVICE)
    found = []
    for row in rows:
        if set(row) - {"tag", "equals", "matches", "place", "reader"} or not all(
            isinstance(v, str) for v in row.values()
        ):
            raise UsageError(f"A condition of the sign {name} in {where} is not understood: {dict(row)!r}.", _ADVICE)
        if "tag" not in row:
            raise UsageError(f"A condition of the sign {name} in {where} names no tag.", _ADVICE)
        try:
            found.append(
                Condition(
                    tag=row["tag"],
                    equals=row.get("equals"),
                    matches=re.compile(row["matches"]) if "matches" in row else None,
                    place=re.compile(row["place"]) if "place" in row else None,
                    reader=row.get("reader"),
                )
            )
        except re.error as error:
            raise UsageError(f"A pattern of the sign {name} in {where} is wrong: {error}.", _ADVICE) from error
    return tuple(found)
