"""What a story's report got wrong, where the truth is known by construction. Rule: each wrong thing is one line."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from story_posts import Made


def told(report: dict[str, Any], posts: Iterable[Made]) -> list[str]:
    """Return every wrong thing of a report, one line each; also what was right, as a first line of counts."""
    names = dict(enumerate(posts, 1))
    of = {sha: names[p["number"]] for p in report["posts"] for sha in p["sha256"]}
    cameras = sorted({letter for p in names.values() for letter in p.inputs})
    members = [{of[s].name for s in r["recording"]["members"] if s in of} for r in report["recordings"]]
    wrong: list[str] = []
    right: dict[str, set[str]] = {
        letter: {p.name for p in names.values() if p.inputs == letter and not p.holds} for letter in cameras
    }
    for one, other in combinations([p for p in names.values() if not p.holds], 2):
        together = any(one.name in group and other.name in group for group in members)
        if together != (one.inputs == other.inputs):
            wrong.append(f"{'MERGED' if together else 'parted'}: {one.name} | {other.name}")
    wrong += _holders(report, names, of, right)
    for record in report["recordings"]:
        wrong += _of_recording(record["recording"], of, names)
    counts = report["counts"]
    if counts["recordings"] != len(cameras):
        wrong.append(f"COUNT: {counts['recordings']} recordings, {len(cameras)} cameras")
    holders = sum(p.holds for p in names.values())
    if counts["compilations"] != holders:
        wrong.append(f"count: {counts['compilations']} compilations, {holders} montages")
    return wrong


def _holders(
    report: dict[str, Any], names: dict[int, Made], of: dict[str, Made], right: dict[str, set[str]]
) -> list[str]:
    """Return what is wrong with the montages: a member of something, a camera not told, a camera it does not show."""
    wrong = []
    for post in names.values():
        if not post.holds:
            continue
        seen = set()
        for one in report["recordings"]:
            inside = {of[s].name for s in one["recording"]["members"] if s in of}
            letters = {letter for letter, group in right.items() if group & inside}
            if post.name in inside:
                wrong.append(f"JOINED: {post.name} counts as a copy among {sorted(inside - {post.name})}")
            if any(of.get(h) is post for h in one["held_by"]):
                seen |= letters
        wrong += [f"NOT IN IT: {post.name} said to hold camera {letter}" for letter in sorted(seen - set(post.inputs))]
        wrong += [f"not told: {post.name} holds camera {letter}" for letter in sorted(set(post.inputs) - seen)]
    return wrong


def _of_recording(record: dict[str, Any], of: dict[str, Made], names: dict[int, Made]) -> list[str]:
    """Return what is wrong with a recording's earliest and best copy: both are known by construction."""
    mine = [of[s] for s in record["members"] if s in of]
    cameras = {p.inputs for p in mine}
    if len(cameras) != 1 or any(p.holds for p in mine):
        return []
    wrong = []
    camera = next(iter(cameras))
    first = min((p for p in names.values() if camera in p.inputs), key=lambda p: p.day)
    earliest = of.get((record["earliest"] or {}).get("sha256", ""))
    if earliest is None or earliest.day != first.day:
        wrong.append(f"earliest of {camera}: {earliest.name if earliest else 'none'}, not {first.name}")
    best = of.get(record["best"])
    if best is None or (best.name != f"{camera.lower()} first" and f"{camera.lower()} first" in {p.name for p in mine}):
        wrong.append(f"best of {camera}: {best.name if best else 'none'} ({record['best_reason']})")
    return wrong
