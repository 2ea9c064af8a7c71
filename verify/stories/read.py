"""Reads a story into a StoryText: any of five kinds, the same result. Rule: a person's story is a stranger's file.

`read` is a pure function of bytes; `from_file` is what the isolated worker calls, because PDF and docx are foreign
formats: `workers.run("verify.stories.read:from_file", {"path": ..., "kind": ...}, out)`.
"""

from __future__ import annotations

import codecs
import re
import zlib
from pathlib import Path
from typing import Any, get_args

from markdown_it import MarkdownIt

from verify.errors import SourceError, UsageError
from verify.records.media import Problem
from verify.records.stories import StoryKind, StoryText
from verify.records.times import TimeBounds
from verify.records.wire import to_builtins
from verify.sources import markup
from verify.stories import office, page
from verify.stories.blocks import Block, Gathering
from verify.stories.dates import in_words

MAX_BYTES = 64 * 1024 * 1024  # of a docx or PDF, pictures included; text kinds are cut at page.MAX_CHARACTERS
MAX_MARKDOWN = 500_000  # characters; markdown-it takes 10 s for as many unclosed brackets
_HEAD = 1_000_000  # characters of a page that are searched for its dates
_ENDINGS: dict[str, StoryKind] = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown", ".txt": "text",
    ".text": "text", ".docx": "docx", ".pdf": "pdf",
}  # fmt: skip
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|blockquote|iframe|p|div)\b", re.IGNORECASE)


def kind_of(data: bytes, name: str = "") -> StoryKind:
    """Return what kind of story the bytes are: by the bytes first, then by the name's ending.

    Raises SourceError for an empty file and for bytes that are no text, no docx and no PDF.
    """
    if not data.strip():
        raise SourceError("The story is empty.", "Give the file or address of the story's text.")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    text, sure = _decoded(data[:4096])
    if "\x00" in text or not sure:
        raise SourceError("This file is no text, HTML, Markdown, docx or PDF.", "Give the story, not a clip of it.")
    if _HTML.search(text[:2048]):
        return "markdown" if _ENDINGS.get(Path(name).suffix.lower()) == "markdown" else "html"
    named = _ENDINGS.get(Path(name).suffix.lower(), "text")
    return named if named in {"markdown", "html"} else "text"


def read(
    data: bytes, kind: StoryKind | None = None, *, url: str = "", name: str = "", also: tuple[str, ...] = ()
) -> StoryText:
    """Return what the story's bytes say: quoted posts, references, title, date.

    `url` is where the page came from (its relative links need it), `name` the file's name, `also` further hosts
    whose pages count as posts. Raises SourceError as `kind_of`, UnreadableMediaError for a broken docx or PDF.
    """
    data = _unpacked(data)
    if len(data) > MAX_BYTES:
        raise SourceError(f"The story is larger than {MAX_BYTES // 2**20} MiB.", "Give its text without the pictures.")
    kind = kind or kind_of(data, name)
    problems: list[Problem] = []
    date: TimeBounds | None = None
    if kind in {"docx", "pdf"}:
        found, meta, problems = office.from_docx(data) if kind == "docx" else office.from_pdf(data)
    else:
        text, _ = _decoded(data)
        text = text.replace("\x00", "")
        if kind == "text":
            found, meta, date = _plain(text)
        else:
            source = _rendered(text) if kind == "markdown" else text
            found, meta, problems = page.blocks(source, url)
            stated = markup.read(page.cleaned(source[:_HEAD]).encode("utf-8", "replace"), url, "utf-8")
            date = next((d for d in stated.dates if "published" in d.basis), stated.dates[0] if stated.dates else None)
    gathering = Gathering(also)
    for block in found:
        gathering.add(block)
    gathered = gathering.end()
    return StoryText(
        kind=kind,
        title=_title(meta, found),
        date=date or _date(meta, found),
        author=" ".join(meta.get("author", "").split())[:200],
        url=url or meta.get("canonical", ""),
        text="\n\n".join(block.text.strip() for block in found if block.text.strip())[: page.MAX_TEXT],
        quotes=tuple(gathered.quotes),
        references=tuple(gathered.references),
        other_links=tuple(gathered.others),
        problems=(*problems, *gathered.problems),
    )


def from_file(path: str, out: Path, kind: str = "", url: str = "", also: tuple[str, ...] | list[str] = ()) -> Any:  # noqa: ANN401
    """Return `read` of the file at `path` as JSON values: the form in which the worker's child hands it back."""
    if kind and kind not in get_args(StoryKind):
        raise UsageError(f"{kind!r} is no kind of story.", f"Known: {', '.join(get_args(StoryKind))}.")
    where = Path(path)
    with where.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    known: StoryKind | None = kind or None  # type: ignore[assignment]  # checked above
    return to_builtins(read(data, known, url=url, name=where.name, also=tuple(also)))


def _unpacked(data: bytes) -> bytes:
    """Return what a gzip file holds (saved pages often are one), up to a byte more than a story may have."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise SourceError(f"This packed file cannot be unpacked: {error}.", "Unpack it, and give the story.") from error


def _cyrillic(data: bytes) -> bool:
    """Return whether most letters are from the upper half: Latin text has few accents, Cyrillic in one byte is all."""
    upper = sum(byte >= 0xC0 for byte in data[:65_536])
    lower = sum(65 <= byte <= 122 for byte in data[:65_536])
    return upper > lower


def _decoded(data: bytes) -> tuple[str, bool]:
    """Return the text and whether its encoding was sure: a byte order mark, what the page declares, then UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace"), True
    said = re.search(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", data[:2048])
    for name in ([said[1].decode()] if said else []) + ["utf-8"]:
        try:
            return data.decode(name), True
        except UnicodeDecodeError as error:
            if name == "utf-8" and error.start >= len(data) - 4:  # cut within a character
                return data.decode(name, "replace"), True
        except LookupError:
            continue
    text = data.decode("windows-1251" if _cyrillic(data) else "windows-1252", "replace")
    return text, sum(c < 32 and c not in b"\t\n\r\x0c" for c in data) * 200 < len(data)


def _rendered(text: str) -> str:
    """Return Markdown as HTML; raw HTML in it (embed codes) stays, to be read as any page is."""
    return str(MarkdownIt("commonmark", {"html": True}).render(page.cleaned(text[:MAX_MARKDOWN])))


def _plain(text: str) -> tuple[list[Block], dict[str, str], TimeBounds | None]:
    """Return the paragraphs of plain text; a first line `date 2022-04-01 Title` is taken as date and title."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text[: page.MAX_TEXT].replace("\r\n", "\n"))]
    found = [Block(text=part) for part in parts if part.strip()]
    first = found[0].text.strip() if found else ""
    head = re.match(r"(?:date[:\s]+)?(\d{4}-\d{2}-\d{2})\s+(?=\S)", first, re.IGNORECASE)
    if head is None:
        return found, {}, None
    date, _ = in_words(head[1], "the date at the head of the story")
    return found, {"title": first[head.end() :].splitlines()[0]}, date


def _title(meta: dict[str, str], found: list[Block]) -> str:
    for name in ("og:title", "h1", "title"):
        if meta.get(name, "").strip():
            return " ".join(meta[name].split())[:300]
    first = next((line.strip() for block in found for line in block.text.splitlines() if line.strip()), "")
    return first[:200] if len(first) <= 200 else ""  # a first line longer than that is a paragraph, not a title


def _date(meta: dict[str, str], found: list[Block]) -> TimeBounds | None:
    """Return the date of the document's own properties, or of a short line near its head."""
    if meta.get("created"):
        return markup.stated(meta["created"], "the document's own properties: when it was made")
    for block in found[:4]:
        line = block.text.strip()
        if len(line) <= 40 and "@" not in line:
            bounds, _ = in_words(line, "a line at the head of the story")
            if bounds is not None:
                return bounds
    return None
