"""The second reader of films: what FFmpeg's demuxers say of container and streams. Rule: a path, a file, a whitelist.

It reads formats that no reader of ours walks (FLV, ASF, Ogg, MPEG-TS) and is a second opinion on those that one does.
Nothing is decoded here, and `frame.side_data` is never touched: it kills the interpreter (facts, metadata.md 1.3).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import av
import av.error

from verify.coordinates import iso6709, unset, written
from verify.readers import avchd
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

# The one demuxer that may open each container (names of verify/media/sniff.py): texts such as HLS or concat lists,
# which name other files, cannot get in by calling themselves .mp4 (facts, hostile-input.md 1.2).
OPENING = 20.0  # seconds for FFmpeg to find the streams; real files take under one, files made to be slow minutes
_DEMUXERS = {
    **dict.fromkeys(("mp4", "mov", "3gp", "m4a"), "mov"),
    "mkv": "matroska",
    "webm": "webm",
    "mpegps": "mpeg",
    **{
        name: name for name in ("avi", "flv", "asf", "ogg", "mxf", "mpegts", "wav", "mp3", "flac", "aiff", "caf", "ivf")
    },
}
_NAMES = {
    "creation_time": "creation time",
    "date": "recording time",
    "com.apple.quicktime.creationdate": "recording time",
    "com.apple.quicktime.make": "make",
    "com.apple.quicktime.model": "model",
    "com.apple.quicktime.software": "software",
    "com.apple.quicktime.location.iso6709": "gps",
    "com.android.version": "system version",
    "com.android.manufacturer": "make",
    "com.android.model": "model",
    "location": "gps",
    "location-eng": "gps",
    "make": "make",
    "model": "model",
    "encoder": "encoder",
    "writing_application": "encoder",
    "encoded_by": "encoder",
    "handler_name": "handler",
    "minor_version": "minor version",
    "timecode": "timecode",
    "firmware": "firmware",
    "title": "title",
    "artist": "author",
    "author": "author",
    "comment": "comment",
    "description": "description",
    "synopsis": "description",
    "copyright": "copyright",
    "keywords": "keywords",
    "software": "software",
    "creationdate": "creation time",
    "metadatacreator": "encoder",
    "metadatadate": "metadata time",
    "modification_date": "modification time",  # MXF
    "product_name": "encoder",  # MXF: the program that wrote it
}


class Streams(Reader):
    """Reads tags of the container and its streams through PyAV."""

    name: ClassVar[str] = "streams"

    def handles(self, container: str) -> bool:
        """Return whether FFmpeg is asked about this container."""
        return container in _DEMUXERS

    def version(self) -> str:
        """Return the version of PyAV and of the FFmpeg inside it."""
        return f"av {av.__version__}, libavformat {'.'.join(map(str, av.library_versions['libavformat']))}"

    def read(self, path: Path, container: str) -> Reading:
        """Return what the demuxer says; opening is limited to plain files and known formats."""
        out = Collector(self.name)
        try:
            options, seconds = _options(container), (OPENING, None)
            with av.open(str(path.absolute()), options=options, metadata_errors="replace", timeout=seconds) as opened:
                _container(opened, out)
                avchd.read(opened, out)
        except (av.error.FFmpegError, ValueError, OSError, OverflowError, MemoryError) as error:
            out.problem(f"FFmpeg cannot open it: {_reason(error)}")
        return Reading(tags=out.tags, problems=out.problems)


def demuxer(container: str) -> str:
    """Return the name of the one demuxer that may open `container`, empty where FFmpeg is not asked."""
    return _DEMUXERS.get(container, "")


def _options(container: str) -> dict[str, str]:
    return {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS.get(container, container)}


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)[:200] or type(error).__name__


def _container(opened: Any, out: Collector) -> None:  # noqa: ANN401 - PyAV types its containers loosely
    form = opened.format.name
    for key, value in opened.metadata.items():
        _put(key.lower(), value, f"container/{key}", form, out)
    for stream in list(opened.streams)[:64]:
        place = f"stream {stream.index} ({stream.type})"
        for key, value in stream.metadata.items():
            lower = key.lower()
            if lower == "creation_time":
                if value != opened.metadata.get("creation_time"):
                    _time("track creation time", value, f"{place}/{key}", out)
            elif lower == "encoder" and form.startswith("mov"):
                out.add("compressor", value, f"{place}/{key}")  # FFmpeg's word for the name beside the codec
            else:
                _put(lower, value, f"{place}/{key}", form, out)
    if opened.duration:
        out.add("duration", f"{opened.duration / av.time_base:.3f}", "container")


def _put(key: str, value: str, where: str, form: str, out: Collector) -> None:
    boxes = form.startswith("mov")
    if key == "compatible_brands" and boxes:
        names = [value[i : i + 4] for i in range(0, len(value), 4)]
        out.add("compatible brands", ",".join(_brand(n) for n in names), where)
        return
    if key == "major_brand":
        out.add("major brand" if boxes else "former brand", _brand(value), where)
        return
    name = _NAMES.get(key)
    if key == "creation_time" and form == "avi":
        name = "recording time"  # FFmpeg's name for IDIT, which cameras write when recording begins
    if name is None or (name == "minor version" and not boxes):
        return
    if name == "gps":
        _position(value, where, out)
    elif name.endswith("time"):
        _time(name, value, where, out)
    else:
        out.add(name, value, where)


def _time(name: str, value: str, where: str, out: Collector) -> None:
    at, doubt = spelled(value)
    out.add(name, at or value, where, note=doubt)


def _brand(text: str) -> str:
    return f'"{text}"' if text != text.strip() else text


def _position(text: str, where: str, out: Collector) -> None:
    position = iso6709(text)
    if position is None:
        out.add("text", text, where, note="not a position in ISO 6709 form")
        return
    latitude, longitude, altitude = position
    out.add("gps", NOT_SET if unset(latitude, longitude) else written(latitude, longitude), where, note=text)
    if altitude:
        out.add("gps altitude", f"{altitude:.1f}", where)
