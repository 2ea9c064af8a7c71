"""What a job holds open while it runs: the case, the workers, the index. Rule: opened once, closed whatever happens."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import verify.descriptors
from pipelines.models import learned_model
from pipelines.options import Options
from verify.archive.keys import SigningKey, default_key, load_key
from verify.archive.store import CaseFolder, default_case
from verify.catalog import offer
from verify.descriptors.base import Descriptor
from verify.matching.engine import Engine
from verify.signs import engine as signs
from verify.worker import Workers


@dataclass(frozen=True, slots=True)
class Tools:
    """Names and versions that go into the custody log and every report."""

    versions: dict[str, str]
    descriptors: dict[str, int]

    @property
    def search(self) -> str:
        """The name of a search by all descriptors there are: results of another set are kept apart."""
        return " ".join(f"{name}/{version}" for name, version in sorted(self.descriptors.items()))


def tools() -> Tools:
    """Return the versions in use, and the descriptors with theirs."""
    from importlib.metadata import PackageNotFoundError, version

    versions: dict[str, str] = {}
    for name in ("firstseen", "yt-dlp", "av", "opencv-python-headless", "imagehash", "exifread", "numpy"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            versions[name] = "unknown"
    found = offer(verify.descriptors, Descriptor).found
    return Tools(versions=versions, descriptors={d.name: d.version for d in found})


class Session:
    """The open case of a job with its workers and its index; use with `with`.

    Raises what opening the case raises (CaseLockedError, DiskFullError, ArchiveError...).
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        own = options.settings.signs_file  # read first: a table with a mistake stops the run before anything is fetched
        self.own_signs = signs.load(Path(own).expanduser()) if own else ""
        key = _key()
        self.workers = Workers(options.settings)
        try:
            self._open(options, key)
        except BaseException:  # raised again: Ctrl-C too leaves no worker behind
            self.workers.close()
            raise

    def _open(self, options: Options, key: SigningKey | None) -> None:
        model, plain = learned_model(options.settings, self.workers), tools()
        self.tools = Tools(plain.versions | model.versions, plain.descriptors | model.descriptors)
        path = options.case or default_case()
        self.case = CaseFolder(path, options.settings, by=options.by, key=key, versions=self.tools.versions)
        self.signed_by = key.public.owner if key else ""
        self.engine = Engine(self.case.library, self.case.path / "index", model.name)

    def __enter__(self) -> Session:
        self.workers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.workers.__exit__(kind, error, trace)
        finally:
            self.case.close()

    @property
    def at_once(self) -> int:
        """How many files are examined at once."""
        return self.options.settings.workers or os.cpu_count() or 1


def _key() -> SigningKey | None:
    """Return the newsroom's signing key where one was created (`firstseen key create`)."""
    path = default_key()
    return load_key(path) if path.is_file() else None


def room(name: str) -> object:
    """Return a room's package by name, imported now: report formats are heavy and needed late."""
    return importlib.import_module(f"verify.{name}")
