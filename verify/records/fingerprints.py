"""Fingerprints: rows of numbers that stand for moments of a clip. The one record file that knows numpy."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST = 256 * 1024 * 1024  # bytes unpacked; what a worker may write at most (Settings.worker_file_size), unpacked


@dataclass(frozen=True, kw_only=True, eq=False)
class Fingerprint:
    """What one descriptor says of one file.

    `name`, `version` and `parameters` say how it was made; two fingerprints may only be compared when name and
    version agree. `arrays` are named numpy arrays whose first axis is the row; `times` are the rows' seconds.
    """

    name: str
    version: int
    times: npt.NDArray[np.float32]
    arrays: dict[str, npt.NDArray[Any]]
    parameters: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def nbytes(self) -> int:
        """Bytes it takes in memory."""
        return self.times.nbytes + sum(a.nbytes for a in self.arrays.values())


def save(path: Path, fingerprints: Iterable[Fingerprint]) -> None:
    """Write `fingerprints` to `path` as one npz file: plain arrays and JSON, nothing that runs when it is read."""
    contents: dict[str, npt.NDArray[Any]] = {}
    index = []
    for number, one in enumerate(fingerprints):
        index.append(
            {"name": one.name, "version": one.version, "parameters": one.parameters, "arrays": sorted(one.arrays)}
        )
        contents[f"{number}/times"] = one.times
        for name, array in one.arrays.items():
            contents[f"{number}/array/{name}"] = array
    contents["index"] = np.frombuffer(json.dumps(index).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(file, **contents)  # type: ignore[arg-type]  # its stub takes any keyword for allow_pickle


def load(path: Path, largest: int = LARGEST) -> dict[str, Fingerprint]:
    """Return the fingerprints that `save` wrote to `path`, by descriptor name.

    Raises ValueError for a file that is not one of ours, does not agree with itself, or says it unpacks to more than
    `largest` bytes; never unpickles.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > largest:
            raise ValueError(f"{path.name} unpacks to {unpacked} bytes, more than the {largest} of any fingerprints")
        with np.load(path, allow_pickle=False) as file:
            index = json.loads(file["index"].tobytes())
            found = [_loaded(file, number, entry) for number, entry in enumerate(index)]
    except (KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} is not a file of fingerprints: {error}") from error
    return {one.name: one for one in found}


def _loaded(file: Any, number: int, entry: dict[str, Any]) -> Fingerprint:  # noqa: ANN401 - numpy.lib.npyio.NpzFile
    arrays = {name: file[f"{number}/array/{name}"] for name in entry["arrays"]}
    times = file[f"{number}/times"]
    if times.ndim != 1 or any(array.ndim == 0 or len(array) != len(times) for array in arrays.values()):
        raise ValueError(f"fingerprint {entry['name']}: rows do not agree with times")
    return Fingerprint(
        name=str(entry["name"]),
        version=int(entry["version"]),
        times=times.astype(np.float32),
        arrays=arrays,
        parameters=dict(entry["parameters"]),
    )
