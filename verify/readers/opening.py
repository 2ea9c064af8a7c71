"""Opens a file for a reader of ours. Rule: what goes wrong with the file itself is a Problem, never an exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from verify.readers.base import Reading
from verify.readers.collect import Collector
from verify.readers.isobmff.walk import Bytes

UNFORESEEN = "reading stopped at something that was not foreseen"


def reading(path: Path, out: Collector, look: Callable[[Bytes], dict[str, Any]]) -> Reading:
    """Return what `look` puts into `out`, and what it returns as `extra`, over the bytes of the file at `path`."""
    extra: dict[str, Any] = {}
    try:
        with path.open("rb") as file:
            extra = look(Bytes(file, path.stat().st_size))
    except OSError as error:
        out.problem(f"the file cannot be read: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - a file that nobody foresaw costs what follows, not what was read before
        out.problem(f"{UNFORESEEN}: {type(error).__name__}: {str(error)[:120]}")
    return Reading(tags=out.tags, problems=out.problems, extra=extra)
