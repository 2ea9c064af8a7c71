"""The container fingerprint: a name for the form that a chain of programs gives to its files. Rule: one name, one form.

What makes the form is the business of each container's reader; here it gets its name and its tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from verify.readers.collect import Collector

NAME = "container fingerprint"
_VERSION = 2  # stands before the hash, so that fingerprints of two versions never agree; 1 had none, and boxes alone
_NOTE = "files with the same one were written by the same chain of programs, or by chains that write alike"


def tell(form: Sequence[str], place: str, offset: int, out: Collector) -> str:
    """Add the fingerprint of a form (its parts in order) as a tag, and return it."""
    value = f"{_VERSION}-{hashlib.sha256(' '.join(form).encode()).hexdigest()[:32]}"
    out.add(NAME, value, place, offset, note=_NOTE)
    return value
