"""What the end of a child means, as one MediaError that names the file and the cause. Rule: never a traceback."""

from __future__ import annotations

import signal
from typing import Any

from verify import errors, text
from verify.errors import DecoderCrashError, LimitError, MediaError
from verify.settings import Settings


def raised(error: Any, name: str) -> errors.FirstseenError:  # noqa: ANN401 - JSON from a child
    """Return the error that a child named in its answer about the file called `name`."""
    kind = getattr(errors, str(error.get("type")), MediaError) if isinstance(error, dict) else MediaError
    if not (isinstance(kind, type) and issubclass(kind, errors.FirstseenError)):
        kind = MediaError
    message, advice = str(error.get("message", "")), str(error.get("advice", ""))
    return kind(text.one_line(message, 600) or f"{name} cannot be examined.", text.one_line(advice, 600))


def died(report: dict[str, Any], words: str, name: str, settings: Settings) -> MediaError:
    """Return why a child gave no answer: `report` is how it ended, `words` are the last that it printed."""
    if report.get("timeout"):
        return LimitError(
            f"Examining {name} took longer than {settings.worker_wall_seconds} seconds and was stopped.",
            "Raise worker_wall_seconds in the settings if the file is as long as that.",
        )
    if "refused" in report or "lost" in report:
        reason = text.one_line(str(report.get("refused") or report.get("lost") or "no reason given"))[-300:]
        return DecoderCrashError(f"The process that examines files ended while {name} was in work: {reason}.", "")
    status = int(report.get("status", 1))
    if status < 0:
        return _killed(-status, name, settings)
    last = text.one_line(next((line for line in reversed(words.splitlines()) if line.strip()), "no words"), 300)
    return DecoderCrashError(f"Examining {name} failed inside the worker: {last}.", "This is a fault of firstseen.")


def _killed(number: int, name: str, settings: Settings) -> MediaError:
    if number == getattr(signal, "SIGXCPU", 0):
        return LimitError(
            f"Examining {name} took more than {settings.worker_cpu_seconds} seconds of processor time.",
            "Raise worker_cpu_seconds in the settings if the file is as long as that.",
        )
    try:
        called = signal.Signals(number).name
    except ValueError:
        called = f"signal {number}"
    return DecoderCrashError(
        f"A decoder crashed on {name} ({called}); nothing else was touched.",
        "The file is damaged or made to do harm; the original is kept as it is.",
    )
