"""What matching asks of the library, and what it gives back. Rule: matching opens no file and no database itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from verify.records.fingerprints import Fingerprint
from verify.records.matches import Match


class Shelf(Protocol):
    """The fingerprints of all clips seen, as the library gives them (`verify/archive/library.py` is one)."""

    def generation(self) -> int:
        """Return a number that grows with every clip added or removed."""
        ...

    def clips(self, since: int = 0) -> Sequence[tuple[int, int, str]]:
        """Return (clip number, generation it was added in, SHA-256) of live clips added after `since`, in order."""
        ...

    def removed(self, since: int = 0) -> Sequence[int]:
        """Return the numbers of clips removed after generation `since`."""
        ...

    def fingerprints(self, sha256: str, names: Iterable[str] | None = None) -> dict[str, Fingerprint]:
        """Return the fingerprints of one clip by descriptor name; raises KeyError for an unknown clip."""
        ...

    def rows(self, name: str, version: int, since: int = 0) -> Iterable[tuple[int, Fingerprint]]:
        """Yield (clip number, fingerprint) of one descriptor for every live clip added after `since`, in order."""
        ...


class Matcher(Protocol):
    """Finds what shares footage with a clip."""

    def search(self, sha256: str, among: Iterable[str] | None = None) -> list[Match]:
        """Return the matches of the clip `sha256` (in the shelf) with all others, or only with those in `among`.

        Each match has the searched clip as `a`. Strongest first.
        """
        ...
