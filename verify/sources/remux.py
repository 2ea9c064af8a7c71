"""Makes a working copy that browsers play from streams as received. Rule: packets are copied, never re-encoded.

ffmpeg is the one of the imageio-ffmpeg wheel, run over local files only (`-protocol_whitelist file`), with a list of
the containers it may read, no input from the terminal and a wall clock. It runs inside the download child, so its
memory and file-size limits and its end are the child's.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

SECONDS = 600.0
# What may be opened: media containers, no playlists, no concat scripts (facts/hostile-input.md 1.2).
CONTAINERS = "mov,matroska,webm,mpegts,mpeg,flv,avi,ogg,asf,mxf,aac,mp3,wav,h264,hevc,mpegvideo"
ENDINGS = (".mp4", ".webm", ".mkv")  # tried in this order; the first that takes the codecs wins


class RemuxError(Exception):
    """No working copy could be made; the words say why."""


def command(ffmpeg: str, inputs: list[Path], output: Path) -> list[str]:
    """Return the arguments that copy the pictures of the first input and the sound of the last into `output`."""
    args = [ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    for one in inputs:
        args += ["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-i", f"file:{one}"]
    args += ["-map", "0:v:0?", "-map", f"{len(inputs) - 1}:a:0?", "-c", "copy"]
    if output.suffix == ".mp4":
        args += ["-movflags", "+faststart"]
    return [*args, "-f", {".mp4": "mp4", ".webm": "webm", ".mkv": "matroska"}[output.suffix], f"file:{output}"]


def playable(inputs: list[Path], stem: Path, ffmpeg: str) -> tuple[Path, str]:
    """Return the working copy made of `inputs` and how it was made. Raises RemuxError.

    `stem` is the output's path without an ending. The words give version and arguments, with file names only.
    """
    if not ffmpeg:
        raise RemuxError("No ffmpeg was found, so no playable copy was made of the streams as received.")
    reason = "no stream in it"
    for suffix in ENDINGS:
        output = stem.with_name(stem.name + suffix)
        args = command(ffmpeg, inputs, output)
        try:
            ran = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            output.unlink(missing_ok=True)
            raise RemuxError(f"ffmpeg could not make a playable copy: {type(error).__name__}.") from error
        if ran.returncode == 0 and output.is_file() and output.stat().st_size:
            return output, _words(ffmpeg, args, inputs, output)
        output.unlink(missing_ok=True)
        reason = (ran.stderr.decode("utf-8", "replace").strip().splitlines() or [reason])[-1][:200]
    raise RemuxError(f"ffmpeg could not make a playable copy of what came: {reason}")


def version(ffmpeg: str) -> str:
    """Return ffmpeg's version as it states it, or "" when it cannot be run."""
    try:
        ran = subprocess.run(
            [ffmpeg, "-version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    first = ran.stdout.decode("utf-8", "replace").split("\n", 1)[0].split()
    return first[2] if len(first) > 2 else ""


def _words(ffmpeg: str, args: list[str], inputs: list[Path], output: Path) -> str:
    named = {f"file:{p}": p.name for p in (*inputs, output)}
    return f"ffmpeg {version(ffmpeg)}: ffmpeg " + " ".join(named.get(a, a) for a in args[1:])
