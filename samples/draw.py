"""Draws the clips of the Belgorod sample: `python -m samples.draw [FOLDER]`. Rule: every picture says it is drawn.

The clips stand in for footage that firstseen does not own. They are committed, so nobody needs to run this; the same
versions of OpenCV and PyAV draw the same bytes again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from samples.happening import BLASTS, Fire, draw_helicopters, draw_rockets, glow
from samples.scene import MARGIN, Camera, Picture, Town, clouds
from samples.soundtrack import RATE, Sound, heard

FPS = 20
LABEL = "DRAWN STAND-IN - not footage"
Frame = npt.NDArray[np.uint8]
FILM = (255 * np.power(1 - np.exp(-1.7 * np.arange(6 * 1024) / 1024), 1 / 1.5)).astype(np.float32)  # light to grey


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One act of drawing: which town, from where, from which event second, for how long, under what sky."""

    name: str
    camera: Camera
    town: int
    start: float
    seconds: float
    ambient: tuple[float, float, float]  # light on things, BGR
    sky: tuple[tuple[float, float, float], tuple[float, float, float]]  # top and horizon, BGR
    shake: float
    seed: int
    lit: float = 0.35
    event: bool = True  # False: nothing of the strike is in the picture
    burning: float = 0.0  # fire from the first second on
    haze: float = 0.05  # how much of the fire's light the air gives back


NIGHT = ((0.021, 0.0145, 0.0115), (0.037, 0.027, 0.024))
DAWN = ((0.62, 0.47, 0.40), (0.62, 0.66, 0.74))
NEAR = View(
    name="near",
    town=5,
    start=0.0,
    seconds=12.0,
    ambient=(0.024, 0.019, 0.017),
    sky=NIGHT,
    shake=3.2,
    seed=11,
    camera=Camera(place=(-262.0, -330.0, 13.0), yaw=41.0, pitch=4.0, view=62.0, width=848, height=480),
)
FAR = View(
    name="far",
    town=5,
    start=1.4,
    seconds=14.0,
    ambient=(0.023, 0.019, 0.017),
    sky=NIGHT,
    shake=2.0,
    seed=12,
    lit=0.4,
    camera=Camera(place=(-870.0, -884.0, 31.0), yaw=43.5, pitch=1.2, view=30.0, width=848, height=480),
)
FIRE = View(
    name="fire",
    town=5,
    start=5200.0,
    seconds=9.0,
    ambient=(0.42, 0.40, 0.40),
    sky=DAWN,
    shake=2.6,
    seed=13,
    lit=0.1,
    camera=Camera(place=(60.0, -300.0, 9.0), yaw=-9.0, pitch=13.0, view=40.0, width=480, height=848),
    burning=1.0,
)
STREET = View(
    name="street",
    town=9,
    start=0.0,
    seconds=12.0,
    ambient=(0.035, 0.03, 0.028),
    sky=NIGHT,
    shake=3.5,
    seed=14,
    lit=0.6,
    camera=Camera(place=(-700.0, -500.0, 4.0), yaw=-62.0, pitch=2.0, view=58.0, width=640, height=480),
    event=False,
)


def frames(view: View) -> Iterator[Frame]:
    """Yield the pictures of `view`, BGR, without the label."""
    camera = view.camera
    wide, high = camera.canvas
    drop = Town(view.town, (camera.place[0], camera.place[1])).seen(camera, view.lit)
    grain = np.random.default_rng(view.seed)
    cover = 0.55 + 0.9 * clouds(wide * 2, high, view.seed + 40, 6, 3)[..., None]
    ramp = np.linspace(0, 1, high, dtype=np.float32)[:, None, None] ** 2
    sky = np.array(view.sky[0], np.float32) * (1 - ramp) + np.array(view.sky[1], np.float32) * ramp
    sky = sky * drop.sky[..., None]
    fire = Fire(camera, 1.35 if view.burning else 1.0)
    x, y, scale = camera.one((0.0, 0.0, 12.0))
    across, down = np.meshgrid(np.arange(wide) - x, np.arange(high) - y)
    halo = np.exp(-np.hypot(across, down * 1.3) / max(90.0, scale * 120)).astype(np.float32)[..., None]
    warm = np.array([0.25, 0.55, 1.0], np.float32)
    things = drop.albedo * (0.75 + 0.5 * clouds(wide, high, view.seed, 8, 8)[..., None]) * (1 - drop.sky[..., None])
    unlit = things * np.array(view.ambient, np.float32)
    glowing = things * warm * (0.02 + 0.3 * halo) + drop.sky[..., None] * warm * halo * view.haze
    for number in range(int(view.seconds * FPS)):
        at = view.start + number / FPS
        light = (1.1 if view.burning else glow(at)) if view.event else 0.0
        drift = int(number * 0.8)
        canvas = sky * cover[:, drift : drift + wide] + cv2.scaleAdd(glowing, light, unlit)
        shine = np.zeros_like(canvas)
        if view.event:
            _events(canvas, shine, camera, fire, at, view.burning)
            hidden = 1 - drop.front[..., None]
            canvas, shine = canvas * hidden + cv2.scaleAdd(glowing, light, unlit) * (1 - hidden), shine * hidden
            if not view.burning:
                draw_helicopters(canvas, camera, at)
        else:
            _passing_car(shine, camera, number / FPS)
        steady = cv2.scaleAdd(drop.shine, 1.0 + 0.04 * float(np.sin(number * 1.9)), canvas)
        yield _exposed(steady + shine, view, number, grain)


def _events(canvas: Picture, shine: Picture, camera: Camera, fire: Fire, at: float, burning: float) -> None:
    grown = burning or float(np.clip((at - BLASTS[0][0] - 0.4) / 6, 0, 1)) * 0.8
    fire.draw(canvas, shine, at, grown)
    if not burning:
        draw_rockets(shine, camera, at)


def _passing_car(shine: Picture, camera: Camera, at: float) -> None:
    for lamp in (0.0, 1.6):
        x, y, scale = camera.one((-770.0 + 9 * at + lamp, -470.0 + 3 * at, 0.8))
        cv2.circle(shine, (int(x), int(y)), max(2, int(scale * 0.35)), (0.9, 1.1, 1.2), -1, cv2.LINE_AA)


def _exposed(light: Picture, view: View, number: int, grain: np.random.Generator) -> Frame:
    """Return what the shaking camera makes of `light`: moved, clipped as a sensor clips, with grain."""
    t, camera = number / FPS, view.camera
    sway = view.shake * np.array(
        [np.sin(t * 2.1 + view.seed) + 0.5 * np.sin(t * 5.3), np.sin(t * 1.7) + 0.6 * np.sin(t * 6.1)]
    )
    for when, _, strength in BLASTS if view.event and not view.burning else ():
        late = t + view.start - when - float(np.linalg.norm(camera.place)) / 334.3
        if late > 0:  # the camera jerks when the bang arrives
            sway = sway + 7 * strength * np.exp(-late / 0.4) * np.array([np.sin(late * 31), np.cos(late * 27)])
    turn = cv2.getRotationMatrix2D((light.shape[1] / 2, light.shape[0] / 2), float(0.35 * np.sin(t * 1.3)), 1.0)
    turn[:, 2] = turn[:, 2] + sway - np.array([camera.width * MARGIN, camera.height * MARGIN])
    moved = cv2.warpAffine(light, turn, (camera.width, camera.height), flags=cv2.INTER_LINEAR)
    seen = FILM[np.clip(moved * 1024, 0, len(FILM) - 1).astype(np.int32)]
    noise = cv2.resize(
        grain.standard_normal((camera.height // 2, camera.width // 2)).astype(np.float32), (camera.width, camera.height)
    )
    return np.asarray(np.clip(seen + noise[..., None] * 3.0, 0, 255), np.uint8)


def label(picture: Frame, corner: int = 0, words: str = LABEL) -> Frame:
    """Return `picture` with `words` in one of its four corners: what the clip is must be on the picture itself."""
    done = np.ascontiguousarray(picture)  # drawn on in place
    size = 0.42 if done.shape[1] < 600 else 0.5
    (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = 8 if corner % 2 == 0 else done.shape[1] - wide - 8
    y = done.shape[0] - 10 if corner < 2 else high + 10
    cv2.rectangle(done, (x - 4, y - high - 4), (x + wide + 4, y + 6), (20, 20, 20), -1)
    cv2.putText(done, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (235, 235, 235), 1, cv2.LINE_AA)
    return done


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """How a clip is written: constant rate factor, sound bits a second, container tags."""

    crf: int = 29
    sound_bits: int = 40_000
    tags: tuple[tuple[str, str], ...] = ()


def encode(path: Path, pictures: list[Frame], sound: Sound, how: Encoding) -> None:
    """Write an MP4 (H.264, AAC) with one thread and no clock of its own, so that the bytes come out the same."""
    high, wide = pictures[0].shape[:2]
    with av.open(
        str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags", "fflags": "+bitexact"}
    ) as out:
        out.metadata.update({"comment": f"{LABEL}. firstseen sample, drawn by samples/draw.py", **dict(how.tags)})
        video = out.add_stream(
            "libx264",
            rate=FPS,
            options={"crf": str(how.crf), "preset": "slower", "threads": "1", "x264-params": "keyint=60"},
        )
        video.width, video.height, video.pix_fmt = wide, high, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, layout="mono")
        audio.bit_rate = how.sound_bits
        for picture in pictures:
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(video.encode(None))
        for first in range(0, len(sound), 1024):
            chunk = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[None, first : first + 1024], np.float32), format="fltp", layout="mono"
            )
            chunk.sample_rate, chunk.pts, chunk.time_base = RATE, first, Fraction(1, RATE)
            out.mux(audio.encode(chunk))
        out.mux(audio.encode(None))


def _sound(view: View, of: View | None = None) -> Sound:
    source = of or view
    return heard(source.camera.place, source.start, view.seconds, source.seed)


def _cut(sound: Sound, start: float, end: float) -> Sound:
    return sound[int(start * RATE) : int(end * RATE)]


def _captioned(picture: Frame) -> Frame:
    done = picture.copy()
    wide = done.shape[1]
    cv2.rectangle(done, (0, 0), (wide, 54), (30, 20, 160), -1)
    cv2.putText(
        done, "BELGOROD, FRIDAY MORNING", (18, 37), cv2.FONT_HERSHEY_DUPLEX, 0.95, (255, 255, 255), 2, cv2.LINE_AA
    )
    cv2.circle(done, (wide - 48, 92), 24, (60, 190, 240), -1, cv2.LINE_AA)
    return done


def _cropped(picture: Frame) -> Frame:
    """Return 70 % of the picture, off centre, between black bars."""
    high, wide = picture.shape[:2]
    part = cv2.resize(picture[int(0.08 * high) : int(0.78 * high), int(0.18 * wide) : int(0.88 * wide)], (640, 362))
    return np.asarray(cv2.copyMakeBorder(part[:360], 60, 60, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def _sized(picture: Frame, wide: int, high: int) -> Frame:
    return np.asarray(cv2.resize(picture, (wide, high)), np.uint8)


def _fitted(picture: Frame, wide: int, high: int) -> Frame:
    scale = min(wide / picture.shape[1], high / picture.shape[0])
    small = cv2.resize(picture, (int(picture.shape[1] * scale) // 2 * 2, int(picture.shape[0] * scale) // 2 * 2))
    done = np.zeros((high, wide, 3), np.uint8)
    top, left = (high - small.shape[0]) // 2, (wide - small.shape[1]) // 2
    done[top : top + small.shape[0], left : left + small.shape[1]] = small
    return done


def draw(folder: Path, tell: Callable[[str], None] = lambda words: None) -> None:
    """Draw every clip of the sample into `folder`. Copies are made of the labelled pictures, and labelled again."""
    folder.mkdir(parents=True, exist_ok=True)
    bare = {}
    for view in (NEAR, FAR, FIRE, STREET):
        bare[view.name] = list(frames(view))
        tell(view.name)
    near, far, fire = _sound(NEAR), _sound(FAR), _sound(FIRE)
    phone = (("creation_time", "2022-04-01T02:41:07.000000Z"),)
    _write(folder, "near", bare["near"], near, corner=0)
    _write(folder, "far", bare["far"], far, corner=1, how=Encoding(crf=28))
    _write(folder, "fire", bare["fire"], fire, corner=0, how=Encoding(crf=31, tags=phone))
    _write(folder, "captioned", [_captioned(p) for p in bare["near"]], near, corner=1, how=Encoding(crf=31))
    mirrored = [_sized(p, 640, 362)[:360, ::-1] for p in bare["near"][: 10 * FPS]]
    _write(folder, "mirrored", mirrored, _cut(near, 0, 10), corner=0, how=Encoding(crf=31, sound_bits=32_000))
    _write(folder, "cropped", [_cropped(p) for p in bare["far"]], far, corner=2, how=Encoding(crf=31))
    short = [_sized(p, 480, 272) for p in bare["near"][int(3.5 * FPS) : int(10.5 * FPS)]]
    _write(folder, "trimmed", short, _cut(near, 3.5, 10.5), corner=3, how=Encoding(crf=33, sound_bits=24_000))
    parts = (("near", 3.0, 8.0, near), ("fire", 1.0, 5.0, fire), ("far", 2.0, 7.0, far))
    pictures = [_fitted(p, 640, 360) for name, a, b, _ in parts for p in bare[name][int(a * FPS) : int(b * FPS)]]
    _write(
        folder,
        "compilation",
        pictures,
        np.concatenate([_cut(s, a, b) for _, a, b, s in parts]),
        corner=3,
        how=Encoding(crf=32),
    )
    _write(folder, "soundtrack", bare["street"], near, corner=1, how=Encoding(crf=31))


def _write(
    folder: Path, name: str, pictures: list[Frame], sound: Sound, corner: int, how: Encoding | None = None
) -> None:
    encode(folder / f"{name}.mp4", [label(p, corner) for p in pictures], sound, how or Encoding())


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "belgorod" / "clips"
    draw(where)
