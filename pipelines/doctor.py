"""What is installed, what is missing, and what that costs. Rule: looks only; changes and sends nothing."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version

Row = tuple[str, str, str]
"""Name, state (`ok`, `missing`, `old`, `refused`), and what it means for the user."""

_NEEDED = (
    "opencv-python-headless",
    "imagehash",
    "exifread",
    "av",
    "pillow",
    "pillow-heif",
    "typst",
    "warcio",
)
_EXTRAS = (
    ("c2pa-python", "c2pa", "content credentials are not read", "credentials"),
    ("telemetry-parser", "telemetry_parser", "GoPro models and positions are not read", "gopro"),
    ("rfc3161-client", "rfc3161_client", "no trusted time stamps for the custody log", "timestamps"),
)


def examine_installation() -> list[Row]:
    """Return one row for each part, the needed ones first. `refused` means firstseen will not run with it."""
    from verify.sources.url import doctor as sources_doctor

    rows: list[Row] = [("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    rows += [_needed(name) for name in _NEEDED]
    rows += list(sources_doctor())
    rows += [_extra(*extra) for extra in _EXTRAS]
    rows.append(_program("exiftool", "a second reader to compare metadata with"))
    rows.append(_trust_list())
    rows.append(_isolation())
    return rows


def _needed(name: str) -> Row:
    try:
        return (name, "ok", version(name))
    except PackageNotFoundError:
        return (name, "missing", "needed: install firstseen again")


def _extra(name: str, module: str, cost: str, extra: str) -> Row:
    if importlib.util.find_spec(module) is None:
        return (name, "missing", f"{cost}; pip install 'firstseen[{extra}]'")
    return (name, "ok", version(name))


def _program(name: str, use: str) -> Row:
    found = shutil.which(name)
    return (name, "ok", found) if found else (name, "missing", f"optional: {use}")


def _trust_list() -> Row:
    from verify.readers.trust import trust_folder, trust_list

    pinned = trust_list()
    if pinned is None:
        return ("C2PA trust list", "missing", f"no issuer is called trusted; put the list (PEM) into {trust_folder()}")
    return ("C2PA trust list", "ok", f"{pinned.path}, of {pinned.date}, SHA-256 {pinned.sha256[:16]}")


def _isolation() -> Row:
    if sys.platform == "win32":
        return ("isolation", "ok", "one process a file with a time limit; no memory limit on Windows")
    if sys.platform == "darwin":
        return ("isolation", "ok", "one process a file with time and file limits; macOS has no memory limit for it")
    return ("isolation", "ok", "one process a file with memory, time, file and network limits")
