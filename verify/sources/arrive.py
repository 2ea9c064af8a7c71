"""Chooses the source for a target and lets it bring the material in. Rule: the first source that takes it decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import verify.sources
from verify.catalog import offer
from verify.errors import UsageError
from verify.settings import Settings
from verify.sources.base import Arrival, Progress, Source
from verify.text import one_line


@cache
def sources() -> tuple[Source, ...]:
    """Return the sources of this room, lowest order first."""
    return tuple(sorted(offer(verify.sources, Source).found, key=lambda one: one.order))


def arrive(target: str, staging: Path, settings: Settings, progress: Progress) -> Iterator[Arrival]:
    """Yield what `target` brings in, files under `staging` (which must exist).

    Raises UsageError for a target nobody takes, else what the source raises. Closing the iterator ends the fetch.
    """
    for source in sources():
        if source.takes(target):
            yield from source.fetch(target, staging, settings, progress)
            return
    raise UsageError(f"{one_line(target, 200)!r} is no file, folder or web address.", "Give a path or an http(s) URL.")
