"""Reads content credentials (C2PA) with c2pa-python. Rule: never a request, and four levels, never a green tick.

`Valid` in the library's words means only that nothing changed since *somebody* signed; who that is decides the level:
*trusted issuer* (the signer's certificate leads to a list that was pinned beforehand), *intact, unknown signer*,
*intact, certificate run out* (and no time stamp from before), or *broken*. Absence is unknown, not suspicious: most
platforms drop credentials. Optional: the extra `credentials`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import c2pa

from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector
from verify.readers.isobmff.walk import Bytes, walk
from verify.readers.trust import TrustList, trust_list

_CONTAINERS = frozenset({"jpeg", "png", "webp", "tiff", "heic", "avif", "mp4", "mov", "m4a", "avi", "wav", "gif"})
_BOXED = frozenset({"mp4", "mov", "m4a", "heic", "avif"})
_LEVELS = {"Trusted": "trusted issuer", "Valid": "intact, unknown signer", "Invalid": "broken"}
_MAX_SHOWN = 200  # codes and actions shown
# Without one of these bytes the library has nothing to find: every manifest store is a JUMBF superbox (`jumb`), which
# each container keeps as it is, and the address of one kept elsewhere is `dcterms:provenance` in XMP. The others name
# the place of a store that is damaged: a chunk of RIFF or GIF, a chunk of PNG, the `uuid` of ISO-BMFF. XMP of a PNG may
# be packed, and XMP of a JPEG split: then the library is asked. (Held over 2,085 files: nothing it finds was skipped.)
_MARKS = (
    b"jumb",
    b"provenance",
    b"C2PA",
    b"caBX",
    bytes.fromhex("d8fec3d61b0e483c92975828877ec481"),
    b"XML:com.adobe.xmp",
    b"http://ns.adobe.com/xmp/extension/",
)
_MOST_BOXES = 6000
_MAX_SEARCHED = 16 * 1024 * 1024  # bytes: 0.02 s; in larger films the boxes are looked at instead
# A certificate that has run out breaks the library's state, not the picture: nobody may be told that it was changed.
_RUN_OUT = "signingCredential.expired"
_ONLY_OUTDATED = {_RUN_OUT, "signingCredential.untrusted"}


class Credentials(Reader):
    """Reads and validates content credentials."""

    name: ClassVar[str] = "credentials"

    def handles(self, container: str) -> bool:
        """Return whether C2PA defines credentials for this container."""
        return container in _CONTAINERS

    def version(self) -> str:
        """Return the library's version."""
        return str(c2pa.sdk_version())

    def read(self, path: Path, container: str) -> Reading:
        """Return level, signer, actions and the codes of the validation; nothing where the file has no credentials."""
        out = Collector(self.name)
        try:
            if not _may_hold(path, container):
                return Reading(tags=out.tags, problems=out.problems, extra={})
        except OSError as error:
            out.problem(f"content credentials cannot be read: {str(error)[:150]}")
            return Reading(tags=out.tags, problems=out.problems, extra={})
        pinned = trust_list()
        extra: dict[str, Any] = {"trust_list": _described(pinned)}
        try:
            if container in _BOXED and _more_boxes_than_read(path):
                out.problem(f"content credentials were not looked for: the file has more than {_MOST_BOXES} boxes")
                return Reading(tags=out.tags, problems=out.problems, extra={})
            with c2pa.Reader(str(path), context=_context(pinned)) as reader:
                state = str(reader.get_validation_state() or "")
                store = json.loads(reader.json())
                address = reader.get_remote_url()
            extra |= _store(state, store, address, pinned, out)
        except c2pa.C2paError as error:
            _absent_or_broken(str(error), out)
        except (ValueError, OSError) as error:
            out.problem(f"content credentials cannot be read: {str(error)[:150]}")
        return Reading(tags=out.tags, problems=out.problems, extra=extra if out.tags else {})


def _may_hold(path: Path, container: str) -> bool:
    """Return whether there can be credentials in the file, without the library.

    It takes up to 0.4 s over a torn TIFF that has none, and nothing bounds it.
    """
    size = path.stat().st_size
    if size <= _MAX_SEARCHED:
        data = path.read_bytes()
        return any(mark in data for mark in _MARKS)
    if container not in _BOXED:
        return True
    with path.open("rb") as file:
        tree = walk(Bytes(file, size))
    return bool(tree.problems) or any(True for _ in tree.of("uuid"))  # the library looks into `uuid` boxes alone


def _more_boxes_than_read(path: Path) -> bool:
    """Return whether the file has more boxes than the library can be given.

    Its time grows with the square of their number: 0.4 s for 10,000, 6 s for 40,000, minutes for a million boxes in
    8 MB (c2pa-python 0.38.1, measured), and nothing can stop it in between. The most in a real file were 2,700.
    """
    with path.open("rb") as file:
        return len(walk(Bytes(file, path.stat().st_size)).boxes) > _MOST_BOXES


def _context(pinned: TrustList | None) -> Any:  # noqa: ANN401 - c2pa.Context
    """Return settings that allow no request. Only a context does so: the old `load_settings` is ignored (measured)."""
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if pinned is not None:
        settings["trust"] = {"user_anchors": pinned.pem}
    return c2pa.Context.from_dict(settings)


def _described(pinned: TrustList | None) -> dict[str, str]:
    if pinned is None:
        return {"state": "none pinned: no issuer can be called trusted"}
    return {"state": "pinned", "file": pinned.path.name, "date": pinned.date, "sha256": pinned.sha256}


def _absent_or_broken(message: str, out: Collector) -> None:
    if "ManifestNotFound" in message or "no JUMBF" in message or "NotSupported" in message:
        return
    if "must fetch remote manifests from url" in message:
        address = message.rsplit(" ", 1)[-1]
        out.add("credentials address", address, "C2PA", note="kept elsewhere; not fetched, so not validated")
        return
    out.problem(f"content credentials cannot be read: {message[:200]}")


def _store(
    state: str, store: dict[str, Any], address: str | None, pinned: TrustList | None, out: Collector
) -> dict[str, Any]:
    active = str(store.get("active_manifest", ""))
    manifest = store.get("manifests", {}).get(active, {})
    failures, others = _codes(store)
    level = _LEVELS.get(state, "broken")
    if level == "broken" and _RUN_OUT in failures and set(failures) <= _ONLY_OUTDATED:
        level = "intact, certificate run out"
    out.add("credentials", level, "C2PA", note=_explained(level, failures, pinned))
    if address:
        out.add("credentials address", address, "C2PA", note="not fetched")
    signature = manifest.get("signature_info") or {}
    issuer = ", ".join(str(signature[k]) for k in ("issuer", "common_name") if signature.get(k))
    out.add("credentials issuer", issuer, "C2PA signature", note="as the certificate says" if issuer else "")
    if signature.get("time"):
        out.add("credentials time", str(signature["time"]).replace("+00:00", "Z"), "C2PA signature", note="time stamp")
    out.add("credentials claim generator", _generator(manifest), "C2PA claim")
    for code in failures[:_MAX_SHOWN]:
        out.add("credentials code", code, "C2PA validation", note="failure")
    for action in _actions(manifest)[:_MAX_SHOWN]:
        out.add("credentials action", action, "C2PA actions")
    for ingredient in (manifest.get("ingredients") or [])[:50]:
        out.add("source file", str(ingredient.get("title") or ""), "C2PA ingredients")
    return {"level": level, "state": state, "failures": failures, "passed": others[:_MAX_SHOWN], "manifest": active}


def _explained(level: str, failures: list[str], pinned: TrustList | None) -> str:
    if level == "intact, certificate run out":
        return "nothing was changed since it was signed; the signer's certificate has run out since, or before"
    if level == "broken":
        return "the file, or what the credentials say of it, was changed after signing, or the signature is not whole"
    if level == "trusted issuer" and pinned is not None:
        return f"by the list {pinned.path.name} of {pinned.date}, SHA-256 {pinned.sha256[:16]}…"
    why = "no list of trusted issuers is pinned" if pinned is None else f"not on the list of {pinned.date}"
    return f"unchanged since somebody signed it; who that is cannot be told ({why})"


def _codes(store: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return (codes that failed, codes that passed) of the whole store; ingredients' failures count as well."""
    failed = [str(e.get("code", "")) for e in store.get("validation_status") or [] if isinstance(e, dict)]
    results = store.get("validation_results") or {}
    active = results.get("activeManifest") or {}
    passed = [str(e.get("code", "")) for e in active.get("success") or [] if isinstance(e, dict)]
    return list(dict.fromkeys(failed)), list(dict.fromkeys(passed))


def _generator(manifest: dict[str, Any]) -> str:
    parts = manifest.get("claim_generator_info") or []
    named = [f"{p.get('name', '')} {p.get('version', '')}".strip() for p in parts if isinstance(p, dict)]
    return ", ".join(n for n in named if n) or str(manifest.get("claim_generator") or "")


def _actions(manifest: dict[str, Any]) -> list[str]:
    """Return the stated actions in words: what, when, with which program, from what kind of source (IPTC's term)."""
    found: list[str] = []
    for assertion in manifest.get("assertions") or []:
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        for action in (assertion.get("data") or {}).get("actions") or []:
            agent = action.get("softwareAgent")
            if isinstance(agent, dict):
                agent = f"{agent.get('name', '')} {agent.get('version', '')}".strip()
            source = str(action.get("digitalSourceType") or "").rsplit("/", 1)[-1]
            parts = (action.get("action"), action.get("when"), agent, f"source: {source}" if source else "")
            found.append(", ".join(str(p) for p in parts if p))
    return found
