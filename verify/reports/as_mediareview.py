"""Markup for fact-check databases (schema.org MediaReview, ClaimReview). Rule: only what a person decided is in it.

schema.org has no value for `not established`, so a machine has nothing to say here: without a standing decision the
list is empty and says why. Required fields are those that Duke's MediaVault and Google's Fact Check Explorer ask for;
an entry that misses one is left out, with the reason, rather than written half.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from verify.records.cases import BatchReport, ClipReport, Item
from verify.records.claims import Claim
from verify.records.findings import CLAIM_VERDICT, MEDIA_CATEGORIES, Decision
from verify.records.matches import Appearance
from verify.records.stories import StoryReport
from verify.reports.base import Format, Pictures
from verify.reports.page import web_link
from verify.text import one_line

Node = dict[str, Any]

# Media cannot be original and one of these (schema.org: the values are not mutually exclusive otherwise).
AGAINST_ORIGINAL = {"EditedOrCroppedContent", "TransformedContent", "StagedContent"}
NO_DECISION = "No person has decided on this yet (firstseen decide): a machine sets no category and no rating."
NO_CATEGORY = (
    "That sets no category of MediaReview and no rating of a claim given to firstseen, so no entry is written."
)


class MediaReview(Format):
    """JSON-LD to put into the page of a story; empty, with the reason, where nobody decided."""

    name: ClassVar[str] = "mediareview"
    ending: ClassVar[str] = ".jsonld"
    media_type: ClassVar[str] = "application/ld+json"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the MediaReview (and ClaimReview) of one clip."""
        case = report.case
        copies = {m.b if m.a == case.item.media.sha256 else m.a for m in case.matches if m.kind == "same picture"}
        copies.add(case.item.media.sha256)
        seen = [a for a in case.appearances if a.sha256 in copies]
        made = [
            *_media_reviews(report.settings, [case.item], case.decisions, {case.item.id: seen}, case.claim),
            *_claim_reviews(report.settings, case.decisions, {case.item.id}, case.claim),
        ]
        return _document(made, case.decisions)

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return an empty list: a batch carries no decisions about single clips."""
        return _document([])

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the MediaReview of every clip that a person decided on, and the ClaimReview of the story."""
        claim = report.claims[0] if len(report.claims) == 1 else None
        seen: dict[str, list[Appearance]] = {}
        for one in report.recordings:
            for item in report.items:
                if item.media.sha256 in one.recording.members:
                    seen.setdefault(item.id, []).extend(one.recording.appearances)
        made = [
            *_media_reviews(report.settings, report.items, report.decisions, seen, claim),
            *_claim_reviews(report.settings, report.decisions, {report.id, *(i.id for i in report.items)}, claim),
        ]
        return _document(made, report.decisions)


def faults(node: Node) -> list[str]:
    """Return what a MediaReview or ClaimReview lacks by the rules of those who read it; empty where it is complete."""
    found = [] if web_link(str(node.get("url", ""))) else ["url: an http(s) address of the publication is needed"]
    author = node.get("author", {})
    if not (author.get("name", "").strip() and web_link(author.get("url", ""))):
        found.append("author: name and http(s) address of the organisation are needed")
    if not re.match(r"\d{4}-\d{2}-\d{2}", str(node.get("datePublished", ""))):
        found.append("datePublished: an ISO 8601 date is needed")
    return found + (_claim_faults(node) if node.get("@type") == "ClaimReview" else _media_faults(node))


def _media_faults(node: Node) -> list[str]:
    categories = node.get("mediaAuthenticityCategory") or []
    categories = [categories] if isinstance(categories, str) else categories
    found = [f"mediaAuthenticityCategory: {c!r} is not one" for c in categories if c not in MEDIA_CATEGORIES]
    if not categories:
        found.append("mediaAuthenticityCategory: one is needed")
    if "OriginalMediaContent" in categories and AGAINST_ORIGINAL & set(categories):
        found.append("mediaAuthenticityCategory: original media cannot also be edited, transformed or staged")
    shown = node.get("itemReviewed", {}).get("mediaItemAppearance", [])
    if not shown:
        found.append("itemReviewed: at least one appearance is needed")
    for one in shown:
        if not all(re.fullmatch(r"[0-9a-f]{64}", s) for s in one.get("sha256sum", [])):
            found.append("sha256sum: 64 hexadecimal digits are needed")
        if not (one.get("sha256sum") or one.get("accessedOnUrl")):
            found.append("mediaItemAppearance: a hash or an address is needed")
    return found


def _claim_faults(node: Node) -> list[str]:
    found = [] if node.get("claimReviewed", "").strip() else ["claimReviewed: the claim in words is needed"]
    if not node.get("reviewRating", {}).get("alternateName", "").strip():
        found.append("reviewRating: the rating in words is needed")
    return found


def _media_reviews(
    settings: dict[str, Any],
    items: Iterable[Item],
    decisions: Sequence[Decision],
    seen: dict[str, list[Appearance]],
    claim: Claim | None,
) -> list[Node]:
    made = []
    for item in items:
        standing = [d for d in decisions if d.subject == item.id and not d.undone and d.category in MEDIA_CATEGORIES]
        if standing:
            newest = max(standing, key=lambda d: d.at)
            categories = list(dict.fromkeys(d.category for d in standing))
            node = _review("MediaReview", settings, newest)
            node["mediaAuthenticityCategory"] = categories[0] if len(categories) == 1 else categories
            node["itemReviewed"] = _reviewed(item, seen.get(item.id, []), claim)
            made.append(node)
    return made


def _claim_reviews(
    settings: dict[str, Any], decisions: Sequence[Decision], subjects: set[str], claim: Claim | None
) -> list[Node]:
    standing = [d for d in decisions if d.subject in subjects and not d.undone and d.category.startswith(CLAIM_VERDICT)]
    if not standing or claim is None:
        return []
    newest = max(standing, key=lambda d: d.at)
    node = _review("ClaimReview", settings, newest)
    node["claimReviewed"] = one_line(claim.what)
    node["reviewRating"] = {"@type": "Rating", "alternateName": newest.category.removeprefix(CLAIM_VERDICT).strip()}
    reviewed: Node = {"@type": "Claim"}
    if claim.source:
        reviewed["author"] = {"@type": "Organization", "name": one_line(claim.source)}
    if link := web_link(claim.link):
        reviewed["appearance"] = {"@type": "CreativeWork", "url": link}
    node["itemReviewed"] = reviewed
    return [node]


def _review(kind: str, settings: dict[str, Any], decision: Decision) -> Node:
    name, address = str(settings.get("publisher", "")), web_link(str(settings.get("publisher_url", "")))
    node: Node = {
        "@type": kind,
        "author": {"@type": "Organization", "name": name, "url": address},
        "editor": {"@type": "Person", "name": one_line(decision.by)},
        "datePublished": decision.at,
        "url": web_link(str(settings.get("publication_url", ""))),
    }
    if decision.note:
        node["reviewBody"] = one_line(decision.note)
    return node


def _reviewed(item: Item, seen: Sequence[Appearance], claim: Claim | None) -> Node:
    reviewed: Node = {"@type": "MediaReviewItem"}
    post = item.post
    if post and post.author:
        creator: Node = {"@type": "Person", "name": one_line(post.author)}
        if link := web_link(post.author_url):
            creator["url"] = link
        reviewed["creator"] = creator
    if claim and claim.what:
        reviewed["interpretedAsClaim"] = {"@type": "Claim", "description": one_line(claim.what)}
    ours = Appearance(
        sha256=item.media.sha256,
        label=item.media.name,
        bounds=None,
        url=post.url if post else "",
    )
    places = {(a.sha256, a.url): a for a in (ours, *seen) if a is ours or web_link(a.url)}
    reviewed["mediaItemAppearance"] = [_snapshot(a) for a in places.values()]
    return reviewed


def _snapshot(known: Appearance) -> Node:
    node: Node = {"@type": "VideoObjectSnapshot", "description": one_line(known.label)}
    if link := web_link(known.url):
        node["accessedOnUrl"] = link
    node["sha256sum"] = [known.sha256]
    return node


def _said(decision: Decision) -> str:
    """Return a decision as a sentence, for where no complete entry tells of it."""
    why = f" ({one_line(decision.note)})" if decision.note else ""
    return f"Decided by {one_line(decision.by)} at {decision.at}: {one_line(decision.category)}{why}."


def _document(nodes: Sequence[Node], decisions: Sequence[Decision] = ()) -> bytes:
    complete = [n for n in nodes if not faults(n)]
    left_out = [f"{n['@type']} left out. {'; '.join(faults(n))}." for n in nodes if faults(n)]
    document: Node = {"@context": "https://schema.org", "@graph": complete}
    standing = [d for d in decisions if not d.undone]
    if not standing and not nodes:
        document["description"] = NO_DECISION
    elif left_out or not nodes:
        said = [*map(_said, standing), *left_out]
        document["description"] = " ".join(said if nodes else [*said, NO_CATEGORY])
    text = json.dumps(document, ensure_ascii=False, indent=2)
    # It is pasted into a script element: the five characters that could end it are escaped.
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return (text + "\n").encode("utf-8", errors="replace")
