"""What a container's streams are, as records. Rule: what the decoder saw goes before what the container states."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

from verify.media.pictures import Shape, sane_aspect
from verify.records.media import Stream


def stream_record(stream: Any, shape: Shape | None, pixel_format: str) -> Stream:  # noqa: ANN401 - av.stream.Stream
    """Return the record of a stream; `shape` and `pixel_format` are those of its first frame, where it was decoded."""
    context = stream.codec_context
    kind = stream.type if stream.type in {"video", "audio", "subtitle", "attachment"} else "data"
    duration = None
    if stream.duration and stream.time_base:
        duration = float(stream.duration * stream.time_base)
    found: dict[str, Any] = {
        "index": stream.index,
        "kind": kind,
        "codec": _codec(context),
        "profile": str(getattr(stream, "profile", None) or ""),
        "duration": duration,
        "language": str(stream.language or ""),
    }
    if context is not None and kind in {"video", "audio"}:
        found["bit_rate"] = context.bit_rate or None
    if context is not None and kind == "video":
        found |= _video(stream, context, shape, pixel_format)
    if context is not None and kind == "audio":
        found |= {"sample_rate": context.sample_rate, "channels": context.channels}
    return Stream(**found)


def _codec(context: Any) -> str:  # noqa: ANN401 - av.CodecContext
    if context is None:
        return ""
    with contextlib.suppress(AttributeError, ValueError):
        return str(context.codec.canonical_name)  # `av1`, not the decoder's `libdav1d`
    return str(context.name)


def _video(stream: Any, context: Any, shape: Shape | None, pixel_format: str) -> dict[str, Any]:  # noqa: ANN401 - PyAV
    aspect = sane_aspect(context.sample_aspect_ratio or stream.sample_aspect_ratio)
    rate = stream.average_rate
    return {
        "width": context.width,
        "height": context.height,
        "display_width": shape.display_width if shape else max(1, round(context.width * aspect)),
        "display_height": shape.display_height if shape else context.height,
        "rotation": (-90 * shape.turns) % 360 if shape else 0,
        "frame_rate": float(rate) if isinstance(rate, Fraction) and 0 < rate < 10_000 else None,
        "pixel_format": pixel_format if shape else str(context.pix_fmt or ""),
    }
