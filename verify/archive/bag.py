"""One file that holds many: a BagIt bag in a zip (RFC 8493), written, and taken apart again with distrust.

Rule: nothing of a foreign zip is written before its whole list was judged, nothing is written outside one new
folder, and what is there in the end is exactly what its manifests say. Files are stored, not compressed: videos do
not shrink, and a bundle of ours then never looks like a bomb.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from verify.archive import durable
from verify.errors import DiskFullError, NotFoundError, TamperedError

# A whole case of 10,000 clips with 24 keyframes each has about 300,000 files; a zip of a million empty ones is an
# attack on memory (facts/hostile-input.md, row 14).
LARGEST_COUNT = 500_000
# JSON shrinks some twenty times; deflate can reach 1032 times, which only bombs do.
LARGEST_RATIO = 100
_RATIO_FROM = 1024 * 1024  # bytes; what unpacks to less is harmless at any ratio
_LARGEST_NAME = 1000
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)  # Windows devices
_FORBIDDEN = set('<>:"|?*\\')  # not allowed in names on Windows; `:` and `\` also hide drives and paths
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-f]{64})  ?\*?(.+)")
_LOCAL_HEADER = 30  # bytes of an entry's own header, without its name (APPNOTE 4.3.7)
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


# -- writing ---------------------------------------------------------------------------------------------------


def write_bag(to: Path, payload: Mapping[str, Path | bytes], info: Mapping[str, str], readme: str) -> tuple[str, int]:
    """Write the new zip `to` with `payload` (path under `data/` to a file or bytes), and return its SHA-256 and size.

    Raises TamperedError when `to` is there already, and what `durable.plain_errors` gives.
    """
    name = to.stem
    temporary = to.with_name(f".{to.name}.{os.getpid()}.part")
    with durable.plain_errors(to):
        if to.exists():
            raise TamperedError(f"{to} is there already.", "Give another name: a bundle is never overwritten.")
        try:
            with zipfile.ZipFile(temporary, "x", zipfile.ZIP_STORED) as bag:
                _fill(bag, name, payload, info, readme)
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())
            found = durable.digest(temporary)
            temporary.rename(to)
            durable.sync_folder(to.parent)
        finally:
            temporary.unlink(missing_ok=True)
    return found


def _fill(
    bag: zipfile.ZipFile, name: str, payload: Mapping[str, Path | bytes], info: Mapping[str, str], readme: str
) -> None:
    manifest, total = [], 0
    for path in sorted(payload):
        source = payload[path]
        sha256, size = _store(bag, f"{name}/data/{path}", source)
        manifest.append(f"{sha256}  data/{path}\n")
        total += size
    tags = {
        "bagit.txt": _VERSION,
        "bag-info.txt": "".join(
            f"{key}: {' '.join(value.split())}\n"
            for key, value in {
                **info,
                "Bagging-Date": f"{datetime.now(UTC):%Y-%m-%d}",
                "Payload-Oxum": f"{total}.{len(payload)}",
            }.items()
        ),
        "manifest-sha256.txt": "".join(manifest),
        "README.txt": readme,
    }
    tagged = [f"{_store(bag, f'{name}/{tag}', text.encode())[0]}  {tag}\n" for tag, text in tags.items()]
    _store(bag, f"{name}/tagmanifest-sha256.txt", "".join(tagged).encode())


def _store(bag: zipfile.ZipFile, name: str, source: Path | bytes) -> tuple[str, int]:
    entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.external_attr = (stat.S_IFREG | 0o444) << 16
    if isinstance(source, bytes):
        bag.writestr(entry, source)
        return durable.hash_of(source), len(source)
    with bag.open(entry, "w", force_zip64=True) as to:
        return durable.pour(source, to)


# -- reading ---------------------------------------------------------------------------------------------------


def unpack_bag(bundle: Path, to: Path) -> Path:
    """Take the zip `bundle` apart into the new folder `to`, and return the bag's folder, checked by its manifests.

    Raises TamperedError for anything a bundle never has (and then leaves nothing behind), NotFoundError when there is
    no such file, DiskFullError when it would not fit.
    """
    if not bundle.is_file():
        raise NotFoundError(f"There is no bundle {bundle}.", "Give the .zip file of a bundle.")
    with durable.plain_errors(to), _refusing(bundle):
        _look_at_end(bundle)
        with zipfile.ZipFile(bundle) as archive:
            entries = _judged(archive, bundle, shutil.disk_usage(_there(to)).free)
            to.mkdir(parents=True)
            try:
                for entry, path in entries:
                    _extract(archive, entry, to / path)
                return _checked_bag(to)
            except BaseException:  # raised again: Ctrl-C too leaves nothing half unpacked
                shutil.rmtree(to, ignore_errors=True)
                raise


@contextmanager
def _refusing(bundle: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error) as error:
        raise _refusal(bundle, f"it is not a sound zip ({error})") from error


def _refusal(bundle: Path, why: str) -> TamperedError:
    return TamperedError(f"The bundle {bundle.name} is refused: {why}.", "Ask whoever made it for a new one.")


def _there(path: Path) -> Path:
    return path if path.exists() else _there(path.parent)


def _look_at_end(bundle: Path) -> None:
    """Refuse a list of too many files before anything reads it into memory (APPNOTE 4.3.14 to 4.3.16)."""
    with bundle.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        tail_at = max(0, size - 65_557)
        file.seek(tail_at)
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < 22:
            raise _refusal(bundle, "it is not a zip")
        count, listed = struct.unpack_from("<H", tail, at + 10)[0], struct.unpack_from("<L", tail, at + 12)[0]
        if tail[at - 20 : at - 16] == _LOCATOR:
            file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            record = file.read(56)
            if record[:4] == _END64 and len(record) == 56:
                count, listed = struct.unpack_from("<QQ", record, 32)
    # An entry of the list takes 46 bytes and its name: a count that lies is caught by the length.
    if count > LARGEST_COUNT or listed > LARGEST_COUNT * 200:
        raise _refusal(bundle, f"it lists more than {LARGEST_COUNT} files")


def _judged(archive: zipfile.ZipFile, bundle: Path, free: int) -> list[tuple[zipfile.ZipInfo, str]]:
    entries: list[tuple[zipfile.ZipInfo, str]] = []
    seen: set[str] = set()
    folders: set[str] = set()
    total = 0
    for entry in archive.infolist():
        name = entry.orig_filename
        if why := _wrong_name(name) or _wrong_kind(entry):
            raise _refusal(bundle, why)
        path = name.rstrip("/")
        folded = unicodedata.normalize("NFKC", path).casefold()
        parents = {folded[:i] for i, c in enumerate(folded) if c == "/"}
        if folded in seen or (not entry.is_dir() and folded in folders) or parents & seen:
            raise _refusal(bundle, f"two of its files would be one: {path[:80]!r}")
        folders |= parents
        if entry.is_dir():
            folders.add(folded)
            continue
        seen.add(folded)
        total += entry.file_size
        entries.append((entry, path))
    if not entries:
        raise _refusal(bundle, "it is empty")
    if _overlap(archive):
        raise _refusal(bundle, "its files overlap")
    if total > free:
        raise DiskFullError(
            f"The bundle {bundle.name} unpacks to {total} bytes, and {free} are free.", "Free some space first."
        )
    return entries


def _overlap(archive: zipfile.ZipFile) -> bool:
    """Return whether two files of the zip share bytes: a small one can so unpack to terabytes (D. Fifield, 2019)."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    ends = [e.header_offset + _LOCAL_HEADER + len(e.orig_filename) + e.compress_size for e in entries]
    starts = [*(e.header_offset for e in entries[1:]), archive.start_dir]
    return any(end > start for end, start in zip(ends, starts, strict=True))


def _wrong_name(name: str) -> str:
    """Return why `name` may not be a path in a bundle, or ''."""
    parts = name.rstrip("/").split("/")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or c in _FORBIDDEN for c in name):
        return "a name holds a character that hides or means something else"
    if name.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        return "a name leads out of its folder"
    if any(_RESERVED.fullmatch(part) or part.endswith((".", " ")) for part in parts):
        return "a name means a device on some systems"
    if len(name.encode("utf-8")) > _LARGEST_NAME or any(len(part.encode("utf-8")) > 255 for part in parts):
        return "a name is too long"
    return ""


def _wrong_kind(entry: zipfile.ZipInfo) -> str:
    """Return why `entry` is no plain file or folder that can be unpacked, or ''."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR} or (kind == stat.S_IFDIR and not entry.is_dir()):
        return "it holds a link or a device"
    if entry.flag_bits & 0x1:
        return "it is encrypted"
    if entry.compress_type not in _METHODS:
        return "it is packed in an unusual way"
    if entry.file_size > _RATIO_FROM and entry.file_size > LARGEST_RATIO * max(1, entry.compress_size):
        return "it unpacks to more than a hundred times its size"
    return ""


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path) -> None:
    """Write one file, and never more bytes than its entry announced (which was judged)."""
    to.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, to.open("xb") as file:
        while block := source.read(min(durable.BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile("a file is longer than announced")
            file.write(block)
    if left:
        raise zipfile.BadZipFile("a file is shorter than announced")


def _checked_bag(folder: Path) -> Path:
    """Return the one bag in `folder` after checking it as RFC 8493 section 3 says: complete, and valid."""
    tops = sorted(folder.iterdir())
    if len(tops) != 1 or not (tops[0] / "bagit.txt").is_file():
        raise TamperedError("The bundle is refused: it does not hold one bag.", "Ask whoever made it for a new one.")
    bag = tops[0]
    if (bag / "fetch.txt").exists():
        raise TamperedError("The bundle is refused: parts of it would have to be fetched from elsewhere.")
    _agrees(bag, _manifest(bag / "manifest-sha256.txt"), _files_under(bag, "data"))
    tags = {p for p in _files_under(bag, "") if not p.startswith("data/") and p != "tagmanifest-sha256.txt"}
    _agrees(bag, _manifest(bag / "tagmanifest-sha256.txt"), tags)
    return bag


def _manifest(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TamperedError(f"The bundle is refused: it has no readable {path.name}.") from error
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise TamperedError(f"The bundle is refused: {path.name} has a line that is none.")
        found[match[2]] = match[1]
    return found


def _files_under(bag: Path, part: str) -> set[str]:
    return {p.relative_to(bag).as_posix() for p in (bag / part).rglob("*") if p.is_file()}


def _agrees(bag: Path, manifest: Mapping[str, str], present: Iterable[str]) -> None:
    present = set(present)
    for path in sorted(manifest.keys() | present):
        if path not in present or path not in manifest:
            kind = "lacks" if path in manifest else "has, beyond its manifest,"
            raise TamperedError(f"The bundle is refused: it {kind} {path}.", "Ask whoever made it for a new one.")
        if durable.digest(bag / path)[0] != manifest[path]:
            raise TamperedError(f"The bundle is refused: {path} was changed.", "Ask whoever made it for a new one.")
