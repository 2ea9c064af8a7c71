"""The sample's posts over real HTTP, real downloader, real worker: copies and recordings known by construction."""

from __future__ import annotations

import pytest

import samples
from pipelines.flow import result_of
from pipelines.options import Options
from pipelines.story import story
from verify.settings import Settings

# A story of eight of the sample's posts, to keep the test short. Which act of drawing each of their clips shows:
RECORDINGS = {"near": {"near", "mirrored", "trimmed"}, "far": {"far"}, "street": {"soundtrack"}}
POSTS = ("near", "far", "mirrored", "trimmed", "compilation", "soundtrack", "gone", "words")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run the story, take a post down, and run it again."""
    options = Options(case=tmp_path_factory.mktemp("case"), formats=("json",), command="firstseen story")
    with samples.serve() as demo:
        options = Options(case=options.case, formats=("json",), settings=Settings(allow_hosts=(demo.host,)))
        names = {demo.url(name): name for name in POSTS}
        page = tmp_path_factory.mktemp("story") / "story.html"
        page.write_text("<h1>A story</h1>" + "".join(f'<iframe src="{url}"></iframe>' for url in names))
        first = result_of(story(str(page), options)).report
        demo.take_down("far")
        second = result_of(story(str(page), options)).report
    return first, second, names


def clips_of(report, names):
    """Return the clip that each post with one clip brought, by the post's name."""
    return {names[post.url]: post.sha256[0] for post in report.posts if len(post.sha256) == 1}


def test_every_post_is_accounted_for(runs):
    first, _, names = runs
    states = {names[post.url]: post.state for post in first.posts}
    other = {"gone": "gone", "words": "not a video"}
    assert states == {name: other.get(name, "fetched") for name in POSTS}
    assert all(post.reason and post.next_step for post in first.posts if post.state != "fetched")
    assert (first.counts.posts, first.counts.fetched, first.counts.clips) == (8, 6, 6)


def test_copies_are_put_to_the_right_recordings_and_no_two_are_merged(runs):
    first, _, names = runs
    clips = clips_of(first, names)
    found = {frozenset(one.recording.members) for one in first.recordings}
    assert found == {frozenset(clips[name] for name in group) for group in RECORDINGS.values()}
    assert first.counts.recordings == 3


def test_the_compilation_holds_recordings_and_joins_none(runs):
    first, _, names = runs
    compilation = clips_of(first, names)["compilation"]
    assert all(compilation not in one.recording.members for one in first.recordings)
    assert sum(compilation in one.held_by for one in first.recordings) >= 2 and first.counts.compilations == 1


def test_the_mirrored_copy_is_the_earliest_of_its_recording_and_older_than_the_event(runs):
    first, _, names = runs
    clips = clips_of(first, names)
    near = next(one for one in first.recordings if clips["near"] in one.recording.members)
    assert near.recording.earliest.sha256 == clips["mirrored"]
    assert near.recording.earliest.bounds.not_after.isoformat() < "2022-04-01"


def test_the_borrowed_soundtrack_is_told_and_makes_no_third_witness(runs):
    first, _, names = runs
    clips = clips_of(first, names)
    tied = {frozenset((m.a, m.b)) for m in first.matches if m.kind == "same soundtrack"}
    assert frozenset((clips["near"], clips["soundtrack"])) in tied
    assert all(m.kind != "same picture" for m in first.matches if clips["soundtrack"] in (m.a, m.b))
    assert first.counts.aligned == 2


def test_the_second_angle_lies_where_its_sound_says(runs):
    first, _, names = runs
    clips = clips_of(first, names)
    starts = {place.sha256: place.start for place in first.clock.places}
    shown = {name: next(c for c in RECORDINGS[name] if clips[c] in starts) for name in ("near", "far")}
    assert shown == {"near": "near", "far": "far"}, "the best copy of each stands on the clock"
    # 1.4 s later by the scene, less 2.45 s that the bang took longer to reach it: samples/belgorod/posts.toml
    assert starts[clips["far"]] - starts[clips["near"]] == pytest.approx(-1.05, abs=0.06)


def test_a_second_run_keeps_both_states_and_says_what_changed(runs):
    first, second, names = runs
    assert second.earlier_run == first.made
    assert [(names[c.subject], c.before, c.after) for c in second.changes if c.subject in names] == [
        ("far", "fetched", "gone")
    ]
    assert second.counts.clips == first.counts.clips, "what was fetched once is kept"
