"""The command `firstseen`: words in, words out, an exit code. Rule: the only module that prints.

stdout carries the result, stderr the talk. Heavy imports happen below the command, so that `--help` is instant. What
the command takes, and how a result is worded, stands in `pipelines/commandline/`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.commandline.parser import parser_of
from verify import errors
from verify.text import one_line

if TYPE_CHECKING:
    from pipelines.commandline.results import Shown
    from verify.records.cases import Event

Result = TypeVar("Result")


def main(words: list[str] | None = None) -> int:
    """Run the command with `words` (default: the process's own) and return its exit code."""
    parser = build_parser()
    options = parser.parse_args(words)
    if not hasattr(options, "run"):
        parser.print_help()
        return errors.EXIT_USAGE
    if words is None:
        # Matching multiplies small tables: threads of the algebra library would wait for each other, at three times
        # the processor time (measured). It reads this when numpy is imported, which is later.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
        from pipelines.commandline.faults import words_of_fault

        _say(words_of_fault(error))
        return errors.EXIT_NOTHING_DONE
    return code


def _end_like_ctrl_c() -> None:
    """Take `kill`, a shutdown and a closed terminal as Ctrl-C: children are ended, and the last sentence is said."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # not where nohup said otherwise
            signal.signal(number, signal.default_int_handler)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; the README and the shell completion are made from it."""
    runs = {
        "check": _check,
        "dedup": _dedup,
        "story": _story,
        "decide": _decide,
        "audit": _audit,
        "bundle": _bundle,
        "backup": _backup,
        "stamp": _stamp,
        "key": _key,
        "export": _export,
        "import": _import,
        "demo": _demo,
        "doctor": _doctor,
        "completion": _completion,
    }
    return parser_of(runs)


# ---------------------------------------------------------------- the commands


def _check(words: argparse.Namespace) -> int:
    from pipelines.check import check
    from pipelines.commandline import orders, results

    result = _follow(
        check(orders.targets_of(words.targets), orders.options_of(words, formats=("html", "json", *words.format)))
    )
    _tell(words, results.checked(result))
    if words.open and result.written:
        _open(result.written[0].files["html"])
    if not result.written:
        return errors.EXIT_NOTHING_DONE
    if result.failed:
        return errors.EXIT_SOME_FAILED
    questioned = any(f.bearing == "questions" for w in result.written for f in w.report.findings)
    return errors.EXIT_QUESTIONED if words.exit_code and questioned else errors.EXIT_DONE


def _dedup(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders, results
    from pipelines.dedup import dedup, pair_lines

    options = orders.options_of(words, formats=("html", "json", "csv", *words.format))
    result = _follow(dedup(orders.targets_of(words.targets), options))
    report = result.report
    if words.pairs:
        orders.write(words.pairs, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in pair_lines(report)))
    if words.csv:
        orders.write(words.csv, result.files["csv"].read_text(encoding="utf-8"))
    _tell(words, results.batch(result))
    if words.open:
        _open(result.files["html"])
    if not report.items:
        return errors.EXIT_NOTHING_DONE
    return errors.EXIT_SOME_FAILED if report.failed else errors.EXIT_DONE


def _story(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders, results
    from pipelines.story import story

    options = orders.options_of(words, formats=("html", "json", "markdown", "text", "block", "pdf"))
    result = _follow(story(words.story, options, media=words.media, claims=words.claims))
    _tell(words, results.story(result))
    if words.open:
        _open(result.files["html"])
    return errors.EXIT_SOME_FAILED if result.report.failed else errors.EXIT_DONE


def _decide(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders, results
    from pipelines.rewriting import put_on_record

    told = {"category": words.category, "note": words.note, "by": words.by, "back": words.undo}
    decision, done = put_on_record(words.case, words.subject, **told, settings=orders.own_settings(words))
    _tell(words, results.decided(decision, done, words.undo))
    return errors.EXIT_SOME_FAILED if done.failed else errors.EXIT_DONE


def _audit(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders, results
    from pipelines.sharing import audited

    found = audited(words.case, words.head, (orders.text_of(words.key),) if words.key else ())
    _tell(words, results.audited(found))
    return errors.EXIT_NOTHING_DONE if found.faults else errors.EXIT_DONE


def _bundle(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders
    from pipelines.sharing import bundle

    return _tell_facts(words, bundle(orders.case_of(words), words.out, words.item))


def _backup(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders
    from pipelines.keeping import backup

    return _tell_facts(words, backup(orders.case_of(words), words.to))


def _stamp(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders
    from pipelines.keeping import stamped, stamps_checked

    if words.check:
        return _tell_facts(words, stamps_checked(orders.case_of(words), words.roots))
    return _tell_facts(words, stamped(orders.case_of(words), words.authority, words.roots, words.calendar))


def _key(words: argparse.Namespace) -> int:
    import getpass

    from pipelines.commandline import results
    from verify.archive.keys import create_key, default_key, load_key

    path = default_key()
    key = create_key(path, words.owner or getpass.getuser()) if words.action == "create" else load_key(path)
    _tell(words, results.key(key))
    if not words.json:
        _say(f"The secret half is {path}: back it up, and give the public half to whoever checks your bundles.")
    return errors.EXIT_DONE


def _export(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders
    from pipelines.sharing import export

    return _tell_facts(words, export(orders.case_of(words), words.out))


def _import(words: argparse.Namespace) -> int:
    from pipelines.commandline import orders
    from pipelines.sharing import bring, bring_fingerprints, is_bundle

    if is_bundle(words.file):
        return _tell_facts(words, _follow(bring(orders.case_of(words), words.file)))
    return _tell_facts(words, bring_fingerprints(orders.case_of(words), words.file))


def _demo(words: argparse.Namespace) -> int:
    from dataclasses import replace

    from pipelines.commandline import orders, results
    from pipelines.demo import demo

    _say("The sample is drawn, not filmed. It is served on 127.0.0.1 and fetched from there like posts on a platform.")
    options = orders.case_of(words)
    if options.case is None:
        options = replace(options, case=Path("firstseen-demo"))
    result = _follow(demo(options))
    if not result.written:
        raise errors.FirstseenError(result.failed[0].reason, result.failed[0].advice)
    _tell(words, results.demonstrated(result))
    if sys.stdout.isatty():
        _open(result.written[0].files["html"])
    return errors.EXIT_SOME_FAILED if result.failed else errors.EXIT_DONE


def _doctor(words: argparse.Namespace) -> int:
    from pipelines.commandline import results
    from pipelines.doctor import examine_installation

    rows = examine_installation()
    _tell(words, results.installation(rows))
    return errors.EXIT_NOTHING_DONE if any(state == "refused" for _, state, _ in rows) else errors.EXIT_DONE


def _completion(words: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(build_parser(), words.shell))
    return errors.EXIT_DONE


# ---------------------------------------------------------------- words out


def _follow(job: Generator[Event, None, Result]) -> Result:
    """Run a pipeline to its end, showing its events on stderr."""
    from rich.console import Console

    from pipelines.commandline.progress import follow

    return follow(job, _say, Console(stderr=True, highlight=False))


def _tell(words: argparse.Namespace, shown: Shown) -> int:
    if words.json:
        _print_json(shown.value())
    else:
        for line in shown.lines:
            print(line)
    return errors.EXIT_DONE


def _tell_facts(words: argparse.Namespace, told: dict[str, Any]) -> int:
    from pipelines.commandline import results

    return _tell(words, results.facts(told))


def _fail(error: errors.FirstseenError, as_json: bool) -> int:
    if as_json:
        _print_json({"error": {"kind": error.kind, "message": error.message, "advice": error.advice}})
    _say(f"firstseen: {one_line(error.message)}" + (f" {one_line(error.advice)}" if error.advice else ""))
    return error.exit_code


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:  # noqa: ANN401
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def _open(path: Path) -> None:
    import webbrowser

    if not os.environ.get("FIRSTSEEN_NO_BROWSER"):
        webbrowser.open(path.resolve().as_uri())


if __name__ == "__main__":
    sys.exit(main())
