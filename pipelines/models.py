"""The learned model a run asks for, tried before anything else. Rule: one that cannot be used stops the run at once.

With a model asked for, its vectors are one more descriptor of the run: in the name of each search, so that what was
found with it and without it is kept apart.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from verify.descriptors.learned.model import asked
from verify.descriptors.learned.vectors import VERSION
from verify.errors import UsageError
from verify.settings import Settings
from verify.worker import Workers


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedModel:
    """A model in use: the name of its vectors ('' for none), and what is added to descriptors and versions."""

    name: str = ""
    descriptors: dict[str, int]
    versions: dict[str, str]


def learned_model(settings: Settings, workers: Workers) -> LearnedModel:
    """Return the model `settings` ask for, after it made a vector in a worker's child; an empty one for none.

    Raises MissingExtraError without the extra, UsageError for a file that is no such model, and what a worker raises
    when the model takes more memory or time than the limits, or crashes it.
    """
    one = asked(settings)
    if one is None:
        return LearnedModel(descriptors={}, versions={})
    with tempfile.TemporaryDirectory(prefix="firstseen-") as folder:
        arguments = {"settings": msgspec.to_builtins(settings)}
        made = workers.run("verify.descriptors.learned.model:tried", arguments, Path(folder) / "out")
    if made.get("name") != one.name:
        raise UsageError(f"The model {one.path} changed while it was looked at.", "Run the command again.")
    return LearnedModel(name=one.name, descriptors={one.name: VERSION}, versions={"onnxruntime": str(made["runtime"])})
