"""What is written for people and standard tools, from the database: the log as lines, manifests, newest reports.

Rule: nothing here is the truth; all of it can be made again, and `audit` compares it with what it was made from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from verify.archive import durable
from verify.archive.custody import Log, parse
from verify.archive.database import Database
from verify.archive.keys import PublicKey
from verify.archive.locks import Lock
from verify.archive.staging import Staging, belongs
from verify.errors import TamperedError

LOG = "custody.jsonl"
MANIFEST = "manifest-sha256.txt"
KEYS = "keys"
_NUMBERED = re.compile(r"(?P<folder>(items/[^/]+/)?)reports/(?P<stem>[^/]+)-[0-9]{4}\.(?P<ending>[^/]+)")
_TAIL = 1024 * 1024  # bytes; longer than any entry


class Derived:
    """Writes the derived files of the case at `root`."""

    def __init__(self, root: Path, database: Database, log: Log) -> None:
        self._root = root
        self._database = database
        self._log = log

    def refresh(self, paths: Iterable[str], staging: Staging) -> None:
        """Bring the log's lines, and the manifests and newest reports that `paths` belong to, up to date.

        Raises OSError or ArchiveError where that cannot be written: it can be made up for at any time.
        """
        paths = list(paths)
        self._export_log()
        for item in sorted({p.split("/")[1] for p in paths if p.startswith("items/")}):
            if not belongs(self._root, f"items/{item}/{MANIFEST}"):
                continue
            manifest = self._root / "items" / item / MANIFEST
            durable.replace(self._manifest(item).encode(), manifest, staging.new())
        for plain, numbered in self._newest(paths).items():
            if not belongs(self._root, numbered):
                continue
            data = (self._root / numbered).read_bytes()
            target = self._root / plain
            if not target.is_file() or target.read_bytes() != data:
                durable.replace(data, target, staging.new())

    def settle(self, paths: Iterable[str], staging: Staging) -> None:
        """Do as `refresh` does, and see to it that all of it is on disk when the mark of the process goes."""
        self.refresh(paths, staging)
        durable.sync_file(self._root / LOG)
        durable.sync_folder(self._root)

    def _export_log(self) -> None:
        """Append to `custody.jsonl` what it lacks or a power cut tore; any other difference is left for `audit`."""
        with Lock(self._root / "tmp" / "log.lock"):
            handle = os.open(self._root / LOG, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
            with os.fdopen(handle, "r+b") as file:
                size = end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - _TAIL))
                tail = file.read()
                last = tail[:-1].rpartition(b"\n")[2]
                number = self._agrees_up_to(last) if tail.endswith(b"\n") else None
                if number is None:
                    end, number = self._untorn(file)
                if number is None:
                    return
                new = "".join(line + "\n" for line in self._log.lines(number)).encode()
                if new or end < size:
                    file.seek(end)
                    file.truncate()
                    file.write(new)

    def _agrees_up_to(self, last: bytes) -> int | None:
        """Return the number of the entry that the whole line `last` is, or None when it is none."""
        try:
            number = parse(last).number
        except TamperedError:
            return None
        return number if (self._log.line_of(number) or "").encode() == last else None

    def _untorn(self, file: BinaryIO) -> tuple[int, int | None]:
        """Return the length and the last entry of the good beginning of a torn file; None when it is not just torn.

        What a power cut leaves of an append is a beginning of it, or zeros, or both: never other bytes.
        """
        file.seek(0)
        found, good, number = file.read(), 0, 0
        for line in self._log.lines():
            text = f"{line}\n".encode()
            if found[good : good + len(text)] != text:
                rest = found[good:].rstrip(b"\0")
                expected = "".join(f"{one}\n" for one in self._log.lines(number)).encode()
                return good, number if expected.startswith(rest) else None
            good, number = good + len(text), number + 1
        return good, number if not found[good:].strip(b"\0") else None

    def _manifest(self, item: str) -> str:
        """Return the manifest of an item: its own files, and the originals that its record names."""
        rows = self._database.all(
            "SELECT f.path, f.sha256 FROM files f WHERE f.item = ? OR f.path IN"
            " (SELECT json_extract(j.value, '$.path') FROM items i, json_each(i.record, '$.files') j WHERE i.id = ?)",
            (item, item),
        )
        return manifest_text({str(path): str(sha256) for path, sha256 in rows})

    def _newest(self, paths: Iterable[str]) -> dict[str, str]:
        """Return what `newest_reports` says of the folders that `paths` lie in."""
        folders = {path.rpartition("/")[0] for path in paths if _NUMBERED.fullmatch(path)}
        rows = [self._database.all("SELECT path FROM files WHERE path GLOB ?", (f"{f}/*",)) for f in folders]
        return newest_reports(str(path) for found in rows for (path,) in found)

    def public_key(self, key: PublicKey, staging: Staging) -> None:
        """Put a public key beside the log, for those who check signatures."""
        path = self._root / KEYS / f"{key.fingerprint}.pub"
        if not path.is_file():
            durable.replace(key.pem.encode("ascii"), path, staging.new())


def manifest_text(files: Mapping[str, str]) -> str:
    """Return the manifest of `files` (path to SHA-256) as `sha256sum -c` takes it, run from the case folder."""
    return "".join(f"{files[path]}  {path}\n" for path in sorted(files))


def newest_reports(paths: Iterable[str]) -> dict[str, str]:
    """Return the plain name of each report among the files `paths`, and the newest numbered file it is a copy of."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        if match := _NUMBERED.fullmatch(path):
            found[f"{match['folder']}{match['stem']}.{match['ending']}"] = path
    return found
