"""OpenTimestamps proofs over the log, from a calendar on this machine that speaks the real protocol."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("opentimestamps", reason="the extra `opentimestamps` is not installed")

from opentimestamps.core import notary, op, serialize, timestamp

from pipelines.keeping import stamped, stamps_checked
from pipelines.options import Options
from verify.archive import calendars
from verify.archive.audit import audit
from verify.archive.store import CaseFolder
from verify.errors import NetworkError, UsageError
from verify.settings import Settings


class Calendar(ThreadingHTTPServer):
    """Commits to what it is sent; `confirm` puts all of it into one block."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.sent: dict[bytes, bytes] = {}  # commitment -> what was sent
        self.block: tuple[int, bytes] | None = None
        self.says = ""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Calendar

    def do_POST(self) -> None:
        assert self.path == "/digest"
        message = self.rfile.read(int(self.headers["Content-Length"]))
        assert len(message) == 32
        stamp = timestamp.Timestamp(message)
        tip = stamp.ops.add(op.OpPrepend(b"\x5f\x00\x00\x01")).ops.add(op.OpAppend(b"12345678"))
        tip.attestations.add(notary.PendingAttestation(self.server.says or self.server.url))
        self.server.sent[tip.msg] = message
        self._send(stamp)

    def do_GET(self) -> None:
        commitment = bytes.fromhex(self.path.removeprefix("/timestamp/"))
        if self.server.block is None or commitment not in self.server.sent:
            self.send_error(404, "Pending confirmation in Bitcoin blockchain")
            return
        stamp = timestamp.Timestamp(commitment)
        tip = stamp.ops.add(op.OpAppend(self.server.block[1])).ops.add(op.OpSHA256()).ops.add(op.OpSHA256())
        tip.attestations.add(notary.BitcoinBlockHeaderAttestation(self.server.block[0]))
        self._send(stamp)

    def _send(self, stamp: timestamp.Timestamp) -> None:
        context = serialize.BytesSerializationContext()
        stamp.serialize(context)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(context.getbytes())

    def log_message(self, *ignored: object) -> None:
        return


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    server = Calendar()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def options(case: CaseFolder, clip, calendar: Calendar) -> Options:
    case.add_item("clip.mp4", [clip()])
    path = case.path
    case.close()
    return Options(case=path, settings=Settings(allow_hosts=(calendar.url.removeprefix("http://"),)))


def head_of(options: Options) -> str:
    with CaseFolder(options.case, write=False) as case:
        return case.custody().head


def test_a_proof_is_pending_then_in_a_block_and_checked_offline(options: Options, calendar: Calendar) -> None:
    head = head_of(options)
    told = stamped(options, [], None, [calendar.url])
    assert any("proves nothing yet" in str(v) for v in told.values())
    sent = next(iter(calendar.sent.values()))
    assert sent not in {bytes.fromhex(head), hashlib.sha256(head.encode()).digest()}  # salted: nothing to guess
    with pytest.raises(NetworkError, match="404"):
        stamped(options, [], None)  # not yet
    calendar.block = (800_000, b"other leaves of the tree")
    told = stamped(options, [], None)
    assert any("Bitcoin block 800000" in str(v) for v in told.values())
    checked = stamps_checked(options, None)
    assert any("Bitcoin block 800000" in str(v) for v in checked.values())
    with pytest.raises(UsageError, match="waits"):
        stamped(options, [], None)
    found = audit(options.case)
    assert found.sound
    assert any("time stamps of others reach up to entry 2" in sentence for sentence in found.unproved)


def test_the_reference_library_agrees_with_the_root(options: Options, calendar: Calendar) -> None:
    head = head_of(options)
    stamped(options, [], None, [calendar.url])
    calendar.block = (7, b"x")
    stamped(options, [], None)
    (file,) = (options.case / "timestamps").glob("*-block.ots")
    proof = timestamp.DetachedTimestampFile.deserialize(serialize.BytesDeserializationContext(file.read_bytes()))
    assert proof.file_digest == hashlib.sha256(head.encode()).digest()
    ends = [
        (m, a) for m, a in proof.timestamp.all_attestations() if isinstance(a, notary.BitcoinBlockHeaderAttestation)
    ]

    class Header:
        hashMerkleRoot = ends[0][0]  # noqa: N815 - the library's name
        nTime = 1_700_000_000  # noqa: N815

    assert ends[0][1].verify_against_blockheader(ends[0][0], Header) == 1_700_000_000
    with CaseFolder(options.case, write=False) as case:
        told = [p for p in calendars.check_proofs(case) if p.blocks]
    assert told[0].blocks == ((7, ends[0][0][::-1].hex()),)


def test_a_proof_over_another_head_or_bent_does_not_hold(options: Options, calendar: Calendar) -> None:
    stamped(options, [], None, [calendar.url])
    (file,) = (options.case / "timestamps").glob("*.ots")
    good = file.read_bytes()
    with CaseFolder(options.case) as case:
        case.note("noted", "another entry")
        head = case.custody()
        details = {"authority": "x", "kind": calendars.KIND, "entry": head.entries, "head": head.head}
        case.save_token("00000009-forged.ots", good, details, action="time stamped")
        case.save_token("00000009-bent.ots", good[:-9], details, action="time stamped")
        case.save_token("00000009-long.ots", bytes(100_000), details, action="time stamped")
    with CaseFolder(options.case, write=False) as case:
        problems = {p.file: p.problem for p in calendars.check_proofs(case)}
    assert "something else" in problems["timestamps/00000009-forged.ots"]
    assert "does not hold" in problems["timestamps/00000009-bent.ots"]
    assert "too long" in problems["timestamps/00000009-long.ots"]
    assert [p for p in problems.values() if not p] == [""]  # the control: the true one holds


@pytest.mark.parametrize("answer", [b"", b"no stamp", b"\xf0\xff\xff", b"\x08" * 1000, bytes(100_000)])
def test_an_answer_that_is_no_stamp_is_one_sentence(options: Options, answer: bytes) -> None:
    with CaseFolder(options.case) as case:
        (proof,) = calendars.submit_head(case, ["http://calendar.example"], lambda address, body: answer)
        assert "is no time stamp" in proof.problem
        assert case.log.line_of(case.custody().entries)
    assert not (options.case / "timestamps").exists()


def test_only_the_calendar_that_was_named_is_asked(options: Options, calendar: Calendar) -> None:
    """A calendar's promise names another address: that is never asked."""
    calendar.says = "http://127.0.0.1:9"
    stamped(options, [], None, [calendar.url])
    asked: list[str] = []

    def ask(address: str, body: bytes | None) -> bytes:
        asked.append(address)
        return b""

    with CaseFolder(options.case) as case:
        calendars.upgrade(case, ask)
    assert asked == []


def test_nobody_is_asked_without_being_allowed(options: Options, calendar: Calendar) -> None:
    with pytest.raises(NetworkError, match="guard"):
        stamped(Options(case=options.case), [], None, [calendar.url])
    assert calendar.sent == {}
    assert not Path(options.case, "timestamps").exists()
