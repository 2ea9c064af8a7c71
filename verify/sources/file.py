"""Local files and folders. Rule: the user's file is only read, its copy is staged, and links are not followed out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from verify.errors import DiskFullError, NotFoundError, NotVideoError, SourceError, UnreadableMediaError
from verify.records.times import moment
from verify.settings import MIB, Settings
from verify.sources import kinds
from verify.sources.base import Arrival, Progress, Received, Source
from verify.text import one_line

_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ENOSPC = {28, 122}  # ENOSPC, EDQUOT


class FileSource(Source):
    """A local file, or every video under a folder, in the order of their names."""

    name: ClassVar[str] = "file"
    order: ClassVar[int] = 90

    def takes(self, target: str) -> bool:
        """Return whether `target` is no address with a scheme, or is a file that exists by that very name."""
        return not _URL.match(target)

    def fetch(self, target: str, staging: Path, settings: Settings, progress: Progress) -> Iterator[Arrival]:
        """Yield one Arrival for a file, or one for each video under a folder.

        Raises NotFoundError, NotVideoError (a folder without videos, a device), UnreadableMediaError (an empty file),
        SourceError (no permission) and DiskFullError.
        """
        path = Path(target).expanduser()
        shown = one_line(target, 200)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            raise _missing(shown, error) from error
        if stat.S_ISDIR(mode):
            yield from self._folder(path, shown, staging, progress)
            return
        if not stat.S_ISREG(mode):
            raise NotVideoError(f"{shown} is not a file.", "Give a video file or a folder.")
        yield self._file(path, target, staging, progress)

    def _folder(self, path: Path, shown: str, staging: Path, progress: Progress) -> Iterator[Arrival]:
        found = videos_in(path)
        if not found:
            raise _no_video(path, shown)
        failed: SourceError | UnreadableMediaError | None = None
        for one in found:
            try:
                yield self._file(one, str(one), staging, progress)
            except (SourceError, UnreadableMediaError) as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def _file(self, path: Path, target: str, staging: Path, progress: Progress) -> Arrival:
        shown = one_line(target, 200)
        now = datetime.now(UTC)
        copy = staging / f"{uuid.uuid4().hex}{_ending(path)}"
        try:
            size, changed = _copy(path, copy, shown, progress)
        except BaseException:
            copy.unlink(missing_ok=True)  # also when the user stops it: nothing half-written stays
            raise
        seen = datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds")
        info = {
            "path": str(path.absolute()),
            "size": size,
            "file_system_time": seen,
            "file_system_time_note": "file system time, weak: copying and downloading change it",
        }
        return Arrival(
            target=target,
            files=(Received(path=copy, role="evidentiary copy", name=path.name),),
            acquired=moment(now, "this machine's clock when the file was copied into the case"),
            acquired_by="firstseen, copied from the local file system",
            info=info,
        )


def videos_in(folder: Path) -> list[Path]:
    """Return the regular files under `folder` that look like videos, sorted; links and hidden files are passed over.

    So is a case that lies within: what it preserves came from elsewhere, and is known there already.
    """
    return sorted(path for path in _files_in(folder) if not path.is_symlink() and kinds.is_video(path))


def links_in(folder: Path) -> list[Path]:
    """Return the links under `folder` to files that look like videos, sorted: what `videos_in` passes over."""
    return sorted(path for path in _files_in(folder) if path.is_symlink() and kinds.is_video(path))


def pictures_in(folder: Path) -> list[Path]:
    """Return the stills and GIFs under `folder`, sorted: what `videos_in` passes over, and can be checked by name."""
    return sorted(
        path
        for path in _files_in(folder)
        if not path.is_symlink() and kinds.is_picture(path) and not kinds.is_video(path)
    )


def left_out(pictures: list[Path]) -> tuple[str, str]:
    """Return in a sentence how many pictures of a folder were left out, and how they are checked."""
    many = f"{len(pictures)} still pictures or GIFs were" if len(pictures) > 1 else "1 still picture or GIF was"
    return (
        f"{many} left out, because a folder is searched for videos only.",
        f"Give pictures by name to check them: firstseen check {shlex.quote(one_line(str(pictures[0]), 200))}",
    )


def _files_in(folder: Path) -> Iterator[Path]:
    """Yield what is a regular file under `folder`, or a link to one, and not hidden."""
    for root, folders, files in os.walk(folder, followlinks=False):
        if Path(root) != folder and {"custody.jsonl", "library.sqlite"} <= {*files}:
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (path for name in files if not name.startswith(".") and (path := Path(root) / name).is_file())


def _no_video(path: Path, shown: str) -> NotVideoError:
    links, pictures = links_in(path), pictures_in(path)
    if links:
        return NotVideoError(
            f"The folder {shown} holds no video file, but {len(links)} links to videos: links are not followed.",
            "Give the files that they point to.",
        )
    if pictures:
        told, advice = left_out(pictures)
        return NotVideoError(f"The folder {shown} holds no video file; {told}", advice)
    return NotVideoError(f"The folder {shown} holds no video file.", "Give a folder with videos, or a file.")


def _missing(shown: str, error: Exception) -> SourceError:
    if isinstance(error, PermissionError):
        return SourceError(f"{shown} may not be read: permission denied.", "Check who owns the file.")
    if _looks_like_host(shown):
        return NotFoundError(f"There is no file {shown}.", f"If it is an address, write it whole: https://{shown}")
    return NotFoundError(f"There is no file or folder {shown}.", "Check the spelling; give a file, a folder or a URL.")


def _looks_like_host(text: str) -> bool:
    return bool(re.match(r"^[\w-]+(\.[\w-]+)*\.[a-z]{2,}/\S+", text, re.IGNORECASE))


def _ending(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,6}", suffix) else ""


def _copy(path: Path, copy: Path, shown: str, progress: Progress) -> tuple[int, float]:
    """Copy the bytes of a regular file; return (size, modification time)."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _missing(shown, error) from error
    with os.fdopen(handle, "rb") as source:
        state = os.fstat(source.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise NotVideoError(f"{shown} is not a file.", "Give a video file or a folder.")
        if state.st_size == 0:
            raise UnreadableMediaError(f"The file {shown} is empty.", "Save or download it again.")
        if state.st_size > shutil.disk_usage(copy.parent).free:  # said at once, not after filling the disk
            raise DiskFullError(
                f"There is no room on the disk for {shown} ({state.st_size:,} bytes).", "Free some space."
            )
        try:
            with copy.open("xb") as out:
                _bytes(source, out, state.st_size, shown, progress)
        except OSError as error:
            if error.errno in _ENOSPC:
                raise DiskFullError(f"There is no room on the disk for {shown}.", "Free some space.") from error
            raise SourceError(f"{shown} could not be copied: {(error.strerror or 'read error').lower()}.") from error
    return copy.stat().st_size, state.st_mtime


def _bytes(source: BinaryIO, out: BinaryIO, size: int, shown: str, progress: Progress) -> None:
    if _clone(source, out):
        progress(size, size, shown)
        return
    done = 0
    while data := source.read(4 * MIB):
        out.write(data)
        done += len(data)
        progress(done, size, shown)


def _clone(source: BinaryIO, out: BinaryIO) -> bool:
    """Share the blocks where the file system can (FICLONE, Linux): no time, no space, and the original stays apart."""
    try:
        import fcntl

        fcntl.ioctl(out.fileno(), 0x40049409, source.fileno())  # FICLONE, linux/fs.h
    except (ImportError, OSError):
        return False
    return True
