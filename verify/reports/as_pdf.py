"""The report as PDF: tagged, archivable, with page numbers and hashes. Rule: text arrives as data, never as markup.

Written as PDF/A-2a (to be kept) and PDF/UA-1 (to be read aloud) at once. Both forbid characters that no font can
draw: those are shown as U+25A1 and counted on the first page, since a silent gap would misquote a post.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import typst

from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports import pdf_batch, pdf_clip, pdf_story
from verify.reports.base import Format, Pictures
from verify.reports.page import PAGES, media_type
from verify.text import visible

_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
BOX = "□"
# Each round names at least one more character; a report that needs more than this mixes more scripts than exist.
_ROUNDS = 24
_BUDGET = 12_000_000  # bytes of pictures: a PDF goes by mail too, where 15 to 25 MB is the usual limit


class Pdf(Format):
    """A4 pages, PDF/A-2a and PDF/UA-1."""

    name: ClassVar[str] = "pdf"
    ending: ClassVar[str] = ".pdf"
    media_type: ClassVar[str] = "application/pdf"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the PDF of one clip."""
        return document(pdf_clip.of_clip(report), report.made, pictures)

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the PDF of many clips."""
        return document(pdf_batch.of_batch(report), report.made, pictures)

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the PDF of a story."""
        return document(pdf_story.of_story(report), report.made, pictures)


def document(content: dict[str, Any], made: str, pictures: Pictures) -> bytes:
    """Return the PDF of `content` (see `pdf_blocks`), its pictures asked of `pictures` by path.

    The same content gives the same bytes on the same machine: the date in the file is the report's own.
    """
    at = _moment(made)
    content = {
        **_map(content, visible),
        "made": {k: getattr(at, k) for k in ("year", "month", "day", "hour", "minute", "second")},
        "replaced": 0,
    }
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes((PAGES / "report.typ").read_bytes())
        content["blocks"] = _with_pictures(content["blocks"], pictures, root)
        try:
            return _compiled(content, root, at)
        except typst.TypstError as error:
            if "decode image" not in error.message:
                raise
            content["blocks"] = _without(content["blocks"], _broken(root))
            return _compiled(content, root, at)


def _broken(root: Path) -> set[str]:
    """Return the names of picture files that cannot be drawn."""
    found = set()
    for path in root.glob("p????.*"):
        try:
            (root / "one.typ").write_text(f'#image("{path.name}", alt: "x")', encoding="ascii")  # a name of ours
            typst.compile(str(root / "one.typ"), root=str(root))
        except typst.TypstError:
            found.add(path.name)
    return found


def _without(blocks: Sequence[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    kept = []
    for block in blocks:
        if block["kind"] == "pictures":
            block = {**block, "pictures": [p for p in block["pictures"] if p["file"] not in names]}
        elif block["kind"] == "pair":
            sides = {s: block[s] for s in ("left", "right") if block[s]["file"] in names}
            block = {**block, **{s: {**side, "file": ""} for s, side in sides.items()}}
        elif block["kind"] == "finding":
            block = {**block, "outlined": [one for one in block["outlined"] if one["file"] not in names]}
        kept.append(block)
    return [b for b in kept if b["kind"] != "pictures" or b["pictures"]]


def _compiled(content: dict[str, Any], root: Path, at: datetime) -> bytes:
    unshown: set[str] = set()
    for _ in range(_ROUNDS):
        (root / "data.json").write_text(json.dumps(_boxed(content, unshown)), encoding="utf-8")
        try:
            made = typst.compile(
                str(root / "report.typ"), root=str(root), pdf_standards=["a-2a", "ua-1"], timestamp=int(at.timestamp())
            )
        except typst.TypstError as error:
            found = {c for text in _UNSHOWN.findall(error.diagnostic) for c in _unescaped(text)} - unshown
            if not found:
                raise
            unshown |= found
        else:
            return bytes(made)
    raise AssertionError("more characters without a font than there are rounds")


def _boxed(content: dict[str, Any], unshown: set[str]) -> dict[str, Any]:
    if not unshown:
        return content
    table = str.maketrans(dict.fromkeys(unshown - {BOX}, BOX))
    boxed: dict[str, Any] = _map(content, lambda text: text.translate(table))
    boxed["replaced"] = sum(1 for text in _strings(content) for c in text if c in unshown)
    return boxed


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _CONTROL.get(match[2], match[2])

    return _ESCAPE.sub(one, text)


def _map(value: Any, change: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {k: _map(v, change) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_map(v, change) for v in value]
    return value


def _strings(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for part in parts for text in _strings(part)]


def _with_pictures(blocks: Sequence[dict[str, Any]], pictures: Pictures, root: Path) -> list[dict[str, Any]]:
    """Return the blocks with the pictures' paths replaced by names of files written to `root`, or by nothing."""
    spent = 0
    names: dict[str, str] = {}

    def place(path: str) -> str:
        nonlocal spent
        if path not in names:
            data = pictures(path) if path else None
            kind = media_type(data) if data else ""
            if not data or not kind or spent + len(data) > _BUDGET:
                names[path] = ""
            else:
                spent += len(data)
                names[path] = f"p{len(names):04d}.{kind.removeprefix('image/')}"
                (root / names[path]).write_bytes(data)
        return names[path]

    placed = []
    for block in blocks:
        if block["kind"] == "pictures":
            block = {**block, "pictures": [{**p, "file": place(p["file"])} for p in block["pictures"]]}
        elif block["kind"] == "pair":
            block = {**block, **{s: {**block[s], "file": place(block[s]["file"])} for s in ("left", "right")}}
        elif block["kind"] == "finding":
            block = {**block, "outlined": [{**one, "file": place(one["file"])} for one in block["outlined"]]}
        placed.append(block)
    return _without(placed, {""})


def _moment(made: str) -> datetime:
    try:
        at = datetime.fromisoformat(made)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
