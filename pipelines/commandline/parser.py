"""The words of every command: what it takes, and the help that says so. Rule: nothing is imported that is heavy.

Who carries a command out is given by name (`cli.py`); the README and the shell completion are made from this.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Run = Callable[[argparse.Namespace], int]
EXIT_CODES = """\
exit codes: 0 done; 1 something questions the claim (only with --exit-code); 2 wrong usage;
3 some items could not be checked; 4 nothing could be done; 130 stopped"""

# Options whose value may begin with a minus sign: argparse takes `-33.87,151.21` for an option of its own.
COORDINATES = ("--where",)
_NEGATIVE = re.compile(r"-\s*[\d.]")


class _Parser(argparse.ArgumentParser):
    """Reads `--where -33.87,151.21` as one option with its value, in every command."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # noqa: ANN401
        return super().parse_known_args(joined(sys.argv[1:] if args is None else args), namespace)


def joined(words: Sequence[str]) -> list[str]:
    """Return the words with `--where` and a negative coordinate behind it as one: `--where=-33.87,151.21`."""
    made: list[str] = []
    for word in words:
        if made and made[-1] in COORDINATES and _NEGATIVE.match(word):
            made[-1] += f"={word}"
        else:
            made.append(word)
    return made


def parser_of(runs: Mapping[str, Run]) -> argparse.ArgumentParser:
    """Return the parser of every command; `runs` holds by name who carries each out.

    Raises KeyError for a command that nobody carries out.
    """
    parser = _Parser(
        prog="firstseen",
        description="Verifies circulating video: preserves each clip, finds copies and earlier uploads, "
        "tests it against what is claimed, and writes a report of what supports and what questions it.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"firstseen {_version()}")
    commands = _Commands(parser.add_subparsers(title="commands", metavar="COMMAND"), runs)
    for add in (_add_check, _add_dedup, _add_story, _add_decide, _add_evidence, _add_sharing, _add_around):
        add(commands)
    return parser


class _Commands:
    """Adds a command, with what all of them have."""

    def __init__(self, made: Any, runs: Mapping[str, Run]) -> None:  # noqa: ANN401 - argparse keeps this type private
        self._made = made
        self._runs = runs

    def add(self, name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = self._made.add_parser(
            name, help=words, description=words, epilog=EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        made.set_defaults(run=self._runs[name])
        made.add_argument("--json", action="store_true", help="print the result as JSON (schema in docs/schema)")
        return made


def _case_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("--case", type=Path, metavar="DIR", help="the case folder (default: in your user data folder)")
    made.add_argument("--settings", type=Path, metavar="FILE", help="limits of the run, as TOML (see docs/settings.md)")
    made.add_argument("--by", metavar="NAME", default="", help="who works on the case, for the custody log")


def _learned_option(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--learned",
        metavar="MODEL",
        help="let a copy-detection model name more candidates: an ONNX file, sscd or sscd_distilled (extra `learned`)",
    )


def _network_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="let the network guard reach this private host (tests, intranets); may be given more than once",
    )
    made.add_argument("--live", action="store_true", help="take of a live stream what it offers now")
    made.add_argument("--no-page", action="store_true", help="do not keep the post's page (source, screenshot, PDF)")
    made.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="SERVICE",
        choices=["wayback"],
        help="ask this service about the post's address; nothing is asked otherwise (known: wayback)",
    )


def _claim_options(made: argparse.ArgumentParser) -> None:
    claim = made.add_argument_group("what is claimed")
    claim.add_argument("--claim", type=Path, metavar="FILE", help="the claim as a TOML file (see docs/claims.md)")
    claim.add_argument(
        "--when", default="", metavar="A[/B]", help="time or interval, e.g. 2022-04-01T05:00+03:00/05:51+03:00"
    )
    claim.add_argument("--where", default="", metavar="PLACE", help="a place name, or LAT,LON[,RADIUS in metres]")
    claim.add_argument("--what", default="", metavar="TEXT", help="what the clip is said to show")
    claim.add_argument(
        "--actor", default="", metavar="TEXT", help="who is said to have acted (never answered from pictures)"
    )


def _add_check(commands: _Commands) -> None:
    made = commands.add("check", "check one video (or a few): from a URL or a file to a report")
    made.add_argument("targets", nargs="+", metavar="TARGET", help="a post's URL, a file, a folder, or - for a list")
    _claim_options(made)
    made.add_argument("--post", metavar="URL", default="", help="the post a file saved by hand came from")
    made.add_argument("--format", action="append", default=[], metavar="NAME", help="also write this format (pdf, ...)")
    made.add_argument("--exit-code", action="store_true", help="exit 1 when something questions the claim")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_dedup(commands: _Commands) -> None:
    made = commands.add("dedup", "find the copies among many clips; goes on where it was stopped")
    made.add_argument("targets", nargs="+", metavar="PATH|LIST|URL", help="folders, files, URLs, or - for a list")
    made.add_argument("--format", action="append", default=[], metavar="NAME", help="also write this format (pdf, ...)")
    made.add_argument("--pairs", type=Path, metavar="OUT.jsonl", help="write one line for each pair found")
    made.add_argument("--csv", type=Path, metavar="OUT.csv", help="write one row for each clip")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_story(commands: _Commands) -> None:
    made = commands.add("story", "check a story: all its clips, how many recordings, what stands")
    made.add_argument("story", metavar="STORY", help="URL, HTML, Markdown, plain text, docx or PDF")
    made.add_argument("--media", type=Path, metavar="MAP", help="files for posts that are gone (see docs/stories.md)")
    made.add_argument("--claims", type=Path, metavar="FILE", help="the story's claims as marked by a person (TOML)")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_decide(commands: _Commands) -> None:
    made = commands.add("decide", "record what a person decided; kept apart from machine findings")
    made.add_argument("subject", nargs="+", metavar="ITEM", help="an item id, or two items for a pair")
    made.add_argument(
        "--category",
        required=True,
        help="'not a match', 'same recording', a MediaReview category, or 'claim: ' and words of yours",
    )
    made.add_argument("--note", default="", help="why, for the record")
    made.add_argument("--undo", action="store_true", help="take the decision back (both stay in the log)")
    _case_options(made)


def _add_evidence(commands: _Commands) -> None:
    audit = commands.add("audit", "check that a case or a bundle is what its record says, offline")
    audit.add_argument("case", type=Path, metavar="CASE", help="a case folder or a bundle file")
    audit.add_argument("--head", default="", help="the log's head as printed in a report: shows a log cut short")
    audit.add_argument("--key", type=Path, metavar="FILE.pub", help="the newsroom's public key, had in another way")
    bundle = commands.add("bundle", "write a case or one item as one file others can check (BagIt)")
    bundle.add_argument("out", type=Path, metavar="OUT.zip")
    bundle.add_argument("--item", default="", help="only this item")
    _case_options(bundle)
    backup = commands.add("backup", "copy a case to another folder, also while it is in use")
    backup.add_argument("to", type=Path, metavar="FOLDER")
    _case_options(backup)
    stamp = commands.add("stamp", "have the custody log stamped by others; without a URL, what waits")
    stamp.add_argument("authority", nargs="*", metavar="URL", help="where a time stamp authority (RFC 3161) is asked")
    stamp.add_argument("--calendar", action="append", default=[], metavar="URL", help="an OpenTimestamps calendar")
    stamp.add_argument("--check", action="store_true", help="check the stamps that are there, offline")
    stamp.add_argument("--roots", type=Path, metavar="PEM", help="root certificates (default: this system's)")
    stamp.add_argument("--allow-host", action="append", default=[], metavar="HOST[:PORT]", help="as for `check`")
    _case_options(stamp)
    key = commands.add("key", "create or show the newsroom's signing key (Ed25519)")
    key.add_argument("action", choices=["create", "show"])
    key.add_argument("--owner", default="", metavar="NAME", help="what the newsroom is called, printed in reports")


def _add_sharing(commands: _Commands) -> None:
    export = commands.add("export", "write fingerprints and time bounds, without footage")
    export.add_argument("out", type=Path, metavar="OUT")
    export.add_argument("--fingerprints", action="store_true", required=True, help="what to export")
    _case_options(export)
    imported = commands.add("import", "read fingerprints or a bundle that another newsroom wrote")
    imported.add_argument("file", type=Path, metavar="FILE")
    _case_options(imported)


def _add_around(commands: _Commands) -> None:
    demo = commands.add("demo", "serve the shipped sample as posts, check one, and name the report")
    _case_options(demo)
    doctor = commands.add("doctor", "say what is installed, what is missing and what that costs")
    doctor.set_defaults(case=None)
    completion = commands.add("completion", "print the completion script of a shell")
    completion.add_argument("shell", choices=["bash", "zsh", "tcsh"])


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("firstseen")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
