"""A fault of our own, in one sentence. Rule: the details go to a file of the user's, which nobody is sent."""

from __future__ import annotations

import contextlib
import os
import tempfile
import traceback

from verify.text import one_line


def words_of_fault(error: Exception) -> str:
    """Return what a person is told of `error`; the traceback is written to a temporary file that it names."""
    details = ""
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="firstseen-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
            traceback.print_exception(error, file=out)
        details = f" Please report what stands in {name} (read it first: it may name your files)."
    words = one_line(f"{type(error).__name__}: {error}", 200)
    return f"firstseen: stopped by a fault of its own ({words}). What was kept in the case is whole.{details}"
