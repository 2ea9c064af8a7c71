"""Reads writing in pictures with tesseract, where it is installed and asked for. Rule: what is read is foreign text.

Only pictures that this program made itself are handed over, one at a time, to a process with one thread and limited
processor time. What comes back may be misread, and may have been put into the picture to mislead: it is kept as text
with its place, and nothing acts on it.

A stretch of the clip is read twice, to find rows: as it is, and with only thin bright strokes left of the median of its
pictures, in which what moves behind the writing fades. Each row is then read by itself, in its own script.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from verify.descriptors.base import Gray
from verify.media import tesseract
from verify.media.pages import Page
from verify.media.tesseract import Row, program
from verify.records.media import Keyframe

_STRETCHES, _STRETCH = 3, 4  # of a clip, and the pages that make one at least
_LINES = 960  # short side of what is searched, by enlarging: tesseract wants capitals of 20 pixels and more
_LETTERS = 44  # height of a row that is read by itself, pixels
_BESIDE, _ABOVE = 10.0, 0.35  # of a row's height: how far around a row it is read again, for what was missed of it
_STROKES = 14  # of the short side: letters are smaller than this, what is behind them is larger
_SURE = 70.0  # least mean confidence of a line, 0..100
_LEAST_LETTERS = 4  # letters and digits of a line: shorter ones are read into leaves and fences
_LESS_SURE = 10.0  # confidence, 0..100: what is so much less sure at one place is the same line misread, or a piece
_SAME_PLACE = 0.5  # of the smaller box: two lines that share so much of it stand at one place
_LEAST_WEIGHT = 1.5  # of a row that is worth reading again: two sure letters, or more that are less so
_SURE_ENOUGH = 92.0  # confidence at which a row is not read in another picture: each reading takes 0.2 s
_MOST_ROWS, _MOST_LINES = 6, 40
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def read(out: Path, keyframes: tuple[Keyframe, ...], pages: tuple[Page, ...] = ()) -> dict[str, Any]:
    """Return the lines read in `pages` (in up to six of the keyframes under `out` without them).

    Each has its box (0..1), second, confidence, the nearest keyframe and its second. `told` is False, with a reason,
    where nothing can be read at all.
    """
    path, languages, reason = program()
    shown = [k for k in keyframes if k.informative] or list(keyframes)
    if not path or not shown:
        return {"told": False, "reason": reason or "there is no keyframe"}
    stretches = _stretches(pages) or _pictures(out, shown)
    lines: list[dict[str, Any]] = []
    failed = ""
    for stretch in stretches:
        try:
            lines += _of(stretch)
        except tesseract.ReadingError as error:
            failed = str(error)
    if failed and not lines:
        return {"told": False, "reason": failed}
    for line in lines:
        nearest = min(shown, key=lambda k: abs(k.time - line["time"]))
        line |= {"image": nearest.path, "shown": nearest.time}
    return {"told": True, "languages": list(languages), "pictures": 2 * len(stretches), "lines": _merged(lines)}


def _stretches(pages: tuple[Page, ...]) -> list[list[Page]]:
    """Return the pages in up to three stretches of pictures of one size."""
    if not pages:
        return []
    same = [p for p in pages if p.gray.shape == pages[0].gray.shape]
    count = max(1, min(_STRETCHES, len(same) // _STRETCH))
    cuts = np.linspace(0, len(same), count + 1).round().astype(int)
    return [same[a:b] for a, b in pairwise(cuts)]


def _pictures(out: Path, shown: list[Keyframe]) -> list[list[Page]]:
    """Return up to six keyframes, each a stretch of its own."""
    at = np.linspace(0, len(shown) - 1, min(2 * _STRETCHES, len(shown))).round().astype(int)
    found = []
    for keyframe in (shown[i] for i in dict.fromkeys(at.tolist())):
        picture = cv2.imread(str(out / keyframe.path), cv2.IMREAD_GRAYSCALE)
        if picture is not None:
            found.append([Page(time=keyframe.time, gray=np.asarray(picture, np.uint8))])
    return found


def _of(stretch: list[Page]) -> list[dict[str, Any]]:
    middle = stretch[len(stretch) // 2]
    plain = _enlarged(middle.gray)
    still = plain
    if len(stretch) >= _STRETCH:
        still = _enlarged(np.asarray(np.median(np.stack([p.gray for p in stretch]), axis=0), np.uint8))
    strokes = _strokes(still, cv2.MORPH_TOPHAT)
    rows = tesseract.joined([*tesseract.ask(plain, 11), *tesseract.ask(strokes, 11)])
    rows = sorted((r for r in rows if r.weight >= _LEAST_WEIGHT), key=lambda r: -r.weight)
    high, wide = plain.shape
    found = []
    for row in rows[:_MOST_ROWS]:
        best = _again(row, (plain, still, strokes))
        text = best.text
        if best.sure < _SURE or sum(c.isalnum() for c in text) < _LEAST_LETTERS:
            continue
        box = (best.left / wide, best.top / high, best.right / wide, best.bottom / high)
        found.append(
            {
                "text": text[:300],
                "box": [round(min(1.0, max(0.0, v)), 3) for v in box],
                "time": middle.time,
                "confidence": round(best.sure, 1),
            }
        )
    return found


def _again(row: Row, pictures: tuple[Gray, Gray, Gray]) -> Row:
    """Return the row as it is read best: as found, or by itself in one of the pictures, in its own script."""
    high, wide = pictures[0].shape
    tall = row.bottom - row.top
    left, right = (max(0, round(row.left - _BESIDE * tall)), min(wide, round(row.right + _BESIDE * tall)))
    top, bottom = (max(0, round(row.top - _ABOVE * tall)), min(high, round(row.bottom + _ABOVE * tall)))
    script = ("rus", "ukr") if _is_cyrillic(row.text) else ("eng",)
    plain, still, strokes = (p[top:bottom, left:right] for p in pictures)
    if _dark(plain, row, left, top):
        strokes = _strokes(still, cv2.MORPH_BLACKHAT)
    best = row
    scale = _LETTERS / tall
    for strip in dict.fromkeys((id(plain), id(still), id(strokes))):
        picture = next(p for p in (plain, still, strokes) if id(p) == strip)
        large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        for read_again in tesseract.ask(np.asarray(large, np.uint8), 7, script):
            placed = read_again.moved(scale, left, top).trimmed()
            if placed.weight > best.weight:
                best = placed
        if best is not row and best.sure >= _SURE_ENOUGH:
            break
    return best


def _dark(strip: Gray, row: Row, left: int, top: int) -> bool:
    """Return whether the letters of a row are darker than what they stand on: the lesser part of its pixels."""
    inside = strip[row.top - top : row.bottom - top, row.left - left : row.right - left]
    return bool(inside.size) and float(np.median(inside)) > (float(inside.min()) + float(inside.max())) / 2


def _enlarged(picture: Gray) -> Gray:
    scale = max(1.0, _LINES / min(picture.shape[:2]))
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def _strokes(picture: Gray, how: int) -> Gray:
    """Return what is thin and brighter (or darker) than around it, dark on white."""
    side = max(9, min(picture.shape) // _STROKES) | 1
    thin = cv2.morphologyEx(picture, how, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    return np.asarray(255 - thin * (255 / max(1, int(thin.max()))), np.uint8)


def _merged(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each text once, as it was read most surely, with the number of stretches it was read in."""
    best: dict[str, dict[str, Any]] = {}
    for line in lines:
        key = re.sub(r"\W", "", line["text"]).casefold()
        held = best.get(key)
        pictures = (held["pictures"] if held else 0) + 1
        best[key] = (line if held is None or line["confidence"] > held["confidence"] else held) | {"pictures": pictures}
    kept = [one for one in best.values() if not any(_outdone(one, other) for other in best.values())]
    return sorted(kept, key=lambda n: (-n["pictures"], -n["confidence"]))[:_MOST_LINES]


def _outdone(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether `one` is a piece, or a much less sure reading, of what stands at the place of `other`."""
    short, long = (re.sub(r"\W", "", line["text"]).casefold() for line in (one, other))
    if one["confidence"] > other["confidence"] - _LESS_SURE and (short == long or short not in long):
        return False
    (left, top, right, bottom), (a, b, c, d) = one["box"], other["box"]
    shared = max(0.0, min(right, c) - max(left, a)) * max(0.0, min(bottom, d) - max(top, b))
    return bool(shared >= _SAME_PLACE * min((right - left) * (bottom - top), (c - a) * (d - b)) > 0)


def _is_cyrillic(text: str) -> bool:
    return len(_CYRILLIC.findall(text)) * 2 > sum(c.isalpha() for c in text)
