"""Fingerprints for another newsroom, without the footage, to ask whether it has seen a clip earlier.

Rule: what leaves is a random id, the fingerprints that were chosen, and the bounds of when the clip was seen; never a
file hash (it would let anybody who holds the file recognise it), a name, a post or a picture. What comes in is the
sender's word, and is shown as that. The file is lines of JSON: a header, then one clip a line.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from verify.archive import durable
from verify.archive.forms import Form, why_foreign
from verify.archive.incoming import now, text
from verify.archive.library import Library
from verify.archive.packing import LARGEST, pack, unpack
from verify.archive.shelf import Clip
from verify.errors import TamperedError, UsageError
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Appearance
from verify.records.times import TimeBounds
from verify.text import one_line

Line = TypeVar("Line")
FORMAT: Literal["firstseen/fingerprints/1"] = "firstseen/fingerprints/1"
LONGEST = 24 * 3600.0  # seconds: longer than any clip that is examined here (Settings.max_duration is 6 hours)
_LARGEST_LINE = 2 * LARGEST  # bytes; base64 takes four for three
_LARGEST_COUNT = 1_000_000  # clips in one file


class _Header(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    format: Literal["firstseen/fingerprints/1"]
    made: str
    by: str


class _Shared(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    id: str
    duration: float | None
    bounds: tuple[TimeBounds, ...]
    fingerprints: tuple[str, ...]  # blobs of `packing`, base64


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What was written: `ids` gives the random id of each clip by its SHA-256, for when somebody asks about one."""

    path: Path
    sha256: str
    ids: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What came in: the clips as the library now knows them, and how many had no fingerprint that is used here."""

    clips: tuple[Clip, ...]
    skipped: int


def export_fingerprints(
    library: Library,
    path: Path,
    *,
    names: Iterable[str],
    by: str,
    bounds: Mapping[str, Sequence[TimeBounds]],
    clips: Iterable[str] | None = None,
) -> Exported:
    """Write the fingerprints `names` of the live clips (or of `clips`, SHA-256) to the new file `path`.

    Choose hashes only: local features and small pictures let a picture be made out. `bounds` gives, by SHA-256, when
    each was seen. Which id is whose is told to our own log only. Raises KeyError for an unknown clip, TamperedError
    when `path` exists, DiskFullError.
    """
    wanted = [sha256 for _, _, sha256 in library.clips()] if clips is None else list(clips)
    ids = {sha256: secrets.token_hex(16) for sha256 in wanted}
    with durable.plain_errors(path):
        if path.exists():
            raise TamperedError(f"{path} is there already.", "Give another name.")
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            # By id, not in our order: that would tell when a clip came to us.
            lines = _lines(library, sorted(ids.items(), key=lambda pair: pair[1]), set(names), by, bounds)
            with temporary.open("xb") as file:
                for line in lines:
                    file.write(line + b"\n")
            durable.sync_file(temporary)
            sha256, _ = durable.digest(temporary)
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
    library.log.append("fingerprints shared", path.name, {"sha256": sha256, "ids": ids})
    return Exported(path=path, sha256=sha256, ids=ids)


def _lines(
    library: Library,
    pairs: Iterable[tuple[str, str]],
    names: set[str],
    by: str,
    bounds: Mapping[str, Sequence[TimeBounds]],
) -> Iterator[bytes]:
    yield msgspec.json.encode(_Header(format=FORMAT, made=now()[:10], by=text(by)))
    for sha256, number in pairs:
        clip = library.clip(sha256)
        prints = library.fingerprints(sha256, names)
        # Where our bounds come from may name a person or a post: only that they are ours is told.
        told = tuple(replace(b, basis="stated by the sender", clock=None) for b in bounds.get(sha256, ()))
        yield msgspec.json.encode(
            _Shared(
                id=number,
                duration=clip.duration if clip else None,
                bounds=told,
                fingerprints=tuple(base64.b64encode(pack(prints[name])).decode("ascii") for name in sorted(prints)),
            )
        )


def import_fingerprints(
    library: Library,
    path: Path,
    *,
    known: Mapping[str, int],
    sender: str = "",
    forms: Mapping[str, Form] | None = None,
    trial: Callable[[Fingerprint], object] | None = None,
) -> Imported:
    """Put the clips of a file that another newsroom exported on the shelf, all or none of them.

    `known` are the descriptors in use here with their versions: others are passed over. `sender` is what to call the
    newsroom, if not what the file says. The same file again changes nothing. A clip that came so has no file: its key
    is a hash of its id. `forms` say what fingerprints of each descriptor look like here, and `trial` raises ValueError
    for one that cannot be read: it would stop every later search. Raises TamperedError for a file that is not exactly
    what `export_fingerprints` writes.
    """
    clips, skipped = [], 0
    with durable.plain_errors(path), library.all_or_none():
        lines = _read(path)
        header = _decoded(next(lines, b""), _Header, path, 1)
        name = one_line(sender or header.by, 80) or "another newsroom"
        seen: set[str] = set()
        for number, line in enumerate(lines, start=2):
            shared = _decoded(line, _Shared, path, number)
            if len(shared.id) != 32 or set(shared.id) - set("0123456789abcdef") or shared.id in seen:
                raise _refusal(path, number, "its id is none, or was there before")
            seen.add(shared.id)
            prints = [f for f in _prints(shared, path, number) if known.get(f.name) == f.version]
            for one in prints:
                why = why_foreign(one, forms[one.name]) if forms and one.name in forms else ""
                if why := why or _tried(one, trial):
                    raise _refusal(path, number, why)
            if not prints:
                skipped += 1
                continue
            clip = _clip(shared, name)
            library.add(clip, prints, action="fingerprints received")
            clips.append(clip)
    return Imported(clips=tuple(clips), skipped=skipped)


def _read(path: Path) -> Iterator[bytes]:
    with durable.opened(path) as file:
        for number in range(1, _LARGEST_COUNT + 2):
            line = file.readline(_LARGEST_LINE + 1)
            if not line:
                return
            if not line.endswith(b"\n"):
                raise _refusal(path, number, "it is cut short, or too long")
            yield line
    raise UsageError(f"{path} has more than {_LARGEST_COUNT} clips.", "Ask for smaller files.")


def _decoded(line: bytes, kind: type[Line], path: Path, number: int) -> Line:
    try:
        return msgspec.json.decode(line, type=kind, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise _refusal(path, number, one_line(str(error), 200)) from error


def _prints(shared: _Shared, path: Path, number: int) -> list[Fingerprint]:
    found = []
    try:
        for encoded in shared.fingerprints:
            found.append(unpack(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, TamperedError) as error:
        raise _refusal(path, number, one_line(str(error), 200)) from error
    names = [f.name for f in found]
    if len(set(names)) != len(names) or any(not _sane(f.times) for f in found):
        raise _refusal(path, number, "its fingerprints contradict each other or themselves")
    if shared.duration is not None and not 0 <= shared.duration <= LONGEST:
        raise _refusal(path, number, "its duration is impossible")
    return found


def _tried(one: Fingerprint, trial: Callable[[Fingerprint], object] | None) -> str:
    """Return why a fingerprint cannot be used, or ''."""
    try:
        if trial is not None:
            trial(one)
    except ValueError as error:
        return f"a fingerprint {one.name} cannot be read ({one_line(str(error), 100)})"
    return ""


def _sane(times: npt.NDArray[np.float32]) -> bool:
    return (
        times.ndim == 1
        and bool(np.isfinite(times).all())
        and (len(times) == 0 or (float(times.min()) >= 0 and float(times.max()) <= LONGEST))
        and bool((np.diff(times) >= 0).all())
    )


def _clip(shared: _Shared, name: str) -> Clip:
    key = durable.hash_of(f"firstseen shared fingerprints {shared.id}".encode())
    label = f"a clip of {name} (id {shared.id[:8]}), known by its fingerprints only"
    told = tuple(replace(b, basis=f"{name} says: {one_line(b.basis, 200)}") for b in shared.bounds)
    return Clip(
        sha256=key,
        label=label,
        added=now(),
        duration=shared.duration,
        appearances=tuple(Appearance(sha256=key, label=label, bounds=bounds, author=name) for bounds in told),
    )


def _refusal(path: Path, number: int, why: str) -> TamperedError:
    return TamperedError(f"{path.name} is refused, line {number}: {why}.", "Ask whoever made it for a new one.")
