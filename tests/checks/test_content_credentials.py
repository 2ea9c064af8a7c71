"""Content credentials in three levels, and without them."""

from dataclasses import replace

import pytest

from verify.checks.credentials import ContentCredentials
from verify.records.media import Problem


def only(made, *tags, problems=()):
    case = made.case(tags=tuple(made.tag(name, value) for name, value in tags))
    (found,) = ContentCredentials().run(replace(case, examination=replace(case.examination, problems=problems)))
    return found


@pytest.mark.parametrize(
    ("state", "bearing"),
    [
        ("trusted issuer", "supports"),
        ("intact, unknown signer", "neutral"),
        ("intact, certificate run out", "neutral"),
        ("broken", "questions"),
    ],
)
def test_have_four_levels(made, state, bearing):
    found = only(made, ("credentials", state), ("credentials issuer", "C2PA Test Signing Cert"))
    assert found.bearing == bearing
    assert "“C2PA Test Signing Cert”" in found.sentence


def test_of_an_unknown_signer_are_never_called_valid(made):
    found = only(made, ("credentials", "intact, unknown signer"))
    assert "anybody could have made them" in found.sentence and "valid" not in found.sentence.lower()


def test_by_a_certificate_that_ran_out_are_not_called_changed(made):
    """Certificates run out in a year or two: a file that nobody touched was said to be changed after signing."""
    found = only(made, ("credentials", "intact, certificate run out"))
    assert "unchanged since they were signed" in found.sentence and "has run out" in found.sentence


def test_of_a_file_that_is_torn_do_not_say_that_somebody_changed_it(made):
    """The first segment of a signed stream cannot be played alone, and its credentials cannot hold."""
    case = made.case(tags=(made.tag("credentials", "broken"),))
    (found,) = ContentCredentials().run(replace(case, examination=replace(case.examination, scope="tags")))
    assert found.bearing == "neutral" and "changed" not in found.sentence


def test_that_are_absent_mean_nothing(made):
    found = only(made)
    assert found.bearing == "neutral" and "nothing follows" in found.sentence


def test_that_could_not_be_read_are_not_called_absent(made):
    assert only(made, ("credentials box", "C2PA")).bearing == "not tested"
    unread = only(made, problems=(Problem(part="credentials", reason="Not installed: c2pa."),))
    assert unread.bearing == "not tested" and "Not installed: c2pa" in unread.sentence


def test_of_a_file_that_was_not_examined(made):
    (found,) = ContentCredentials().run(made.case(examination=None))
    assert found.bearing == "not tested"
