"""A batch that goes on where it was killed; run as a program: kill_batch.py CASE MATERIAL."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a program: `archive` is a folder of tests

from archive.made_up import Came
from verify.archive.store import CaseFolder

root, material = Path(sys.argv[1]), Path(sys.argv[2])
with CaseFolder(root, by="batch@here") as case:
    targets = {path.name: str(path.stat().st_size) for path in sorted(material.iterdir())}
    for job in case.jobs.open("batch", targets):
        if job.state != "done":
            case.jobs.begin("batch", job.target)
            item = case.add_item(
                job.target, [Came(path=material / job.target, name=job.target)], job=("batch", job.target)
            )
            case.jobs.done("batch", job.target, item.id, item.media.sha256)
