"""From a decoded frame to the small pictures that are looked at. Rule: luma straight from the decoder's plane.

Nothing full-size is converted to RGB: the luma plane is shrunk, then turned upright and stretched to square pixels
while small. Limited range (16..235) is spread to 0..255, so that copies of a clip in either range look alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from verify.descriptors.base import SAMPLE_LINES, TINY_HEIGHT, TINY_WIDTH, Gray

COLOUR_WIDTH, COLOUR_HEIGHT = 64, 48
_PLANAR = re.compile(r"^(yuva?|yuvj|gray|nv)(4(?:20|22|44|11|10|40)p|12|21|16|24)?(9|10|12|14|16)?(le)?$")
_WAITING = 4 * 1024 * 1024  # pixels
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG, libavutil/pixfmt.h
# Luma weights Kr, Kb by AVColorSpace number: BT.709, FCC, BT.470BG, SMPTE 170M, SMPTE 240M, BT.2020 (ITU-T H.273).
_MATRICES = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087)}
_MATRICES |= {9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_MOST_SQUEEZED = 4.0  # pixel aspects beyond 4:1 are mistakes: the widest in use is 2.2 (anamorphic 8 mm adapters: 2)


def quarter_turns(degrees: float) -> int:
    """Return how many quarter turns counter-clockwise `degrees` (counter-clockwise) is, 0 to 3."""
    return round(degrees / 90) % 4


def sane_aspect(aspect: Fraction | None) -> float:
    """Return the pixel aspect (width over height) as a float; 1 when it is unset or no camera's."""
    value = float(aspect) if aspect else 1.0
    return value if 1 / _MOST_SQUEEZED <= value <= _MOST_SQUEEZED else 1.0


@dataclass(kw_only=True)
class Shape:
    """How the frames of one stretch of a clip lie in memory, and how they are to be shown.

    `width`, `height` and `format` are as stored; `aspect` is the pixels' shape; `turns` quarter turns to be upright.
    """

    width: int
    height: int
    format: str
    aspect: float
    turns: int
    full_range: bool
    colorspace: int
    depth: int = 8
    planar: bool = True
    display_width: int = field(init=False)
    display_height: int = field(init=False)
    _spread: Gray = field(init=False)

    def __post_init__(self) -> None:
        wide, high = max(1, round(self.width * self.aspect)), self.height
        self.display_width, self.display_height = (high, wide) if self.turns % 2 else (wide, high)
        levels = np.arange(256, dtype=np.float32)
        self._spread = np.clip(np.rint((levels - 16) * (255 / 219)), 0, 255).astype(np.uint8)

    @classmethod
    def of(cls, frame: VideoFrame, aspect: float, turns: int) -> Shape:
        """Return the shape of `frame`."""
        name = frame.format.name
        depth = frame.format.components[0].bits if frame.format.components else 8
        planar = bool(_PLANAR.match(name)) and (depth == 8 or name.endswith("le")) and not name.startswith("nv1210")
        full = frame.color_range == _FULL_RANGE or name.startswith(("yuvj", "gray")) or not planar
        return cls(
            width=frame.width,
            height=frame.height,
            format=name,
            aspect=aspect,
            turns=turns,
            full_range=full,
            colorspace=int(frame.colorspace),
            depth=depth if planar else 8,
            planar=planar,
        )

    def fits(self, frame: VideoFrame) -> bool:
        """Return whether `frame` still has this shape."""
        return frame.width == self.width and frame.height == self.height and frame.format.name == self.format

    @property
    def few(self) -> int:
        """Return how many such pictures may wait for each other: what waits is memory, taken and emptied once more."""
        return max(1, _WAITING // max(1, self.width * self.height))

    def size(self, short_side: int) -> tuple[int, int]:
        """Return (width, height), upright and square, with at most `short_side` pixels on the short side."""
        return within(self.display_width, self.display_height, short_side, min)

    def upright(self, picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return `picture` (as stored) turned upright."""
        if not self.turns:
            return picture
        codes = (0, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)
        return cv2.rotate(picture, codes[self.turns])

    def stored(self, width: int, height: int) -> tuple[int, int]:
        """Return the size as stored of a picture that is `width` x `height` when upright."""
        return (height, width) if self.turns % 2 else (width, height)

    def eight_bits(self, picture: npt.NDArray[Any]) -> Gray:
        """Return `picture` with 8 bits a pixel."""
        if self.depth == 8:
            return picture
        return (picture >> (self.depth - 8)).astype(np.uint8)

    def spread(self, luma: Gray) -> Gray:
        """Return `luma` in full range."""
        return luma if self.full_range else np.asarray(cv2.LUT(luma, self._spread), np.uint8)

    def to_bgr(self) -> npt.NDArray[np.float32]:
        """Return the 3 x 4 matrix from (full-range luma, Cb, Cr as stored) to blue, green, red."""
        default = (0.2126, 0.0722) if self.height >= 720 else (0.299, 0.114)  # what players assume when nothing is said
        red, blue = _MATRICES.get(self.colorspace, default)
        green = 1 - red - blue
        scale = 1.0 if self.full_range else 255 / 224
        to_red, to_blue = 2 * (1 - red) * scale, 2 * (1 - blue) * scale
        green_blue, green_red = -to_blue * blue / green, -to_red * red / green
        rows = [[1, to_blue, 0], [1, green_blue, green_red], [1, 0, to_red]]
        return np.array([[*row, -128 * (row[1] + row[2])] for row in rows], dtype=np.float32)


@dataclass(kw_only=True)
class Planes:
    """The planes of one frame, as views of the decoder's memory: valid only until the next frame is decoded."""

    shape: Shape
    luma: npt.NDArray[Any]
    keep: VideoFrame  # the memory belongs to it

    @classmethod
    def of(cls, frame: VideoFrame, shape: Shape) -> Planes:
        """Return the planes of `frame`; other layouts than planar YUV are converted first (one conversion)."""
        if not shape.planar or any(plane.line_size <= 0 for plane in frame.planes):
            frame = frame.reformat(format="yuvj444p")
        planes = frame.planes
        return cls(shape=shape, luma=_view(planes[0], shape.depth), keep=frame)

    def _chroma(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
        """Return the planes of blue and red (Cb, Cr), None where there are none; most pictures are never asked."""
        planes, shape = self.keep.planes, self.shape
        if shape.format.startswith("nv"):
            pairs = _pairs(planes[1])
            first, second = pairs[..., 0], pairs[..., 1]
            return (second, first) if shape.format in {"nv21", "nv42"} else (first, second)
        return (_view(planes[1], shape.depth), _view(planes[2], shape.depth)) if len(planes) >= 3 else None

    def tiny(self) -> Gray:
        """Return the whole picture at TINY_WIDTH x TINY_HEIGHT, upright, full range."""
        width, height = self.shape.stored(TINY_WIDTH, TINY_HEIGHT)
        small = self.shape.eight_bits(means(self.luma, width, height))
        return np.ascontiguousarray(self.shape.upright(self.shape.spread(small)))

    def gray(self, short_side: int = SAMPLE_LINES) -> Gray:
        """Return the luma upright with square pixels, at most `short_side` pixels on its short side."""
        width, height = self.shape.stored(*self.shape.size(short_side))
        small = self.shape.eight_bits(shrink(self.luma, width, height))
        return np.ascontiguousarray(self.shape.upright(self.shape.spread(small)))

    def colour(self, gray: Gray) -> Gray:
        """Return the picture at COLOUR_WIDTH x COLOUR_HEIGHT in blue, green, red; `gray` is its luma, upright."""
        luma = quick(gray, COLOUR_WIDTH, COLOUR_HEIGHT, 2)
        return self._coloured(
            luma, COLOUR_WIDTH, COLOUR_HEIGHT, lambda p, w, h: self.shape.eight_bits(quick(p, w, h, 2))
        )

    def picture(self, width: int, height: int, gray: Gray | None = None) -> Gray:
        """Return the picture upright at `width` x `height` in blue, green, red; `gray` is used where it fits."""
        if gray is None or gray.shape != (height, width):
            stored = self.shape.stored(width, height)
            gray = self.shape.upright(self.shape.spread(self.shape.eight_bits(shrink(self.luma, *stored))))
        return self._coloured(gray, width, height, lambda p, w, h: self.shape.eight_bits(shrink(p, w, h)))

    def _coloured(self, luma: Gray, width: int, height: int, how: Any) -> Gray:  # noqa: ANN401 - a shrinking function
        chroma = self._chroma()
        if chroma is None:
            return np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR), np.uint8)
        stored = self.shape.stored(width, height)
        blue, red = (self.shape.upright(how(plane, *stored)) for plane in chroma)
        return np.asarray(cv2.transform(cv2.merge([luma, blue, red]), self.shape.to_bgr()), np.uint8)


def quick(plane: npt.NDArray[Any], width: int, height: int, times: int) -> npt.NDArray[Any]:
    """Return `plane` at `width` x `height`: points at `times` the size, then means of `times` x `times` of them.

    For pictures far smaller than the plane: 0.02 ms where means over all of a 1080p plane take 0.6.
    """
    step = cv2.resize(plane, (width * times, height * times), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(step, (width, height), interpolation=cv2.INTER_AREA)


def means(plane: npt.NDArray[Any], width: int, height: int) -> npt.NDArray[Any]:
    """Return `plane` at `width` x `height`, every pixel the mean of all that it shows.

    What changes in a cell is told from it: points instead of means make a sharp edge that trembles blink, otherwise in
    every crop, and cost one true pair of thirty (docs/matching.md). The plane is halved while it is far too large,
    since means over whole blocks are fast: 0.03 ms for 640 x 480, 0.2 for 1080p. A line that halving leaves over is
    left out only where it is less than half a hundredth of the picture.
    """
    high, wide = plane.shape[:2]
    while wide >= 4 * width and high >= 4 * height:
        times = min(wide // width, high // height)
        if (wide % 2 or high % 2) and times < 8:
            break
        wide, high = wide // 2, high // 2
        plane = cv2.resize(plane[: high * 2, : wide * 2], (wide, high), interpolation=cv2.INTER_AREA)
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)


def shrink(plane: npt.NDArray[Any], width: int, height: int) -> npt.NDArray[Any]:
    """Return `plane` at `width` x `height`.

    Means over whole blocks are fast in OpenCV and means over parts of pixels are slow (measured: 0.03 against
    0.57 ms), so the plane is halved while it is more than twice too large, and the rest is done by interpolation,
    which is free of aliasing below a factor of two.
    """
    high, wide = plane.shape[:2]
    if (wide, high) == (width, height):
        return plane
    while wide >= 2 * width and high >= 2 * height:
        if wide % width == 0 and high % height == 0 and wide // width in (2, 4):
            return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
        wide, high = wide // 2, high // 2
        plane = cv2.resize(plane[: high * 2, : wide * 2], (wide, high), interpolation=cv2.INTER_AREA)
    if (wide, high) == (width, height):
        return plane
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def fit(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Return (width, height) shrunk to at most `long_side` pixels on the long side."""
    return within(width, height, long_side, max)


def within(width: int, height: int, most: int, side: Any) -> tuple[int, int]:  # noqa: ANN401 - min or max
    """Return (width, height) shrunk so that the side that `side` (min or max) names has at most `most` pixels."""
    scale = min(1.0, most / max(1, side(width, height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _view(plane: Any, depth: int) -> npt.NDArray[Any]:  # noqa: ANN401 - a PyAV plane
    kind = np.uint8 if depth == 8 else np.dtype("<u2")
    flat = np.frombuffer(plane, kind)
    rows = flat[: plane.height * (plane.line_size // flat.itemsize)].reshape(plane.height, -1)
    return rows[:, : plane.width]


def _pairs(plane: Any) -> npt.NDArray[Any]:  # noqa: ANN401 - a PyAV plane
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width * 2].reshape(plane.height, plane.width, 2)
