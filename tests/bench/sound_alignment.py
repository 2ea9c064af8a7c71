"""How well sound puts two recordings on one clock: real sound, cut, degraded, shifted and re-recorded by script.

    python tests/bench/sound_alignment.py [--pairs 300] [--unrelated 4000] [--seed 1] [--only DEGRADATION | again]

Each pair is two stretches of one real clip (../shared/videos) that share 3 to 20 seconds, each made worse by itself:
a room's echo, another microphone's response, noise, wind or another clip's sound, a telephone's band, automatic gain,
clipping, a recorder whose clock runs wrong by 50 to 100 ppm, AAC or Opus at messenger rates; `--only again` does all
that another telephone does to both, at once. Against them stand pairs that share nothing: other clips, two stretches
of the same clip that do not overlap (the same voice, rotor, music). An answer is wrong when it is off by more than
0.1 s, or when it is given where nothing is shared.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from verify.descriptors.base import ClipInfo
from verify.descriptors.onsets import Onsets
from verify.sync.sound import align

RATE = 16000
SHARED = Path(__file__).resolve().parents[3] / "shared" / "videos"
WRONG = 0.1  # seconds


def sounds():
    """Return the clips that can be heard, one of each family of copies."""
    families = json.loads((SHARED / "FAMILIES.json").read_text())
    copies = {name for family in families for name in family[1:]}
    with (SHARED / "MANIFEST.csv").open(newline="") as file:
        scenes = {row["file"]: row["same_scene_as"] for row in csv.DictReader(file)}
    heard = {}
    for path in sorted(SHARED.iterdir()):
        if path.name in copies or path.suffix in {".json", ".csv"}:
            continue
        try:
            sound = decoded(str(path))
        except (av.FFmpegError, IndexError):
            continue
        if len(sound) > 6 * RATE and 20 * np.log10(sound.std() + 1e-9) > -70:
            heard[path.name] = sound
    for name in ("allisonnicoledeal__HipVsRhyWEBM.webm", "zulko__test_video.mp4"):
        heard.pop(name, None)  # the music of allisonnicoledeal__HipClipWEBM and zulko__1 under another picture
    return heard, scenes


def decoded(source, limit=120):
    with av.open(source) as opened:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts = []
        for frame in opened.decode(audio=0):
            parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
            if sum(map(len, parts)) > limit * RATE:
                break
    return np.concatenate(parts)[: limit * RATE]


def coded(sound, codec, bits):
    """Return what is left of `sound` after AAC or Opus, as a player plays it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4" if codec == "aac" else "ogg") as out:
        stream = out.add_stream(codec, rate=RATE, layout="mono")
        stream.bit_rate = bits
        for first in range(0, len(sound), 1024):
            piece = np.ascontiguousarray(sound[None, first : first + 1024], np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            for resampled in av.AudioResampler(stream.codec_context.format, "mono", RATE).resample(frame):
                out.mux(stream.encode(resampled))
        out.mux(stream.encode(None))
    file.seek(0)
    return decoded(file)


def echo(sound, rng):
    length = int(rng.uniform(0.15, 0.7) * RATE)
    room = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    room *= rng.uniform(0.2, 0.8) / np.sqrt((room**2).sum())
    room[0] += 1
    size = 1 << (len(sound) + length).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[: len(sound)]


def band(sound, rng):
    low, high = [(300, 3400), (150, 5000), (50, 2500), (600, 8000)][rng.integers(4)]
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < low) | (hertz > high)] *= 0.01
    return np.fft.irfft(spectrum, len(sound))


def noise(sound, rng, other):
    """Return the sound under wind-like noise or under another clip's sound, 0 to 20 dB below it."""
    if other is None:
        added = np.cumsum(rng.standard_normal(len(sound))) * 0.05 + rng.standard_normal(len(sound))
        added -= np.convolve(added, np.ones(800) / 800, "same")
    else:
        start = rng.integers(0, max(1, len(other) - len(sound)))
        added = np.resize(other[start:], len(sound))
    return sound + added / (added.std() + 1e-9) * sound.std() * 10 ** (-rng.uniform(0, 20) / 20)


def gain(sound, rng):
    """Return the sound after automatic gain that follows within a tenth to half a second, then too loud."""
    size = int(rng.uniform(0.1, 0.5) * RATE)
    level = np.sqrt(np.convolve(sound**2, np.ones(size) / size, "same")) + 1e-3
    return np.tanh(sound / level * rng.uniform(0.2, 2.0)) * 0.5


def drift(sound, rng):
    """Return the sound of a recorder whose clock runs wrong by 50 to 100 ppm, more than most phones' do."""
    wrong = rng.uniform(5e-5, 1e-4) * rng.choice([-1, 1])
    return np.interp(np.arange(len(sound)) * (1 + wrong), np.arange(len(sound)), sound)


def microphone(sound, rng):
    """Return the sound through another microphone in another case: up to 15 dB more or less in each octave."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    octaves = np.log2(np.maximum(hertz, 20) / 20)
    response = np.interp(octaves, np.arange(10), rng.uniform(-15, 15, 10))
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (response / 20), len(sound))


def clipping(sound, rng):
    """Return the sound cut off hard where it is loud: at its 80th to 98th percentile."""
    most = np.quantile(np.abs(sound), rng.uniform(0.8, 0.98)) + 1e-6
    return np.clip(sound, -most, most)


def wind(sound, rng):
    """Return the sound under gusts at the microphone: low noise, up to 15 dB above it, that swells within seconds."""
    spectrum = np.fft.rfft(rng.standard_normal(len(sound)))
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    rumble = np.fft.irfft(spectrum / np.maximum(hertz, 30) ** 1.5, len(sound))  # falls off by 9 dB an octave
    knots = np.arange(0, len(sound) / RATE + 2, 0.7)
    swell = np.interp(np.arange(len(sound)) / RATE, knots, rng.gamma(0.6, 1.0, len(knots)))
    gusts = rumble / (rumble.std() + 1e-9) * swell / (swell.std() + swell.mean() + 1e-9)
    return sound + gusts * sound.std() * 10 ** (rng.uniform(-5, 15) / 20)


DEGRADATIONS = ("echo", "microphone", "band", "noise", "voices", "wind", "gain", "clipping", "drift", "aac", "opus")
AGAIN = ("echo", "microphone", "wind", "gain", "clipping", "drift")  # what another telephone does to it, all at once


def degraded(sound, rng, others, only=""):
    sound = sound / (sound.std() + 1e-9) * 0.1
    wanted = AGAIN if only == "again" else tuple(only.split())
    done = []
    for name in DEGRADATIONS:
        if name not in wanted and (wanted or rng.random() > 0.4):
            continue
        done.append(name)
        if name in {"noise", "voices"}:
            sound = noise(sound, rng, others[rng.integers(len(others))] if name == "voices" else None)
        elif name in {"aac", "opus"}:
            bits = int(rng.choice([16_000, 24_000, 48_000]))
            sound = coded(sound, "aac" if name == "aac" else "libopus", bits)
        else:
            sound = CHANGES[name](sound, rng)
    return np.asarray(sound, np.float32), done


CHANGES = {"echo": echo, "band": band, "gain": gain, "drift": drift, "microphone": microphone, "clipping": clipping,
           "wind": wind}  # fmt: skip


def fingerprint(sound):
    listener = Onsets()
    listener.begin(ClipInfo(width=2, height=2, duration=None))
    for first in range(0, len(sound), 8192):
        listener.add_sound(sound[first : first + 8192], RATE)
    return listener.end()


def related(heard, rng, noises, count, only=""):
    names = [name for name in heard if name not in noises]
    for _ in range(count):
        name = names[rng.integers(len(names))]
        whole = heard[name]
        seconds = len(whole) / RATE
        shared = rng.uniform(3, min(seconds, 20))
        first = rng.uniform(0, seconds - shared)
        spans = [[first, first + shared], [first, first + shared]]
        spans[rng.integers(2)][0] -= rng.uniform(0, min(10, first))  # each lasts longer on one side: `shared` is all
        spans[rng.integers(2)][1] += rng.uniform(0, min(10, seconds - first - shared))  # that both have
        (a, worse_a), (b, worse_b) = (
            degraded(whole[int(s * RATE) : int(e * RATE)], rng, [heard[n] for n in noises[side::2]], only)
            for side, (s, e) in enumerate(spans)
        )
        overlap = min(e for _, e in spans) - max(s for s, _ in spans)
        yield name, fingerprint(a), fingerprint(b), spans[1][0] - spans[0][0], overlap, sorted({*worse_a, *worse_b})


def same_clip_apart(heard, rng, count):
    """Yield pairs of stretches of one clip that share no second: the hardest of those that share nothing."""
    long = [name for name in heard if len(heard[name]) > 12 * RATE]
    for _ in range(count):
        name = long[rng.integers(len(long))]
        whole = heard[name]
        cut = int(rng.uniform(0.4, 0.6) * len(whole))
        yield name, fingerprint(whole[:cut]), fingerprint(whole[cut:])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pairs", type=int, default=300)
    options.add_argument("--unrelated", type=int, default=4000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", choices=["", "again", *DEGRADATIONS])
    given = options.parse_args()
    rng = np.random.default_rng(given.seed)
    heard, scenes = sounds()
    noises = sorted(heard)[::5]
    began = time.process_time()
    pairs = [p for p in related(heard, rng, noises, given.pairs, given.only) if p[1] and p[2]]
    made = time.process_time() - began
    minutes = sum(int(p[i].parameters["steps"]) * 0.02 / 60 for p in pairs for i in (1, 2))
    size = sum(p[i].nbytes for p in pairs for i in (1, 2)) / minutes
    began = time.process_time()
    answers = [(p, align(p[1], p[2], "a", "b")) for p in pairs]
    each = (time.process_time() - began) / len(pairs)
    errors = np.array([abs(found.offset - p[3]) for p, found in answers if not found.declined])
    wrong = int((errors > WRONG).sum())
    print(f"{len(heard)} clips with sound; {len(pairs)} related pairs, made in {made:.0f} CPU s")
    print(f"answered {len(errors)} ({len(errors) / len(pairs):.1%}), wrong {wrong} ({wrong / max(1, len(errors)):.2%})")
    print(f"error: median {np.median(errors) * 1e3:.1f} ms, 95 % {np.quantile(errors, 0.95) * 1e3:.1f} ms, "
          f"largest {errors.max() * 1e3:.1f} ms")  # fmt: skip
    for low, high in ((3, 5), (5, 10), (10, 40)):
        part = [found for p, found in answers if low <= p[4] < high]
        print(f"  overlap {low}-{high} s: {sum(not f.declined for f in part)} of {len(part)} answered")
    for name in DEGRADATIONS:
        part = [found for p, found in answers if name in p[5]]
        print(f"  with {name}: {sum(not f.declined for f in part)} of {len(part)} answered")
    print("  declined:", dict(Counter(found.declined for _, found in answers if found.declined)))
    false, tried = 0, 0
    while tried < given.unrelated and given.unrelated:
        one, other = pairs[rng.integers(len(pairs))], pairs[rng.integers(len(pairs))]
        if one[0] == other[0] or scenes.get(one[0]) == other[0] or scenes.get(other[0]) == one[0]:
            continue
        tried += 1
        found = align(one[1], other[2], "a", "b")
        if not found.declined:
            false += 1
            print("  false:", one[0], other[0], found.basis)
    print(f"unrelated pairs: {false} of {tried} answered")
    apart = [(n, align(a, b, "a", "b")) for n, a, b in same_clip_apart(heard, rng, 200 if given.unrelated else 0)]
    told = Counter(n for n, found in apart if not found.declined)
    print(f"stretches of one clip that share nothing: {sum(told.values())} of {len(apart)} answered {dict(told)}")
    print(f"{each * 1e3:.1f} ms a pair; {size / 1e3:.1f} kB a minute of sound")


if __name__ == "__main__":
    main()
