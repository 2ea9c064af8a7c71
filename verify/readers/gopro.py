"""Asks telemetry-parser which camera wrote a clip's motion data. Rule: a second opinion; optional, extra `gopro`."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import ClassVar

import telemetry_parser

from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector

_MAX_FILE = 8 * 1024**3  # bytes: a chapter of a GoPro's recording is 4 GB, the newest write up to 12


class GoPro(Reader):
    """Reads the maker and model that telemetry-parser recognises (GoPro, Insta360, Sony, DJI and others)."""

    name: ClassVar[str] = "gopro"

    def handles(self, container: str) -> bool:
        """Return whether cameras with telemetry write this container."""
        return container in {"mp4", "mov"}

    def version(self) -> str:
        """Return telemetry-parser's version."""
        return f"telemetry-parser {metadata.version('telemetry-parser')}"

    def read(self, path: Path, container: str) -> Reading:
        """Return maker and model, or nothing where the file has no telemetry."""
        out = Collector(self.name)
        try:
            if path.stat().st_size > _MAX_FILE:
                out.problem("the file is too large for this reader")
                return Reading(problems=out.problems)
            parser = telemetry_parser.Parser(str(path))
            out.add("make", parser.camera or "", "telemetry")
            out.add("model", parser.model or "", "telemetry")
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a Rust panic arrives as a BaseException of its own
            if "Unsupported" not in str(error):
                out.problem(f"telemetry cannot be read: {type(error).__name__}: {str(error)[:120]}")
        return Reading(tags=out.tags, problems=out.problems)
