"""From what came to what is recorded of it. Rule: names and texts of others stay as they are, nothing is inferred."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from verify.archive.shelf import Clip
from verify.archive.staging import Kept
from verify.records.cases import Item
from verify.records.media import Examination, MediaFile, Role

Record = TypeVar("Record")
# What the system's table lacks. WACZ 1.1.1 names no media type; this one says that it is a ZIP (suffix of RFC 6839).
_TYPES = {".wacz": "application/wacz+zip"}


class Incoming(Protocol):
    """A file as it came (`verify.sources.base.Received` is one)."""

    @property
    def path(self) -> Path: ...  # noqa: D102 - the record says it
    @property
    def role(self) -> Role: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def made_from(self) -> tuple[Path, ...]: ...  # noqa: D102
    @property
    def made_by(self) -> str: ...  # noqa: D102


def media_file(kept: Kept, role: Role, name: str, made_by: str) -> MediaFile:
    """Return the record of a kept file; the media type is what the name suggests, and proves nothing."""
    return MediaFile(
        sha256=kept.sha256,
        size=kept.size,
        role=role,
        path=kept.path,
        name=text(name),
        media_type=_TYPES.get(Path(name).suffix.lower()) or guess_type(name)[0] or "application/octet-stream",
        made_by=text(made_by),
    )


def clip(item: Item, examination: Examination, label: str) -> Clip:
    """Return what the library is told of an examined clip."""
    picture = next((s for s in examination.streams if s.kind == "video"), None)
    return Clip(
        sha256=examination.sha256,
        label=text(label or item.media.name),
        item=item.id,
        added=now(),
        duration=examination.duration,
        width=(picture.display_width or picture.width) if picture else None,
        height=(picture.display_height or picture.height) if picture else None,
    )


def inside(folder: Path, path: str) -> Path:
    """Return the file `path` of `folder`. Raises ValueError for a path that leads out of it."""
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise ValueError(f"{path!r} leaves the folder of the examination")
    return found


def versions_json(versions: Mapping[str, int]) -> str:
    """Return descriptor versions as the text of a column."""
    return msgspec.json.encode(versions).decode()


def text(text: str) -> str:
    """Return `text` without lone surrogates (undecodable file names, half emoji), which UTF-8 cannot carry."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def storable(record: Record, kind: type[Record]) -> Record:
    """Return `record` with every text made storable by `text`; the same object where nothing has to change."""
    try:
        msgspec.json.encode(record)
    except UnicodeEncodeError:
        return msgspec.convert(_storable(msgspec.to_builtins(record)), type=kind)
    return record


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(str(k)): _storable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(v) for v in value]
    return value


def now() -> str:
    """Return the time now: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
