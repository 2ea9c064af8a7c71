"""Signs in the container: the camera's own file, rewrites, ancestors."""

from dataclasses import replace

from verify.checks.container import WhoWroteTheFile
from verify.records.media import Tag


def tag(name, value, place="moov/trak/mdia/hdlr", reader="boxes"):
    return Tag(name=name, value=value, reader=reader, place=place, offset=12)


ANDROID = (
    tag("major brand", "mp42", "ftyp"),
    tag("compatible brands", "isom,mp42", "ftyp"),
    tag("handler", "VideoHandle"),
    tag("system version", "6.0.1", "moov/meta/ilst/com.android.version"),
    tag("layout", "index last", "file"),
)
LAVF = tag("encoder", "Lavf58.76.100", "moov/udta/meta/ilst/©too")
TWITTER = tag("handler", "Twitter-vork muxer")


def ask(made, tags, *, original=True, role="evidentiary copy"):
    case = made.case(claim=replace(made.CLAIM, original=original), tags=tags)
    item = replace(case.item, media=replace(case.item.media, role=role))
    return WhoWroteTheFile().run(replace(case, item=item))


def test_a_cameras_form_supports_that_it_is_original(made):
    (found,) = ask(made, ANDROID)
    assert (found.bearing, found.part, found.weight) == ("supports", "original", "moderate")
    assert "MediaRecorder" in found.sentence and found.evidence[0].place == "ftyp, byte 12"


def test_a_cameras_form_is_neutral_where_nobody_claims_an_original(made):
    assert [f.bearing for f in ask(made, ANDROID, original=None)] == ["neutral"]


def test_a_rewrite_questions_weakly_and_an_ancestor_not_at_all(made):
    by_words = {f.sentence: f for f in ask(made, (LAVF, TWITTER))}
    writer = next(f for s, f in by_words.items() if "last written by" in s)
    ancestor = next(f for s, f in by_words.items() if "at some time processed by" in s)
    assert (writer.bearing, writer.weight) == ("questions", "weak")
    assert ancestor.bearing == "neutral"


def test_our_own_working_copy_is_not_blamed_for_our_writing(made):
    found = ask(made, (LAVF, TWITTER), role="working copy")
    assert all("last written by" not in f.sentence for f in found)
    assert any("at some time processed by" in f.sentence for f in found)


def test_no_sign_and_no_examination(made):
    (none,) = ask(made, ())
    (unexamined,) = WhoWroteTheFile().run(made.case(examination=None))
    assert (none.bearing, unexamined.bearing) == ("neutral", "not tested")


def test_a_cameras_form_with_a_header_of_weeks_later_supports_nothing(made):
    """An iPhone's clip of March bears a header of May: it was saved anew, in the camera's own form."""
    times = (
        tag("recording time", "2022-03-31T05:12:33+03:00", "moov/meta/ilst/com.apple.quicktime.creationdate"),
        tag("creation time", "2022-05-23T10:18:57Z", "moov/mvhd"),
    )
    (found,) = ask(made, (*ANDROID, *times))
    assert found.bearing == "neutral" and "a copy that was saved later" in found.sentence
    assert ask(made, (*ANDROID, times[0]))[0].bearing == "supports"


WINDOWS = tag("encoder", "Windows 10.0.22631.0", "moov/udta/meta/ilst/©too")


def test_a_program_that_may_have_recorded_it_questions_nothing(made):
    """24 recordings with a webcam were questioned, for Windows' Camera app writes with the system's own writer."""
    (found,) = ask(made, (WINDOWS,))
    assert found.bearing == "neutral" and "perhaps the one that recorded it" in found.sentence
    (found,) = (f for f in ask(made, (*ANDROID, WINDOWS)) if "MediaRecorder" in f.sentence)
    assert found.bearing == "neutral", "whoever wrote it last, it was not the phone"
