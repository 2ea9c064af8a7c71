"""What light the picture shows: blue sky, even light, darkness, lamps in it. Rule: what is unclear is not guessed.

Cameras expose by themselves, so brightness alone says little. Three things survive that, measured on real clips
(tests/bench/light.py, docs/checks.md): a broad, smooth, blue top of the picture, which lamps do not make; a picture
that stays mostly dark although the camera tries to lift it; and one that is lit throughout, top and shadows too, which
lamps manage in rooms and nowhere else but under floodlights. Everything else is `cannot tell`, and none of these is an
hour: each fits a range of sun altitudes, which `verify/checks/light.py` holds against the claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame, Gray
from verify.measures.base import Measure, Measured

# A pixel of blue sky. Hue in degrees: the cyan walls of the bench's rooms lie below 195, violet above 245.
_SKY_HUE = (195, 245)
_SKY_SATURATION = 0.15  # 0.12 called two rooms under cold lamps a sky, a wall and a cloth of which reach no more
_SKY_VALUE = 0.35
_SMOOTH = 0.02  # change of luma from one pixel to the next, of 64 across: sky has no texture at that size
_TOP = 1 / 3  # of the picture's height

# Shares of a frame, over the 148 clips of the bench. No lamp-lit room has more than 0.14 of its top blue and smooth; a
# blue title over a night had 0.41, and a median luma of 0.18 where blue skies have 0.38 or more. The darkest daylight
# (rain, filmed from under a roof) has 0.42 of the picture dark, a dusk 0.53, and nights that stay dark 0.67 or more.
_BLUE_SHARE = 0.25
_BLUE_TOP_LUMA = 0.3
_DARK_LUMA = 0.12
_DARK_SHARE = 0.6
_DARK_TOP = 0.1
# Lit throughout, over the clips of the bench and of light_day.csv: at night the median luma of the picture reaches 0.31
# (a floodlit building site), by day it is below 0.28 in one of twenty.
_LIT_LUMA = 0.36
_LIT_TOP = 0.3
_DIM_LUMA, _DIM_SHARE = 0.2, 0.25
_ONE_COLOUR = 0.6  # mean chroma over mean luma: sunsets, stages, night vision and coloured thermal pictures have more
_LAMP_LUMA = 0.6
_BLACK = 0.08  # a frame with nothing above this luma is a fade or a lens cap, not a scene
_COLOURLESS = 0.03  # mean chroma over mean luma: 0.000 for thermal and black-and-white film, above 0.04 for the rest
_MOST_FRAMES = 2 / 3  # of the frames that show something must agree
_TREND_SECONDS = 600.0  # the sun moves at most 2.5 degrees in ten minutes: less shows nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One frame: seconds, mean and median luma, median luma of the top, and shares (0..1) of the frame or its top."""

    time: float
    mean: float
    top: float
    dark: float
    blue_top: float
    chroma: float
    brightest: float
    middle: float
    dim: float

    @property
    def shows_something(self) -> bool:
        """Whether anything is brighter than a fade to black."""
        return self.brightest >= _BLACK

    @property
    def blue_sky(self) -> bool:
        """Whether the top looks like blue sky."""
        return self.blue_top >= _BLUE_SHARE and self.top >= _BLUE_TOP_LUMA

    @property
    def is_dark(self) -> bool:
        """Whether most of the picture, and its top, is dark."""
        return self.dark >= _DARK_SHARE and self.top <= _DARK_TOP

    @property
    def is_lit(self) -> bool:
        """Whether most of the picture is bright, its top and its shadows too."""
        return self.middle >= _LIT_LUMA and self.top >= _LIT_TOP and self.dim <= _DIM_SHARE


class Light(Measure):
    """Looks at the small colour picture of every sampled frame."""

    name = "light"

    def __init__(self) -> None:
        self._looks: list[Look] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._looks = []

    def add(self, frame: Frame) -> None:
        """Take the next sampled frame."""
        self._looks.append(look(frame.time, frame.colour))

    def end(self) -> Measured:
        """Return `kind`, the reason, and the numbers behind it."""
        return Measured(values=told(self._looks))


def look(time: float, colour: Gray) -> Look:
    """Return what one small colour picture (height x width x BGR) shows."""
    picture = colour.astype(np.float32) / 255
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    top = slice(0, max(1, round(luma.shape[0] * _TOP)))
    return Look(
        time=time,
        mean=float(luma.mean()),
        top=float(np.median(luma[top])),
        dark=float((luma < _DARK_LUMA).mean()),
        blue_top=float(_blue(picture[top], luma[top]).mean()),
        chroma=float((picture.max(axis=2) - picture.min(axis=2)).mean()),
        brightest=float(luma.max()),
        middle=float(np.median(luma)),
        dim=float((luma < _DIM_LUMA).mean()),
    )


def _blue(picture: npt.NDArray[Any], luma: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    hue, saturation, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV))
    low, high = _SKY_HUE
    blue = (hue >= low) & (hue <= high) & (saturation > _SKY_SATURATION) & (value > _SKY_VALUE)
    smooth = np.zeros_like(blue)
    smooth[:, 1:] = np.abs(np.diff(luma, axis=1)) < _SMOOTH
    return np.asarray(blue & smooth)


def told(looks: list[Look]) -> dict[str, object]:
    """Return numbers and `kind`: `blue sky`, `lit throughout`, `dark`, `dark with lamps` or `cannot tell`."""
    seen = [k for k in looks if k.shows_something]
    if len(seen) < max(1, len(looks) / 2):
        return {"kind": "cannot tell", "reason": "most of the clip is black", "frames": len(looks)}
    numbers: dict[str, object] = {
        "frames": len(seen),
        "mean": _median([k.mean for k in seen]),
        "middle": _median([k.middle for k in seen]),
        "top": _median([k.top for k in seen]),
        "dim_share": _median([k.dim for k in seen]),
        "dark_share": _median([k.dark for k in seen]),
        "blue_top": _median([k.blue_top for k in seen]),
        "colour": _median([k.chroma / max(k.mean, 0.01) for k in seen]),
        "lamps": round(sum(k.brightest >= _LAMP_LUMA for k in seen) / len(seen), 3),
        "blue_frames": round(sum(k.blue_sky for k in seen) / len(seen), 3),
        "dark_frames": round(sum(k.is_dark for k in seen) / len(seen), 3),
        "lit_frames": round(sum(k.is_lit for k in seen) / len(seen), 3),
    }
    kind, reason = _kind(seen, float(str(numbers["colour"])), float(str(numbers["lamps"])))
    return {"kind": kind, "reason": reason, **numbers, **_trend(seen)}


def _kind(seen: list[Look], colour: float, lamps: float) -> tuple[str, str]:
    if colour < _COLOURLESS:
        return "cannot tell", "the picture has no colour (thermal, infrared or black-and-white)"
    if sum(k.blue_sky for k in seen) >= _MOST_FRAMES * len(seen):
        return "blue sky", "the top of the picture is broad, smooth and blue"
    if sum(k.is_dark for k in seen) >= _MOST_FRAMES * len(seen):
        lit = lamps >= _MOST_FRAMES
        return ("dark with lamps", "dark, with small bright lights") if lit else ("dark", "dark throughout")
    if sum(k.is_lit for k in seen) >= _MOST_FRAMES * len(seen):
        if colour > _ONE_COLOUR:
            return "cannot tell", "the picture is of one strong colour, as sunsets, lamps and filters make it"
        return "lit throughout", "the picture is bright, its top and its shadows too"
    return "cannot tell", "neither a blue sky, nor even light, nor darkness fills most of the clip"


def _trend(seen: list[Look]) -> dict[str, object]:
    """Return how the top of the picture brightens over a long clip: luma of its first and its last tenth."""
    length = seen[-1].time - seen[0].time
    if length < _TREND_SECONDS:
        return {}
    tenth = max(1, len(seen) // 10)
    first, last = (_median([k.top for k in part]) for part in (seen[:tenth], seen[-tenth:]))
    return {"trend": {"seconds": round(length, 1), "first": first, "last": last}}


def _median(values: list[float]) -> float:
    return round(float(np.median(values)), 4)
