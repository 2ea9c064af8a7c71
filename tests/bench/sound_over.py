"""How well music, and sound that runs on through cuts, are told, and how often they are told of what is not: by hand.

    python tests/bench/sound_over.py SOUNDS SCRATCH music
    python tests/bench/sound_over.py SOUNDS SCRATCH cuts
    python tests/bench/sound_over.py SOUNDS SCRATCH clips

SOUNDS holds music/SOURCE/, ambient/SOURCE/, speech/SOURCE/ (files of sound) and scenes/ (real clips, SOURCE__NAME).
Numbers were chosen on the sources of `CHOSEN` and on every other source of the scenes; all others only check. `music`
lays music over scenes at several levels and through codecs; `cuts` puts sounds together and asks at the joint and where
there is none; `clips` makes montages of real scenes with their own sound, with music instead, with music above it and
with the sound of one scene under all pictures, encodes them, and asks the check. SCRATCH keeps the montages.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np

import verify.rooms
from verify.checks.sound_over import SoundOverPicture
from verify.descriptors.base import ClipInfo
from verify.errors import FirstseenError
from verify.examine import examine
from verify.measures.music import Music
from verify.measures.sound import Hearing
from verify.measures.sound_at_cuts import _OFF, SoundAtCuts, at_cut
from verify.media.sound import SOUND_RATE, Ears
from verify.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checks import made_cases
from measures import made_clips

CHOSEN = {"hedgewars", "frozen-bubble", "extremetuxracer", "moodist", "english"}
LONGEST = 60  # seconds of each file
PIECE, JOINT = 1.5, 0.75  # seconds around a joint, and where it is
TOLD, STEP, BANDS = 2, 2.0, 6  # tones, dB and bands: as the check counts
COUNT = 500  # joints of each kind
SHOT, MONTAGES = 3, 12  # seconds of each shot of a montage; montages of each kind
Sound = np.ndarray


def heard(source: object) -> Sound:
    """Return the first minute of a file as the measures hear it."""
    parts: list[Sound] = []
    with av.open(source, metadata_errors="replace") as file:
        ears = Ears()
        for frame in file.decode(file.streams.audio[0]):
            parts += [block for _, block in ears.take(frame)]
            if sum(map(len, parts)) > LONGEST * SOUND_RATE:
                break
        parts += [block for _, block in ears.finish()]
    return np.concatenate(parts)[: LONGEST * SOUND_RATE] if parts else np.zeros(0, np.float32)


def files(folder: Path, least: float = 4.0) -> Iterator[tuple[str, Sound]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            sound = heard(str(path))
        except (av.error.FFmpegError, IndexError, ValueError):
            continue
        if len(sound) >= least * SOUND_RATE:
            yield path.name, sound


def coded(sound: Sound, codec: str, rate: int) -> Sound:
    """Return the sound after `codec` at `rate` bits a second."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="matroska") as out:
        stream = out.add_stream(codec, rate=SOUND_RATE, layout="mono")
        stream.bit_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", SOUND_RATE, frame_size=stream.frame_size or 960)
        frame = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = SOUND_RATE
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    memory.seek(0)
    return heard(memory)


def music_in(sound: Sound) -> bool:
    measure = Music()
    measure.begin(ClipInfo(width=0, height=0, duration=None))
    measure.start_sound(0.0)
    for at in range(0, len(sound), SOUND_RATE):
        measure.add_sound(sound[at : at + SOUND_RATE], SOUND_RATE)
    return bool(measure.end().values.get("stretches"))


def mixed(scene: Sound, music: Sound, level: float) -> Sound:
    """Return music `level` dB above the scene, by their mean energies."""
    length = min(len(scene), len(music))
    scene, music = scene[:length], music[:length]
    gain = 10 ** (level / 20) * np.sqrt((scene**2).mean() + 1e-9) / np.sqrt((music**2).mean() + 1e-9)
    both = scene + gain * music
    return (both / max(1.0, np.abs(both).max())).astype(np.float32)


class Material:
    """All sounds, by what they are and whether numbers were chosen on them."""

    def __init__(self, root: Path) -> None:
        self.kinds: dict[tuple[str, bool], list[tuple[str, Sound]]] = {}
        self.sources: dict[tuple[str, str], list[tuple[str, Sound]]] = {}
        for kind in ("music", "ambient", "speech"):
            for folder in sorted((root / kind).iterdir()):
                found = list(files(folder))
                self.sources[kind, folder.name] = found
                self.kinds.setdefault((kind, folder.name in CHOSEN), []).extend(found)
        scenes = list(files(root / "scenes"))
        names = sorted({name.split("__")[0] for name, _ in scenes})
        for name, sound in scenes:
            chosen = names.index(name.split("__")[0]) % 2 == 0
            kind = "scene with music" if music_in(sound) else "scene"
            self.kinds.setdefault((kind, chosen), []).append((name, sound))

    def of(self, kind: str, chosen: bool) -> list[Sound]:
        return [sound for _, sound in self.kinds.get((kind, chosen), [])]


def ask_music(given: Material) -> None:
    for (kind, source), found in given.sources.items():
        begun = time.process_time()
        told = [name for name, sound in found if music_in(sound)]
        seconds = sum(len(sound) for _, sound in found) / SOUND_RATE
        cost = 1000 * (time.process_time() - begun) / max(seconds, 1)
        named = f": {', '.join(told)}" if kind != "music" else ""
        print(f"{kind} {source}: {len(told)} of {len(found)} told ({seconds:.0f} s, {cost:.1f} ms a second){named}")
    for chosen in (True, False):
        scenes, told = given.of("scene", chosen), given.kinds.get(("scene with music", chosen), [])
        print(
            f"scenes, {_half(chosen)}: {len(told)} of {len(scenes) + len(told)} told: {', '.join(n for n, _ in told)}"
        )
    for chosen in (True, False):
        music, quiet = given.of("music", chosen), [*given.of("ambient", chosen), *given.of("scene", chosen)]
        quiet = [sound for sound in quiet if len(sound) >= 8 * SOUND_RATE and np.abs(sound).max() > 0.01]
        rng = np.random.default_rng(3)
        pairs = [(quiet[rng.integers(len(quiet))], m) for m in music]
        for level in (10, 0, -10):
            rows = []
            for name, codec, rate in (("as mixed", "", 0), ("AAC 32k", "aac", 32_000), ("Opus 16k", "libopus", 16_000)):
                told = [mixed(scene, m, level) for scene, m in pairs]
                told = [coded(sound, codec, rate) for sound in told] if codec else told
                rows.append(f"{name} {sum(map(music_in, told))}")
            print(f"music {level} dB above scenes, {_half(chosen)}, of {len(pairs)}: {', '.join(rows)}")


def _half(chosen: bool) -> str:
    return "chosen on" if chosen else "held out"


def ask_cuts(given: Material) -> None:
    for chosen in (True, False):
        for name, make in _joints(given, chosen).items():
            rows = [row for row in (at_cut(make(), JOINT - _OFF, JOINT + _OFF) for _ in range(COUNT)) if row]
            on = sum(row["through"] >= TOLD for row in rows)
            changes = sum(row["step"] >= STEP and row["bands"] >= BANDS for row in rows)
            print(f"{_half(chosen)}: {name}: {len(rows)} loud enough, {on} run on, {changes} change", flush=True)


def _joints(given: Material, chosen: bool) -> dict[str, Callable[[], Sound]]:
    """Return what makes each kind of sound around a joint: the same one again and again."""
    rng = np.random.default_rng(5)
    sets = {kind: given.of(kind, chosen) for kind in ("music", "ambient", "speech", "scene")}

    def one(kind: str) -> Sound:
        return sets[kind][rng.integers(len(sets[kind]))]

    def piece(sound: Sound) -> Sound:
        length = round(PIECE * SOUND_RATE)
        at = rng.integers(0, len(sound) - length)
        return sound[at : at + length]

    def joined(first: Sound, second: Sound) -> Sound:
        at = round(JOINT * SOUND_RATE) + rng.integers(-640, 640)  # 40 ms beside the picture
        return np.concatenate([piece(first)[:at], piece(second)[at:]])

    def under(level: float) -> Sound:
        return mixed(joined(one("scene"), one("scene")), piece(one("music")), level)

    def jump(kind: str) -> Sound:
        sound = one(kind)
        return joined(sound, sound)

    made: dict[str, Callable[[], Sound]] = {f"{kind} that runs on": lambda k=kind: piece(one(k)) for kind in sets}
    made |= {f"music {n} dB above joined scenes": lambda n=n: under(n) for n in (10, 0, -10)}
    made |= {f"{kind} joined to {kind}": lambda k=kind: joined(one(k), one(k)) for kind in sets}
    return made | {f"a jump inside {kind}": lambda k=kind: jump(k) for kind in ("music", "ambient", "scene")}


def pictures(path: Path) -> list[np.ndarray]:
    """Return the first seconds of a clip at the made clips' size and rate."""
    found: list[np.ndarray] = []
    with av.open(str(path), metadata_errors="replace") as file:
        for frame in file.decode(file.streams.video[0]):
            if frame.time is not None and frame.time - (file.start_time or 0) / 1e6 >= len(found) / made_clips.RATE:
                found.append(cv2.resize(frame.to_ndarray(format="bgr24"), (made_clips.WIDTH, made_clips.HEIGHT)))
            if len(found) >= SHOT * made_clips.RATE:
                break
    return found


def montage(
    path: Path, shots: list[tuple[list[np.ndarray], Sound]], bed: Sound | None, level: float | None, cutaway: bool
) -> None:
    """Write the first seconds of each scene: own sound, `bed` instead (no level) or above it, or one sound for all."""
    drawn = [picture for frames, _ in shots for picture in frames]
    own = np.concatenate([sound[: SHOT * SOUND_RATE] for _, sound in shots])
    if cutaway:
        own = max((sound for _, sound in shots), key=len)[: len(own)]
    if bed is not None:
        own = bed[: len(own)] if level is None else mixed(own, bed, level)
    length = min(len(drawn) / made_clips.RATE, len(own) / SOUND_RATE)
    made_clips.write(path, lambda at: drawn[min(round(at * made_clips.RATE), len(drawn) - 1)], own, seconds=length)


def ask_clips(given: Material, root: Path, scratch: Path) -> None:
    members = (Music(), SoundAtCuts(), Hearing())
    verify.rooms.offered = lambda: SimpleNamespace(readers=(), members=members, problems=())  # type: ignore[assignment]
    for chosen in (True, False):
        rng = np.random.default_rng(9)
        scenes = [(root / "scenes" / name, sound) for name, sound in given.kinds[("scene", chosen)]]
        shown = [(pictures(path), sound) for path, sound in scenes if len(sound) >= 4 * SOUND_RATE]
        shown = [one for one in shown if len(one[0]) == SHOT * made_clips.RATE]
        music = [sound for sound in given.of("music", chosen) if len(sound) >= 30 * SOUND_RATE]
        kinds = {
            "own sound": (False, None, False),
            "music instead": (True, None, False),
            "music 6 dB above": (True, 6.0, False),
            "one scene's sound": (False, None, True),
        }
        for kind, (bed, level, cutaway) in kinds.items():
            told: Counter[str] = Counter()
            for number in range(MONTAGES):
                path = scratch / f"{_half(chosen)} {kind} {number}.mp4".replace(" ", "_").replace("'", "")
                shots = [shown[i] for i in rng.choice(len(shown), 6, replace=False)]
                laid = music[rng.integers(len(music))] if bed else None
                if not path.exists():
                    montage(path, shots, laid, level, cutaway)
                told += _asked(path)
            print(f"montages of 6 scenes, {_half(chosen)}, {kind}, {MONTAGES}: {dict(told)}", flush=True)


def _asked(path: Path) -> Counter[str]:
    try:
        with tempfile.TemporaryDirectory() as out:
            seen = examine(path, Path(out), Settings())
    except FirstseenError as error:
        return Counter({f"not examined: {error}": 1})
    joints = [s.start for s in seen.shots[1:] if abs(s.start - SHOT * round(s.start / SHOT)) < 0.15]
    rows = [row for row in seen.extra.get("sound_at_cuts", {}).get("cuts", []) if row["shot"] in joints]
    told = Counter({"joints found": len(joints), "other cuts": len(seen.shots) - 1 - len(joints)})
    told["joints it runs on through"] = sum(row["through"] >= TOLD for row in rows)
    told["joints it changes at"] = sum(
        row["step"] >= STEP and row["bands"] >= BANDS and row["through"] < TOLD for row in rows
    )
    for finding in SoundOverPicture().run(replace(made_cases.case(), examination=seen)):
        told[
            next((f"{w}" for w in ("runs on unbroken", "changes where", "Music is") if w in finding.sentence), "-")
        ] += 1
        told["questions"] += finding.bearing == "questions"
    return told


if __name__ == "__main__":
    sounds, scratch_folder, asked = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    scratch_folder.mkdir(parents=True, exist_ok=True)
    material = Material(sounds)
    if asked == "music":
        ask_music(material)
    elif asked == "cuts":
        ask_cuts(material)
    else:
        ask_clips(material, sounds, scratch_folder)
