"""Bundles that were built to do harm: every trick makes one out of the bytes of a good one."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

from verify.archive.durable import hash_of

Files = list[tuple[zipfile.ZipInfo, bytes]]


def files_of(good: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        return [(entry, archive.read(entry)) for entry in archive.infolist()]


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")  # doubled names are what is tested
        for entry, data in files:
            archive.writestr(entry, data)
    return out.getvalue()


def named(name: str, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    entry.external_attr = (kind | 0o644) << 16
    return entry


def with_file(name: str, data: bytes = b"harm", kind: int = stat.S_IFREG) -> Callable[[bytes], bytes]:
    """Add a file, and list it in the manifest, so that only its name or kind is wrong."""

    def made(good: bytes) -> bytes:
        files = files_of(good)
        if name.startswith("good/data/"):
            files = relisted(files, name.removeprefix("good/"), data)
        return zipped([*files, (named(name, kind), data)])

    return made


def relisted(files: Files, path: str, data: bytes) -> Files:
    """Add `path` to the payload manifest, and correct the tag manifest."""
    found = []
    for entry, content in files:
        if entry.filename.endswith("/manifest-sha256.txt"):
            content += f"{hash_of(data)}  {path}\n".encode("utf-8", "surrogatepass")
            manifest = hash_of(content)
        found.append((entry, content))
    return [
        (entry, _line_changed(content, "manifest-sha256.txt", manifest))
        if entry.filename.endswith("/tagmanifest-sha256.txt")
        else (entry, content)
        for entry, content in found
    ]


def _line_changed(content: bytes, name: str, digest: str) -> bytes:
    lines = [line for line in content.decode().splitlines() if not line.endswith(f"  {name}")]
    return "".join(f"{line}\n" for line in [*lines, f"{digest}  {name}"]).encode()


def raw_name(name: bytes) -> Callable[[bytes], bytes]:
    """Put bytes into a name that `zipfile` would not write."""

    def made(good: bytes) -> bytes:
        marker = b"good/data/" + b"Q" * (len(name) - 10)
        return with_file(marker.decode())(good).replace(marker, name)

    return made


def patched(name: str, offset_local: int, offset_central: int, form: str, value: int) -> Callable[[bytes], bytes]:
    """Change a field of one file's headers, the same in both."""

    def made(good: bytes) -> bytes:
        data = bytearray(with_file(name)(good))
        for mark, where, back in ((b"PK\x03\x04", offset_local, 30), (b"PK\x01\x02", offset_central, 46)):
            at = data.rfind(name.encode(), 0, data.rfind(name.encode()) if mark == b"PK\x03\x04" else len(data)) - back
            assert data[at : at + 4] == mark
            struct.pack_into(form, data, at + where, value)
        return bytes(data)

    return made


def bomb(good: bytes) -> bytes:
    files = files_of(good)
    entry = named("good/data/bomb")
    entry.compress_type = zipfile.ZIP_DEFLATED
    data = bytes(64 * 1024 * 1024)
    return zipped([*relisted(files, "data/bomb", data), (entry, data)])


def lying_size(good: bytes) -> bytes:
    """A bomb that announces a small size: what it unpacks to is more than that."""
    data = bytearray(bomb(good))
    name = b"good/data/bomb"
    for mark, where, back in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = (data.find(name) if mark == b"PK\x03\x04" else data.rfind(name)) - back
        while data[at : at + 4] != mark:
            at = data.find(name, at + back + 1) - back
        struct.pack_into("<L", data, at + where, 1000)
    return bytes(data)


def without(ending: str) -> Callable[[bytes], bytes]:
    return lambda good: zipped([f for f in files_of(good) if not f[0].filename.endswith(ending)])


def changed(ending: str, to: bytes) -> Callable[[bytes], bytes]:
    return lambda good: zipped([(e, to if e.filename.endswith(ending) else d) for e, d in files_of(good)])


def moved(good: bytes) -> bytes:
    return zipped([(named(e.filename.replace("good/", "", 1)), d) for e, d in files_of(good)])


def two_bags(good: bytes) -> bytes:
    return zipped([*files_of(good), (named("other/bagit.txt"), b"BagIt-Version: 1.0\n")])


def overlapping(good: bytes) -> bytes:
    """Two stored files, of which the first also claims the bytes of the second, with a sum that is right."""
    data = bytearray(zipped([(named("a/inner"), b"x" * 100), (named("a/outer"), b"y" * 100)]))
    second = data.rfind(b"PK\x03\x04")
    start = 30 + len("a/inner")
    claimed = second + 30 + len("a/outer") + 50 - start
    crc = zlib.crc32(bytes(data[start : start + claimed]))
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = data.find(mark)
        struct.pack_into("<LLL", data, place + at, crc, claimed, claimed)
    return bytes(data)


def lying_in_64_bits(good: bytes) -> bytes:
    """A file whose 64-bit sizes say eight exabytes, packed and unpacked."""
    data = bytearray(with_file("good/data/large")(good))
    central = data.rfind(b"PK\x01\x02")
    name = len("good/data/large")
    struct.pack_into("<LL", data, central + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", data, central + 30, 20)
    data[central + 46 + name : central + 46 + name] = struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<L", data, end + 12, struct.unpack_from("<L", data, end + 12)[0] + 20)
    return bytes(data)


def another_name_inside(good: bytes) -> bytes:
    """A file that is called otherwise in its own header than in the list."""
    data = bytearray(with_file("good/data/harmless")(good))
    at = data.rfind(b"good/data/harmless", 0, data.rfind(b"good/data/harmless"))
    data[at : at + 18] = b"good/data/../../xx"
    return bytes(data)


def two_lists(good: bytes) -> bytes:
    """A second list of files behind the first one, of another zip."""
    return good + zipped([(named("../harm"), b"x")])


TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "absolute path": with_file("/tmp/firstseen-harm"),
    "parent": with_file("good/../../firstseen-harm"),
    "parent in the payload": with_file("good/data/../../../firstseen-harm"),
    "parent with backslashes": with_file("good/data/..\\..\\firstseen-harm"),
    "drive": with_file("C:/firstseen-harm"),
    "drive relative": with_file("C:firstseen-harm"),
    "network share": with_file("//server/share/harm"),
    "dot": with_file("good/./data/harm"),
    "empty part": with_file("good/data//harm"),
    "symbolic link": with_file("good/data/link", b"/etc/passwd", stat.S_IFLNK),
    "character device": with_file("good/data/device", b"", stat.S_IFCHR),
    "pipe": with_file("good/data/pipe", b"", stat.S_IFIFO),
    "socket": with_file("good/data/socket", b"", stat.S_IFSOCK),
    "doubled name": with_file("good/data/custody.jsonl"),
    "name doubled by case": with_file("good/data/CUSTODY.jsonl"),
    "name doubled by accents": with_file("good/data/custody.json\uff4c"),  # full-width l
    "name doubled by the form of its accents": lambda good: zipped(
        [*files_of(good), (named("good/data/caf\u00e9"), b"a"), (named("good/data/cafe\u0301"), b"b")]
    ),
    "overlapping files": overlapping,
    "sizes that lie in 64 bits": lying_in_64_bits,
    "another name in its own header": another_name_inside,
    "two lists": two_lists,
    "Windows device with an ending": with_file("good/data/LPT1.tar.gz"),
    "Windows device by a superscript": with_file("good/data/com\u00b9"),
    "trailing space": with_file("good/data/harm "),
    "wildcard": with_file("good/data/*.mp4"),
    "hidden characters": with_file("good/data/a\u200b.txt"),
    "half a character": raw_name(b"good/data/\xff\xfe"),
    "file that is a folder elsewhere": with_file("good/data/items"),
    "file inside a file": with_file("good/data/custody.jsonl/harm"),
    "NUL in a name": raw_name(b"good/data/harm\x00.txt"),
    "newline in a name": with_file("good/data/harm\nforged  data/x"),
    "escape in a name": with_file("good/data/\x1b]0;harm"),
    "bidi override in a name": with_file("good/data/\u202e4pm.exe"),
    "Windows device": with_file("good/data/con.txt"),
    "alternate data stream": with_file("good/data/a.txt:harm"),
    "trailing dot": with_file("good/data/harm."),
    "long name": with_file("good/data/" + "n" * 300),
    "deep path": with_file("good/data/" + "d/" * 600 + "harm"),
    "bomb by ratio": bomb,
    "bomb that lies about its size": lying_size,
    "encrypted": patched("good/data/secret", 6, 8, "<H", 1),
    "unusual packing": patched("good/data/odd", 8, 10, "<H", 93),
    "not a zip": lambda good: b"PK\x03\x04 and nothing more",
    "empty": lambda good: zipped([]),
    "text": lambda good: b"hello",
    "cut short": lambda good: good[: len(good) // 2],
    "file not in the manifest": lambda good: zipped([*files_of(good), (named("good/data/extra"), b"x")]),
    "tag file not in the manifest": lambda good: zipped([*files_of(good), (named("good/extra.txt"), b"x")]),
    "file missing": without("custody.jsonl"),
    "no manifest": without("/manifest-sha256.txt"),
    "no tag manifest": without("/tagmanifest-sha256.txt"),
    "no bag": without("bagit.txt"),
    "no folder": moved,
    "two bags": two_bags,
    "changed file": changed("custody.jsonl", b"{}\n"),
    "changed manifest": changed("/manifest-sha256.txt", b""),
    "to be fetched": lambda good: zipped([*files_of(good), (named("good/fetch.txt"), b"http://127.0.0.1/ - data/x\n")]),
    "foreign database": with_file("good/data/library.sqlite", b"SQLite format 3\x00" + bytes(4096)),
    "forged log": with_file("good/data/items/2026-01-01-00000000/item.json", b"{}"),
}
