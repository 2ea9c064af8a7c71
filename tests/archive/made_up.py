"""Small parts that tests of what is kept put into a case: files, examinations, fingerprints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verify.records.fingerprints import Fingerprint
from verify.records.media import Examination, Keyframe, Role, Stream


@dataclass(frozen=True, kw_only=True)
class Came:
    path: Path
    role: Role = "evidentiary copy"
    name: str = "clip.mp4"
    made_from: tuple[Path, ...] = ()
    made_by: str = ""


def fingerprint(seed: int, rows: int = 60, name: str = "pdq", version: int = 1) -> Fingerprint:
    random = np.random.default_rng(seed)
    return Fingerprint(
        name=name,
        version=version,
        times=np.arange(rows, dtype=np.float32) * np.float32(0.5),
        arrays={
            "bits": random.integers(0, 256, (rows, 32), dtype=np.uint8),
            "quality": random.integers(0, 101, rows, dtype=np.uint8),
        },
        parameters={"step": 0.5},
    )


def examination(sha256: str, folder: Path, keyframes: int = 2) -> Examination:
    (folder / "keyframes").mkdir(parents=True, exist_ok=True)
    found = []
    for index in range(keyframes):
        (folder / "keyframes" / f"{index}.jpg").write_bytes(f"picture {index} of {sha256}".encode())
        found.append(
            Keyframe(time=float(index), shot=0, path=f"keyframes/{index}.jpg", width=640, height=360, sharpness=1.0)
        )
    return Examination(
        sha256=sha256,
        container="mp4",
        duration=30.0,
        streams=(Stream(index=0, kind="video", codec="h264", width=1280, height=720),),
        keyframes=tuple(found),
        versions={"descriptor pdq": "1"},
        isolation="test",
    )
