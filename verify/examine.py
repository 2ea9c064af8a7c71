"""What the worker's child does with one file: sniff, read tags, decode once, feed all that look and listen.

Rule: one file, one decode, bounded memory; what fails inside one reader, descriptor or measure becomes a Problem and
costs only that part. Runs in the limited child of `verify/worker.py`, never in the process of the run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import av.logging
import cv2
import msgspec

from verify import rehearsal, rooms
from verify.audience import words
from verify.descriptors.base import SAMPLE_STEP, TINY_STEP
from verify.errors import FirstseenError, UnreadableMediaError
from verify.eye import Eye, look_at_still
from verify.media import frames, writing
from verify.media.skimming import Astray
from verify.media.sniff import Kind, sniff
from verify.records import fingerprints
from verify.records.media import Examination, Problem, Scope
from verify.seen import Seen
from verify.settings import Settings

FINGERPRINTS = "fingerprints.npz"


def warm_up() -> None:
    """Import and use once everything a child needs, so that each fork finds it in memory.

    What libraries set up on first use (tables of decoders and filters, plans, work space) is then there for every
    child; what that saves one was too little to measure beside the fork itself.
    """
    cv2.setNumThreads(1)
    av.logging.set_level(None)
    rooms.offered()
    rooms.versions()
    rehearsal.rehearse(rooms.offered().members)


def nothing(*, out: Path) -> str:
    """Do nothing in a child: to start the nursery ahead of time, and to measure what a child costs."""
    return str(out)


def work(*, out: Path, path: str, name: str, sha256: str, settings: dict[str, Any], scope: Scope = "all") -> Any:  # noqa: ANN401 - JSON
    """Do what `Workers.examine` asks: JSON values in and out."""
    found = examine(Path(path), out, msgspec.convert(settings, Settings), name=name, sha256=sha256, scope=scope)
    return msgspec.to_builtins(found)


def examine(
    path: Path, out: Path, settings: Settings, name: str = "", sha256: str = "", scope: Scope = "all"
) -> Examination:
    """Return all that is seen in the file at `path`; keyframes and fingerprints are written under `out`.

    With the scope `copies`, only what finding copies needs is looked at: of the tags, those of the container, which
    say who wrote it; nothing is measured, one keyframe is kept, and pictures that nobody looks at are not decoded. The
    fingerprints are the same in both. With the scope `tags` nothing is decoded, and only what readers say is returned.
    Raises UnreadableMediaError for what is no media, holds neither picture nor sound, or does not hash to `sha256`
    (when given), and LimitError for what is larger than the settings allow.
    """
    cv2.setNumThreads(1)
    called = name or path.name
    kind = sniff(path, called)
    digest = _hash(path)
    if sha256 and digest != sha256:
        raise UnreadableMediaError(
            f"{called} is not the file that was preserved: its bytes hash to {digest[:12]}…, not {sha256[:12]}….",
            "Run `firstseen audit` on the case.",
        )
    seen = Seen(out=out, settings=settings, scope=scope, problems=list(rooms.offered().problems))
    _read_tags(path, kind, seen)
    if scope == "tags":
        pass
    elif kind.family == "still":
        look_at_still(path, kind, settings, called, seen)
    else:
        _watch(path, kind, settings, called, seen)
    if seen.reads:
        seen.extra["writing"] = writing.read(out, seen.keyframes, seen.pages)
    fingerprints.save(out / FINGERPRINTS, seen.fingerprints)
    return Examination(
        sha256=digest,
        container=kind.container,
        duration=seen.duration,
        streams=seen.streams,
        tags=tuple(seen.tags),
        shots=seen.shots,
        keyframes=seen.keyframes,
        curves=tuple(seen.curves),
        sound=seen.sound,
        frames_decoded=seen.frames,
        problems=tuple(seen.problems),
        versions=dict(rooms.versions()),
        settings={"sample_step": SAMPLE_STEP, "tiny_step": TINY_STEP, **msgspec.to_builtins(settings)},
        extra=seen.extra,
        scope=scope,
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_tags(path: Path, kind: Kind, seen: Seen) -> None:
    for reader in rooms.offered().readers:
        try:
            if not reader.handles(kind.container) or (seen.scope == "copies" and not reader.of_copies):
                continue
            reading = reader.read(path, kind.container)
        except (FirstseenError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - hostile bytes raise anything in a parser; the rest is still read
            seen.problems.append(Problem(part=reader.name, reason=f"Stopped on this file: {words(error)}."))
            continue
        seen.tags += reading.tags
        seen.problems += reading.problems
        if reading.extra:
            seen.extra[reader.name] = reading.extra


def _watch(path: Path, kind: Kind, settings: Settings, name: str, seen: Seen) -> None:
    if seen.scope == "copies":
        try:
            _decode(path, kind, settings, name, seen, first_of=TINY_STEP)
        except Astray:
            pass
        else:
            return
    _decode(path, kind, settings, name, seen)


def _decode(
    path: Path, kind: Kind, settings: Settings, name: str, seen: Seen, *, first_of: float | None = None
) -> None:
    with frames.opened(path, kind, settings, name) as clip:
        eye = Eye(clip, seen)
        for thing in clip.run(sound=eye.party.listens, first_of=first_of):
            if isinstance(thing, frames.Picture):
                eye.picture(thing)
            else:
                eye.party.hear(thing)
        seen.frames = clip.frames
        seen.problems += clip.problems
        seen.streams = clip.streams()
        if clip.frames == 0 and clip.sound_seconds == 0:
            why = f": {clip.problems[0].reason}" if clip.problems else "."
            raise UnreadableMediaError(
                f"{name} is {kind.words}, and no picture or sound in it could be decoded{why}",
                "It is damaged, encrypted or holds no video: save or download it again.",
            )
        eye.finish()
        _check_length(clip, seen)


def _check_length(clip: frames.Clip, seen: Seen) -> None:
    """Set the duration from what was decoded, and say when the file promised more."""
    shown = clip.end + clip.usual_step if clip.frames else 0.0
    heard = (clip.sound_start or 0.0) + clip.sound_seconds
    seen.duration = round(max(shown, heard), 3)
    stated = clip.stated_duration
    # Half a second and a tenth: containers round, and sound is often a frame longer than the picture.
    if stated is not None and seen.duration < stated * 0.9 - 0.5:
        seen.problems.append(
            Problem(
                part="length",
                reason=f"The file states {stated:.1f} seconds and {seen.duration:.1f} could be decoded: it ends early.",
            )
        )
