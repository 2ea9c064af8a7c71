"""The custody log can be checked without us, and the newsroom's key is kept from others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.keys import create_key, load_key, read_public
from verify.archive.store import CaseFolder
from verify.errors import ArchiveError, UsageError


def test_a_stranger_checks_the_chain_in_ten_lines(tmp_path: Path, clip) -> None:
    """The program of docs/case-format.md, word for word."""
    with CaseFolder(tmp_path / "case", by="Жан-Поль 'x' \ud800@here") as case:
        case.add_item("https://example.org/ü?a=1&b=\u202e", [clip(name="clip \udcff.mp4")])
        case.note("noted", '\x00\n\t"quoted" \\ \u2028', {"text": "𝄞", "number": 2**60, "list": [True, None]})
    document = (Path(__file__).resolve().parents[2] / "docs" / "case-format.md").read_text(encoding="utf-8")
    program = document.split("```python\n")[1].split("```")[0]
    done = subprocess.run(["python3", "-c", program], cwd=tmp_path / "case", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"3 entries, head {_head(tmp_path / 'case')}"


def _head(case: Path) -> str:
    return str(json.loads((case / "custody.jsonl").read_text(encoding="utf-8").split("\n")[-2])["hash"])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_checks_a_signature(tmp_path: Path) -> None:
    with CaseFolder(tmp_path / "case", key=create_key(tmp_path / "key", "Us")) as case:
        entry = next(case.log.entries())
    (tmp_path / "hash").write_text(entry.hash)
    (tmp_path / "signature").write_bytes(bytes.fromhex(entry.signature))
    command = f"openssl pkeyutl -verify -pubin -inkey case/keys/{entry.key}.pub -rawin -in hash -sigfile signature"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True)
    assert "Verified Successfully" in done.stdout


def test_the_key_is_its_owners_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    key = create_key(tmp_path / "config" / "newsroom.key", "The\nNewsroom")
    path = tmp_path / "config" / "newsroom.key"
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
    loaded = load_key(path)
    assert (loaded.public.fingerprint, loaded.owner) == (key.public.fingerprint, "The Newsroom")
    pem = (tmp_path / "config" / "newsroom.pub").read_text()
    assert read_public(pem).fingerprint == key.public.fingerprint
    assert "PRIVATE" not in pem
    with pytest.raises(ArchiveError, match="already"):
        create_key(path, "again")
    if os.name != "nt":
        path.chmod(0o644)
        with pytest.raises(ArchiveError, match="read by others"):
            load_key(path)


def test_the_secret_never_enters_a_case(tmp_path: Path, clip) -> None:
    key = create_key(tmp_path / "key", "Us")
    secret = (tmp_path / "key").read_bytes().split(b"\n")[2]
    with CaseFolder(tmp_path / "case", key=key) as case:
        case.add_item("clip.mp4", [clip()])
        assert case.custody().signed_by.startswith("Us (key ")
    for path in (tmp_path / "case").rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()


@pytest.mark.parametrize("text", ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no key"])
def test_what_is_no_key_is_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a"):
        read_public(text)
    (tmp_path / "key").write_text(text)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(ArchiveError, match="not a key"):
        load_key(tmp_path / "key")


def test_a_fraction_has_no_one_form_and_is_not_logged(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.sqlite")
    log = Log(database)
    with pytest.raises(ValueError, match="float"):
        log.append("noted", "x", {"value": 0.1})
    assert log.head().entries == 0
    database.close()
