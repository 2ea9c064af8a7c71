"""A story as docx or PDF: its paragraphs and links. Rule: bounded unpacking, no entities, no external parts.

A docx is a zip of XML: only the parts named here are unpacked, each up to a limit whatever the zip says of its size,
and a document type declaration (the door to entity expansion) ends the reading.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from verify.errors import MissingExtraError, UnreadableMediaError
from verify.records.media import Problem
from verify.stories.blocks import Block, Pointer
from verify.stories.page import blocks as page_blocks

MAX_PART = 16 * 1024 * 1024  # bytes of one unpacked part; a book's document.xml is about 5 MB
MAX_PAGES = 300
MAX_TEXT = 2_000_000
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def from_docx(data: bytes) -> tuple[list[Block], dict[str, str], list[Problem]]:
    """Return blocks, metadata (`title`, `author`, `created`) and what was not read. Raises UnreadableMediaError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist()) if len(packed.infolist()) <= 5000 else set()
            if "word/document.xml" not in names:
                raise UnreadableMediaError("This is a zip file without a document in it.", "Save the story as docx.")
            found = _Docx()
            for part in _TEXTS:
                if part in names:
                    folder, name = part.split("/")
                    found.addresses = _relations(_unpacked(packed, f"{folder}/_rels/{name}.rels", names))
                    found.read(_unpacked(packed, part, names))
            found.core(_unpacked(packed, "docProps/core.xml", names))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise UnreadableMediaError(f"This docx file cannot be unpacked: {error}.", "Save the story again.") from error
    except (expat.ExpatError, ValueError) as error:
        raise UnreadableMediaError(f"The text of this docx file cannot be read: {error}.", "Save it again.") from error
    return found.done, found.meta, found.problems


def _unpacked(packed: zipfile.ZipFile, name: str, names: set[str]) -> bytes:
    if name not in names:
        return b""
    with packed.open(name) as part:
        data = part.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise ValueError(f"{name} unpacks to more than {MAX_PART:,} bytes")
    return data


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which no docx does")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _relations(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and len(found) < 20_000:
            found[given.get("Id", "")] = given.get("Target", "")

    if data:
        parser = _parser()
        parser.StartElementHandler = start
        parser.Parse(data, True)
    return found


@dataclass(kw_only=True)
class _Docx:
    """The state of reading WordprocessingML (ECMA-376 part 1, 17.3 paragraphs, 17.16.22 hyperlinks, 17.16 fields)."""

    addresses: dict[str, str] = field(default_factory=dict)
    done: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    now: Block = field(default_factory=Block)
    inside: str = ""
    field_words: str = ""
    length: int = 0

    def read(self, data: bytes) -> None:
        parser = _parser()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.Parse(data, True)

    def start(self, name: str, given: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.inside = local if local in {"t", "instrText", "delText"} else ""
        if local in {"hyperlink", "hlinkClick"}:
            self.point(self.addresses.get(given.get("r:id", ""), ""))
        elif local == "fldSimple":
            self.instruction(given.get("w:instr", ""))
        elif local in {"br", "cr"}:
            self.now.text += "\n"
        elif local == "tab":
            self.now.text += "\t"
        elif local == "webVideoPr":  # a video put in from the web: its embed code (MS-ODRAWXML 2.21.2)
            for block in page_blocks(given.get("embeddedHtml", "")[:20_000])[0]:
                self.now.pointers += block.pointers

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self.inside = ""
        if local == "p":
            self.instruction(self.field_words)
            self.field_words = ""
            if self.now.text.strip() or self.now.pointers:
                self.done.append(self.now)
            self.now = Block()

    def text(self, data: str) -> None:
        if self.inside == "t" and self.length < MAX_TEXT:
            self.now.text += data
            self.length += len(data)
        elif self.inside == "instrText":
            self.field_words = (self.field_words + data)[:20_000]

    def instruction(self, words: str) -> None:
        for url in re.findall(r'HYPERLINK\s+"([^"]{1,2048})"', words):
            self.point(url)

    def point(self, url: str) -> None:
        if url:
            self.now.pointers.append(Pointer(url=url, found_as="link", at=len(self.now.text)))

    def core(self, data: bytes) -> None:
        """Read the title, the author and the day of making from the core properties (ECMA-376 part 2)."""
        names = {"title": "title", "creator": "author", "created": "created"}
        state = {"at": ""}

        def start(name: str, _: dict[str, str]) -> None:
            state["at"] = names.get(name.rpartition(":")[2], "")

        def text(words: str) -> None:
            if state["at"]:
                self.meta[state["at"]] = (self.meta.get(state["at"], "") + words)[:500]

        if data:
            parser = _parser()
            parser.StartElementHandler = start
            parser.EndElementHandler = lambda _: state.update(at="")
            parser.CharacterDataHandler = text
            parser.Parse(data, True)


def from_pdf(data: bytes) -> tuple[list[Block], dict[str, str], list[Problem]]:
    """Return the blocks of a PDF (one a paragraph as far as it has any), its metadata and what was not read.

    Raises MissingExtraError without pypdf, UnreadableMediaError for what is no PDF, is encrypted, or is broken.
    """
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtraError("Reading PDF stories needs pypdf.", "Install it, or save the story as text.") from error
    problems: list[Problem] = []
    done: list[Block] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise UnreadableMediaError("This PDF is locked with a password.", "Save the story without one.")
        told = reader.metadata
        for number, page in enumerate(reader.pages, 1):
            if number > MAX_PAGES or sum(len(b.text) for b in done) > MAX_TEXT:
                problems.append(Problem(part="pdf", reason=f"pages from {number} on were not read"))
                break
            done += _pdf_page(page, number, problems)
        meta = {"title": str(told.title or "")[:500], "author": str(told.author or "")[:500]} if told else {}
    except UnreadableMediaError:
        raise
    except Exception as error:  # pypdf raises whatever a broken file makes its code do
        words = f"This PDF cannot be read: {type(error).__name__}."
        raise UnreadableMediaError(words, "Save the story as text.") from error
    return done, meta, problems


def _pdf_page(page: object, number: int, problems: list[Problem]) -> list[Block]:
    """Return a page's blocks: lines joined to paragraphs at blank lines, and its link annotations as one block."""
    try:
        text = str(page.extract_text())  # type: ignore[attr-defined]  # pypdf's page; the module loads it lazily
    except Exception as error:  # noqa: BLE001 - as above: one broken page does not end the others
        problems.append(Problem(part="pdf", reason=f"page {number} cannot be read: {type(error).__name__}"))
        text = ""
    found = [Block(text=part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    links = Block()
    try:
        for note in list(page.get("/Annots", ()) or ())[:2000]:  # type: ignore[attr-defined]
            action = note.get_object().get("/A")
            uri = action.get_object().get("/URI") if action is not None else None
            if uri:
                links.pointers.append(Pointer(url=str(uri), found_as="link", at=0))
    except Exception as error:  # noqa: BLE001 - as above
        problems.append(Problem(part="pdf", reason=f"links of page {number} cannot be read: {type(error).__name__}"))
    return [*found, links] if links.pointers else found
