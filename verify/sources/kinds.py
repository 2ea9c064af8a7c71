"""Tells media from other bytes by its first bytes, for naming and for folders. Rule: a name proves nothing.

Deciding whether a file can be examined is the worker's job (`verify/media`); this room only must not take a web
page for a video, nor name MPEG-TS `.mp4`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

HEAD = 4096  # enough for every signature below; MPEG-TS needs 2 x 192 + 1 bytes

# What a folder is searched for besides files that begin like media.
ENDINGS = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".flv", ".f4v", ".3gp", ".3g2", ".ts", ".mts", ".m2ts"}
    | {".ogv", ".ogg", ".ogm", ".mpg", ".mpeg", ".m2v", ".vob", ".wmv", ".asf", ".mxf", ".divx", ".dv", ".insv", ".lrv"}
)
IMAGES = frozenset({".jpg", ".png", ".webp", ".gif", ".heic"})
PICTURES = IMAGES | {".jpeg", ".heif", ".avif", ".tif", ".tiff"}  # endings of what a folder is not searched for
PLAYABLE = frozenset({".mp4", ".mov", ".webm"})  # what current browsers open


def ending(head: bytes) -> str:
    """Return the ending that the first bytes of a file call for (`.mp4`, `.ts`, `.jpg`...), or "" when unknown.

    Signatures from the formats' own specifications: ISO/IEC 14496-12 4.3, RFC 8794, ISO/IEC 13818-1 2.4.3, RFC 3533.
    """
    if head[4:8] in {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"wide", b"free", b"skip", b"pnot"}:
        return _iso(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm" if b"webm" in head[:64] else ".mkv"
    if head.startswith(b"RIFF"):
        return {b"AVI ": ".avi", b"WAVE": ".wav", b"WEBP": ".webp"}.get(head[8:12], "")
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if _mpegts(head):
        return ".ts"
    return ".aac" if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0 else ""


_STARTS = (
    (b"FLV", ".flv"),
    (b"OggS", ".ogv"),
    (b"\x00\x00\x01\xba", ".mpg"),
    (b"\x00\x00\x01\xb3", ".mpg"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ".wmv"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", ".mxf"),
    (b"ID3", ".mp3"),
    (b"\xff\xfb", ".mp3"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
)


def _iso(head: bytes) -> str:
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in {b"heic", b"heix", b"mif1", b"avif"}:
        return ".heic"
    if brand == b"qt  " or head[4:8] in {b"wide", b"pnot"}:
        return ".mov"
    return ".3gp" if brand.startswith(b"3g") else ".mp4"


def _mpegts(head: bytes) -> bool:
    for size, first in ((188, 0), (192, 4), (204, 0)):
        marks = head[first : first + 3 * size : size]
        if len(marks) >= 2 and set(marks) == {0x47}:
            return True
    return len(head) == 188 and head[0] == 0x47


def is_text(head: bytes) -> bool:
    """Return whether the first bytes are a page or other text: no zero byte, and valid UTF-8 up to a cut character."""
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3
    return True


def head_of(path: Path) -> bytes:
    """Return the first bytes of a regular file, without following a link. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(handle, HEAD) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    finally:
        os.close(handle)


def is_video(path: Path) -> bool:
    """Return whether the file at `path` looks like a video by its name or its first bytes. Never raises."""
    if path.suffix.lower() in ENDINGS:
        return True
    return _begins(path) in ENDINGS


def is_picture(path: Path) -> bool:
    """Return whether the file at `path` looks like a still or a GIF by its name or its first bytes. Never raises."""
    return path.suffix.lower() in PICTURES or _begins(path) in IMAGES


def _begins(path: Path) -> str:
    try:
        return ending(head_of(path))
    except OSError:
        return ""
