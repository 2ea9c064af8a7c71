"""The files that one chain of programs wrote, as every format shows them. Rule: it says program, never person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from verify.records.chains import FileChains
from verify.reports import wording

_SHOWN = 12  # files of one chain that a page names; all stand in the JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a chain: its name, and what it shows."""

    sha256: str
    label: str
    place: str

    @property
    def words(self) -> str:
        """Name and place as one text."""
        return f"{self.label} ({self.place}), SHA-256 {self.sha256[:16]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """One chain: how many files, what is known of it, and the files; `more` were left out of this view."""

    heading: str
    fingerprint: str
    sentences: tuple[str, ...]
    files: tuple[File, ...]
    more: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The files in words, one a line, and how many more there are."""
        left = (f"and {self.more} more, in the JSON report",) if self.more else ()
        return (*(f.words for f in self.files), *left)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chains:
    """The section: the chains, what is known of the copies of each recording, and whose form was not read."""

    TITLE: ClassVar[str] = "Files written by the same chain"
    ABOUT: ClassVar[str] = (
        "A container fingerprint names the form that a chain of programs gives to its files, whatever they show. Files "
        "with one fingerprint were written by the same chain, or by chains that write alike. It is no sign of one "
        "person: all that passes one platform has its form. To check by hand, lay the boxes of two files side by side "
        "(exiftool -v FILE, or a viewer of MP4 boxes): their order, brands, names of handlers and programs."
    )

    chains: tuple[Chain, ...]
    copies: tuple[str, ...]
    unknown: str

    @property
    def shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.chains or self.copies)


def view(found: FileChains, label: Callable[[str], str], place: Callable[[str], str]) -> Chains:
    """Return the section's content; `label` names a clip by its SHA-256, `place` says which recording it shows."""
    groups = []
    for number, one in enumerate(found.groups, 1):
        files = [File(sha256=s, label=label(s), place=place(s)) for s in one.clips[:_SHOWN]]
        counted = wording.count(len(one.clips), "file")
        written = f"Of each file: {' '.join(one.writers)}" if one.writers else ""
        shown = f", {wording.count(len(one.recordings), 'recording')}" if one.recordings else ""
        groups.append(
            Chain(
                heading=f"Chain {number}: {counted}{shown}",
                fingerprint=one.fingerprint,
                sentences=tuple(s for s in (one.sentence, written, one.limits) if s),
                files=tuple(files),
                more=len(one.clips) - len(files),
            )
        )
    copies = [f"{place(c.clips[0])}: {c.sentence}{_same(c.not_encoded_again, label)}" for c in found.copies]
    left = len(found.unknown)
    unknown = (
        f"The form of {wording.count(left, 'file')} was not read: another container than MP4, QuickTime and Matroska, "
        "a file that was joined here, or a clip examined by an older version."
    )
    return Chains(chains=tuple(groups), copies=tuple(copies), unknown=unknown if left else "")


def _same(groups: Sequence[Sequence[str]], label: Callable[[str], str]) -> str:
    """Return which copies share their coded pictures, as a sentence."""
    told = [wording.listed([label(s) for s in group], 4) for group in groups]
    return f" The same coded pictures: {'; '.join(told)}." if told else ""
