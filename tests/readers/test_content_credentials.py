"""Content credentials: four levels, a pinned list of issuers, and never a request, with a real server listening."""

from __future__ import annotations

import datetime
import hashlib
import http.server
import json
import threading
import time
import wave

import av
import numpy as np
import pillow_heif
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

c2pa = pytest.importorskip("c2pa", reason="the extra `credentials` is not installed")

from verify.media.sniff import sniff  # noqa: E402
from verify.readers import credentials  # noqa: E402
from verify.readers.credentials import Credentials  # noqa: E402 - after the check above
from verify.readers.trust import LIST_VARIABLE, trust_list  # noqa: E402


def certificate(name, key, issuer, signer, *, authority, lasts=datetime.timedelta(days=30)):
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Newsroom Tests"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, key_cert_sign=authority, crl_sign=authority, content_commitment=False,
                key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if not authority:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return built.sign(signer, hashes.SHA256())


def issue(lasts=datetime.timedelta(days=30)):
    """Return (chain in PEM, key in PEM, authority in PEM); the signer's certificate lasts that long from now."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Test Root", root_key, None, root_key, authority=True)
    leaf = certificate("Test Camera", key, root.subject, root_key, authority=False, lasts=lasts)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf.public_bytes(pem) + root.public_bytes(pem), private, root.public_bytes(pem)


@pytest.fixture(scope="module")
def issued():
    """Return what `issue` does, of an issuer made for this run."""
    return issue()


MANIFEST = {
    "claim_generator_info": [{"name": "Test Camera App", "version": "1.0"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                    }
                ]
            },
        }
    ],
}


@pytest.fixture(scope="module")
def signed(issued, tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    Image.effect_noise((200, 150), 60).convert("RGB").save(folder / "plain.jpg")
    chain, key, _ = issued
    sign(folder / "plain.jpg", folder / "signed.jpg", chain, key)
    return folder / "signed.jpg"


def sign(plain, signed, chain, key):
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(MANIFEST)) as builder:
        builder.sign_file(str(plain), str(signed), signer)


@pytest.fixture(autouse=True)
def no_list(monkeypatch, tmp_path):
    monkeypatch.setenv(LIST_VARIABLE, str(tmp_path / "none.pem"))


def said(path, container="jpeg"):
    found: dict[str, list] = {}
    reading = Credentials().read(path, container)
    for tag in reading.tags:
        found.setdefault(tag.name, []).append(tag)
    return found, reading


def test_a_good_signature_of_somebody_unknown_is_not_called_trusted(signed):
    found, reading = said(signed)
    assert [t.value for t in found["credentials"]] == ["intact, unknown signer"]
    assert "signingCredential.untrusted" in [t.value for t in found["credentials code"]]
    assert "Test Camera" in found["credentials issuer"][0].value
    assert "digitalCapture" in found["credentials action"][0].value
    assert reading.extra["trust_list"]["state"].startswith("none pinned")


def test_an_issuer_on_the_pinned_list_is_trusted_and_the_list_is_named(signed, issued, tmp_path, monkeypatch):
    pinned = tmp_path / "issuers.pem"
    pinned.write_bytes(issued[2])
    monkeypatch.setenv(LIST_VARIABLE, str(pinned))
    found, reading = said(signed)
    assert [t.value for t in found["credentials"]] == ["trusted issuer"]
    assert reading.extra["trust_list"]["sha256"] == hashlib.sha256(issued[2]).hexdigest()
    assert reading.extra["trust_list"]["date"] == datetime.datetime.now(datetime.UTC).date().isoformat()


def test_another_list_does_not_make_it_trusted(signed, tmp_path, monkeypatch):
    key = ec.generate_private_key(ec.SECP256R1())
    other = certificate("Somebody Else", key, None, key, authority=True)
    (tmp_path / "other.pem").write_bytes(other.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv(LIST_VARIABLE, str(tmp_path / "other.pem"))
    assert [t.value for t in said(signed)[0]["credentials"]] == ["intact, unknown signer"]


def test_one_changed_byte_breaks_it(signed, tmp_path):
    raw = bytearray(signed.read_bytes())
    raw[-200] ^= 0x55
    (tmp_path / "changed.jpg").write_bytes(raw)
    found, _ = said(tmp_path / "changed.jpg")
    assert [t.value for t in found["credentials"]] == ["broken"]
    assert "assertion.dataHash.mismatch" in [t.value for t in found["credentials code"]]


def test_a_certificate_that_ran_out_changes_nothing(signed, tmp_path):
    """The library signs with none that has run out already, so one is let run out; its state is then `Invalid`."""
    lasts = datetime.timedelta(seconds=5)
    chain, key, _ = issue(lasts)
    sign(signed.parent / "plain.jpg", tmp_path / "old.jpg", chain, key)
    ends = x509.load_pem_x509_certificate(chain).not_valid_after_utc
    time.sleep(max(0.0, (ends - datetime.datetime.now(datetime.UTC)).total_seconds() + 1))
    found, _ = said(tmp_path / "old.jpg")
    assert [t.value for t in found["credentials"]] == ["intact, certificate run out"]
    assert "signingCredential.expired" in [t.value for t in found["credentials code"]]
    raw = bytearray((tmp_path / "old.jpg").read_bytes())
    raw[-200] ^= 0x55
    (tmp_path / "old.jpg").write_bytes(raw)
    assert [t.value for t in said(tmp_path / "old.jpg")[0]["credentials"]] == ["broken"]


def test_absence_is_nothing_and_no_problem(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.jpg")
    found, reading = said(tmp_path / "plain.jpg")
    assert not found
    assert not reading.problems
    assert not reading.extra


def test_a_list_that_is_no_list_is_none(tmp_path, monkeypatch):
    (tmp_path / "words.pem").write_text("not a certificate")
    monkeypatch.setenv(LIST_VARIABLE, str(tmp_path / "words.pem"))
    assert trust_list() is None


def test_credentials_kept_elsewhere_are_shown_and_never_fetched(tmp_path):
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/manifest.c2pa"
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}"/>'
            "</rdf:RDF></x:xmpmeta>"
        )
        Image.new("RGB", (8, 8)).save(tmp_path / "cloud.jpg", xmp=packet.encode())
        found, _ = said(tmp_path / "cloud.jpg")
        # The control: without our settings the library does ask, so this server would have heard it.
        with pytest.raises(c2pa.C2paError):
            c2pa.Reader(str(tmp_path / "cloud.jpg"))
        server.shutdown()
    assert [t.value for t in found["credentials address"]] == [address]
    assert asked == ["/manifest.c2pa"], "once: by the control, not by the reader"


@pytest.mark.parametrize(
    ("name", "level", "code"),
    [
        ("c2pa-org__adobe-20220124-CA.jpg", "intact, unknown signer", "signingCredential.untrusted"),
        ("c2pa-org__adobe-20220124-E-dat-CA.jpg", "broken", "assertion.dataHash.mismatch"),
        ("c2pa-org__adobe-20220124-E-uri-CA.jpg", "broken", "assertion.hashedURI.mismatch"),
        ("contentauth__E-sig-CA.jpg", "broken", "claimSignature.mismatch"),
        ("contentauth__legacy.mp4", "intact, unknown signer", "signingCredential.untrusted"),
    ],
)
def test_the_public_test_files(shared, name, level, code):
    found, _ = said(shared / "metadata" / name, "mp4" if name.endswith("mp4") else "jpeg")
    assert [t.value for t in found["credentials"]] == [level]
    assert code in [t.value for t in found["credentials code"]]


def film(path, encoder):
    with av.open(str(path), "w") as out:
        track = out.add_stream(encoder, rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, dtype=np.uint8), format="rgb24")
            out.mux(track.encode(picture))
        out.mux(track.encode())


@pytest.mark.parametrize("searched", [2**24, 0], ids=["by its bytes", "by its boxes, as a large film"])
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "gif", "avif", "heic", "mp4", "mov", "avi", "wav"])
def test_the_look_before_the_library_is_asked_misses_no_container(ending, searched, issued, tmp_path, monkeypatch):
    plain, signed = tmp_path / f"plain.{ending}", tmp_path / f"signed.{ending}"
    if ending in {"mp4", "mov", "avi"}:
        film(plain, "mpeg4")
    elif ending == "wav":
        with wave.open(str(plain), "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(bytes(8000))
    else:
        pillow_heif.register_heif_opener()
        Image.effect_noise((64, 48), 60).convert("RGB").save(plain)
    sign(plain, signed, *issued[:2])
    monkeypatch.setattr(credentials, "_MAX_SEARCHED", searched)
    found, _ = said(signed, sniff(signed).container)
    assert [t.value for t in found["credentials"]] == ["intact, unknown signer"]


def test_the_library_is_not_asked_of_a_file_without_any_mark_of_credentials(tmp_path, monkeypatch):
    Image.effect_noise((64, 48), 60).save(tmp_path / "plain.tiff")
    monkeypatch.setattr(c2pa, "Reader", None)  # a call would end in a TypeError
    found, reading = said(tmp_path / "plain.tiff", "tiff")
    assert not found and not reading.problems


def test_a_file_of_too_many_boxes_is_not_handed_to_the_library(tmp_path, monkeypatch):
    """Its time grows with the square of their number, and nothing ends it."""
    box = (24).to_bytes(4, "big") + b"uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
    (tmp_path / "wide.mp4").write_bytes((16).to_bytes(4, "big") + b"ftypisom\0\0\0\0" + box * 6001)
    monkeypatch.setattr(c2pa, "Reader", None)  # a call would end in a TypeError
    _, reading = said(tmp_path / "wide.mp4", "mp4")
    assert "more than 6000 boxes" in reading.problems[0].reason
