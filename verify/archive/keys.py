"""The newsroom's Ed25519 key: made once, kept in the user's configuration, its public half given away.

Rule: the secret never enters a case; a case carries public keys only, and names them by their fingerprint.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verify.archive.durable import plain_errors, sync_folder
from verify.errors import ArchiveError, UsageError

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """A public key: `pem` as `openssl pkey -pubin` reads it; `fingerprint` is SHA-256 over its DER form, in hex."""

    fingerprint: str
    pem: str
    owner: str = ""

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Return whether `signature` is this key's over `data`."""
        key = serialization.load_pem_public_key(self.pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        try:
            key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The secret half. `owner` is what people call it; it is printed, and proves nothing by itself."""

    def __init__(self, private: Ed25519PrivateKey, owner: str) -> None:
        self._private = private
        self.owner = owner
        self.public = _public(private.public_key(), owner)

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes) over `data`."""
        return self._private.sign(data)


def default_key() -> Path:
    """Return where the user's key lives when no other place is given."""
    return platformdirs.user_config_path("firstseen") / "newsroom.key"


def create_key(path: Path, owner: str) -> SigningKey:
    """Make a new key at `path`, readable by its owner only (0600), and its public half beside it (`.pub`).

    Raises ArchiveError when a key is there already or the place cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    body = private.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key = SigningKey(private, owner)
    with plain_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise ArchiveError(
                f"There is a key at {path} already.", "It is kept: a lost key cannot be made again."
            ) from error
        with os.fdopen(handle, "wb") as file:
            file.write(f"owner: {' '.join(owner.split())}\n".encode() + body)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".pub").write_text(key.public.pem, encoding="ascii")
        sync_folder(path.parent)
    return key


def load_key(path: Path) -> SigningKey:
    """Return the key at `path`. Raises ArchiveError when it is missing, open to others, or not an Ed25519 key."""
    with plain_errors(path):
        if not path.is_file():
            raise ArchiveError(f"There is no key at {path}.", "Make one with `firstseen key create`.")
        if os.name != "nt" and path.stat().st_mode & 0o077:
            raise ArchiveError(f"The key {path} can be read by others.", f"Run: chmod 600 {path}")
        body = path.read_bytes()
    try:
        private = serialization.load_pem_private_key(body[body.find(b"-----BEGIN") :], password=None)
    except (ValueError, TypeError) as error:
        raise ArchiveError(
            f"{path} is not a key: {error}.", "Give the file that `firstseen key create` wrote."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ArchiveError(f"{path} is not an Ed25519 key.", "Give the file that `firstseen key create` wrote.")
    first = body.split(b"\n", 1)[0].decode("utf-8", "replace")
    return SigningKey(private, first.removeprefix("owner: ") if first.startswith("owner: ") else "")


def read_public(pem: str) -> PublicKey:
    """Return the Ed25519 public key that `pem` holds. Raises UsageError when it holds none."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise UsageError(f"This is not a public key: {error}.", "Give the .pub file of the newsroom.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError("This is not an Ed25519 public key.", "Give the .pub file of the newsroom.")
    return _public(key)


def _public(key: Ed25519PublicKey, owner: str = "") -> PublicKey:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return PublicKey(fingerprint=hashlib.sha256(der).hexdigest(), pem=pem, owner=owner)
