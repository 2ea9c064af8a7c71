"""What a reader counts as one post, and the files and claims a person gives for a story. Rule: every one is a row.

A quoted post with its links is one post; a link or embed outside any quote is one post; both are numbered together
in the order of the story, and those numbers are what `--media` takes.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verify.claims.parse import KEYS, claim, where
from verify.errors import UsageError
from verify.records.claims import Claim, Place
from verify.records.stories import Quote, Reference, StoryPost, StoryText
from verify.stories.addresses import address

MAX_FILE = 4 * 1024 * 1024  # bytes of a map or claims file
_NO_LINK = "The story shows this post without an address."
_SEARCH = (
    "Search the platform for its words and author; give a saved clip with --media, or the address with "
    "`firstseen check URL`."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """One line of a media map: the file that stands for the post `number`, or for the address with `key`."""

    file: Path
    number: int = 0
    key: str = ""
    line: str = ""  # as it was written, for messages


@dataclass(frozen=True, kw_only=True, slots=True)
class Stood:
    """Where a person says that the camera of the post `number`, or of the address with `key`, stood."""

    place: Place
    number: int = 0
    key: str = ""
    line: str = ""


def posts(story: StoryText) -> tuple[StoryPost, ...]:
    """Return the posts of a story in its order, none tried yet; a quoted post without an address says so."""
    rows = [_of_quote(quote) for quote in story.quotes]
    rows += [_of_reference(one) for one in story.references if not one.quote]
    ordered = sorted(rows, key=lambda row: _place(row, story))
    return tuple(replace(row, number=number) for number, row in enumerate(ordered, 1))


def in_order(post: StoryPost, references: Iterable[Reference]) -> tuple[Reference, ...]:
    """Return the references of `post` in the order to try: its own address, its media link, embeds, then others.

    A second `t.co` link of a quoted post mostly leads to what the post speaks of, so it comes last.
    """
    mine = [one for one in references if one.number in post.references]
    return tuple(sorted(mine, key=lambda one: (_rank(one, post), one.number)))


def _rank(one: Reference, post: StoryPost) -> int:
    if post.url and one.url == post.url:
        return 0
    if one.post_id or one.found_as in {"embed", "video", "quote"}:
        return 1
    return 2 if "//pic." in one.url else 3


def _place(row: StoryPost, story: StoryText) -> tuple[float, int]:
    """Return where a row stands: at its first reference, or between the references around it."""
    if row.references:
        return min(row.references), row.quote
    return story.quotes[row.quote - 1].after + 0.5, row.quote


def _of_quote(quote: Quote) -> StoryPost:
    linked = bool(quote.references)
    return StoryPost(
        number=0,
        state="not tried" if linked else "no link",
        reason="" if linked else _NO_LINK,
        next_step="" if linked else _SEARCH,
        quote=quote.number,
        references=quote.references,
        url=quote.url,
        author=quote.author,
        handle=quote.handle,
        date=quote.date,
    )


def _of_reference(one: Reference) -> StoryPost:
    return StoryPost(number=0, state="not tried", reason="", next_step="", references=(one.number,), url=one.url)


def media_map(path: Path) -> tuple[Given, ...]:
    """Return the lines of a media map: CSV (`post,file`) or TOML (`[media]` with `"3" = "clip.mp4"`).

    What stands left is a post's number in the story or one of its addresses; files are taken as beside the map.
    Raises UsageError: no such map, not CSV or TOML, a line without two parts, no such file, the same post twice.
    """
    text = _text(path, "media map")
    pairs = _toml_pairs(text, path) if path.suffix.lower() == ".toml" else _csv_pairs(text)
    if not pairs:
        raise UsageError(
            f"The media map {path} has no line in it.", "Write `post,file` lines, or a TOML [media] table."
        )
    given = tuple(_given(left, right, path.parent) for left, right in pairs)
    seen: set[tuple[int, str]] = set()
    for one in given:
        if (one.number, one.key) in seen:
            raise UsageError(f"The media map names {one.line!r} twice.", "Keep one file for each post.")
        seen.add((one.number, one.key))
    return given


def file_for(post: StoryPost, story: StoryText, given: Iterable[Given]) -> Path | None:
    """Return the file that the map gives for `post`, by its number or by any of its addresses."""
    return next((one.file for one in given if _names(one, post, story)), None)


def camera_of(post: StoryPost, story: StoryText, stood: Iterable[Stood]) -> Place | None:
    """Return where a person says the camera of `post` stood, by its number or by any of its addresses."""
    return next((one.place for one in stood if _names(one, post, story)), None)


def _names(one: Given | Stood, post: StoryPost, story: StoryText) -> bool:
    keys = {known.key for known in story.references if known.number in post.references}
    return one.number == post.number or bool(one.key and one.key in keys)


def unused(rows: Iterable[StoryPost], story: StoryText, given: Iterable[Given | Stood]) -> tuple[Given | Stood, ...]:
    """Return what was given for no post of the story: a person is told of it, nothing is dropped."""
    numbers = {row.number for row in rows}
    keys = {one.key for one in story.references}
    return tuple(one for one in given if one.number not in numbers and one.key not in keys)


def claims_file(path: Path) -> tuple[Claim, ...]:
    """Return the claims a person marked in a TOML file: its `[[claim]]` tables, or the one claim of a claim file.

    Raises UsageError: no such file, not TOML, unknown keys, or a value that cannot be understood.
    """
    table = _toml(_text(path, "claims file"), path)
    table.pop("cameras", None)  # `cameras_file` reads them
    rows: Any = table.get("claim") if "claim" in table else [table]
    if (
        not isinstance(rows, list)
        or not all(isinstance(row, dict) for row in rows)
        or ("claim" in table and len(table) > 1)
    ):
        raise UsageError(f"The claims file {path} must hold [[claim]] tables.", "One [[claim]] for each claim.")
    return tuple(found for row in rows if (found := _claim(row, path)) is not None)


def cameras_file(path: Path) -> tuple[Stood, ...]:
    """Return where cameras stood by a claims file's `[cameras]` table: `3 = "50.6016, 36.6592, 20"`, point and radius.

    What stands left is a post's number in the story or one of its addresses. Raises UsageError for a table of other
    things, a post named twice, and a place that cannot be understood.
    """
    table = _toml(_text(path, "claims file"), path).get("cameras", {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise UsageError(
            f"[cameras] of {path} must give each post a place as text.", 'Write 3 = "50.6016, 36.6592, 20".'
        )
    found: list[Stood] = []
    for left, text in table.items():
        number, key = _post_named(left, f"[cameras] of {path}")
        if any((one.number, one.key) == (number, key) for one in found):
            raise UsageError(f"[cameras] of {path} names {left!r} twice.", "Keep one place for each post.")
        found.append(Stood(place=where(text), number=number, key=key, line=left))
    return tuple(found)


def _claim(row: Mapping[str, Any], path: Path) -> Claim | None:
    wrong = sorted(set(row) - set(KEYS))
    if wrong:
        raise UsageError(f"{path} has {wrong[0]!r}, which is no part of a claim.", f"Known: {', '.join(KEYS)}.")
    return claim(**row)


def _text(path: Path, what: str) -> str:
    try:
        if path.stat().st_size > MAX_FILE:
            raise UsageError(f"The {what} {path} is larger than one can be.", "Check the name.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The {what} {path} cannot be read: {error.strerror}.", "Check the name.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The {what} {path} is not UTF-8 text.", "Save it as UTF-8.") from error


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}.", "See docs/stories.md for the form.") from error


def _toml_pairs(text: str, path: Path) -> list[tuple[str, str]]:
    table = _toml(text, path).get("media", {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise UsageError(
            f"The media map {path} needs a [media] table of texts.", 'Write "3" = "clip.mp4" under [media].'
        )
    return list(table.items())


def _csv_pairs(text: str) -> list[tuple[str, str]]:
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if any(c.strip() for c in row)]
    except csv.Error as error:
        raise UsageError(f"The media map is not CSV: {error}.", "Write `post,file` lines.") from error
    if rows and [cell.lower() for cell in rows[0]][1:2] == ["file"]:
        rows = rows[1:]
    for row in rows:
        if len(row) != 2 or not all(row):
            raise UsageError(f"A line of the media map has not two parts: {','.join(row)!r}.", "Write `post,file`.")
    return [(row[0], row[1]) for row in rows]


def _given(left: str, right: str, folder: Path) -> Given:
    file = folder / Path(right).expanduser()
    if not file.is_file():
        raise UsageError(f"The media map names {right!r}, which is no file.", "Paths are taken as beside the map.")
    number, key = _post_named(left, "The media map")
    return Given(file=file, number=number, key=key, line=left)


def _post_named(left: str, what: str) -> tuple[int, str]:
    """Return the number or the address's key that a person wrote for a post; the other is empty."""
    if left.isascii() and left.isdigit():
        return int(left), ""
    spot = address(left)
    if spot is None:
        raise UsageError(f"{what} names {left!r}, which is no post's number or address.", "Write `3` or its address.")
    return 0, spot.key
