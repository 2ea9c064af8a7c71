"""What a file is, by its first bytes. Rule: nothing is opened by a decoder unless its magic bytes are on this list.

A name proves nothing: text named `.mp4` can be a playlist that makes a decoder read other files or ask the network
(FFmpeg's `ffconcat`, HLS and SDP demuxers do), so text is refused here, and each kind names the only demuxers that
may open it. Only regular files are read, never through a link in the last place, and a pipe cannot make us wait.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from verify.errors import UnreadableMediaError

HEAD = 4096  # bytes looked at; MPEG-TS needs three packets of 188 or 192 bytes, all others less

Family = Literal["video", "sound", "still"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a file is: `container` is our name for it, `demuxer` the only FFmpeg demuxer allowed to open it.

    `family` is `still` for pictures, `sound` for formats that only carry sound, else `video`.
    """

    container: str
    demuxer: str
    family: Family
    words: str


_MOV = "mov"  # FFmpeg's one demuxer for the whole ISO-BMFF family; its list of names begins with `mov`
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_BARE_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp", b"sidx", b"uuid", b"meta"}


def _kind(container: str, demuxer: str, family: Family, words: str) -> Kind:
    return Kind(container=container, demuxer=demuxer, family=family, words=words)


# Magic bytes at the start, each with what it means; sources: FFmpeg's demuxers' probe functions, and for the still
# formats their own specifications (JFIF, PNG, GIF89a, TIFF 6.0, BMP).
_PREFIXES: tuple[tuple[bytes, Kind], ...] = (
    (b"FLV\x01", _kind("flv", "flv", "video", "Flash video")),
    (b"OggS", _kind("ogg", "ogg", "video", "Ogg")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _kind("asf", "asf", "video", "Windows Media (ASF)")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", _kind("mxf", "mxf", "video", "MXF")),
    (b"\x00\x00\x01\xba", _kind("mpegps", "mpeg", "video", "MPEG program stream")),
    (b"\x00\x00\x01\xb3", _kind("mpegvideo", "mpegvideo", "video", "raw MPEG video")),
    (b"DKIF", _kind("ivf", "ivf", "video", "IVF")),
    (b"\xff\xd8\xff", _kind("jpeg", "", "still", "JPEG picture")),
    (b"\x89PNG\r\n\x1a\n", _kind("png", "", "still", "PNG picture")),
    (b"GIF87a", _kind("gif", "gif", "video", "GIF")),
    (b"GIF89a", _kind("gif", "gif", "video", "GIF")),
    (b"II*\x00", _kind("tiff", "", "still", "TIFF picture")),
    (b"MM\x00*", _kind("tiff", "", "still", "TIFF picture")),
    (b"BM", _kind("bmp", "", "still", "BMP picture")),
    (b"fLaC", _kind("flac", "flac", "sound", "FLAC sound")),
    (b"ID3", _kind("mp3", "mp3", "sound", "MP3 sound")),
    (b"#!AMR", _kind("amr", "amr", "sound", "AMR sound")),
    (b"caff\x00", _kind("caf", "caf", "sound", "Core Audio sound")),
)
_RIFF: dict[bytes, Kind] = {
    b"AVI ": _kind("avi", "avi", "video", "AVI"),
    b"AVIX": _kind("avi", "avi", "video", "AVI"),
    b"AMV ": _kind("avi", "avi", "video", "AVI"),
    b"WAVE": _kind("wav", "wav", "sound", "WAV sound"),
    b"WEBP": _kind("webp", "", "still", "WebP picture"),
}
# What text files that decoders would follow look like; used only to say what was refused.
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", "a playlist (HLS)"),
    (b"ffconcat", "a list of other files (ffconcat)"),
    (b"<MPD", "a streaming manifest (DASH)"),
    (b"[playlist]", "a playlist"),
    (b"v=0", "a stream description (SDP)"),
    (b"<smil", "a playlist (SMIL)"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML file"),
    (b"%PDF", "a PDF document"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)


def sniff(path: Path, name: str = "") -> Kind:
    """Return what the file at `path` is. `name` is what it is called in the sentences (the path's own by default).

    Raises UnreadableMediaError, with what it is instead, for everything that is not on the list.
    """
    called = name or path.name
    head, size = _head(path, called)
    if size == 0:
        raise UnreadableMediaError(f"{called} is empty.", "Save or download it again.")
    found = identify(head)
    if found is not None:
        return found
    what = _what_else(head)
    raise UnreadableMediaError(
        f"{called} is {what}, not a video, sound or picture that can be examined.",
        "Check that the download was complete and that this is the file you meant.",
    )


def identify(head: bytes) -> Kind | None:
    """Return the kind whose magic bytes `head` (the first HEAD bytes) shows, or None."""
    found = _iso(head) or _ebml(head) or _riff(head)
    if found is not None:
        return found
    for magic, kind in _PREFIXES:
        if head.startswith(magic) and (magic != b"BM" or _is_bmp(head)):
            return kind
    return _transport(head) or _raw_video(head) or _raw_sound(head)


def _head(path: Path, called: str) -> tuple[bytes, int]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError as error:
        raise UnreadableMediaError(f"{called} is not there any more.", "Bring it in again.") from error
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise UnreadableMediaError(f"{called} is a link, not a file.", "Give the file it points to.") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableMediaError(f"{called} cannot be opened: {reason}.", "Check its permissions.") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableMediaError(f"{called} is {_odd(status.st_mode)}, not a file.", "Give a file.")
        return os.read(handle, HEAD), status.st_size
    except OSError as error:
        raise UnreadableMediaError(f"{called} cannot be read: {error.strerror}.", "Check the disk it is on.") from error
    finally:
        os.close(handle)


def _odd(mode: int) -> str:
    names = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((words for test, words in names if test(mode)), "a device")


def _iso(head: bytes) -> Kind | None:
    box = head[4:8]
    if box in _BARE_BOXES and 0 <= int.from_bytes(head[:4], "big") != 2:
        return _kind("mov", _MOV, "video", "QuickTime movie")
    if box != b"ftyp":
        return None
    length = min(max(int.from_bytes(head[:4], "big"), 16), 512)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, length, 4))]
    major = brands[0]
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and _AVIF_BRANDS & set(brands)):
        return _kind("avif", "", "still", "AVIF picture")
    if major in _HEIF_BRANDS:
        return _kind("heic", "", "still", "HEIC picture")
    if major == b"qt  ":
        return _kind("mov", _MOV, "video", "QuickTime movie")
    if major[:2] == b"3g":
        return _kind("3gp", _MOV, "video", "3GP")
    if major in {b"M4A ", b"M4B "}:
        return _kind("m4a", _MOV, "sound", "MPEG-4 sound")
    return _kind("mp4", _MOV, "video", "MP4")


def _ebml(head: bytes) -> Kind | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    webm = b"webm" in head[:64]
    return _kind("webm", "webm", "video", "WebM") if webm else _kind("mkv", "matroska", "video", "Matroska")


def _riff(head: bytes) -> Kind | None:
    if head[:4] in {b"RIFF", b"RF64"}:
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return _kind("aiff", "aiff", "sound", "AIFF sound")
    return None


def _is_bmp(head: bytes) -> bool:
    # `BM` alone starts many texts: a bitmap also has zero reserved words and a header size its versions know.
    return head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in {12, 40, 52, 56, 64, 108, 124}


def _transport(head: bytes) -> Kind | None:
    for packet, start in ((188, 0), (192, 4), (204, 0)):
        syncs = [start + packet * i for i in range(3)]
        if len(head) > syncs[-1] and all(head[i] == 0x47 for i in syncs):
            return _kind("mpegts", "mpegts", "video", "MPEG transport stream")
    return None


def _raw_video(head: bytes) -> Kind | None:
    for start in (b"\x00\x00\x00\x01", b"\x00\x00\x01"):
        if head.startswith(start) and len(head) > len(start) + 1:
            first = head[len(start)]
            if first & 0x9F == 0x07 or first == 0x09:  # H.264 SPS or access unit delimiter (ITU-T H.264, 7.4.1)
                return _kind("h264", "h264", "video", "raw H.264 video")
            if first in {0x40, 0x42, 0x46} and head[len(start) + 1] == 0x01:  # HEVC VPS, SPS, AUD (ITU-T H.265, 7.4.2)
                return _kind("hevc", "hevc", "video", "raw HEVC video")
    return None


def _raw_sound(head: bytes) -> Kind | None:
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:  # ADTS: sync word and layer 0 (ISO/IEC 13818-7, 6.2)
        return _kind("aac", "aac", "sound", "AAC sound")
    # MPEG audio: sync, layer II or III, a bit rate and a sample rate that exist (ISO/IEC 11172-3, 2.4.2.3)
    if head[1] & 0xE0 == 0xE0 and head[1] & 0x06 in {2, 4} and head[2] >> 4 != 15 and (head[2] >> 2) & 3 != 3:
        return _kind("mp3", "mp3", "sound", "MP3 sound")
    return None


def _what_else(head: bytes) -> str:
    for magic, words in _OTHERS:
        if head.startswith(magic):
            return words
    if not head.strip(b"\x00"):
        return "empty inside (zeros only)"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lowered = text[:64].lower()
    for start, words in _TEXTS:
        if lowered.startswith(start.lower()):
            return words
    return "text" if _is_text(head) else "of no known media type"


def _is_text(head: bytes) -> bool:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return True
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return control == 0
