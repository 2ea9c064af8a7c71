"""The command `firstseen`: words in, words out, an exit code. Rule: the only module that prints.

stdout carries the result, stderr the talk. Heavy imports happen below the command, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from verify import errors
from verify.text import one_line

if TYPE_CHECKING:
    from pipelines.options import Options
    from verify.records.cases import Event
    from verify.records.claims import Claim

Result = TypeVar("Result")
EXIT_CODES = """\
exit codes: 0 done; 1 something questions the claim (only with --exit-code); 2 wrong usage;
3 some items could not be checked; 4 nothing could be done; 130 stopped"""


def main(words: list[str] | None = None) -> int:
    """Run the command with `words` (default: the process's own) and return its exit code."""
    parser = build_parser()
    options = parser.parse_args(words)
    if not hasattr(options, "run"):
        parser.print_help()
        return errors.EXIT_USAGE
    if words is None:
        _end_like_ctrl_c()
    try:
        code: int = options.run(options)
    except errors.FirstseenError as error:
        return _fail(error, getattr(options, "json", False))
    except KeyboardInterrupt:
        _say("Stopped. What was finished is kept in the case; the same command goes on from there.")
        return errors.EXIT_STOPPED
    except BrokenPipeError:  # `firstseen ... | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_DONE
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence for the user, the details in a file
        return _fault(error)
    return code


def _end_like_ctrl_c() -> None:
    """Take `kill`, a shutdown and a closed terminal as Ctrl-C: children are ended, and the last sentence is said."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # not where nohup said otherwise
            signal.signal(number, signal.default_int_handler)


# ---------------------------------------------------------------- the parser


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; the README and the shell completion are made from it."""
    parser = argparse.ArgumentParser(
        prog="firstseen",
        description="Verifies circulating video: preserves each clip, finds copies and earlier uploads, "
        "tests it against what is claimed, and writes a report of what supports and what questions it.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"firstseen {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_add_check, _add_dedup, _add_story, _add_decide, _add_evidence, _add_sharing, _add_around):
        add(commands)
    return parser


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse keeps this type private
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words, epilog=EXIT_CODES)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.set_defaults(run=run)
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


def _add_check(commands: Any) -> None:  # noqa: ANN401
    made = _command(commands, "check", _check, "check one video (or a few): from a URL or a file to a report")
    made.add_argument("targets", nargs="+", metavar="TARGET", help="a post's URL, a file, a folder, or - for a list")
    _claim_options(made)
    made.add_argument("--post", metavar="URL", default="", help="the post a file saved by hand came from")
    made.add_argument("--format", action="append", default=[], metavar="NAME", help="also write this format (pdf, ...)")
    made.add_argument("--exit-code", action="store_true", help="exit 1 when something questions the claim")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_dedup(commands: Any) -> None:  # noqa: ANN401
    made = _command(commands, "dedup", _dedup, "find the copies among many clips; goes on where it was stopped")
    made.add_argument("targets", nargs="+", metavar="PATH|LIST|URL", help="folders, files, URLs, or - for a list")
    made.add_argument("--format", action="append", default=[], metavar="NAME", help="also write this format (pdf, ...)")
    made.add_argument("--pairs", type=Path, metavar="OUT.jsonl", help="write one line for each pair found")
    made.add_argument("--csv", type=Path, metavar="OUT.csv", help="write one row for each clip")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_story(commands: Any) -> None:  # noqa: ANN401
    made = _command(commands, "story", _story, "check a story: all its clips, how many recordings, what stands")
    made.add_argument("story", metavar="STORY", help="URL, HTML, Markdown, plain text, docx or PDF")
    made.add_argument("--media", type=Path, metavar="MAP", help="files for posts that are gone (see docs/stories.md)")
    made.add_argument("--claims", type=Path, metavar="FILE", help="the story's claims as marked by a person (TOML)")
    made.add_argument("--open", action="store_true", help="open the report in the browser")
    _learned_option(made)
    _case_options(made)
    _network_options(made)


def _add_decide(commands: Any) -> None:  # noqa: ANN401
    made = _command(commands, "decide", _decide, "record what a person decided; kept apart from machine findings")
    made.add_argument("subject", nargs="+", metavar="ITEM", help="an item id, or two items for a pair")
    made.add_argument("--category", required=True, help="'not a match', 'same recording', or a MediaReview category")
    made.add_argument("--note", default="", help="why, for the record")
    made.add_argument("--undo", action="store_true", help="take the decision back (both stay in the log)")
    _case_options(made)


def _add_evidence(commands: Any) -> None:  # noqa: ANN401
    audit = _command(commands, "audit", _audit, "check that a case or a bundle is what its record says, offline")
    audit.add_argument("case", type=Path, metavar="CASE", help="a case folder or a bundle file")
    audit.add_argument("--head", default="", help="the log's head as printed in a report: shows a log cut short")
    audit.add_argument("--key", type=Path, metavar="FILE.pub", help="the newsroom's public key, had in another way")
    bundle = _command(commands, "bundle", _bundle, "write a case or one item as one file others can check (BagIt)")
    bundle.add_argument("out", type=Path, metavar="OUT.zip")
    bundle.add_argument("--item", default="", help="only this item")
    _case_options(bundle)
    backup = _command(commands, "backup", _backup, "copy a case to another folder, also while it is in use")
    backup.add_argument("to", type=Path, metavar="FOLDER")
    _case_options(backup)
    stamp = _command(commands, "stamp", _stamp, "have the custody log stamped by others; without a URL, what waits")
    stamp.add_argument("authority", nargs="*", metavar="URL", help="where a time stamp authority (RFC 3161) is asked")
    stamp.add_argument("--calendar", action="append", default=[], metavar="URL", help="an OpenTimestamps calendar")
    stamp.add_argument("--check", action="store_true", help="check the stamps that are there, offline")
    stamp.add_argument("--roots", type=Path, metavar="PEM", help="root certificates (default: this system's)")
    stamp.add_argument("--allow-host", action="append", default=[], metavar="HOST[:PORT]", help="as for `check`")
    _case_options(stamp)
    key = _command(commands, "key", _key, "create or show the newsroom's signing key (Ed25519)")
    key.add_argument("action", choices=["create", "show"])
    key.add_argument("--owner", default="", metavar="NAME", help="what the newsroom is called, printed in reports")


def _add_sharing(commands: Any) -> None:  # noqa: ANN401
    export = _command(commands, "export", _export, "write fingerprints and time bounds, without footage")
    export.add_argument("out", type=Path, metavar="OUT")
    export.add_argument("--fingerprints", action="store_true", required=True, help="what to export")
    _case_options(export)
    imported = _command(commands, "import", _import, "read fingerprints or a bundle that another newsroom wrote")
    imported.add_argument("file", type=Path, metavar="FILE")
    _case_options(imported)


def _add_around(commands: Any) -> None:  # noqa: ANN401
    demo = _command(commands, "demo", _demo, "serve the shipped sample as posts, check one, and name the report")
    _case_options(demo)
    doctor = _command(commands, "doctor", _doctor, "say what is installed, what is missing and what that costs")
    doctor.set_defaults(case=None)
    completion = _command(commands, "completion", _completion, "print the completion script of a shell")
    completion.add_argument("shell", choices=["bash", "zsh", "tcsh"])


# ---------------------------------------------------------------- the commands


def _check(words: argparse.Namespace) -> int:
    from pipelines.check import check

    result = _follow(check(_targets(words.targets), _options(words, formats=("html", "json", *words.format))), words)
    from verify.records.wire import to_builtins

    if words.json:
        reports = [to_builtins(w.report) for w in result.written]
        _print_json(
            {
                "schema": "firstseen/check/1",
                "case": str(result.case),
                "reports": reports,
                "files": [{name: str(p) for name, p in w.files.items()} for w in result.written],
                "failed": to_builtins(result.failed),
            }
        )
    for written in result.written if not words.json else ():
        _print_clip(written)
    if words.open and result.written:
        _open(result.written[0].files["html"])
    if not result.written:
        return errors.EXIT_NOTHING_DONE
    if result.failed:
        return errors.EXIT_SOME_FAILED
    questioned = any(f.bearing == "questions" for w in result.written for f in w.report.findings)
    return errors.EXIT_QUESTIONED if words.exit_code and questioned else errors.EXIT_DONE


def _print_clip(written: Any) -> None:  # noqa: ANN401 - pipelines.options.Written, imported below the command
    report = written.report
    post = report.case.item.post
    name = one_line((post.title if post else "") or report.case.item.media.name, 80)
    print(f"{name}  [{report.case.item.id}]")
    for sentence in report.summary:
        print(f"  {one_line(sentence)}")
    print(f"  report: {written.files['html']}")


def _dedup(words: argparse.Namespace) -> int:
    from pipelines.dedup import dedup, pair_lines
    from verify.records.wire import to_builtins

    result = _follow(
        dedup(_targets(words.targets), _options(words, formats=("html", "json", "csv", *words.format))), words
    )
    report = result.report
    if words.pairs:
        _write(words.pairs, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in pair_lines(report)))
    if words.csv:
        _write(words.csv, result.files["csv"].read_text(encoding="utf-8"))
    if words.json:
        _print_json(
            {
                "case": str(result.case),
                "files": {n: str(p) for n, p in result.files.items()},
                "report": to_builtins(report),
            }
        )
    else:
        copies = sum(len(r.members) for r in report.recordings)
        print(
            f"{len(report.items)} clips: {len(report.recordings)} recordings with copies ({copies} clips), "
            f"{len(report.singles)} without a copy, {len(report.failed)} could not be examined"
        )
        print(f"report: {result.files['html']}")
    if words.open:
        _open(result.files["html"])
    if not report.items:
        return errors.EXIT_NOTHING_DONE
    return errors.EXIT_SOME_FAILED if report.failed else errors.EXIT_DONE


def _decide(words: argparse.Namespace) -> int:
    from pipelines.decisions import decide, undo
    from verify.records.wire import to_builtins

    act = undo if words.undo else decide
    decision = act(words.case, words.subject, category=words.category, note=words.note, by=words.by)
    if words.json:
        _print_json(to_builtins(decision))
    else:
        print(
            f"{'Taken back' if words.undo else 'Recorded'}: {decision.category}, {one_line(decision.subject)}, "
            f"by {one_line(decision.by)}"
        )
    return errors.EXIT_DONE


def _key(words: argparse.Namespace) -> int:
    import getpass

    from verify.archive.keys import create_key, default_key, load_key

    path = default_key()
    key = create_key(path, words.owner or getpass.getuser()) if words.action == "create" else load_key(path)
    if words.json:
        _print_json({"owner": key.owner, "fingerprint": key.public.fingerprint, "public_key": key.public.pem})
    else:
        print(f"{one_line(key.owner)}\nfingerprint {key.public.fingerprint}\n{key.public.pem}", end="")
        _say(f"The secret half is {path}: back it up, and give the public half to whoever checks your bundles.")
    return errors.EXIT_DONE


def _demo(words: argparse.Namespace) -> int:
    from dataclasses import replace

    from pipelines.demo import demo

    _say("The sample is drawn, not filmed. It is served on 127.0.0.1 and fetched from there like posts on a platform.")
    options = _case(words)
    if options.case is None:
        options = replace(options, case=Path("firstseen-demo"))
    result = _follow(demo(options), words)
    if not result.written:
        raise errors.FirstseenError(result.failed[0].reason, result.failed[0].advice)
    if words.json:
        from verify.records.wire import to_builtins

        _print_json(
            {
                "case": str(result.case),
                "report": to_builtins(result.written[0].report),
                "files": {name: str(p) for name, p in result.written[0].files.items()},
            }
        )
    else:
        _print_clip(result.written[0])
    if sys.stdout.isatty():
        _open(result.written[0].files["html"])
    return errors.EXIT_SOME_FAILED if result.failed else errors.EXIT_DONE


def _audit(words: argparse.Namespace) -> int:
    from pipelines.sharing import audited
    from verify.records.wire import to_builtins

    found = audited(words.case, words.head, (_text_of(words.key),) if words.key else ())
    if words.json:
        _print_json(to_builtins(found))
    else:
        for fault in found.faults:
            print(f"{fault.kind}: {one_line(fault.sentence)}")
        print(
            f"{found.files} files of {found.items} items re-hashed, {found.entries} log entries checked: "
            f"{len(found.faults) or 'no'} fault{'' if len(found.faults) == 1 else 's'}. Head {found.head}"
        )
        for sentence in found.unproved:
            print(f"Not proved: {one_line(sentence)}")
    return errors.EXIT_NOTHING_DONE if found.faults else errors.EXIT_DONE


def _story(words: argparse.Namespace) -> int:
    from pipelines.story import story
    from verify.records.wire import to_builtins

    options = _options(words, formats=("html", "json", "markdown", "text", "block", "pdf"))
    result = _follow(story(words.story, options, media=words.media, claims=words.claims), words)
    if words.json:
        _print_json(
            {
                "case": str(result.case),
                "files": {n: str(p) for n, p in result.files.items()},
                "report": to_builtins(result.report),
            }
        )
    else:
        for sentence in result.report.summary:
            print(one_line(sentence))
        print(f"report: {result.files['html']}")
    if words.open:
        _open(result.files["html"])
    return errors.EXIT_DONE


def _bundle(words: argparse.Namespace) -> int:
    from pipelines.sharing import bundle

    return _told_files(words, bundle(_case(words), words.out, words.item))


def _backup(words: argparse.Namespace) -> int:
    from pipelines.keeping import backup

    return _told_files(words, backup(_case(words), words.to))


def _stamp(words: argparse.Namespace) -> int:
    from pipelines.keeping import stamped, stamps_checked

    if words.check:
        return _told_files(words, stamps_checked(_case(words), words.roots))
    return _told_files(words, stamped(_case(words), words.authority, words.roots, words.calendar))


def _export(words: argparse.Namespace) -> int:
    from pipelines.sharing import export

    return _told_files(words, export(_case(words), words.out))


def _import(words: argparse.Namespace) -> int:
    from pipelines.sharing import bring, bring_fingerprints, is_bundle

    if is_bundle(words.file):
        return _told_files(words, _follow(bring(_case(words), words.file), words))
    return _told_files(words, bring_fingerprints(_case(words), words.file))


def _case(words: argparse.Namespace) -> Options:
    """Return the options of a command that only works on a case."""
    from pipelines.options import Options
    from verify.settings import load

    settings = load(words.settings, allow_hosts=tuple(getattr(words, "allow_host", ())) or None)
    return Options(case=words.case, settings=settings, by=words.by, command=_repeatable())


def _told_files(words: argparse.Namespace, told: dict[str, Any]) -> int:
    if words.json:
        _print_json(told)
    else:
        for name, value in told.items():
            print(f"{name}: {one_line(str(value))}")
    return errors.EXIT_DONE


def _doctor(words: argparse.Namespace) -> int:
    from pipelines.doctor import examine_installation

    rows = examine_installation()
    if words.json:
        _print_json([{"name": n, "state": s, "meaning": m} for n, s, m in rows])
    else:
        width = max(len(name) for name, _, _ in rows)
        for name, state, meaning in rows:
            print(f"{name:<{width}}  {state:<8}  {meaning}")
    return errors.EXIT_NOTHING_DONE if any(state == "refused" for _, state, _ in rows) else errors.EXIT_DONE


def _completion(words: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(build_parser(), words.shell))
    return errors.EXIT_DONE


# ---------------------------------------------------------------- words in


def _targets(words: list[str]) -> list[str]:
    """Return the targets, `-` and text lists replaced by what stands in them."""
    from verify.sources.listing import expand

    return list(expand(words, sys.stdin))


def _claim(words: argparse.Namespace) -> Claim | None:
    """Return the claim of the options and the claim file, or None when nothing is claimed."""
    from verify.claims.parse import claim

    if not hasattr(words, "claim"):
        return None
    return claim(file=words.claim, what=words.what, when=words.when, where=words.where, by=words.actor)


def _options(words: argparse.Namespace, formats: tuple[str, ...]) -> Options:
    from pipelines.options import Options
    from verify.settings import load

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


def _repeatable() -> str:
    import shlex

    return shlex.join(["firstseen", *sys.argv[1:]])


# ---------------------------------------------------------------- words out


def _follow(job: Generator[Event, None, Result], words: argparse.Namespace) -> Result:
    """Run a pipeline to its end, showing its events on stderr; a terminal gets bars, a log gets lines."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        return _follow_plainly(job)
    return _follow_with_bars(job, console)


_TOLD_EVERY = 30.0  # seconds between lines of progress where there is no terminal to draw bars on


def _follow_plainly(job: Generator[Event, None, Result]) -> Result:
    begun: dict[str, float] = {}
    told = time.monotonic()
    while True:
        try:
            event = next(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's return value is untyped
        now = time.monotonic()
        since = now - begun.setdefault(event.step, now)
        if event.kind in {"failed", "note"}:
            _say(_told(event))
        elif event.total and now - told > _TOLD_EVERY:
            told = now
            pace = event.current / since if since else 0.0
            left = f", about {max(1, round((event.total - event.current) / pace / 60))} min left" if pace else ""
            _say(f"{event.step}: {_amount(event)}{_pace(pace, event.unit)}{left}")


def _follow_with_bars(job: Generator[Event, None, Result], console: Any) -> Result:  # noqa: ANN401 - rich is heavy
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if event.kind in {"failed", "note"}:
                console.print(escape(_told(event)))
            elif event.step not in tasks:
                tasks[event.step] = bars.add_task(event.step, total=event.total, amount="")
            if event.step in tasks:
                bars.update(
                    tasks[event.step],
                    completed=event.current,
                    total=event.total,
                    description=f"{event.step:<8} {escape(one_line(event.target, 40))}",
                    amount=_amount(event) + _pace(bars.tasks[tasks[event.step]].speed, event.unit),
                )


def _amount(event: Event) -> str:
    if event.unit == "bytes":
        done = f"{event.current / 1e6:.1f}"
        return f"{done} of {event.total / 1e6:.1f} MB" if event.total else f"{done} MB"
    return f"{event.current:.0f} of {event.total:.0f} {event.unit}" if event.total else event.unit


def _pace(a_second: float | None, unit: str) -> str:
    if not a_second:
        return ""
    if unit == "bytes":
        return f", {a_second / 1e6:.1f} MB/s"
    return f", {a_second:.1f} a second" if a_second >= 1 else f", {1 / a_second:.0f} s each"


def _told(event: Event) -> str:
    subject = f"{one_line(event.target, 100)}: " if event.target else ""
    return f"{subject}{one_line(event.message)}"


def _fail(error: errors.FirstseenError, as_json: bool) -> int:
    if as_json:
        _print_json({"error": {"kind": error.kind, "message": error.message, "advice": error.advice}})
    _say(f"firstseen: {one_line(error.message)}" + (f" {one_line(error.advice)}" if error.advice else ""))
    return error.exit_code


def _fault(error: Exception) -> int:
    import contextlib
    import tempfile
    import traceback

    details = ""
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="firstseen-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
            traceback.print_exception(error, file=out)
        details = f" Please report what stands in {name} (read it first: it may name your files)."
    words = one_line(f"{type(error).__name__}: {error}", 200)
    _say(f"firstseen: stopped by a fault of its own ({words}). What was kept in the case is whole.{details}")
    return errors.EXIT_NOTHING_DONE


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:  # noqa: ANN401
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.UsageError(f"{path} cannot be read.", "Check the name.") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error


def _open(path: Path) -> None:
    import webbrowser

    if not os.environ.get("FIRSTSEEN_NO_BROWSER"):
        webbrowser.open(path.resolve().as_uri())


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("firstseen")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"


if __name__ == "__main__":
    sys.exit(main())
