"""Files made by hand, byte by byte, for the tests of the readers."""

from __future__ import annotations

import struct
from collections.abc import Sequence

NOW_1904 = 3_731_749_557  # 2022-04-02T13:05:57Z in seconds since 1904


def box(kind: bytes | str, *parts: bytes) -> bytes:
    name = kind.encode("latin-1") if isinstance(kind, str) else kind
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def full(kind: bytes | str, *parts: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def ftyp(major: str = "mp42", minor: int = 0, others: Sequence[str] = ("isom", "mp42")) -> bytes:
    return box("ftyp", major.encode(), struct.pack(">I", minor), *(o.encode() for o in others))


def mvhd(created: int = 0, modified: int = 0, scale: int = 1000, length: int = 5000, *, version: int = 0) -> bytes:
    form = ">QQIQ" if version else ">IIII"
    return full("mvhd", struct.pack(form, created, modified, scale, length), bytes(80), version=version)


UPRIGHT = (1, 0, 0, 1)


def tkhd(matrix: tuple[int, int, int, int] = UPRIGHT, size: tuple[int, int] = (640, 360), created: int = 0) -> bytes:
    a, b, c, d = (v << 16 for v in matrix)
    nine = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    head = struct.pack(">IIIII", created, created, 1, 0, 0)
    return full("tkhd", head, bytes(16), nine, struct.pack(">II", size[0] << 16, size[1] << 16))


def hdlr(kind: str, name: bytes, *, pascal: bool = False) -> bytes:
    text = bytes([len(name)]) + name if pascal else name + b"\0"
    return full("hdlr", bytes(4), kind.encode(), bytes(12), text)


def stsd(codec: str, compressor: bytes = b"") -> bytes:
    entry = bytes(6) + b"\0\1" + bytes(34) + bytes([len(compressor)]) + compressor.ljust(31, b"\0") + bytes(4)
    return full("stsd", struct.pack(">I", 1), box(codec, entry))


def trak(
    kind: str = "vide",
    name: bytes = b"VideoHandler",
    *,
    head: bytes = b"",
    codec: str = "avc1",
    compressor: bytes = b"",
    edits: bytes = b"",
    sample: int = 0,
    more: bytes = b"",
    pascal: bool = False,
    scale: int = 1000,
) -> bytes:
    mdhd = full("mdhd", struct.pack(">IIIIHH", 0, 0, scale, 5000, 0x55C4, 0))
    table = stsd(codec, compressor) if kind == "vide" else full("stsd", struct.pack(">I", 1), box(codec, bytes(30)))
    chunks = full("stco", struct.pack(">II", 1, sample)) if sample else b""
    mdia = box("mdia", mdhd, hdlr(kind, name, pascal=pascal), box("minf", box("stbl", table, chunks)))
    return box("trak", head or tkhd(), edits, mdia, more)


def keys_meta(items: Sequence[tuple[str, str]], *, iso: bool = False) -> bytes:
    """A `meta` with its own keys and items, as QuickTime (or ISO, with version and flags) writes it."""
    names = b"".join(box("mdta", name.encode()) for name, _ in items)
    keys = full("keys", struct.pack(">I", len(items)), names)
    values = b"".join(
        box(struct.pack(">I", i), box("data", struct.pack(">II", 1, 0), value.encode()))
        for i, (_, value) in enumerate(items, 1)
    )
    body = hdlr("mdta", b"") + keys + box("ilst", values)
    return full("meta", body) if iso else box("meta", body)


def international(kind: str, text: str) -> bytes:
    raw = text.encode()
    return box(kind, struct.pack(">HH", len(raw), 0x15C7), raw)


def itunes(kind: str, text: str) -> bytes:
    """A `udta` with one iTunes item."""
    item = box(kind, box("data", struct.pack(">II", 1, 0), text.encode()))
    return box("udta", full("meta", hdlr("mdir", b""), box("ilst", item)))


def loci(latitude: float, longitude: float, name: bytes = b"") -> bytes:
    numbers = struct.pack(">iii", int(longitude * 65536), int(latitude * 65536), 0)
    return full("loci", b"\x15\xc7", name + b"\0", b"\0", numbers, b"earth\0\0")


def movie(*parts: bytes, brands: bytes | None = None, media: bytes = bytes(64)) -> bytes:
    head = ftyp() if brands is None else brands
    return head + box("mdat", media) + box("moov", *(parts or (mvhd(), trak())))


def element(number: int, body: bytes) -> bytes:
    """One EBML element with an eight-byte size."""
    width = (number.bit_length() + 7) // 8
    return number.to_bytes(width, "big") + (len(body) | 1 << 56).to_bytes(8, "big") + body


def chunk(kind: str, body: bytes) -> bytes:
    return kind.encode() + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def riff(form: str, *parts: bytes) -> bytes:
    return chunk("RIFF", form.encode() + b"".join(parts))


def klv(key: str, kind: str, size: int, values: bytes) -> bytes:
    """One GPMF value; kind `\\0` nests."""
    count = len(values) // size
    head = key.encode() + kind.encode() + bytes([size]) + struct.pack(">H", count)
    return head + values + bytes(-len(values) % 4)
