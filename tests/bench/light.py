"""How often the light measure is right, wrong or silent on real clips and stills: run by hand, not by pytest.

    python tests/bench/light.py ../shared [MORE]

MORE is a folder with the files of light_more.csv: clips of public repositories, of nights mostly, that are not shipped.
Clips carry labels given by looking at their frames. Stills carry none: where a satellite clock and a position are in
the file, the sun's altitude is computed, which nobody had to judge.
"""

from __future__ import annotations

import csv
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import exifread
import numpy as np

from verify import sky
from verify.measures import light

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
    """Return (seconds, 64 x 48 BGR) of a frame every half second, the first two minutes."""
    found: list[tuple[float, np.ndarray]] = []
    with av.open(str(path), metadata_errors="replace") as container:
        for frame in container.decode(video=0):
            at = float(frame.time or 0.0)
            if found and at < found[-1][0] + 0.5:
                continue
            if at > 120:
                break
            picture = frame.to_ndarray(format="bgr24")
            found.append((at, cv2.resize(picture, (64, 48), interpolation=cv2.INTER_AREA)))
    return found


def further() -> dict[str, str]:
    """Return the labels of light_more.csv by file name."""
    with Path(__file__).with_name("light_more.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["label"] for row in csv.DictReader(file)}


def clips(paths: list[Path], label: Callable[[str], str]) -> None:
    """Print what was said of each kind of clip."""
    said: Counter[tuple[str, str]] = Counter()
    for path in paths:
        try:
            looks = [light.look(at, picture) for at, picture in colours(path)]
        except (av.error.FFmpegError, OSError) as error:
            print("not decoded:", path.name, error)
            continue
        kind = light.told(looks)["kind"]
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
        point = _gps(path) if path.suffix.lower() in {".jpg", ".jpeg"} else None
        picture = cv2.imread(str(path)) if point else None
        if point is None or picture is None:
            continue
        at, latitude, longitude = point
        over = sky.over(latitude, longitude, at)
        kind = light.told([light.look(0.0, cv2.resize(picture, (64, 48), interpolation=cv2.INTER_AREA))])["kind"]
        said[over.phase, str(kind)] += 1
        print(f"  {over.sun_altitude:6.1f} {over.phase:20} {kind:16} {path.name}")
    for (truth, kind), number in sorted(said.items()):
        print(f"  {truth:20} -> {kind:16} {number}")


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
    clips([p for p in sorted((shared / "videos").iterdir()) if p.suffix not in {".json", ".csv"}], label)
    if len(sys.argv) > 2:
        named = further()
        clips([p for p in sorted(Path(sys.argv[2]).iterdir()) if p.name in named], named.__getitem__)
    stills(shared / "metadata")
