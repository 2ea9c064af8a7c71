"""All descriptors and measures of one clip, fed alike from one decode. Rule: one that fails leaves, and is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.measures.base import Measure
from verify.media import frames
from verify.media.sound import SOUND_RATE
from verify.records.fingerprints import Fingerprint
from verify.records.media import Curve, Problem, Sound


class Audience:
    """All descriptors and measures of one clip: fed alike; one that fails leaves, and is named."""

    def __init__(self, clip: ClipInfo, members: Iterable[Descriptor | Measure]) -> None:
        self.problems: list[Problem] = []
        self.fingerprints: list[Fingerprint] = []
        self.curves: list[Curve] = []
        self.sound: Sound | None = None
        self.extra: dict[str, Any] = {}
        self._members: list[Any] = list(members)
        self._heard = False
        self._lookers: list[Any] = []
        self._watchers: list[Any] = []
        self._listeners: list[Any] = []
        self._attendants: list[Any] = []
        self._feed(lambda member: member.begin(clip))
        self._lookers = [m for m in self._members if _does(m, "add")]
        self._watchers = [m for m in self._members if _does(m, "add_tiny")]
        self._listeners = [m for m in self._members if _does(m, "add_sound")]
        self._attendants = [m for m in self._members if isinstance(m, Measure) and _does(m, "add_each")]

    @property
    def listens(self) -> bool:
        """Whether anything wants sound."""
        return bool(self._listeners)

    @property
    def sees_colour(self) -> bool:
        """Whether anything looks at the colour of frames: every measure may, a descriptor says so."""
        return any(isinstance(m, Measure) or m.sees_colour for m in self._lookers)

    @property
    def attends(self) -> bool:
        """Whether anyone attends to all pictures."""
        return bool(self._attendants)

    def each(self, picture: frames.Picture) -> None:
        """Give those who attend to all pictures the next decoded one."""
        if self._attendants:
            self._feed(lambda member: member.add_each(picture), self._attendants)

    def frame(self, frame: Frame) -> None:
        """Give everyone the next sampled frame."""
        self._feed(lambda member: member.add(frame), self._lookers)

    def sampled(self, shown: Sequence[Frame]) -> None:
        """Give everyone the next sampled frames, one after another."""

        def give(member: Any) -> None:  # noqa: ANN401 - a Descriptor or a Measure
            for frame in shown:
                member.add(frame)

        self._feed(give, self._lookers)

    def tiny(self, time: float, tiny: Gray) -> None:
        """Give everyone the next tiny picture."""
        self._feed(lambda member: member.add_tiny(time, tiny), self._watchers)

    def hear(self, block: frames.SoundBlock) -> None:
        """Give everyone the next stretch of sound."""
        if not self._heard:
            self._heard = True
            self._feed(lambda member: member.start_sound(block.time), self._listeners)
        self._feed(lambda member: member.add_sound(block.samples, SOUND_RATE), self._listeners)

    def end(self) -> None:
        """Collect what everyone found."""
        self._feed(self._collect)

    def _collect(self, member: Descriptor | Measure) -> None:
        if isinstance(member, Descriptor):
            made = member.end()
            if made is not None:
                self.fingerprints.append(made)
            return
        measured = member.end()
        self.curves += measured.curves
        self.sound = measured.sound or self.sound
        if measured.values:
            self.extra[member.name] = measured.values

    def _feed(self, give: Callable[[Any], None], whom: list[Any] | None = None) -> None:
        whom = self._members if whom is None else whom
        for member in list(whom):
            try:
                give(member)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - one part that fails on a strange clip must not cost the rest
                self.problems.append(Problem(part=member.name, reason=f"Stopped: {words(error)}."))
                for group in (self._members, self._lookers, self._watchers, self._listeners, self._attendants):
                    if member in group:
                        group.remove(member)


def _does(member: Any, method: str) -> bool:  # noqa: ANN401 - a Descriptor or a Measure
    """Return whether the member's class fills in `method` itself: an empty one need not be called."""
    if isinstance(member, Descriptor) and method == "add" and member.kind == "sound":
        return False
    base = Descriptor if isinstance(member, Descriptor) else Measure
    return getattr(type(member), method) is not getattr(base, method)


def words(error: Exception) -> str:
    """Return what an error says, with its kind, for a Problem."""
    return f"{type(error).__name__}: {error}"[:300].rstrip(".")
