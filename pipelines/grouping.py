"""From a case's matches to its recordings, the same way for a story and for a batch. Rule: one rule, in one place.

What is known of the clips beside their matches (lengths, cuts, how the whole picture changes) is looked up here; what
follows from it is judged by `verify.stories.holding`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pipelines.parts import cuts_of
from pipelines.session import Session
from verify.descriptors.grid import STEP, Grid, kept_median_change
from verify.records.cases import OtherClip
from verify.records.matches import Match, Recording
from verify.stories import holding
from verify.stories.montages import Facts, Sorted


def recordings(
    session: Session, matches: Iterable[Match], others: Mapping[str, OtherClip], sizes: Mapping[str, int]
) -> tuple[list[Recording], Sorted]:
    """Return every recording that `others` show, and how the matches were sorted: montages apart, doubtful ones aside.

    The matches are those of `pipelines.parts`, parts told apart by all of them. `sizes` are bytes: of copies as long
    and as large as each other the one with most bytes a second is the best.
    """
    rate = {s: sizes.get(s, 0) / max(other.duration or 0.0, 0.1) for s, other in others.items()}
    ordered = sorted(others.values(), key=lambda other: -rate[other.sha256])
    matches = list(matches)
    linked = Counter(s for m in matches if m.kind == "same picture" for s in (m.a, m.b))
    facts = _facts(session, others, [s for s in others if linked[s] > 1])
    decisions = list(session.case.library.decisions().values())
    return holding.recordings(ordered, matches, decisions, facts)


def _facts(session: Session, others: Mapping[str, OtherClip], linked: Iterable[str]) -> Facts:
    """Return the facts of the clips; how the picture changes only of those that may hold two others."""
    changes = {}
    for sha256 in linked:
        print_ = session.case.library.fingerprints(sha256, (Grid.name,)).get(Grid.name)
        if print_ is not None and print_.version == Grid.version:
            changes[sha256] = kept_median_change(print_)[1:-1]
    return Facts(
        lengths={s: other.duration or 0.0 for s, other in others.items()},
        cuts=cuts_of(session, others),
        changes=changes,
        step=STEP,
    )
