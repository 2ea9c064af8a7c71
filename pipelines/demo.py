"""The shipped sample, end to end: served on 127.0.0.1 as posts, fetched, compared, one of them reported first.

Rule: the same pipelines as for any user; nothing here is special to the sample but its addresses and its claim.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import samples
from pipelines.check import check
from pipelines.options import CheckResult, Options
from verify.claims.parse import claim_file
from verify.records.cases import Event

CHECKED = "near"  # the clip the claim is about
SEEN = ("mirrored", "captioned", "trimmed", "far", "soundtrack")  # what the library has besides


def demo(options: Options) -> Generator[Event, None, CheckResult]:
    """Check the sample's clip against its claim, with other posts of the sample in the library.

    The clip that is checked comes first in the result. Raises what `check` raises.
    """
    with samples.serve() as server, samples.folder() as belgorod:
        settings = replace(options.settings, allow_hosts=(*options.settings.allow_hosts, server.host))
        told = replace(options, settings=settings, claim=claim_file(belgorod / "claim.toml"))
        return (yield from check([server.url(name) for name in (CHECKED, *SEEN)], told))
