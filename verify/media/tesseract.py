"""Asks the program tesseract what is written in a picture. Rule: one picture, one thread, bounded time, plain text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2

from verify.descriptors.base import Gray

_WANTED = ("eng", "rus", "ukr")  # scripts first: Latin and Cyrillic; `eng` alone reads Cyrillic as Latin look-alikes
_SECONDS, _CPU_SECONDS = 60, 20  # for one picture; 0.5 to 2 s of processor time are usual
_MOST_ANSWER = 1024 * 1024
_NO_WORD = 40.0  # least confidence of a word, 0..100: what is beside a line is read into it with less
_EDGE_WORD = 60.0  # least confidence of the first and the last word of a row that was read by itself
_ONE_ROW = 0.5  # of the lesser height: words that share so much of it stand in one row
_GAP = 3.0  # of the height: words further apart are of two rows
_TSV = ("level", "page", "block", "par", "line", "word", "left", "top", "width", "height", "conf", "text")


class ReadingError(Exception):
    """tesseract broke down on a picture, or did not end; the message is a sentence for a report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word: its text, confidence 0..100, and corners in pixels."""

    text: str
    sure: float
    left: int
    top: int
    right: int
    bottom: int

    @property
    def signless(self) -> bool:
        """Whether it holds neither letter nor digit."""
        return not any(c.isalnum() for c in self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Words beside each other, from left to right; at least one."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(w.text for w in self.words)

    @property
    def sure(self) -> float:
        """Mean confidence of the letters, 0..100."""
        letters = sum(len(w.text) for w in self.words)
        return sum(w.sure * len(w.text) for w in self.words) / letters

    @property
    def weight(self) -> float:
        """How much was read: letters and digits, each counted by how much its word's confidence is over 40."""
        return sum(sum(c.isalnum() for c in w.text) * (w.sure - _NO_WORD) / (100 - _NO_WORD) for w in self.words)

    @property
    def left(self) -> int:
        """Leftmost pixel."""
        return min(w.left for w in self.words)

    @property
    def top(self) -> int:
        """Topmost pixel."""
        return min(w.top for w in self.words)

    @property
    def right(self) -> int:
        """Pixel after the rightmost."""
        return max(w.right for w in self.words)

    @property
    def bottom(self) -> int:
        """Pixel after the lowest."""
        return max(w.bottom for w in self.words)

    def moved(self, scale: float, left: int, top: int) -> Row:
        """Return the row in the picture from which a strip at (left, top) was cut and enlarged `scale` times."""
        return Row(
            words=tuple(
                replace(
                    w,
                    left=left + round(w.left / scale),
                    right=left + round(w.right / scale),
                    top=top + round(w.top / scale),
                    bottom=top + round(w.bottom / scale),
                )
                for w in self.words
            )
        )

    def trimmed(self) -> Row:
        """Return the row without unsure or signless words at its ends, as long as one is left."""
        words = list(self.words)
        for end, next_to_end in ((0, 1), (-1, -2)):
            while len(words) > 1 and (
                words[end].sure < _EDGE_WORD
                or words[end].signless
                or (len(words[end].text) == 1 and words[next_to_end].signless)  # an edge read as `| A`
            ):
                words.pop(end)
        return Row(words=tuple(words))


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


def ask(picture: Gray, mode: int, languages: tuple[str, ...] = ()) -> list[Row]:
    """Return what is read in a picture, in those of `languages` that there are (else all wanted).

    `mode` is tesseract's page segmentation: 11 for sparse text as it stands in pictures, 7 for one row. Raises
    ReadingError.
    """
    path, known, reason = program()
    if not path:
        raise ReadingError(reason)
    spoken = tuple(name for name in languages if name in known) or known
    done, data = cv2.imencode(".png", picture)
    if not done:
        raise ReadingError("a picture could not be handed to tesseract")
    command = [path, "stdin", "stdout", "-l", "+".join(spoken), "--psm", str(mode), "tsv"]
    try:
        answer = subprocess.run(
            command,
            input=data.tobytes(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=None if sys.platform == "win32" else _hold,  # a child of one thread
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReadingError(f"tesseract did not end on a picture: {type(error).__name__}") from error
    if answer.returncode:
        raise ReadingError("tesseract broke down on a picture")
    return _rows(answer.stdout[:_MOST_ANSWER].decode("utf-8", "replace"))


def _hold() -> None:
    """Limit the processor time of tesseract; runs in its process, before it begins."""
    import resource  # POSIX only

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = _CPU_SECONDS if hard == resource.RLIM_INFINITY else min(_CPU_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _rows(answer: str) -> list[Row]:
    """Return the rows of tesseract's table of words."""
    rows: dict[tuple[str, ...], list[Word]] = {}
    for line in answer.splitlines()[1:]:
        cells = line.split("\t", len(_TSV) - 1)
        if len(cells) < len(_TSV) or cells[0] != "5" or not cells[-1].strip():
            continue
        try:
            left, top, width, height = (int(v) for v in cells[6:10])
            sure = float(cells[10])
        except ValueError:
            continue
        if sure < _NO_WORD or width <= 0 or height <= 0:
            continue
        word = Word(text=cells[-1].strip(), sure=sure, left=left, top=top, right=left + width, bottom=top + height)
        rows.setdefault(tuple(cells[1:5]), []).append(word)
    return [Row(words=tuple(words)) for words in rows.values()]


def joined(rows: list[Row]) -> list[Row]:
    """Return the rows with those joined that stand beside each other; of what overlaps, the surer reading is kept."""
    words = sorted((w for r in rows for w in r.words), key=lambda w: -w.sure * len(w.text))
    kept: list[Word] = []
    for word in words:
        if not any(_overlap(word, other) for other in kept):
            kept.append(word)
    found: list[list[Word]] = []
    for word in sorted(kept, key=lambda w: w.left):
        near = [row for row in found if _beside(row[-1], word)]
        if near:
            min(near, key=lambda row: abs(row[-1].top - word.top)).append(word)
        else:
            found.append([word])
    return [Row(words=tuple(row)) for row in found]


def _overlap(one: Word, two: Word) -> bool:
    wide = min(one.right, two.right) - max(one.left, two.left)
    high = min(one.bottom, two.bottom) - max(one.top, two.top)
    return wide > 0 and high > 0


def _beside(left: Word, right: Word) -> bool:
    low, high = sorted((left.bottom - left.top, right.bottom - right.top))
    shared = min(left.bottom, right.bottom) - max(left.top, right.top)
    return shared >= _ONE_ROW * low and low >= _ONE_ROW * high and right.left - left.right <= _GAP * high
