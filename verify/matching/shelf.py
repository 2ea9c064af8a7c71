"""A library that lives in memory: for tests, benchmarks and one-off comparisons. Rule: it keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verify.records.fingerprints import Fingerprint


class MemoryShelf:
    """Holds fingerprints by SHA-256, as the library does (`verify.matching.base.Shelf`)."""

    def __init__(self) -> None:
        self._clips: dict[int, tuple[int, str]] = {}
        self._prints: dict[str, dict[str, Fingerprint]] = {}
        self._removed: list[tuple[int, int]] = []
        self._generation = 0
        self._next = 1

    def add(self, sha256: str, prints: dict[str, Fingerprint]) -> int:
        """Put a clip on the shelf and return its number."""
        self._generation += 1
        number, self._next = self._next, self._next + 1
        self._clips[number] = (self._generation, sha256)
        self._prints[sha256] = prints
        return number

    def remove(self, sha256: str) -> None:
        """Take a clip off the shelf. Raises KeyError for an unknown one."""
        del self._prints[sha256]
        self._generation += 1
        for number in [n for n, (_, name) in self._clips.items() if name == sha256]:
            del self._clips[number]
            self._removed.append((self._generation, number))

    def generation(self) -> int:
        """Return a number that grows with every clip added or removed."""
        return self._generation

    def clips(self, since: int = 0) -> Sequence[tuple[int, int, str]]:
        """Return (clip number, generation, SHA-256) of live clips added after `since`, in order."""
        return [(n, g, name) for n, (g, name) in sorted(self._clips.items()) if g > since]

    def removed(self, since: int = 0) -> Sequence[int]:
        """Return the numbers of clips removed after generation `since`."""
        return [n for g, n in self._removed if g > since]

    def fingerprints(self, sha256: str, names: Iterable[str] | None = None) -> dict[str, Fingerprint]:
        """Return the fingerprints of one clip by descriptor name. Raises KeyError for an unknown clip."""
        kept = self._prints[sha256]
        return dict(kept) if names is None else {n: kept[n] for n in names if n in kept}

    def rows(self, name: str, version: int, since: int = 0) -> Iterable[tuple[int, Fingerprint]]:
        """Yield (clip number, fingerprint) of one descriptor for every live clip added after `since`, in order."""
        for number, _, sha256 in self.clips(since):
            found = self._prints[sha256].get(name)
            if found is not None and found.version == version:
                yield number, found
