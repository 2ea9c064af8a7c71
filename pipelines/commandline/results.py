"""A result as the command shows it: JSON-able values, or lines for a person. Rule: both say the same, neither prints.

Text that came from outside goes through `one_line` here, so that it cannot move the cursor or start a new line.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.options import BatchResult, CheckResult, StoryResult, Written
from pipelines.rewriting import Rewritten
from verify.archive.audit import AuditResult
from verify.archive.keys import SigningKey
from verify.records.findings import Decision
from verify.records.wire import to_builtins
from verify.text import one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a command answers: what `value` returns for `--json` (made when asked for), `lines` for a person."""

    value: Callable[[], Any]
    lines: tuple[str, ...]


def _count(several: Sized, one: str) -> str:
    return f"{len(several)} {one}{'' if len(several) == 1 else 's'}"


def _paths(files: dict[str, Path]) -> dict[str, str]:
    return {name: str(path) for name, path in files.items()}


def clip_lines(written: Written) -> tuple[str, ...]:
    """Return what a person reads of one clip's report: its name, the summary, where the page is."""
    report = written.report
    post = report.case.item.post
    name = one_line((post.title if post else "") or report.case.item.media.name, 80)
    summary = (f"  {one_line(sentence)}" for sentence in report.summary)
    return (f"{name}  [{report.case.item.id}]", *summary, f"  report: {written.files['html']}")


def checked(result: CheckResult) -> Shown:
    """Show what `firstseen check` found."""

    def value() -> dict[str, Any]:
        return {
            "schema": "firstseen/check/1",
            "case": str(result.case),
            "reports": [to_builtins(w.report) for w in result.written],
            "files": [_paths(w.files) for w in result.written],
            "failed": to_builtins(result.failed),
        }

    return Shown(value=value, lines=tuple(line for w in result.written for line in clip_lines(w)))


def demonstrated(result: CheckResult) -> Shown:
    """Show the one clip of `firstseen demo`."""
    first = result.written[0]
    return Shown(
        value=lambda: {"case": str(result.case), "report": to_builtins(first.report), "files": _paths(first.files)},
        lines=clip_lines(first),
    )


def batch(result: BatchResult) -> Shown:
    """Show what `firstseen dedup` found."""
    report = result.report
    copies = sum(len(r.members) for r in report.recordings)
    lines = (
        f"{_count(report.items, 'clip')}: {_count(report.recordings, 'recording')} with copies ({copies} clips), "
        f"{len(report.singles)} without a copy, {len(report.failed)} could not be examined",
        f"report: {result.files['html']}",
    )
    return Shown(value=lambda: _one_report(result), lines=lines)


def story(result: StoryResult) -> Shown:
    """Show what `firstseen story` found."""
    lines = (*(one_line(sentence) for sentence in result.report.summary), f"report: {result.files['html']}")
    return Shown(value=lambda: _one_report(result), lines=lines)


def _one_report(result: BatchResult | StoryResult) -> dict[str, Any]:
    return {"case": str(result.case), "files": _paths(result.files), "report": to_builtins(result.report)}


def audited(found: AuditResult) -> Shown:
    """Show what `firstseen audit` found."""
    count = len(found.faults)
    lines = (
        *(f"{fault.kind}: {one_line(fault.sentence)}" for fault in found.faults),
        f"{found.files} files of {found.items} items re-hashed, {found.entries} log entries checked: "
        f"{count or 'no'} fault{'' if count == 1 else 's'}. Head {found.head}",
        *(f"Not proved: {one_line(sentence)}" for sentence in found.unproved),
    )
    return Shown(value=lambda: to_builtins(found), lines=lines)


def decided(decision: Decision, done: Rewritten, undone: bool) -> Shown:
    """Show a decision that was recorded, or taken back; which reports have it, and how to write the others again."""
    line = (
        f"{'Taken back' if undone else 'Recorded'}: {decision.category}, {one_line(decision.subject)}, "
        f"by {one_line(decision.by)}"
    )
    again = ("Other pages with these clips do not say so yet; to write them again:",) if done.commands else ()
    lines = (
        line,
        *(f"report written again: {page}" for page in done.pages),
        *(one_line(sentence) for sentence in done.failed),
        *again,
        *(f"  {one_line(command, 2000)}" for command in done.commands),
    )
    pages = [str(page) for page in done.pages]
    told = {"rewritten": pages, "not_rewritten": list(done.failed), "commands": list(done.commands)}
    return Shown(value=lambda: {**to_builtins(decision), **told}, lines=lines)


def key(of: SigningKey) -> Shown:
    """Show the public half of a signing key."""
    return Shown(
        value=lambda: {"owner": of.owner, "fingerprint": of.public.fingerprint, "public_key": of.public.pem},
        lines=(one_line(of.owner), f"fingerprint {of.public.fingerprint}", of.public.pem.rstrip("\n")),
    )


def facts(told: dict[str, Any]) -> Shown:
    """Show what was done, one value a line."""
    return Shown(value=lambda: told, lines=tuple(f"{name}: {one_line(str(value))}" for name, value in told.items()))


def installation(rows: list[tuple[str, str, str]]) -> Shown:
    """Show what `firstseen doctor` found."""
    width = max(len(name) for name, _, _ in rows)
    return Shown(
        value=lambda: [{"name": n, "state": s, "meaning": m} for n, s, m in rows],
        lines=tuple(f"{name:<{width}}  {state:<8}  {meaning}" for name, state, meaning in rows),
    )
