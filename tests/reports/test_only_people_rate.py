"""MediaReview and ClaimReview: from a decision of a person only, complete for their readers, or left out with words."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from verify.records.findings import MEDIA_CATEGORIES, Decision
from verify.reports.as_mediareview import MediaReview, faults

HOUSE = {
    "publisher": "The Daily Record",
    "publisher_url": "https://daily.example.org",
    "publication_url": "https://daily.example.org/checks/belgorod",
}


def decided(made, *decisions: Decision, settings=HOUSE, **changes):
    whole = made.clip_report()
    return replace(whole, case=replace(whole.case, decisions=decisions, **changes), settings=settings)


def decision(category: str, **changes) -> Decision:
    values = {
        "subject": "i0001",
        "category": category,
        "by": "A. Editor",
        "note": "Older clip.",
        "at": "2026-11-22T11:30:00Z",
    }
    return Decision(**{**values, **changes})


def graph(data: bytes) -> tuple[list, str]:
    found = json.loads(data)
    assert found["@context"] == "https://schema.org"
    return found["@graph"], found.get("description", "")


def test_without_a_decision_there_is_no_review(made):
    nodes, why = graph(MediaReview().clip(decided(made), made.pictures()))
    assert nodes == []
    assert "No person has decided" in why


def test_a_decision_taken_back_gives_no_review(made):
    report = decided(made, decision("DecontextualizedContent", undone=True))
    assert graph(MediaReview().clip(report, made.pictures()))[0] == []


def test_a_decision_about_another_item_gives_no_review(made):
    report = decided(made, decision("DecontextualizedContent", subject="i0009"), decision("same recording"))
    assert graph(MediaReview().clip(report, made.pictures()))[0] == []


@pytest.mark.parametrize("category", MEDIA_CATEGORIES)
def test_each_category_gives_a_complete_media_review(made, category):
    nodes, why = graph(MediaReview().clip(decided(made, decision(category)), made.pictures()))
    assert why == ""
    (node,) = nodes
    assert faults(node) == []
    assert node["@type"] == "MediaReview"
    assert node["mediaAuthenticityCategory"] == category
    assert node["author"] == {"@type": "Organization", "name": "The Daily Record", "url": "https://daily.example.org"}
    reviewed = node["itemReviewed"]
    assert reviewed["interpretedAsClaim"]["description"] == made.CLAIM.what
    shown = reviewed["mediaItemAppearance"]
    assert shown[0]["sha256sum"] == [made.sha(1)]
    # Copies that share the picture are appearances; the one that shares sound only is not.
    assert {a["sha256sum"][0] for a in shown} == {made.sha(1), made.sha(2)}
    assert all(a["accessedOnUrl"].startswith("https://") for a in shown)


def test_two_categories_stand_side_by_side_unless_they_exclude_each_other(made):
    both = decided(made, decision("DecontextualizedContent"), decision("EditedOrCroppedContent"))
    nodes, _ = graph(MediaReview().clip(both, made.pictures()))
    assert nodes[0]["mediaAuthenticityCategory"] == ["DecontextualizedContent", "EditedOrCroppedContent"]
    against = decided(made, decision("OriginalMediaContent"), decision("StagedContent"))
    nodes, why = graph(MediaReview().clip(against, made.pictures()))
    assert nodes == []
    assert "cannot also be edited" in why


def test_a_rating_in_words_gives_a_claim_review(made):
    nodes, _ = graph(MediaReview().clip(decided(made, decision("claim: Missing context")), made.pictures()))
    (node,) = nodes
    assert (node["@type"], faults(node)) == ("ClaimReview", [])
    assert node["claimReviewed"] == made.CLAIM.what
    assert node["reviewRating"] == {"@type": "Rating", "alternateName": "Missing context"}
    assert "ratingValue" not in json.dumps(node)  # a number would need a published scale
    assert node["itemReviewed"]["appearance"]["url"] == made.CLAIM.link


@pytest.mark.parametrize("missing", sorted(HOUSE))
def test_without_the_newsroom_it_is_left_out_with_the_reason(made, missing):
    report = decided(made, decision("DecontextualizedContent"), settings={**HOUSE, missing: ""})
    nodes, why = graph(MediaReview().clip(report, made.pictures()))
    assert nodes == []
    assert "MediaReview left out" in why


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("url",), "javascript:alert(1)", "url"),
        (("author", "name"), " ", "author"),
        (("datePublished",), "yesterday", "datePublished"),
        (("mediaAuthenticityCategory",), "Unverified", "mediaAuthenticityCategory"),
        (("mediaAuthenticityCategory",), [], "mediaAuthenticityCategory"),
        (("itemReviewed", "mediaItemAppearance"), [], "itemReviewed"),
        (("itemReviewed", "mediaItemAppearance", 0, "sha256sum"), ["abc"], "sha256sum"),
    ],
)
def test_the_rules_notice_what_is_missing(made, path, value, said):
    nodes, _ = graph(MediaReview().clip(decided(made, decision("DecontextualizedContent")), made.pictures()))
    node = copy.deepcopy(nodes[0])
    place = node
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(said in f for f in faults(node))


def test_a_story_reviews_each_clip_a_person_decided_on(made, stories):
    whole = stories.story_report()
    report = replace(
        whole,
        settings=HOUSE,
        decisions=(decision("DecontextualizedContent"), decision("claim: Unproven", subject=whole.id)),
    )
    nodes, why = graph(MediaReview().story(report, stories.pictures))
    assert why == ""
    assert [n["@type"] for n in nodes] == ["MediaReview", "ClaimReview"]
    assert [faults(n) for n in nodes] == [[], []]
    assert graph(MediaReview().batch(made.batch_report(), made.pictures()))[0] == []
