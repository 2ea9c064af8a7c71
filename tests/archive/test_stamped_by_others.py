"""Time stamps on the log by authorities, real ones made on this machine with OpenSSL, reached over real HTTP."""

from __future__ import annotations

import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

pytest.importorskip("rfc3161_client", reason="the extra `timestamps` is not installed")

from verify.archive.audit import audit
from verify.archive.store import CaseFolder
from verify.archive.timestamps import Authority, check_stamps, due, stamp, waiting
from verify.errors import NetworkError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="an authority is made with openssl")

CONFIG = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def make_authority(folder: Path) -> str:
    """Make root and signing certificates in `folder`, and return the root (PEM)."""
    folder.mkdir()
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A root")])
    now = datetime.now(UTC)

    def certificate(name: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(root_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
        )

    usage = {
        name: False
        for name in (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        )
    }
    root = (
        certificate(root_name, root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = (
        certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A time stamp authority")]), key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    (folder / "tsa.pem").write_bytes(signer.public_bytes(pem))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return (folder / "root.pem").read_text()


class Stamping(BaseHTTPRequestHandler):
    folder: Path

    def do_POST(self) -> None:
        query = self.folder / "query.tsq"
        query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr"],
            cwd=self.folder,
            capture_output=True,
        )
        self.send_response(200 if done.returncode == 0 else 500)
        self.end_headers()
        self.wfile.write((self.folder / "answer.tsr").read_bytes() if done.returncode == 0 else done.stderr)

    def log_message(self, *ignored: object) -> None:
        return


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    roots = make_authority(tmp_path / "tsa")
    handler = type("Here", (Stamping,), {"folder": tmp_path / "tsa"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Authority(name="Here & Now", address=f"http://127.0.0.1:{server.server_port}/", roots=roots)
    server.shutdown()
    thread.join()
    server.server_close()


def send(address: str, body: bytes) -> bytes:
    request = urllib.request.Request(address, body, {"Content-Type": "application/timestamp-query"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def offline(address: str, body: bytes) -> bytes:
    raise NetworkError("There is no network.", "Try again later.")


def test_a_stamp_covers_all_entries_before_it_and_is_checked_again_offline(
    case: CaseFolder, clip, authority: Authority
) -> None:
    case.add_item("clip.mp4", [clip()])
    before = case.custody()
    (got,) = stamp(case, [authority], send)
    assert got.problem == ""
    assert (got.entry, got.head) == (before.entries, before.head)
    assert got.at is not None
    assert abs(got.at - datetime.now(UTC)) < timedelta(minutes=2)
    assert due(case) == 0
    assert check_stamps(case, [authority]) == [got]
    case.close()
    assert audit(case.path).faults == ()


def test_openssl_agrees(case: CaseFolder, clip, authority: Authority, tmp_path: Path) -> None:
    case.add_item("clip.mp4", [clip()])
    (got,) = stamp(case, [authority], send)
    (tmp_path / "head").write_bytes(got.head.encode())
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", case.path / got.file, "-data", "head", "-CAfile", "tsa/root.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "Verification: OK" in done.stdout + done.stderr


def test_without_a_network_the_log_says_so_and_a_later_stamp_covers_it(
    case: CaseFolder, clip, authority: Authority
) -> None:
    case.add_item("clip.mp4", [clip()])
    (missed,) = stamp(case, [authority], offline)
    assert "no network" in missed.problem
    assert due(case) == 2
    (got,) = stamp(case, [authority], send)
    assert got.entry > missed.entry
    assert due(case) == 0


def test_a_stamp_of_an_authority_nobody_trusts_is_not_taken(
    case: CaseFolder, authority: Authority, tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other")
    (got,) = stamp(case, [Authority(name="Other", address=authority.address, roots=other)], send)
    assert "does not hold" in got.problem
    (system,) = stamp(case, [Authority(name="System", address=authority.address)], send)
    assert "does not hold" in system.problem
    assert not list((case.path / "timestamps").glob("*.tsr"))


@pytest.mark.parametrize("answer", [b"", b"no stamp", b"\x30\x03\x02\x01\x02", b"\x30" * 2_000_000])
def test_an_answer_that_is_no_stamp_is_one_sentence(case: CaseFolder, authority: Authority, answer: bytes) -> None:
    (got,) = stamp(case, [authority], lambda address, body: answer)
    assert got.problem.startswith("The time stamp of Here & Now does not hold")


def test_an_old_answer_played_again_is_not_taken(case: CaseFolder, clip, authority: Authority) -> None:
    (first,) = stamp(case, [authority], send)
    replayed = (case.path / first.file).read_bytes()
    case.add_item("clip.mp4", [clip()])
    (got,) = stamp(case, [authority], lambda address, body: replayed)
    assert "does not hold" in got.problem


def test_a_stamp_over_another_log_does_not_hold(case: CaseFolder, clip, authority: Authority, tmp_path: Path) -> None:
    case.add_item("clip.mp4", [clip()])
    with CaseFolder(tmp_path / "another") as another:
        (foreign,) = stamp(another, [authority], send)
        token = (another.path / foreign.file).read_bytes()
    head = case.custody()
    case.save_token("00000002-forged.tsr", token, {"authority": "Here & Now", "entry": 2, "head": head.head, "at": "x"})
    (checked,) = check_stamps(case, [authority])
    assert "does not hold" in checked.problem


def test_the_command_asks_through_the_guard(case: CaseFolder, clip, authority: Authority, tmp_path: Path) -> None:
    from pipelines.keeping import stamped
    from pipelines.options import Options
    from verify.settings import Settings

    roots = tmp_path / "roots.pem"
    roots.write_text(authority.roots)
    path = case.path
    case.close()
    with pytest.raises(NetworkError, match=r"guard|private|refused"):  # the control: nobody allowed this host
        stamped(Options(case=path), [authority.address], roots)
    host = authority.address.split("/")[2]
    told = stamped(Options(case=path, settings=Settings(allow_hosts=(host,))), [authority.address], roots)
    assert authority.address in told
    assert audit(path).sound


def test_what_an_authority_missed_waits_and_a_later_stamp_works_it_off(
    case: CaseFolder, clip, authority: Authority, tmp_path: Path
) -> None:
    """Asked while the authority is away: the log is the queue, with the address and the roots, across processes."""
    from pipelines.keeping import stamped, stamps_checked
    from pipelines.options import Options
    from verify.errors import UsageError
    from verify.settings import Settings

    case.add_item("clip.mp4", [clip()])
    gone = Authority(name="Gone", address="http://127.0.0.1:9/", roots=authority.roots)
    there = Authority(name=authority.address, address=authority.address, roots=authority.roots)
    stamp(case, [gone, there], offline)
    stamp(case, [there], offline)
    assert [a.name for a in waiting(case)] == ["Gone", authority.address]
    path = case.path
    case.close()
    options = Options(case=path, settings=Settings(allow_hosts=(authority.address.split("/")[2],)))
    told = stamped(options, [], None)
    assert told[authority.address].startswith(str(datetime.now(UTC).year))
    assert told["waiting"].startswith("Gone;")
    assert told["covered by no stamp"] == 0
    roots = tmp_path / "roots.pem"
    roots.write_text(authority.roots)
    assert [v for v in stamps_checked(options, roots).values() if str(v).startswith("holds")]
    with CaseFolder(path) as again:
        stamp(again, [gone], lambda address, body: send(authority.address, body))
        assert waiting(again) == []
    with pytest.raises(UsageError, match="waits"):
        stamped(options, [], None)
    found = audit(path)
    assert found.sound
    assert any("2 time stamps of others" in sentence for sentence in found.unproved)
