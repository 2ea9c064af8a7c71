"""Eight processes on one case: nothing is lost or doubled, no one fails, and an audit in between finds no fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from verify.archive.audit import audit
from verify.archive.store import CaseFolder

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"

_ONE_OF_MANY = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from archive.made_up import Came, examination, fingerprint
from verify.archive.store import CaseFolder
number, root, material, count = int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])
with CaseFolder(root, by=f"process {number}") as case:
    for turn in range(count):
        name = "same.mp4" if turn % 3 == 0 else f"{number}-{turn}.mp4"
        item = case.add_item(name, [Came(path=material / name, name=name)])
        folder = case.scratch()
        case.save_examination(item, examination(item.media.sha256, folder), folder, [fingerprint(turn)])
        case.save_report(item.id, "report.html", f"{number} {turn}".encode())
        case.save_case_report("dedup.html", f"{number} {turn}".encode())
"""


def test_eight_processes_on_one_case(tmp_path: Path, score) -> None:
    processes, turns = 8, 25 if FULL else 3
    material = tmp_path / "material"
    material.mkdir()
    (material / "same.mp4").write_bytes(b"the same for all" * 9999)
    for number in range(processes):
        for turn in range(turns):
            (material / f"{number}-{turn}.mp4").write_bytes(f"{number} {turn} ".encode() * 999)
    here = str(Path(__file__).resolve().parents[1])
    root = tmp_path / "case"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _ONE_OF_MANY, here, str(n), str(root), str(material), str(turns)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(processes)
    ]
    during = 0
    while any(one.poll() is None for one in running):
        if (root / "custody.jsonl").exists():
            found = audit(root)
            assert found.faults == (), found.faults
            during += 1
        try:
            running[0].wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            continue
    errors = [one.communicate()[1] for one in running]
    assert [one.returncode for one in running] == [0] * processes, errors
    found = audit(root)
    assert found.faults == ()
    with CaseFolder(root, write=False) as case:
        assert len(case.items()) == processes * turns
        assert len(case.library.clips()) == len({item.media.sha256 for item in case.items()})
    same = turns - turns // 3 - bool(turns % 3)
    assert len([p for p in (root / "originals").rglob("*") if p.is_file()]) == processes * same + 1
    score.tried += found.items
    score.note = f"{found.items} items by {processes} processes, {during} audits meanwhile"
    print(f"{processes} processes, {found.items} items, {found.entries} entries, {during} audits meanwhile")


_NAIVE = """
import json, sys
from pathlib import Path
path = Path(sys.argv[1])
for turn in range(60):
    entries = json.loads(path.read_text() or "[]") if path.exists() else []
    path.write_text(json.dumps([*entries, [sys.argv[2], turn]]))
"""


def test_control_a_log_rewritten_as_json_loses_what_others_write(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    running = [
        subprocess.Popen([sys.executable, "-c", _NAIVE, str(path), str(n)], stderr=subprocess.DEVNULL) for n in range(8)
    ]
    ended = [one.wait() for one in running]
    try:
        entries = json.loads(path.read_text())
    except ValueError:
        entries = []
    assert any(ended) or len(entries) < 8 * 60
