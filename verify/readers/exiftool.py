"""Asks exiftool, where it is installed. Rule: another tool's answer, marked as such; never needed, never trusted alone.

Versions before 12.24 run code from a crafted file (CVE-2021-22204) and are not called. The user's own configuration,
which is Perl that exiftool would run, is switched off.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from verify.coordinates import unset, valid, written
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

SAFE_SINCE = (12, 24)
_SECONDS = 8  # by the clock of a busy machine
_CPU_SECONDS = 1  # of processor time, the least that can be set: it needs 0.15; a fuzzed TIFF was seen to hold it for 4
_MAX_ANSWER = 8 * 1024 * 1024
# (group, tag) of exiftool -> our name. Times without a zone stay so; those of QuickTime headers are meant to be UTC.
_NAMES: tuple[tuple[str, str, str], ...] = (
    (r"IFD0|Keys|UserData|ItemList|XMP-tiff|H264|RIFF|XML|GoPro|Track\d+", "Make", "make"),
    (r"IFD0|Keys|UserData|ItemList|XMP-tiff|H264|RIFF|XML|GoPro|Track\d+", "Model", "model"),
    (r"XML", "DeviceManufacturer", "make"),
    (r"XML", "DeviceModelName", "model"),
    (r"IFD0|Keys|UserData|RIFF|PNG", "Software", "software"),
    (r"UserData|ItemList", "SoftwareVersion", "software"),
    (r"ExifIFD|UserData|RIFF|H264|Keys|ItemList|XMP-exif", "DateTimeOriginal", "recording time"),
    (r"Keys|ItemList|UserData", "CreationDate", "recording time"),
    (r"Keys|ItemList|UserData", "ContentCreateDate", "recording time"),
    (r"Info", "DateTimeOriginal", "creation time"),
    (r"QuickTime", "CreateDate", "creation time"),
    (r"ExifIFD", "CreateDate", "digitized time"),
    (r"IFD0|QuickTime", "ModifyDate", "modification time"),
    (r"ItemList|UserData|Keys", "Encoder", "encoder"),
    (r"Info", "MuxingApp|WritingApp", "encoder"),
    (r"Track\d+", "HandlerDescription", "handler"),
    (r"Track\d+", "CompressorName", "compressor"),
    (r"Composite", "Rotation", "rotation"),
    (r"XMP-xmp", "CreatorTool", "creator tool"),
    (r"Keys|ItemList|UserData|Info", "Title", "title"),
    (r"Keys|ItemList|UserData", "Comment", "comment"),
    (r"Track\d+|Keys|UserData", "SerialNumber|CameraSerialNumber", "serial number"),
)
_TURNS = {3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270, 1: 0, 2: 0}


@lru_cache(maxsize=1)
def program() -> tuple[str, str, str]:
    """Return (path, version, reason): path is empty where it cannot be used, and reason says why."""
    found = shutil.which("exiftool")
    if not found:
        return "", "", "exiftool is not installed"
    try:
        done = subprocess.run([found, "-config", "", "-ver"], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return "", "", f"exiftool does not run: {type(error).__name__}"
    version = done.stdout.decode("ascii", "replace").strip()
    numbers = re.match(r"^(\d+)\.(\d+)", version)
    if not numbers or (int(numbers[1]), int(numbers[2])) < SAFE_SINCE:
        return (
            "",
            version,
            f"exiftool {version or '(unknown)'} is not called: versions before 12.24 are unsafe",
        )
    return found, version, ""


class ExifTool(Reader):
    """Reads what exiftool says of a file, as an answer to compare with."""

    name: ClassVar[str] = "exiftool"

    def handles(self, container: str) -> bool:
        """Return True where exiftool is installed in a safe version: it knows nearly every container."""
        return bool(program()[0])

    def version(self) -> str:
        """Return exiftool's version, or why it is not called."""
        path, version, reason = program()
        return f"exiftool {version}" if path else reason

    def read(self, path: Path, container: str) -> Reading:
        """Return exiftool's tags under our names."""
        out = Collector(self.name)
        found = program()[0]
        if not found:
            out.problem(program()[2])
            return Reading(problems=out.problems)
        command = [found, "-config", "", "-j", "-G1", "-a", "-n", "-fast", "-api", "largefilesupport=1"]
        try:
            done = subprocess.run(
                [*command, "--", str(path.absolute())],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                preexec_fn=None if sys.platform == "win32" else _hold,  # a child of one thread
            )
            if done.returncode < 0:
                out.problem(f"exiftool was stopped after {_CPU_SECONDS} s of processor time, or broke down")
                return Reading(problems=out.problems)
            answers = json.loads(done.stdout[:_MAX_ANSWER])
        except subprocess.TimeoutExpired:
            out.problem(f"exiftool gave no answer in {_SECONDS} s")
        except (OSError, subprocess.SubprocessError, ValueError, RecursionError) as error:
            out.problem(f"exiftool's answer cannot be read: {type(error).__name__}")
        else:
            if isinstance(answers, list) and answers and isinstance(answers[0], dict):
                _answer(answers[0], out)
        return Reading(tags=out.tags, problems=out.problems)


def _hold() -> None:
    """Let exiftool use one second of processor time and no more; runs in its process, before it begins."""
    import resource  # POSIX only

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = _CPU_SECONDS if hard == resource.RLIM_INFINITY else min(_CPU_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _answer(answer: dict[str, Any], out: Collector) -> None:
    for key, value in answer.items():
        group, _, tag = key.rpartition(":")
        for groups, tags, name in _NAMES:
            if re.fullmatch(tags, tag) and re.fullmatch(groups, group):
                _put(name, value, key, out)
                break
    orientation = answer.get("IFD0:Orientation")
    if isinstance(orientation, int) and orientation in _TURNS:
        out.add("rotation", str(_TURNS[orientation]), "IFD0:Orientation", note="from the EXIF orientation")
    latitude, longitude = answer.get("Composite:GPSLatitude"), answer.get("Composite:GPSLongitude")
    numbers = isinstance(latitude, (int, float)) and isinstance(longitude, (int, float))
    if numbers and valid(latitude, longitude):  # type: ignore[arg-type]  # both are numbers here
        place = NOT_SET if unset(latitude, longitude) else written(latitude, longitude)  # type: ignore[arg-type]
        out.add("gps", place, "Composite:GPSLatitude")


def _put(name: str, value: Any, key: str, out: Collector) -> None:  # noqa: ANN401 - whatever JSON holds
    text = str(value)
    if name.endswith("time"):
        at, doubt = spelled(text)
        out.add(name, at, key, note=doubt)
    elif name in ("make", "model") and isinstance(value, int):
        return  # -n, which positions need, gives AVCHD's makers as their numbers: 264 is Sony
    elif name == "rotation":
        if isinstance(value, (int, float)):
            out.add(name, f"{round(value) % 360}", key)
    else:
        out.add(name, text, key)
