"""Cuts single frames out of a preserved clip, for people to look at. Rule: the same clock as the examination's.

The clip is decoded from its beginning to the last time wanted, so that a second here is the same second that a
match or a keyframe names, whatever the container's index says.
"""

from __future__ import annotations

from pathlib import Path

import cv2

from verify.media import frames, still
from verify.media.pictures import fit, shrink
from verify.media.sniff import sniff
from verify.settings import Settings

JPEG_QUALITY = 85


def cut(*, out: Path, path: str, times: list[float], side: int) -> list[str]:
    """Write the frame shown at each of `times` (seconds, ascending) as JPEG under `out`, `side` pixels long at most.

    Returns the file names in the order of `times`, '' for a time after the clip's last frame by more than a second.
    Raises UnreadableMediaError and LimitError as an examination does.
    """
    source = Path(path)
    settings = Settings()
    kind = sniff(source, source.name)
    if kind.family == "still":
        picture, _ = still.read(source, kind, settings, source.name)
        small = shrink(picture, *fit(picture.shape[1], picture.shape[0], side))
        return [_write(out, number, small) for number in range(len(times))]
    names = [""] * len(times)
    number = 0
    last: tuple[float, object] | None = None
    with frames.opened(source, kind, settings, source.name) as clip:
        for thing in clip.run(sound=False):
            if not isinstance(thing, frames.Picture):
                continue
            while number < len(times) and thing.time >= times[number] - clip.usual_step / 2:
                names[number] = _write(out, number, _upright(thing, side))
                number += 1
            if number == len(times):
                break
            last = (thing.time, _upright(thing, side)) if thing.time >= times[-1] - 1.0 else None
    while last and number < len(times) and times[number] - last[0] <= 1.0:
        names[number] = _write(out, number, last[1])
        number += 1
    return names


def _upright(picture: frames.Picture, side: int) -> object:
    shape = picture.planes.shape
    return picture.planes.picture(*fit(shape.display_width, shape.display_height, side))


def _write(out: Path, number: int, picture: object) -> str:
    name = f"{number:04d}.jpg"
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])  # type: ignore[call-overload]
    if not done:
        raise RuntimeError("a frame could not be written as JPEG")
    (out / name).write_bytes(data.tobytes())
    return name
