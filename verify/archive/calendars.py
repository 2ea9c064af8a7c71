"""OpenTimestamps proofs for the custody log: a public calendar commits its head to the Bitcoin block chain.

Rule: a calendar is asked only when a person named it, learns only a salted hash, and is believed in nothing: a proof
is an arithmetic path from the head to a block's Merkle root, which anybody compares with any copy of the chain. A
proof is pending for some hours; `upgrade` fetches the rest of the path later and keeps it beside the first one.
Protocol and format as github.com/opentimestamps/python-opentimestamps has them. Needs the extra `opentimestamps`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from verify.archive.custody import Entry
from verify.archive.reading import CaseReader
from verify.archive.store import CaseFolder
from verify.errors import ArchiveError, FirstseenError, MissingExtraError
from verify.text import one_line

KIND = "opentimestamps"
ASKED, STAMPED = "time stamp asked", "time stamped"
Ask = Callable[[str, bytes | None], bytes]
"""POSTs a body to an address, or GETs it (None), and returns the answer's body; raises SourceError."""

_LARGEST = 64 * 1024  # bytes of a proof: a calendar's answer has some 200 bytes, a whole path some 2 kB
_SALT = 16  # bytes; as the reference client: the calendar learns nothing that could be guessed


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What a proof says: that the log up to `entry` is in each of `blocks` (height, Merkle root it must have, hex).

    `pending` are calendars whose part of the path is still to be fetched; `problem` is why it does not hold.
    """

    entry: int
    head: str
    file: str
    blocks: tuple[tuple[int, str], ...] = ()
    pending: tuple[str, ...] = ()
    problem: str = ""


def submit_head(case: CaseFolder, calendars: Iterable[str], ask: Ask) -> list[Proof]:
    """Have each of `calendars` (addresses) commit to the log's head, and keep each answer as a pending proof.

    One that does not answer is noted in the log, and stays waiting for `upgrade`. Raises MissingExtraError without
    the extra, ArchiveError for a case that cannot be written.
    """
    ots = _library()
    custody, proofs = case.custody(), []
    for number, calendar in enumerate(dict.fromkeys(c.rstrip("/") for c in calendars)):
        try:
            stamp = _pending(ots, calendar, custody.head, ask)
        except FirstseenError as error:
            details = {"authority": calendar, "kind": KIND, "entry": custody.entries, "reason": error.message}
            case.note("time stamp not had", calendar, details)
            proofs.append(Proof(entry=custody.entries, head=custody.head, file="", problem=error.message))
            continue
        name = f"{custody.entries:08d}-{_salted_name(calendar)}-{number}.ots"
        details = {"authority": calendar, "kind": KIND, "entry": custody.entries, "head": custody.head}
        case.save_token(name, _bytes(ots, custody.head, stamp), details, action=ASKED)
        file = f"timestamps/{name}"
        proofs.append(Proof(entry=custody.entries, head=custody.head, file=file, pending=(calendar,)))
    return proofs


def upgrade(case: CaseFolder, ask: Ask) -> list[Proof]:
    """Fetch the rest of each pending proof from the calendar that was named for it; keep what came as a new file.

    What is not in a block yet stays pending. Raises MissingExtraError without the extra.
    """
    ots = _library()
    done = {str(e.details.get("of")) for e in _entries(case, STAMPED)}
    proofs = []
    for entry in list(_entries(case, ASKED)):
        path, calendar = str(entry.details["files"][0]["path"]), str(entry.details["authority"])
        if path in done:
            continue
        proof = _upgraded(ots, case, entry, path, calendar, ask)
        proofs.append(proof)
    return proofs


def check_proofs(case: CaseReader) -> list[Proof]:
    """Check every proof in the case again, offline: each step of the path, and the entry it starts from.

    Raises MissingExtraError without the extra.
    """
    ots = _library()
    heads: dict[int, str] = {}
    found = []
    for entry in case.log.entries():
        heads[entry.number] = entry.hash
        if entry.details.get("kind") == KIND and entry.details.get("files"):
            head = heads.get(int(entry.details["entry"]), "")
            found.append(_checked(ots, case, entry, head))
    return found


def waiting(case: CaseReader) -> int:
    """Return how many proofs are pending still."""
    done = {str(e.details.get("of")) for e in _entries(case, STAMPED)}
    return sum(str(e.details["files"][0]["path"]) not in done for e in _entries(case, ASKED))


def _entries(case: CaseReader, action: str) -> Iterator[Entry]:
    return (e for e in case.log.entries() if e.action == action and e.details.get("kind") == KIND)


def _upgraded(ots: Any, case: CaseFolder, entry: Entry, path: str, calendar: str, ask: Ask) -> Proof:  # noqa: ANN401
    number, head = int(entry.details["entry"]), str(entry.details["head"])
    try:
        stamp = _read(ots, head, case.read(path))
        _complete(ots, stamp, calendar, ask)
    except (FirstseenError, KeyError) as error:
        problem = error.message if isinstance(error, FirstseenError) else f"{path} is not in the case."
        return Proof(entry=number, head=head, file=path, pending=(calendar,), problem=problem)
    blocks = _blocks(ots, stamp)
    if not blocks:
        return Proof(entry=number, head=head, file=path, pending=(calendar,))
    name = path.removeprefix("timestamps/").removesuffix(".ots") + "-block.ots"
    details = {"authority": calendar, "kind": KIND, "entry": number, "head": head, "of": path}
    details |= {"blocks": [{"height": height, "merkle root": root} for height, root in blocks]}
    case.save_token(name, _bytes(ots, head, stamp), details, action=STAMPED)
    return Proof(entry=number, head=head, file=f"timestamps/{name}", blocks=blocks)


def _checked(ots: Any, case: CaseReader, entry: Entry, head: str) -> Proof:  # noqa: ANN401
    number, path = int(entry.details["entry"]), str(entry.details["files"][0]["path"])
    try:
        stamp = _read(ots, head, case.read(path))
    except (FirstseenError, KeyError) as error:
        problem = error.message if isinstance(error, FirstseenError) else f"{path} is not in the case."
        return Proof(entry=number, head=head, file=path, problem=problem)
    found = {a.uri for _, a in stamp.all_attestations() if isinstance(a, ots.notary.PendingAttestation)}
    return Proof(entry=number, head=head, file=path, blocks=_blocks(ots, stamp), pending=tuple(sorted(found)))


def _pending(ots: Any, calendar: str, head: str, ask: Ask) -> Any:  # noqa: ANN401
    """Return the time stamp over `head` that leads, through a salt, to what the calendar answered."""
    stamp = ots.timestamp.Timestamp(_digest(head))
    salted = stamp.ops.add(ots.op.OpAppend(os.urandom(_SALT)))
    tip = salted.ops.add(ots.op.OpSHA256())
    answered = _parsed(ots, ask(f"{calendar}/digest", tip.msg), tip.msg, calendar)
    if not any(isinstance(a, ots.notary.PendingAttestation) for _, a in answered.all_attestations()) and not _blocks(
        ots, answered
    ):
        raise ArchiveError(f"The calendar {one_line(calendar, 100)} answered without a promise.")
    tip.merge(answered)
    return stamp


def _complete(ots: Any, stamp: Any, calendar: str, ask: Ask) -> None:  # noqa: ANN401
    """Add to `stamp` what the calendar knows by now; only the calendar that a person named is asked."""
    for part in _nodes(stamp):
        for one in list(part.attestations):
            if isinstance(one, ots.notary.PendingAttestation) and one.uri.rstrip("/") == calendar:
                data = ask(f"{calendar}/timestamp/{part.msg.hex()}", None)
                part.merge(_parsed(ots, data, part.msg, calendar))


def _nodes(stamp: Any) -> list[Any]:  # noqa: ANN401
    found, left = [], [stamp]
    while left:
        found.append(left.pop())
        left += found[-1].ops.values()
    return found


def _blocks(ots: Any, stamp: Any) -> tuple[tuple[int, str], ...]:  # noqa: ANN401
    """Return (height, Merkle root as explorers print it) of each Bitcoin block that the path ends in."""
    kind = ots.notary.BitcoinBlockHeaderAttestation
    ends = {(a.height, m[::-1].hex()) for m, a in stamp.all_attestations() if isinstance(a, kind) and len(m) == 32}
    return tuple(sorted(ends))


def _digest(head: str) -> bytes:
    return hashlib.sha256(head.encode("ascii", "replace")).digest()


def _bytes(ots: Any, head: str, stamp: Any) -> bytes:  # noqa: ANN401
    context = ots.serialize.BytesSerializationContext()
    ots.timestamp.DetachedTimestampFile(ots.op.OpSHA256(), stamp).serialize(context)
    data: bytes = context.getbytes()
    return data


def _read(ots: Any, head: str, data: bytes) -> Any:  # noqa: ANN401
    """Return the time stamp in an `.ots` file, after seeing that it starts from `head`. Raises ArchiveError."""
    wrong = "The proof does not hold"
    if len(data) > _LARGEST:
        raise ArchiveError(f"{wrong}: the file is too long.")
    try:
        found = ots.timestamp.DetachedTimestampFile.deserialize(ots.serialize.BytesDeserializationContext(data))
    except (ots.serialize.DeserializationError, ValueError, TypeError, RecursionError) as error:
        raise ArchiveError(f"{wrong}: {one_line(str(error), 150)}.") from error
    if not isinstance(found.file_hash_op, ots.op.OpSHA256) or found.file_digest != _digest(head):
        raise ArchiveError(f"{wrong}: it is over something else than the head of that entry.")
    return found.timestamp


def _parsed(ots: Any, data: bytes, message: bytes, calendar: str) -> Any:  # noqa: ANN401
    """Return the time stamp over `message` that a calendar answered. Raises ArchiveError for anything else."""
    wrong = f"The answer of the calendar {one_line(calendar, 100)} is no time stamp"
    if len(data) > _LARGEST:
        raise ArchiveError(f"{wrong}: it is too long.")
    context = ots.serialize.BytesDeserializationContext(data)
    try:
        found = ots.timestamp.Timestamp.deserialize(context, message)
        context.assert_eof()
    except (ots.serialize.DeserializationError, ValueError, TypeError, RecursionError) as error:
        raise ArchiveError(f"{wrong}: {one_line(str(error), 150)}.") from error
    return found


def _salted_name(calendar: str) -> str:
    host = calendar.partition("://")[2].partition("/")[0]
    return "".join(c if c.isalnum() else "-" for c in host.lower() if c.isascii())[:40].strip("-") or "calendar"


@dataclass(frozen=True, slots=True)
class _Library:
    timestamp: Any
    op: Any
    notary: Any
    serialize: Any


def _library() -> _Library:
    try:
        from opentimestamps.core import notary, op, serialize, timestamp
    except ImportError as error:
        raise MissingExtraError(
            "OpenTimestamps proofs need the extra `opentimestamps`.",
            "Install it: pip install 'firstseen[opentimestamps]'",
        ) from error
    return _Library(timestamp, op, notary, serialize)
