"""What a search service is: it makes a link for a person to follow, or, asked by name, puts one question to an archive.

The link makers need no network and import none, so that reports may use them.
"""

from __future__ import annotations

import ipaddress
import urllib.parse
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from verify.records.claims import Place
from verify.records.media import Post, Problem
from verify.records.times import TimeBounds
from verify.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link to follow. `ready` is False where the page opens empty and the picture must be given there by hand."""

    service: str
    url: str
    words: str  # what the link opens, one clause
    ready: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A still to search with. `url` only where the picture is public on the web; a keyframe of ours has none."""

    name: str
    url: str = ""

    @property
    def public(self) -> str:
        """The address if others can fetch it, else ""."""
        try:
            parts = urllib.parse.urlsplit(self.url)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return ""
        if parts.scheme not in {"http", "https"}:
            return ""
        try:
            return self.url if ipaddress.ip_address(host).is_global else ""
        except ValueError:
            return self.url if "." in host and not host.endswith(_LOCAL) else ""


_LOCAL = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".example", ".onion")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a service said when it was asked. `raw` is its answer as it came, for the archive."""

    service: str
    asked: str  # the address of the question
    dates: tuple[TimeBounds, ...] = ()
    sentence: str = ""
    link: str = ""
    limits: str = ""
    raw: bytes = b""
    problems: tuple[Problem, ...] = ()


class PictureSearch(ABC):
    """A reverse image search."""

    name: ClassVar[str]
    order: ClassVar[int] = 50

    @abstractmethod
    def link(self, picture: Picture) -> Link:
        """Return the link: the search itself for a public picture, the service's upload page for one of ours."""


class PlaceSearch(ABC):
    """A source about a place at a time: weather, fires, satellites, the sun."""

    name: ClassVar[str]
    order: ClassVar[int] = 50

    @abstractmethod
    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link, or None where the time is open on a side that the service needs."""


class AddressSearch(ABC):
    """A place where copies of a web address are kept."""

    name: ClassVar[str]
    order: ClassVar[int] = 50

    @abstractmethod
    def link(self, url: str) -> Link:
        """Return the link that shows the kept copies of `url`."""


class Asked(ABC):
    """A service that is asked over the network, only with `--ask NAME`."""

    name: ClassVar[str]

    @abstractmethod
    def ask(self, post: Post, settings: Settings) -> Answer:
        """Return what the service says of the post's address. Raises NetworkError and RefusedAddressError."""


def quoted(text: str) -> str:
    """Return `text` percent-encoded whole, for a place inside another address."""
    return urllib.parse.quote(text, safe="")


def whole(url: str) -> str:
    """Return `url` with what may not stand in an address encoded, for a place at the end of another address."""
    return urllib.parse.quote(url.strip(), safe=":/?&=%#@+,;~!$'()*[]")


def span(when: TimeBounds) -> tuple[datetime, datetime] | None:
    """Return both ends of `when` in UTC (one end for both when the other is open), or None when both are open."""
    start, end = when.not_before or when.not_after, when.not_after or when.not_before
    return (start.astimezone(UTC), end.astimezone(UTC)) if start and end else None
