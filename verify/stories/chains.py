"""Which files one chain of programs wrote. Rule: pure functions; a form ties files to programs, never to a person.

How coarse the fingerprint is was measured (docs/metadata.md): all clips that leave one messenger look alike, and so do
those of one command, so what is said of a group never goes beyond the program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from verify.records.chains import FileChain, FileChains, WrittenCopies
from verify.records.matches import Recording
from verify.records.media import Tag
from verify.signs.engine import About, SignHit

FINGERPRINT = "container fingerprint"
_CODED = "coded pictures"
_ASKED = 20  # clips of one group whose signs are read: those of one form show the same, but for what persons wrote
_WROTE: tuple[About, ...] = ("device", "export", "last writer", "screen recording", "ancestor")
_ALIKE = "one chain of programs, or by chains that write alike"
_KNOWN = (
    "Whatever is written there in the same way has this form, whoever sent it: it ties the files to a program or a "
    "platform, not to a person."
)
_DEVICE = "Every device of that kind writes this form: it does not say that it was one device, or one person."
_PASSED = (
    "Who wrote these files last is not known here. Whatever passed there and was kept in the same way has this form: "
    "it ties the files to a program or a platform, not to a person."
)
_UNKNOWN = (
    "Who writes this form is not known here, and so is how many other files have it: it may be one publisher, or one "
    "program or platform that many use. It does not say that one person made them."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the tags of a clip say of how it was written: its container fingerprint, and the hash of its pictures."""

    fingerprint: str
    coded: str = ""

    @classmethod
    def of(cls, tags: Sequence[Tag]) -> Form | None:
        """Return the form that tags state, or None. A fingerprint without a version is older, and not compared.

        Where several files were received, it is that of the first, which holds the picture.
        """
        found = next((t.value for t in tags if t.name == FINGERPRINT and "-" in t.value), "")
        coded = next((t.value for t in tags if t.name == _CODED), "")
        return cls(fingerprint=found, coded=coded) if found else None


def chains(
    forms: Mapping[str, Form | None], recordings: Sequence[Recording], signs: Callable[[str], Sequence[SignHit]]
) -> FileChains:
    """Return the clips of `forms` (by SHA-256, in the report's order) that were written alike.

    `recordings` are all that they show; `signs` returns the signs of a clip's tags.
    """
    shows = {s: one.id for one in recordings for s in one.members}
    known = {s: form for s, form in forms.items() if form is not None}
    by_form: dict[str, list[str]] = defaultdict(list)
    for sha256, form in known.items():
        by_form[form.fingerprint].append(sha256)
    groups = [_group(name, clips, shows, signs) for name, clips in by_form.items() if len(clips) > 1]
    copies = [_copies(one, [s for s in one.members if s in known], known) for one in recordings]
    return FileChains(
        groups=tuple(sorted(groups, key=lambda g: (-len(g.recordings), -len(g.clips)))),
        copies=tuple(one for one in copies if len(one.clips) > 1),
        unknown=tuple(s for s, form in forms.items() if form is None),
    )


def _group(
    name: str, clips: Sequence[str], shows: Mapping[str, str], signs: Callable[[str], Sequence[SignHit]]
) -> FileChain:
    shown = tuple(dict.fromkeys(shows[s] for s in clips if s in shows))
    hits = [[h for h in signs(s) if h.about in _WROTE] for s in clips[:_ASKED]]
    common = set.intersection(*({h.id for h in of_one} for of_one in hits))
    told = [h for h in hits[0] if h.id in common]
    wrote = {h.about for h in told} - {"ancestor"}
    limits = _KNOWN if wrote else _PASSED if told else _UNKNOWN
    limits = _DEVICE if wrote == {"device"} else limits
    others = sum(1 for s in clips if s not in shows)
    return FileChain(
        fingerprint=name,
        clips=tuple(clips),
        recordings=shown,
        writers=tuple(dict.fromkeys(h.sentence for h in told)),
        sentence=f"{_files(len(clips), len(shown), others)} were written by {_ALIKE}.",
        limits=limits,
    )


def _files(clips: int, recordings: int, others: int) -> str:
    if recordings == 1 and not others:
        return f"{clips} copies of one recording"
    held = f", {others} of them showing several recordings or none," if others else ""
    return f"{clips} files of {recordings} recording{'' if recordings == 1 else 's'}{held}"


def _copies(recording: Recording, clips: Sequence[str], known: Mapping[str, Form]) -> WrittenCopies:
    forms = {known[s].fingerprint for s in clips}
    coded: dict[str, list[str]] = defaultdict(list)
    for sha256 in clips:
        if known[sha256].coded:
            coded[known[sha256].coded].append(sha256)
    same = tuple(tuple(group) for group in coded.values() if len(group) > 1)
    return WrittenCopies(
        recording=recording.id,
        clips=tuple(clips),
        chains=len(forms),
        not_encoded_again=same,
        sentence=_told(len(clips), len(forms), same, sum(map(len, coded.values())) == len(clips)),
    )


def _told(clips: int, forms: int, same: Sequence[Sequence[str]], all_coded: bool) -> str:
    """Return how the copies of a recording were written, in one or two sentences."""
    if forms == 1:
        told = f"Its {clips} copies were written by {_ALIKE}."
    elif forms == clips:
        told = f"Each of its {clips} copies was written by another chain of programs."
    else:
        told = f"Its {clips} copies were written by {forms} chains of programs."
    if same:
        groups = " and ".join(str(len(group)) for group in same)
        told += (
            f" The coded pictures of {groups} of them are the same to the byte: one file was made from another without "
            "encoding it again, or all were made from one source in the same way."
        )
    elif all_coded:
        told += " No two have the same coded pictures: they were encoded again, cut, or packed in another way."
    return told
