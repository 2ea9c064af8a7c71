"""Which files were written alike. Rule: a form ties a file to programs, never to a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChain:
    """Files of one container fingerprint: one chain of programs wrote them, or chains that write alike."""

    fingerprint: str
    clips: tuple[str, ...]  # SHA-256, two or more
    recordings: tuple[str, ...] = ()  # ids of the recordings that they show, each once
    writers: tuple[str, ...] = ()  # what is known of who wrote them last, and what they passed before, in sentences
    sentence: str = ""
    limits: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenCopies:
    """How the copies of one recording were written: by how many chains, and which share their coded pictures."""

    recording: str  # id
    clips: tuple[str, ...]  # SHA-256 of the copies whose form is known, two or more
    chains: int
    not_encoded_again: tuple[tuple[str, ...], ...] = ()  # SHA-256 of copies with the same coded pictures
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChains:
    """The files of a report by the chains that wrote them. `unknown` are clips whose form was not read."""

    groups: tuple[FileChain, ...] = ()
    copies: tuple[WrittenCopies, ...] = ()
    unknown: tuple[str, ...] = ()  # SHA-256: other containers, files joined here, clips examined by an older version
