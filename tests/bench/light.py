"""How often the light measure is right, wrong or silent on real clips and stills: run by hand, not by pytest.

    python tests/bench/light.py ../shared [MORE]

MORE is a folder with the files of light_more.csv: clips of public repositories that are not shipped. Its column `part`
says when a clip was looked at: `first` and `second` before the thresholds were set, `third` after.
Clips carry labels given by looking at their frames. Stills carry none: where a satellite clock and a position are in
the file, the sun's altitude is computed, which nobody had to judge.

Most thresholds were set on the same clips. So they are also set anew, by a fixed rule, without the clips of one
repository at a time (and on random halves of the repositories), and asked of the clips left out: those rates are of
footage that no threshold has seen.
"""

from __future__ import annotations

import csv
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import exifread
import numpy as np
import pillow_heif
from PIL import Image

from verify import sky
from verify.checks.exposure import exposure_value
from verify.measures import light
from verify.readers.exif import Exif

# What the clips show, by eye: the light falls outdoors by day (or in, through a window, with the outdoors in view),
# in twilight, at night, indoors, or the picture is thermal. `other` is under water or a drawing.
LABELS = {
    "day": "allisonnicoledeal breakthrough__testvideo cat. debian-source__bug1718709 bug482461 incorrect_display "
    "pixel_aspect dronedetectionthesis__V_ gopro__karma federicoparroni__16 federicoparroni__camera1 svincolo fire1 "
    "fire3 makelove__ pytorch__dog v_ZNVhz zulko__test_video failing_audio foreman bikes scene_cuts carphone MOV00006 "
    "zulko__chaplin",
    "twilight": "nighttraffic",
    "night": "lokabhiramchintada__test1",
    "thermal": "dronedetectionthesis__IR_",
    "indoor": "hamilton issue-134 gizmo dirty. dog.1 dog.2 dog.3 cockatoo crystal rabbit tags_before vp9cake pancake "
    "ekramalam bottle fire2 mdn__ php-ffmpeg nasa count-video sannies__v2 awesome file_with_data v_GGSY zulko__1.mp4 "
    "audrey",
    "other": "clip1024",
}


# Motorway cameras that show place, day and hour in the picture; the point is that of the kilometre, within some km.
KNOWN = {
    "federicoparroni__nighttraffic.mp4": (45.52, 9.14, "2019-01-12T17:26:11+01:00"),  # A4 km 128.5, Milan
    "federicoparroni__svincolo.mp4": (45.41, 9.26, "2019-01-11T09:37:10+01:00"),  # A1 km 3.8, Milan
    "federicoparroni__camera1.mp4": (43.35, 11.75, "2019-01-11T09:40:04+01:00"),  # A1 km 369, Monte San Savino
    "federicoparroni__16_5.mp4": (42.23, 14.40, "2019-01-14T16:02:21+01:00"),  # A14 km 411.78, Lanciano
    "federicoparroni__16_6.mp4": (43.45, 11.68, "2019-01-14T16:03:54+01:00"),  # A1 km 355.4, Crocina
}


def label(name: str) -> str:
    """Return the label of a clip; raises LookupError for a clip nobody looked at."""
    for kind, marks in LABELS.items():
        if any(mark in name for mark in marks.split()):
            return kind
    raise LookupError(name)


def colours(path: Path) -> list[tuple[float, np.ndarray]]:
    """Return (seconds, 64 x 48 BGR) of up to 14 key pictures of the first four minutes.

    Where a clip has fewer than four, up to 14 pictures of its first 20 seconds.
    """
    found = _some(path, 240.0, keys_only=True)
    return found if len(found) >= 4 else _some(path, 20.0, keys_only=False)


def _some(path: Path, longest: float, *, keys_only: bool) -> list[tuple[float, np.ndarray]]:
    found: list[tuple[float, np.ndarray]] = []
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.video[0]
        if keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        step = min(float(container.duration or 0) / 1e6 or longest, longest) / 14 * 0.9
        for frame in container.decode(stream):
            at = float(frame.time or 0.0)
            if at > longest or len(found) >= 14:
                break
            if not found or at >= found[-1][0] + step:
                picture = frame.to_ndarray(format="bgr24")
                found.append((at, cv2.resize(picture, (64, 48), interpolation=cv2.INTER_AREA)))
    return found


def further(part: str) -> dict[str, str]:
    """Return the labels of one part of light_more.csv by file name."""
    with Path(__file__).with_name("light_more.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["label"] for row in csv.DictReader(file) if row["part"] == part}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One clip: its label, its repository, and the values that two thirds of its frames reach."""

    truth: str
    group: str
    colour: float
    blue: float  # share of the top that is smooth and blue
    bright_top: float  # median luma of the top, from above
    dark: float  # share of the picture that is dark
    dark_top: float  # median luma of the top, from below
    middle: float  # median luma of the picture, from above
    dim: float  # share of the picture that is dim, from below


def reached(truth: str, name: str, looks: list[light.Look]) -> Seen | None:
    """Return what two thirds of the frames reach, None for a clip that shows nothing."""
    seen = [k for k in looks if k.shows_something]
    if not seen:
        return None
    low, high = 1 - light._MOST_FRAMES, light._MOST_FRAMES
    return Seen(
        truth=truth,
        group=name.removeprefix("copy_").split("__")[0],
        colour=float(np.median([k.chroma / max(k.mean, 0.01) for k in seen])),
        blue=float(np.quantile([k.blue_top for k in seen], low)),
        bright_top=float(np.quantile([k.top for k in seen], low)),
        dark=float(np.quantile([k.dark for k in seen], low)),
        dark_top=float(np.quantile([k.top for k in seen], high)),
        middle=float(np.quantile([k.middle for k in seen], low)),
        dim=float(np.quantile([k.dim for k in seen], high)),
    )


def fitted(train: list[Seen]) -> tuple[float, float, float]:
    """Return (least blue share, dark share, median luma of what is lit): 0.05 beyond the nearest clip of another kind.

    Rooms may be lit or dark, and say so; a night may not be lit, nor a room blue.
    """
    known = [s for s in train if s.colour >= light._COLOURLESS]
    unblue = [s.blue for s in known if s.truth in {"night", "indoor"} and s.bright_top >= light._BLUE_TOP_LUMA]
    undark = [s.dark for s in known if s.truth in {"day", "twilight"} and s.dark_top <= 1.5 * light._DARK_TOP]
    unlit = [s.middle for s in known if s.truth == "night"]
    return max(unblue, default=0.0) + 0.05, max(undark, default=0.4) + 0.05, max(unlit, default=0.0) + 0.05


def asked(one: Seen, blue: float, dark: float, lit: float) -> str:
    """Return what thresholds say of a clip."""
    if one.colour < light._COLOURLESS:
        return "cannot tell"
    if one.blue >= blue and one.bright_top >= light._BLUE_TOP_LUMA:
        return "blue sky"
    if one.dark >= dark and one.dark_top <= light._DARK_TOP:
        return "dark"
    even = one.middle >= lit and one.bright_top >= light._LIT_TOP and one.dim <= light._DIM_SHARE
    return "lit throughout" if even and one.colour <= light._ONE_COLOUR else "cannot tell"


def held_out(known: list[Seen]) -> None:
    """Print what thresholds say of clips that they were not set on."""
    groups = sorted({s.group for s in known})
    said: Counter[tuple[str, str]] = Counter()
    for group in groups:
        limits = fitted([s for s in known if s.group != group])
        said.update((s.truth, asked(s, *limits)) for s in known if s.group == group)
    print(f"held out, one of {len(groups)} repositories at a time:")
    for (truth, kind), number in sorted(said.items()):
        print(f"  {truth:9} -> {kind:16} {number}")
    said.clear()
    draw = random.Random(1)
    for _ in range(100):
        half = set(draw.sample(groups, len(groups) // 2))
        limits = fitted([s for s in known if s.group in half])
        said.update((s.truth, asked(s, *limits)) for s in known if s.group not in half)
    print("held out, 100 random halves of the repositories (share of their clips):")
    for (truth, kind), number in sorted(said.items()):
        print(f"  {truth:9} -> {kind:16} {number / sum(n for (t, _), n in said.items() if t == truth):.3f}")


def clips(paths: list[Path], label: Callable[[str], str], known: list[Seen]) -> None:
    """Print what was said of each kind of clip, and keep what it rests on."""
    said: Counter[tuple[str, str]] = Counter()
    for path in paths:
        try:
            looks = [light.look(at, picture) for at, picture in colours(path)]
        except (av.error.FFmpegError, OSError) as error:
            print("not decoded:", path.name, error)
            continue
        kind = light.told(looks)["kind"]
        one = reached(label(path.name), path.name, looks)
        known += [one] if one else []
        said[label(path.name), str(kind)] += 1
        if path.name in KNOWN:
            latitude, longitude, at = KNOWN[path.name]
            over = sky.over(latitude, longitude, datetime.fromisoformat(at))
            print(f"  sun {over.sun_altitude:5.1f} {over.phase:16} {kind:16} {path.name}")
        if kind != "cannot tell":
            print(f"  {label(path.name):8} {kind:16} {path.name}")
    print("clips:")
    for (truth, kind), number in sorted(said.items()):
        print(f"  {truth:9} -> {kind:16} {number}")


def stills(folder: Path) -> None:
    """Print what was said of stills whose sun altitude can be computed."""
    print("stills with satellite time and position:")
    said: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.iterdir()):
        point = _gps(path) if path.suffix.lower() in {".jpg", ".jpeg", ".heic"} else None
        picture = _picture(path) if point else None
        if point is None or picture is None:
            continue
        at, latitude, longitude = point
        over = sky.over(latitude, longitude, at)
        kind = light.told([light.look(0.0, cv2.resize(picture, (64, 48), interpolation=cv2.INTER_AREA))])["kind"]
        said[over.phase, str(kind)] += 1
        print(f"  {over.sun_altitude:6.1f} {over.phase:20} {kind:16} {_exposure(path)} {path.name}")
    for (truth, kind), number in sorted(said.items()):
        print(f"  {truth:20} -> {kind:16} {number}")


def _picture(path: Path) -> np.ndarray | None:
    if path.suffix.lower() != ".heic":
        return cv2.imread(str(path))
    pillow_heif.register_heif_opener()
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))[..., ::-1]


def _exposure(path: Path) -> str:
    """Return the exposure value at ISO 100 that the EXIF gives, for docs/checks.md."""
    tags = {t.name: t.value for t in Exif().read(path, "jpeg" if path.suffix.lower() != ".heic" else "heic").tags}
    try:
        value = exposure_value(*(float(tags[name]) for name in ("shutter", "aperture", "sensitivity")))
    except (KeyError, ValueError):
        return "EV  - "
    return f"EV {value:4.1f}" + (" flash" if tags.get("flash") == "fired" else "")


def _gps(path: Path) -> tuple[datetime, float, float] | None:
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tags = exifread.process_file(file, details=False)
    try:
        north, east = (
            sum(float(v) / 60**k for k, v in enumerate(tags[f"GPS GPS{axis}"].values))
            * (-1 if str(tags[f"GPS GPS{axis}Ref"]) in {"S", "W"} else 1)
            for axis in ("Latitude", "Longitude")
        )
        hour, minute, second = (int(float(v)) for v in tags["GPS GPSTimeStamp"].values)
        day = str(tags.get("GPS GPSDate") or str(tags["EXIF DateTimeOriginal"])[:10]).replace(":", "-")
        at = datetime.fromisoformat(day).replace(hour=hour, minute=minute, second=second, tzinfo=UTC)
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    return at, north, east


if __name__ == "__main__":
    shared = Path(sys.argv[1])
    known: list[Seen] = []
    clips([p for p in sorted((shared / "videos").iterdir()) if p.suffix not in {".json", ".csv"}], label, known)
    if len(sys.argv) > 2:
        for part in ("first", "second", "third"):
            named = further(part)
            print(f"the {part} part of light_more.csv:")
            clips([p for p in sorted(Path(sys.argv[2]).iterdir()) if p.name in named], named.__getitem__, known)
    held_out(known)
    stills(shared / "metadata")
