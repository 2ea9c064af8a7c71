"""Describes how a file is laid out: order of boxes, index first or last, fragments, and the writer's fingerprint."""

from __future__ import annotations

from typing import Any

from verify.readers import chains
from verify.readers.collect import Collector
from verify.readers.isobmff.form import form
from verify.readers.isobmff.walk import Box, Bytes, Tree

C2PA = "d8fec3d61b0e483c92975828877ec481"  # facts: measured on signed mp4 files; C2PA specification, BMFF
# Microsoft's writer (Media Foundation) puts the Windows version here: measured on 24 clips of two Windows machines.
WINDOWS = "5ca708fb328e4205a861650eca0a9596"
XMP = "be7acfcb97a942e89c71999491e3afac"  # Adobe XMP specification, part 3, 1.2.7.1
# Boxes that one maker or platform writes, with what is known of them; sources in verify/signs/signs.toml.
_DEVICE = {
    "smta": "Samsung", "SDLN": "Samsung", "smrd": "Samsung",
    "FIRM": "GoPro", "CAME": "GoPro", "LENS": "GoPro", "GPMF": "GoPro", "MUID": "GoPro", "HMMT": "GoPro",
}  # fmt: skip
_PLATFORM = {"beam": "WhatsApp on iOS, as reported", "loop": "WhatsApp on iOS, as reported"}
_SUMMARY = 40  # top-level boxes shown in words


def layout(tree: Tree, data: Bytes, out: Collector) -> dict[str, Any]:
    """Describe the file's shape as tags; return its fingerprint, order and tree for `Reading.extra`."""
    top = [b for _, b in tree.children(-1)]
    order = _order(top)
    if top:
        out.add("box order", order, "top level", top[0].offset)
    names = [b.type for b in top]
    for word in _words(names, tree):
        out.add("layout", word, "top level")
    for _, box in tree.of(*_DEVICE):
        out.add("device box", box.type, box.path, box.offset, note=_DEVICE[box.type])
    for _, box in tree.of(*_PLATFORM):
        if box.depth == 0:
            out.add("platform box", box.type, box.path, box.offset, note=_PLATFORM[box.type])
    for _, box in tree.of("uuid"):
        if box.usertype == C2PA:
            out.add("credentials box", "C2PA", box.path, box.offset)
    parts = form(tree, data, out)
    fingerprint = chains.tell(parts, "top level", top[0].offset, out) if top else ""
    return {
        "fingerprint": fingerprint,
        "order": order,
        "top": names[:_SUMMARY],
        "shape": " ".join(parts)[:4000],
        "boxes": len(tree.boxes),
    }


def _order(top: list[Box]) -> str:
    """Return the top-level boxes in their order, runs of the same pair folded: `ftyp free mdat moov`."""
    words: list[str] = []
    for box in top:
        word = f"{box.type}({box.usertype[:8]})" if box.usertype else box.type
        if len(words) >= 2 and words[-2:] == ["moof", "mdat"] and word in ("moof", "mdat"):
            continue
        if words and words[-1].rstrip("+") == word:
            words[-1] = word + "+"
            continue
        words.append(word)
    return " ".join(words[:_SUMMARY]) + (" …" if len(words) > _SUMMARY else "")


def _words(names: list[str], tree: Tree) -> list[str]:
    words = []
    if "moov" in names and "mdat" in names:
        words.append("index last" if names.index("moov") > names.index("mdat") else "index first")
    if "moof" in names or any(True for _ in tree.of("mvex")):
        words.append("fragmented")
    if "sidx" in names:
        words.append("streaming index")
    if any(b.type == "gpmd" for _, b in tree.of("gpmd")):
        words.append("GoPro telemetry")
    return words
