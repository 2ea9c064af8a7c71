"""Reads writing in keyframes with tesseract, where it is installed and asked for. Rule: what is read is foreign text.

Only pictures that this program wrote itself are handed over, one at a time, to a process with one thread and limited
processor time. What comes back may be misread, and may have been put into the picture to mislead: it is kept as text
with its place, and nothing acts on it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.records.media import Keyframe

_WANTED = ("eng", "rus", "ukr")  # scripts first: Latin and Cyrillic; `eng` alone reads Cyrillic as Latin look-alikes
_MOST_PICTURES = 6
_SECONDS, _CPU_SECONDS = 60, 20  # for one picture; 0.5 to 2 s of processor time are usual
_MOST_ANSWER = 1024 * 1024
_LINES = 960  # short side of what is handed over, by enlarging: tesseract wants capitals of 20 pixels and more
_SURE = 70.0  # least mean confidence of a line, 0..100, and
_NO_WORD = 40.0  # least confidence of a word: what is beside a line is read into it with less
_LEAST_LETTERS = 4  # letters and digits of a line: shorter ones are read into leaves and fences
_MOST_LINES = 40
_TSV = ("level", "page", "block", "par", "line", "word", "left", "top", "width", "height", "conf", "text")


@dataclass(kw_only=True, slots=True)
class _Line:
    """Words of one line: text, least and greatest corners in pixels, confidences."""

    words: list[str]
    boxes: list[tuple[int, int, int, int]]
    sure: list[float]


@lru_cache(maxsize=1)
def program() -> tuple[str, tuple[str, ...], str]:
    """Return (path, languages, reason): the path is empty where tesseract cannot be used, and the reason says why."""
    found = shutil.which("tesseract")
    if not found:
        return "", (), "tesseract is not installed"
    try:
        done = subprocess.run([found, "--list-langs"], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return "", (), f"tesseract does not run: {type(error).__name__}"
    known = done.stdout.decode("ascii", "replace").split()
    languages = tuple(name for name in _WANTED if name in known)
    return (found, languages, "") if languages else ("", (), f"tesseract knows none of {', '.join(_WANTED)}")


def read(out: Path, keyframes: tuple[Keyframe, ...]) -> dict[str, Any]:
    """Return the lines read in up to six of the keyframes under `out`, with box (0..1), second, picture, confidence.

    `told` is False, with a reason, where nothing can be read at all.
    """
    path, languages, reason = program()
    shown = [k for k in keyframes if k.informative] or list(keyframes)
    if not path or not shown:
        return {"told": False, "reason": reason or "there is no keyframe"}
    at = np.linspace(0, len(shown) - 1, min(_MOST_PICTURES, len(shown))).round().astype(int)
    lines: list[dict[str, Any]] = []
    failed = ""
    for keyframe in (shown[i] for i in dict.fromkeys(at.tolist())):
        try:
            lines += _of(out, keyframe, path, languages)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            failed = f"tesseract did not end on a picture: {type(error).__name__}"
    if failed and not lines:
        return {"told": False, "reason": failed}
    return {"told": True, "languages": list(languages), "pictures": len(set(at.tolist())), "lines": _merged(lines)}


def _of(out: Path, keyframe: Keyframe, path: str, languages: tuple[str, ...]) -> list[dict[str, Any]]:
    picture = cv2.imread(str(out / keyframe.path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return []
    scale = max(1.0, _LINES / min(picture.shape[:2]))
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    high, wide = large.shape[:2]
    found = []
    for line in _lines(_ask(np.asarray(large, np.uint8), path, languages)):
        text = " ".join(line.words)
        sure = sum(line.sure) / len(line.sure)
        if sure < _SURE or sum(c.isalnum() for c in text) < _LEAST_LETTERS:
            continue
        left, top, right, bottom = (np.array(line.boxes).T[i] for i in range(4))
        box = (left.min() / wide, top.min() / high, right.max() / wide, bottom.max() / high)
        found.append(
            {
                "text": text[:300],
                "box": [round(min(1.0, max(0.0, float(v))), 3) for v in box],
                "time": keyframe.time,
                "image": keyframe.path,
                "confidence": round(sure, 1),
            }
        )
    return found


def _ask(picture: npt.NDArray[np.uint8], path: str, languages: tuple[str, ...]) -> str:
    done, data = cv2.imencode(".png", picture)
    if not done:
        raise ValueError("the picture could not be written")
    # 11: sparse text, in no particular order, as it stands in pictures.
    command = [path, "stdin", "stdout", "-l", "+".join(languages), "--psm", "11", "tsv"]
    answer = subprocess.run(
        command,
        input=data.tobytes(),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        preexec_fn=None if sys.platform == "win32" else _hold,  # a child of one thread
    )
    if answer.returncode:
        raise ValueError("tesseract broke down")
    return answer.stdout[:_MOST_ANSWER].decode("utf-8", "replace")


def _hold() -> None:
    """Limit the processor time of tesseract; runs in its process, before it begins."""
    import resource  # POSIX only

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = _CPU_SECONDS if hard == resource.RLIM_INFINITY else min(_CPU_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _lines(answer: str) -> list[_Line]:
    """Return the lines of tesseract's table of words."""
    lines: dict[tuple[str, ...], _Line] = {}
    for row in answer.splitlines()[1:]:
        cells = row.split("\t", len(_TSV) - 1)
        if len(cells) < len(_TSV) or cells[0] != "5" or not cells[-1].strip():
            continue
        try:
            left, top, width, height = (int(v) for v in cells[6:10])
            sure = float(cells[10])
        except ValueError:
            continue
        if sure < _NO_WORD:
            continue
        line = lines.setdefault(tuple(cells[1:5]), _Line(words=[], boxes=[], sure=[]))
        line.words.append(cells[-1].strip())
        line.boxes.append((left, top, left + width, top + height))
        line.sure.append(sure)
    return list(lines.values())


def _merged(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each text once, as it was read most surely, with the number of pictures it was read in."""
    best: dict[str, dict[str, Any]] = {}
    for line in lines:
        key = re.sub(r"\W", "", line["text"]).casefold()
        held = best.get(key)
        pictures = (held["pictures"] if held else 0) + 1
        best[key] = (line if held is None or line["confidence"] > held["confidence"] else held) | {"pictures": pictures}
    return sorted(best.values(), key=lambda n: (-n["pictures"], -n["confidence"]))[:_MOST_LINES]
