"""Lists of targets: `-` for stdin, or a text file. Rule: one target a line, `#` begins a comment, order is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from verify.errors import UsageError
from verify.text import one_line

ENDINGS = frozenset({".txt", ".list", ".lst", ".urls"})
LIMIT = 16 * 1024 * 1024  # a list of 100,000 addresses has 10 MB


def expand(targets: Iterable[str], stdin: TextIO) -> Iterator[str]:
    """Yield every target once: `-` and text lists replaced by what stands in them.

    Raises UsageError for a list that is empty, too large or no text.
    """
    seen: set[str] = set()
    for target in targets:
        for one in _lines(target, stdin):
            if one not in seen:
                seen.add(one)
                yield one


def is_list(target: str) -> bool:
    """Return whether `target` names a list: `-`, or an existing file with the ending of one."""
    return target == "-" or (Path(target).suffix.lower() in ENDINGS and Path(target).is_file())


def _lines(target: str, stdin: TextIO) -> list[str]:
    if not is_list(target):
        return [target]
    shown = "the list on standard input" if target == "-" else f"the list {one_line(target, 200)}"
    text = stdin.read(LIMIT + 1) if target == "-" else _text(Path(target), shown)
    if len(text) > LIMIT:
        raise UsageError(f"{shown[0].upper()}{shown[1:]} is too long to be one.", "Give one target a line.")
    found = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    found = [line for line in found if line and not line.startswith("#")]
    if not found:
        raise UsageError(f"{shown[0].upper()}{shown[1:]} names nothing.", "Give one file, folder or URL a line.")
    base = Path() if target == "-" else Path(target).parent
    return [_beside(base, line) for line in found]


def _beside(base: Path, line: str) -> str:
    """Return a path that is not there as it stands, but is there beside the list, as that path."""
    if "://" in line or Path(line).exists():
        return line
    near = base / line
    return str(near) if near.exists() else line


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LIMIT + 1).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown[0].upper()}{shown[1:]} is not plain text (UTF-8).") from error
    except OSError as error:
        raise UsageError(f"{shown[0].upper()}{shown[1:]} cannot be read: {error.strerror}.") from error
