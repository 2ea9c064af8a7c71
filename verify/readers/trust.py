"""The pinned list of issuers of content credentials. Rule: it is put there by a person, and never fetched."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

LIST_VARIABLE = "FIRSTSEEN_TRUST_LIST"
_MAX_LIST = 4 * 1024 * 1024  # bytes: the official list is some tens of kB


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustList:
    """The pinned list of issuers: its file, SHA-256, date (of the file) and PEM text."""

    path: Path
    sha256: str
    date: str
    pem: str


def trust_folder() -> Path:
    """Return the folder that is looked into for a list, whether it is there or not."""
    return platformdirs.user_data_path("firstseen") / "trust"


def trust_list() -> TrustList | None:
    """Return the pinned trust list, or None where there is none.

    It is the file that the environment variable FIRSTSEEN_TRUST_LIST names, else the newest `trust/*.pem` in the user's
    data folder. It is never fetched: docs/metadata.md says where C2PA publishes it.
    """
    named = os.environ.get(LIST_VARIABLE)
    try:
        files = [Path(named)] if named else sorted(trust_folder().glob("*.pem"), key=lambda p: p.stat().st_mtime)
        if not files or files[-1].stat().st_size > _MAX_LIST:
            return None
        raw = files[-1].read_bytes()
        made = datetime.fromtimestamp(files[-1].stat().st_mtime, UTC).date().isoformat()
    except OSError:
        return None
    if b"-----BEGIN CERTIFICATE-----" not in raw:
        return None
    pem = raw.decode("ascii", errors="ignore")
    return TrustList(path=files[-1], sha256=hashlib.sha256(raw).hexdigest(), date=made, pem=pem)
