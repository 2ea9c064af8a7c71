"""How alike the sound of one clip stays after re-encoding, and how alike unrelated clips are.

    python tests/bench/soundtracks.py SOURCES_DIR COPIES_DIR

COPIES_DIR is what ../shared/bench/make_copies.py wrote for SOURCES_DIR. Prints the figures that LEAST_LIKENESS in
verify/matching/soundtrack.py rests on.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import av
import numpy as np

from verify.descriptors.base import ClipInfo
from verify.descriptors.onsets import STEP, Onsets, unpack
from verify.sync.correlation import normalised, peak

EDITS = ("reencode", "messenger", "fps10", "logo", "mirror")  # what every platform does to sound: AAC at 64 kb/s


def sound_of(path: Path):
    """Return the normalised onsets of a file, or None without sound."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return None
            onsets = Onsets()
            onsets.begin(ClipInfo(width=1, height=1, duration=None))
            resampler = av.AudioResampler(format="flt", layout="mono", rate=16000)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    onsets.add_sound(np.frombuffer(piece.planes[0], np.float32)[: piece.samples].copy(), 16000)
            print_ = onsets.end()
    except av.error.FFmpegError:
        return None
    return normalised(unpack(print_), 0.3) if print_ is not None else None


def likeness(a, b) -> float | None:
    """Return the likeness at the best offset."""
    top = peak(a, b, STEP, 3.0)
    return top.likeness if top else None


def main() -> None:
    sources, copies = Path(sys.argv[1]), Path(sys.argv[2]) / "copies"
    sounds = {p.stem: s for p in sorted(sources.iterdir()) if (s := sound_of(p)) is not None}
    same = []
    for name, sound in sounds.items():
        for edit in EDITS:
            path = copies / f"{name}__{edit}.mp4"
            other = sound_of(path) if path.is_file() else None
            value = likeness(sound, other) if other is not None else None
            if value is not None:
                same.append(value)
    apart = [v for a, b in itertools.combinations(sounds.values(), 2) if (v := likeness(a, b)) is not None]
    print(f"{len(sounds)} clips with sound")
    print(f"same, re-encoded: {len(same)} pairs, {min(same):.2f} to {max(same):.2f}")
    print(f"unrelated: {len(apart)} pairs, at most {max(apart):.2f}")


if __name__ == "__main__":
    main()
