"""Describes what a chain of programs leaves in a file whatever it shows: its boxes, and what the writer puts in them.

Rule: nothing that comes of the clip, of a person's tags or of the clock. What is left out and why stands at `form`;
how far it goes was measured by tests/bench/chains.py.
"""

from __future__ import annotations

import re

from verify.readers.collect import Collector
from verify.readers.isobmff.headers import handler_name
from verify.readers.isobmff.walk import Box, Bytes, Tree, printable

_PROGRAMS = frozenset({"encoder", "compressor"})
_IN_SAMPLES = ("first sample", "start of")  # an encoder's name there is found or not, as the first picture has it
_PADDING = frozenset({"free", "skip", "wide"})
# Texts that a person or a phone writes beside a film (14496-12, 8.10; 3GPP TS 26.244, 8; ID3-like atoms of QuickTime).
_TEXTS = re.compile("loci|titl|auth|cprt|dscp|gnre|perf|albm|yrrc|date|kywd|rtng|clsf|name|tagc|tagi|0x.*|\xa9.*")
_DIGITS = re.compile(r"\d+")
# GPAC puts the imported file's name and path before its own: `bunny.h264 - Imported with GPAC 0.4.6`, `264@GPAC0.8.0`.
_GPAC = re.compile(r"^.*?(?= - Imported with GPAC|@GPAC)")


def form(tree: Tree, data: Bytes, out: Collector) -> list[str]:
    """Return the boxes that the writer chose, in order, with brands, names of handlers, flags and programs.

    Left out: media data, fragments after the first, padding inside other boxes, bytes behind the last box, entries of
    tag lists, positions, and the picture's aspect. Numbers in handlers' names count as one digit: platforms write the
    day there. The movie's time scale is left out where it is that of a track: it is then the clip's.
    """
    parts: list[str] = []
    scales = {_scale(data.payload(box, 36)) for _, box in tree.of("mdhd")}
    fragment = False
    for index, box in enumerate(tree.boxes):
        if box.type == "moof":
            if fragment:
                continue
            fragment = True
        if _of_the_clip(index, tree, fragment):
            continue
        word = f"{box.depth}{box.type}{box.usertype[:8]}"
        if box.depth == 0 and parts and parts[-1].split("=")[0] == word:
            continue
        parts.append(word + _chosen(box, tree, data, scales))
    named = {f"{t.name}={t.value}" for t in out.tags if t.name in _PROGRAMS and not t.place.startswith(_IN_SAMPLES)}
    return [*parts, *sorted(named)]


def _of_the_clip(index: int, tree: Tree, fragment: bool) -> bool:
    """Return whether a box comes of the clip, a person or a later edit in place, and not of the writer."""
    box = tree.boxes[index]
    if (fragment and tree.inside(index, "moof")) or tree.inside(index, "ilst"):
        return True
    if box.type == "tapt" or tree.inside(index, "tapt"):  # FFmpeg writes it for pixels that are not square
        return True
    if box.depth == 0:
        return box.type.startswith("0x")
    if box.type == "udta":
        return all(_said(child) for _, child in tree.children(index))
    return box.type in _PADDING or (tree.boxes[box.parent].type == "udta" and _said(box))


def _said(box: Box) -> bool:
    """Return whether a box of user data is padding, or a text that is said of the clip."""
    return box.type in _PADDING or bool(_TEXTS.fullmatch(box.type))


def _chosen(box: Box, tree: Tree, data: Bytes, scales: set[bytes]) -> str:
    """Return the fields of a box that are the writer's choice, behind `=`; '' for a box that has none."""
    if box.type == "ftyp":
        return "=" + data.payload(box, 512).hex()
    if box.type == "hdlr":
        raw = data.payload(box, 600)
        named = "" if tree.boxes[box.parent].type == "meta" else _DIGITS.sub("0", _GPAC.sub("", handler_name(raw)))
        return f"={printable(raw[8:12])}{raw[12:16].hex()}{named.strip()}" if len(raw) >= 12 else ""
    if box.type == "mvhd":
        raw = data.payload(box, 36)
        scale = _scale(raw)
        return f"={raw[:4].hex()}{'track' if scale in scales else scale.hex()}"
    if box.type == "tkhd":
        return "=" + data.payload(box, 4).hex()
    if box.type == "stsd":
        return "=" + printable(data.payload(box, 16)[12:16].ljust(4, b"\0"))
    return ""


def _scale(raw: bytes) -> bytes:
    """Return the time scale of a `mvhd` or `mdhd`, as its four bytes."""
    return raw[20:24] if raw[:1] == b"\x01" else raw[12:16]
