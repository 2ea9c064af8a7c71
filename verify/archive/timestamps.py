"""Time stamps of others on the custody log (RFC 3161): proof that the log, up to its head, existed at a time.

Rule: what is stamped is the hash of the last entry, so one stamp covers everything before it; only 32 bytes leave the
machine, and only through the `send` that the caller gives (the network guard). An authority that did not stamp is
waited for: the log itself is the queue (`waiting`), and a later stamp covers what the missed one would have, with a
later time. Needs the extra `timestamps` (rfc3161-client).
"""

from __future__ import annotations

import re
import ssl
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from verify.archive import durable
from verify.archive.custody import Entry
from verify.archive.reading import CaseReader
from verify.archive.store import CaseFolder
from verify.errors import ArchiveError, FirstseenError, MissingExtraError
from verify.text import one_line

Send = Callable[[str, bytes], bytes]
"""Posts a body (`application/timestamp-query`) to an address and returns the answer's body; raises SourceError."""

_KIND = "rfc3161"
_ABOUT_STAMPS = frozenset({"time stamped", "time stamp not had", "time stamp asked", "roots kept"})
_LARGEST = 1024 * 1024  # bytes of an answer: a token with its certificates has some 6 kB


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """Somebody who stamps. `roots` are certificates (PEM) that its own must lead to; empty: those of this system."""

    name: str
    address: str
    roots: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What one authority said: that the log up to `entry` existed at `at` (UTC); or `problem`, why it did not."""

    authority: str
    entry: int
    head: str
    at: datetime | None = None
    file: str = ""  # relative to the case
    problem: str = ""


def stamp(case: CaseFolder, authorities: Iterable[Authority], send: Send) -> list[Stamp]:
    """Have the log's head stamped by each of `authorities`, check and keep what they answer, and note who did not.

    Raises MissingExtraError without rfc3161-client, ArchiveError for a case that cannot be written.
    """
    client = _client()
    custody = case.custody()
    stamps = []
    for authority in authorities:
        try:
            answer, at = _asked(client, authority, custody.head, send)
        except FirstseenError as error:
            details = {"authority": authority.name, "address": authority.address, "entry": custody.entries}
            if authority.roots:
                details["roots"] = _kept_roots(case, authority.roots)
            case.note("time stamp not had", authority.name, {**details, "reason": error.message})
            stamps.append(
                Stamp(authority=authority.name, entry=custody.entries, head=custody.head, problem=error.message)
            )
            continue
        name = f"{custody.entries:08d}-{re.sub('[^a-z0-9]+', '-', authority.name.lower()).strip('-')[:40]}.tsr"
        details = {"authority": authority.name, "entry": custody.entries, "head": custody.head, "at": at.isoformat()}
        case.save_token(name, answer, details)
        stamps.append(
            Stamp(
                authority=authority.name,
                entry=custody.entries,
                head=custody.head,
                at=at,
                file=f"timestamps/{name}",
            )
        )
    return stamps


def due(case: CaseReader) -> int:
    """Return how many entries of the log no time stamp covers yet (those about stamping left out)."""
    covered, count = 0, 0
    for entry in case.log.entries():
        if entry.action == "time stamped":
            covered = max(covered, int(entry.details["entry"]))
    for entry in case.log.entries(after=covered):
        count += entry.action not in _ABOUT_STAMPS
    return count


def waiting(case: CaseReader) -> list[Authority]:
    """Return the authorities that were asked and have not stamped since, in the order of asking: the queue."""
    queue: dict[str, Authority] = {}
    for entry in case.log.entries():
        details = entry.details
        if entry.action == "time stamp not had" and details.get("address"):
            roots = str(details.get("roots", ""))
            pem = case.read(roots).decode("ascii", "replace") if roots else ""
            name = str(details["authority"])
            queue[name] = Authority(name=name, address=str(details["address"]), roots=pem)
        elif entry.action == "time stamped":
            queue.pop(str(details["authority"]), None)
    return list(queue.values())


def _kept_roots(case: CaseFolder, roots: str) -> str:
    """Keep the certificates that an awaited stamp must lead to, once, and return their path in the case."""
    name = f"roots-{durable.hash_of(roots.encode())[:16]}.pem"
    if not (case.path / "timestamps" / name).is_file():
        case.save_token(name, roots.encode(), {"roots": True}, action="roots kept")
    return f"timestamps/{name}"


def check_stamps(case: CaseReader, authorities: Iterable[Authority] = ()) -> list[Stamp]:
    """Check every time stamp in the case again, offline: the token, its certificates, and the entry it covers.

    `authorities` give the root certificates by name; for others those of this system are taken.
    Raises MissingExtraError without rfc3161-client.
    """
    client = _client()
    known = {authority.name: authority for authority in authorities}
    heads: dict[int, str] = {}
    found = []
    for entry in case.log.entries():
        heads[entry.number] = entry.hash
        if entry.action == "time stamped" and entry.details.get("kind", _KIND) == _KIND:
            name = str(entry.details["authority"])
            found.append(_checked(client, case, entry, heads, known.get(name, Authority(name=name, address=""))))
    return found


def _checked(client: Any, case: CaseReader, entry: Entry, heads: dict[int, str], authority: Authority) -> Stamp:  # noqa: ANN401
    number, path = int(entry.details["entry"]), str(entry.details["files"][0]["path"])
    head = heads.get(number, "")
    problem, at = "", None
    try:
        at = _verified(client, authority, head, case.read(path))
    except (FirstseenError, KeyError) as error:
        problem = error.message if isinstance(error, FirstseenError) else f"{path} is not in the case."
    return Stamp(authority=authority.name, entry=number, head=head, at=at, file=path, problem=problem)


def _asked(client: Any, authority: Authority, head: str, send: Send) -> tuple[bytes, datetime]:  # noqa: ANN401
    request = client.TimestampRequestBuilder(
        data=head.encode("ascii"), hash_algorithm=client.HashAlgorithm.SHA256, nonce=True, cert_req=True
    ).build()
    answer = send(authority.address, request.as_bytes())
    return answer, _verified(client, authority, head, answer, request.nonce)


def _verified(client: Any, authority: Authority, head: str, answer: bytes, nonce: int | None = None) -> datetime:  # noqa: ANN401
    """Return the time that a token states for `head`, after checking it. Raises ArchiveError when it does not hold."""
    wrong = f"The time stamp of {authority.name} does not hold"
    if len(answer) > _LARGEST:
        raise ArchiveError(f"{wrong}: the answer is too long.")
    try:
        response = client.decode_timestamp_response(answer)
        own = [x509.load_der_x509_certificate(c) for c in response.signed_data.certificates]
        verifier = client.VerifierBuilder(
            roots=_roots(authority), intermediates=[c for c in own if _is_authority(c)], nonce=nonce
        ).build()
        verifier.verify_message(response, head.encode("ascii"))
        at: datetime = response.tst_info.gen_time
    except (ValueError, TypeError, client.VerificationError) as error:
        raise ArchiveError(f"{wrong}: {one_line(str(error), 200)}") from error
    return at


def _roots(authority: Authority) -> list[x509.Certificate]:
    if authority.roots:
        return x509.load_pem_x509_certificates(authority.roots.encode())
    system: Sequence[bytes] = ssl.create_default_context().get_ca_certs(binary_form=True)
    found = []
    with warnings.catch_warnings():
        # Some roots of every system have a serial number that RFC 5280 forbids; they are not ours to mend.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for der in system:
            try:
                found.append(x509.load_der_x509_certificate(der))
            except ValueError:  # a certificate that cryptography does not read can vouch for nothing
                continue
    return found


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _client() -> Any:  # noqa: ANN401 - an optional module
    try:
        import rfc3161_client
    except ImportError as error:
        raise MissingExtraError(
            "Time stamps need the extra `timestamps`.", "Install it: pip install 'firstseen[timestamps]'"
        ) from error
    return rfc3161_client


def roots_from(path: Path) -> str:
    """Return the root certificates (PEM) of the file at `path`. Raises ArchiveError when it holds none."""
    with durable.plain_errors(path):
        data = path.read_bytes()
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise ArchiveError(f"{path} holds no certificate: {error}.", "Give a PEM file.") from error
    return "".join(c.public_bytes(Encoding.PEM).decode("ascii") for c in certificates)
