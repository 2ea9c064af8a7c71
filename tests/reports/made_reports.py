"""Reports made for tests: a Belgorod-like clip and a batch of copies, of what the modules beside this one make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.made_clip import ARABIC, CLAIM, HEBREW, examination, item, keyframes, pictures, scene, sha
from reports.made_copies import APPEARANCES, OLDER, matches, others
from reports.made_findings import CHAINS, ELSEWHERE, FINDINGS, NOT_ESTABLISHED, SUMMARY
from verify.records.cases import (
    BatchReport,
    Case,
    ClipReport,
    Custody,
    FailedItem,
    OtherClip,
    Searched,
)
from verify.records.findings import Decision
from verify.records.matches import Recording
from verify.records.media import (
    Problem,
)

# Whoever makes a report reaches all that it is made of from here.
__all__ = [
    "APPEARANCES",
    "ARABIC",
    "CHAINS",
    "CLAIM",
    "FINDINGS",
    "HEBREW",
    "NOT_ESTABLISHED",
    "SUMMARY",
    "batch_report",
    "clip_report",
    "examination",
    "item",
    "keyframes",
    "matches",
    "others",
    "pictures",
    "scene",
    "sha",
]


def clip_report(**changes: Any) -> ClipReport:
    """Return the made clip report, with `changes` over it."""
    case = Case(
        item=item(1),
        examination=examination(),
        claim=CLAIM,
        matches=matches(),
        others=others(),
        appearances=APPEARANCES,
        searched=Searched(
            clips=1240,
            frames=88_211,
            oldest="2021-02-03",
            newest="2026-11-22",
            descriptors=("phash/1", "local/2", "sound/1"),
            not_searched=(Problem(part="clip-77.avi", reason="Its fingerprints are of an older version."),),
        ),
        decisions=(
            Decision(
                subject="i0001",
                category="DecontextualizedContent",
                by="A. Editor",
                note="Older clip, new caption.",
                at="2026-11-22T11:30:00Z",
            ),
        ),
    )
    made = ClipReport(
        case=case,
        findings=FINDINGS,
        not_established=NOT_ESTABLISHED,
        summary=SUMMARY,
        custody=Custody(head=sha(77), entries=12, signed_by="ed25519:3f2a9c"),
        made="2026-11-22T11:03:00Z",
        command="firstseen check https://example.org/status/1509712148689846273 --claim claim.toml",
        versions={
            "firstseen": "0.1.0",
            "python": "3.11.2",
            "decoder": "17.0",
            "fingerprints": "phash/1 local/2 sound/1",
        },
        settings={"max_keyframes": 24, "worker_memory": 2147483648, "allow_hosts": []},
        elsewhere=ELSEWHERE,
    )
    return replace(made, **changes)


def batch_report(size: int = 24) -> BatchReport:
    """Return a batch of `size` items: recordings of three, a compilation, a soundtrack, singles and failures."""
    items = tuple(item(n) for n in range(1, size + 1))
    groups = max(1, size // 6)
    recordings = tuple(
        Recording(
            id=f"r{g + 1:03d}",
            members=tuple(sha(g * 3 + k + 1) for k in range(3)),
            containers=(sha(size),) if g == 0 else (),
            appearances=(replace(OLDER, sha256=sha(g * 3 + 2)), replace(APPEARANCES[1], sha256=sha(g * 3 + 1))),
            earliest=replace(OLDER, sha256=sha(g * 3 + 2)),
            best=sha(g * 3 + 1),
            best_reason="longest and largest, no caption",
            decided_by="A. Editor" if g == 1 else "",
            changes={sha(g * 3 + 2): "mirrored, cropped to 80 %", sha(g * 3 + 3): "trimmed to 0:09–0:16, caption bar"},
        )
        for g in range(groups)
    )
    used = {m for r in recordings for m in (*r.members, *r.containers)}
    return BatchReport(
        items=items,
        recordings=recordings,
        singles=tuple(i.media.sha256 for i in items if i.media.sha256 not in used),
        matches=(
            *(replace(m, b=sha(m_b)) for m, m_b in zip(matches()[:2], (2, size), strict=True)),
            replace(matches()[2], b=sha(size - 2)),
            replace(matches()[3], b=sha(size - 1)),
        ),
        others={
            sha(n): OtherClip(
                sha256=sha(n),
                item=f"i{n:04d}",
                label=f"clip-{n}.mp4",
                duration=20.0 + n % 40,
                width=1280,
                height=720,
                appearances=(APPEARANCES[1],),
            )
            for n in range(1, size + 1)
        },
        failed=(
            FailedItem(
                target="broken.mp4",
                kind="unreadable-media",
                reason="The file is cut off before its index.",
                advice="Fetch it again.",
            ),
            FailedItem(
                target="https://example.org/gone",
                kind="not-found",
                reason="The address answers 404.",
                advice="Look in an archive.",
            ),
        ),
        searched=Searched(clips=size, frames=size * 60, descriptors=("phash/1", "local/2")),
        chains=CHAINS,
        custody=Custody(head=sha(78), entries=size + 2),
        made="2026-11-22T11:03:00Z",
        command="firstseen dedup videos/",
        versions={"firstseen": "0.1.0"},
        settings={"workers": 2},
        thumbnails={sha(n): f"items/i{n:04d}/thumbnails/{sha(n)}.jpg" for n in range(1, size + 1)},
    )
