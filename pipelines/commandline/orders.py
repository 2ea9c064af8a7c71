"""From the command's words to what a pipeline is told. Rule: a mistake in the words is a UsageError before any work."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from pipelines.options import Options
from verify.claims.parse import claim
from verify.errors import UsageError
from verify.records.claims import Claim
from verify.settings import Settings, load
from verify.sources.listing import expand


def targets_of(words: list[str]) -> list[str]:
    """Return the targets, `-` and text lists replaced by what stands in them."""
    return list(expand(words, sys.stdin))


def _claim(words: argparse.Namespace) -> Claim | None:
    """Return the claim of the options and the claim file, or None when nothing is claimed."""
    if not hasattr(words, "claim"):
        return None
    return claim(file=words.claim, what=words.what, when=words.when, where=words.where, by=words.actor)


def options_of(words: argparse.Namespace, formats: tuple[str, ...]) -> Options:
    """Return the options of a command that brings material in; `formats` are the reports it writes.

    Raises UsageError for settings or a claim that cannot be read.
    """
    settings = load(
        words.settings,
        allow_hosts=tuple(words.allow_host) or None,
        live=words.live or None,
        page=False if words.no_page else None,
        learned=words.learned,
    )
    return Options(
        case=words.case,
        settings=settings,
        by=words.by,
        command=_repeatable(),
        claim=_claim(words),
        post=getattr(words, "post", ""),
        formats=formats,
        ask=tuple(words.ask),
    )


def case_of(words: argparse.Namespace) -> Options:
    """Return the options of a command that only works on a case."""
    settings = load(words.settings, allow_hosts=tuple(getattr(words, "allow_host", ())) or None)
    return Options(case=words.case, settings=settings, by=words.by, command=_repeatable())


def own_settings(words: argparse.Namespace) -> Settings | None:
    """Return the settings the command names, or None where it names none. Raises UsageError as `load` does."""
    return load(words.settings) if words.settings else None


def _repeatable() -> str:
    return shlex.join(["firstseen", *sys.argv[1:]])


def text_of(path: Path) -> str:
    """Return the text of a file that the command names. Raises UsageError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read.", "Check the name.") from error


def write(path: Path, text: str) -> None:
    """Write `text` where the command says. Raises UsageError when that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
