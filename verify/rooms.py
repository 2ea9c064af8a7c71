"""What the rooms of a worker's child offer, and the versions of what does the work. Rule: found once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata

import av

from verify import catalog, descriptors, measures, readers
from verify.descriptors.base import Descriptor
from verify.measures.base import Measure
from verify.readers.base import Reader
from verify.records.media import Problem

_DISTRIBUTIONS = ("av", "opencv-python-headless", "numpy", "imagehash", "pillow", "exifread", "pillow-heif")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rooms:
    """What the three rooms offer. One set of instances is enough: a process examines one clip at a time."""

    readers: tuple[Reader, ...]
    members: tuple[Descriptor | Measure, ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=1)
def offered() -> Rooms:
    """Return what the rooms offer here."""
    reading = catalog.offer(readers, Reader)
    describing = catalog.offer(descriptors, Descriptor)
    measuring = catalog.offer(measures, Measure)
    missing = [*reading.missing, *describing.missing, *measuring.missing]
    return Rooms(
        readers=reading.found,
        members=(*describing.found, *measuring.found),
        problems=tuple(
            Problem(part=m.module.rpartition(".")[2], reason=f"Not installed: {m.reason}.") for m in missing
        ),
    )


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions of the libraries and of the readers that have one, by name."""
    found = {}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    found |= {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    for reader in offered().readers:
        if reader.version():
            found[f"reader {reader.name}"] = reader.version()
    return found
