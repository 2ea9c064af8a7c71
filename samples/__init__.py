"""The Belgorod sample: a story, a claim, posts, and clips drawn by our own script. Rule: nothing here is footage.

    with samples.serve() as demo:
        demo.url("near"), demo.story_url, demo.host      # pages that a downloader reads as posts
    samples.POSTS                                        # what each of them is, known by construction
    with samples.folder() as belgorod:                   # the files: story.md, claim.toml, posts.toml, clips/
        ...

Works from an installed wheel as well as from a checkout: the files are found by `importlib.resources`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

from samples.server import POSTS, Demo, StandIn, serve

__all__ = ["POSTS", "Demo", "StandIn", "folder", "serve"]


def folder() -> AbstractContextManager[Path]:
    """Return a context that gives the folder `belgorod` as a path, unpacked for its duration where it must be."""
    return as_file(files(__name__) / "belgorod")
