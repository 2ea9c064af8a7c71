"""Pictures of what a match says: the two frames that show one instant, side by side.

Rule: they are cut from the preserved files at the seconds the match names, and kept with the item they are shown for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from pipelines.session import Session
from verify.errors import FirstseenError
from verify.records.cases import Case
from verify.records.matches import FramePair, Match

MATCHES = 40  # matches of one clip that get pictures; the strongest come first
PAIRS = 3  # pairs of frames for each: beginning, middle and end of what is shared
SIDE = 480  # long side of a picture, pixels: two stand beside each other on a page of 1280


def with_pictures(session: Session, case: Case) -> Case:
    """Return the case with the pictures of its matches cut, kept and named in their frame pairs."""
    seen = [m.kind != "same soundtrack" for m in case.matches]
    shown = [_few(m) if seen[number] and number < MATCHES else m for number, m in enumerate(case.matches)]
    wanted: dict[str, set[float]] = defaultdict(set)
    for match in shown[:MATCHES]:
        for pair in match.frames if match.kind != "same soundtrack" else ():
            wanted[match.a].add(pair.a_time)
            wanted[match.b].add(pair.b_time)
    if not wanted:
        return case
    cut = {sha256: cut_frames(session, sha256, sorted(times)) for sha256, times in wanted.items()}
    names = {(s, t): f"{s[:12]}-{round(t * 1000):09d}.jpg" for s, found in cut.items() for t in found}
    kept = session.case.save_pictures(case.item.id, {names[s, t]: cut[s][t] for s, t in names})

    def named(sha256: str, time: float) -> str:
        return kept.get(names.get((sha256, time), ""), "")

    def dressed(match: Match) -> Match:
        frames = tuple(
            replace(p, a_image=named(match.a, p.a_time), b_image=named(match.b, p.b_time)) for p in match.frames
        )
        return replace(match, frames=frames)

    return replace(case, matches=tuple(dressed(m) for m in shown))


def cut_frames(session: Session, sha256: str, times: list[float], side: int = SIDE) -> dict[float, bytes]:
    """Return a JPEG of the frame at each of `times` (seconds) of a preserved clip; what cannot be cut is left out."""
    out = session.case.scratch()
    try:
        path = session.case.media_path(sha256)
        arguments = {"path": str(path), "times": times, "side": side}
        found: list[str] = session.workers.run("verify.media.stills:cut", arguments, out)
    except (KeyError, FirstseenError):  # not kept here (another newsroom's fingerprints), or it cannot be read again
        return {}
    return {time: (Path(out) / name).read_bytes() for time, name in zip(times, found, strict=True) if name}


def _few(match: Match) -> Match:
    """Return the match with at most PAIRS frame pairs: first, middle and last."""
    frames: tuple[FramePair, ...] = match.frames
    if len(frames) > PAIRS:
        frames = (frames[0], frames[len(frames) // 2], frames[-1])
    return replace(match, frames=frames)
