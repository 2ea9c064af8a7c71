"""The limits of a run, each with its reason. Rule: frozen, read once (TOML or defaults), written into every report."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from verify.errors import UsageError

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Limits and choices of a run. Sizes in bytes, times in seconds, pictures in pixels."""

    # Worker limits: facts/hostile-input.md 1.2 measured 2.7 GB for a 752 kB H.264 bomb when nothing limits it.
    worker_memory: int = 2048 * MIB
    worker_cpu_seconds: int = 1800
    worker_wall_seconds: int = 3600
    worker_file_size: int = 256 * MIB  # largest file a worker may write (keyframes, npz, sound)
    worker_open_files: int = 64
    workers: int = 0  # files examined at once, and processes that search; 0: one for each processor
    # Pixels before decoding: 8192 x 8192 and 50 MP let 8K through and stop the 16k bomb (same source).
    max_side: int = 8192
    max_pixels: int = 50_000_000
    max_duration: float = 6 * 3600.0
    # Keyframes: enough to look at, few enough to look through.
    max_keyframes: int = 24
    keyframe_side: int = 640
    # Download limits: yt-dlp's own --max-filesize only reads Content-Length (same source, 1.1).
    max_download: int = 2048 * MIB
    download_seconds: float = 1800.0
    min_rate: float = 1024.0  # bytes a second, over `rate_window`
    rate_window: float = 30.0
    live: bool = False
    allow_hosts: tuple[str, ...] = ()  # host[:port] the network guard lets through though they are private
    proxy: str = ""
    cookies: str = ""  # a Netscape cookie file for posts behind a login; each cookie goes to its own site only
    page: bool = True  # keep the post's page beside the video: source, screenshot, PDF
    wayback: str = "https://web.archive.org"  # asked only with --ask wayback
    browser_sandbox: bool = True  # off only in a container where Chromium's own sandbox cannot start
    publisher: str = ""  # the newsroom's name, for MediaReview and ClaimReview, which must name their author
    publisher_url: str = ""
    publication_url: str = ""  # where the story or fact-check stands that the markup goes with
    # A copy-detection model that names further candidates (docs/matching.md): an ONNX file, or sscd or sscd_distilled.
    learned: str = ""
    learned_size: int = 0  # sides of its pictures, pixels, where the model leaves them open; 0: 288, as SSCD's paper
    learned_mean: tuple[float, float, float] = (0.485, 0.456, 0.406)  # ImageNet's, red, green, blue, of levels 0..1
    learned_std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    read_text: bool = False  # read writing in pictures with tesseract, where it is installed: 1 to 9 s a stretch
    signs_file: str = ""  # a newsroom's own table of signs, over and beside verify/signs/signs.toml


def load(path: Path | None, **changes: object) -> Settings:
    """Return the settings of the TOML file at `path` (or the defaults) with `changes` over them.

    Raises UsageError for a file that is not TOML, an unknown key, or a value of the wrong type.
    """
    values: dict[str, object] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            why = error.strerror or error if isinstance(error, OSError) else error
            raise UsageError(f"The settings file {path} cannot be read: {why}.", "Give a TOML file.") from error
    values.update({key: value for key, value in changes.items() if value is not None})
    return _checked(values)


def _checked(values: dict[str, object]) -> Settings:
    known = {field.name: field for field in fields(Settings)}
    defaults = Settings()
    checked: dict[str, object] = {}
    for key, value in values.items():
        if key not in known:
            raise UsageError(f"There is no setting named {key!r}.", f"Known: {', '.join(sorted(known))}.")
        default = getattr(defaults, key)
        if isinstance(default, tuple) and isinstance(value, (list, tuple)):
            checked[key] = _numbers(key, value) if default else tuple(str(v) for v in value)
        elif isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            checked[key] = float(value)
        elif type(value) is type(default):
            checked[key] = value
        else:
            raise UsageError(f"The setting {key!r} must be of type {type(default).__name__}, not {value!r}.")
    return replace(defaults, **checked)  # type: ignore[arg-type]  # each value's type was checked above


def _numbers(key: str, value: list[object] | tuple[object, ...]) -> tuple[float, ...]:
    """Return the three numbers of a setting about colours. Raises UsageError for anything else."""
    numbers = [float(v) for v in value if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) != 3 or len(value) != 3 or not all(0 <= n <= 255 for n in numbers):
        raise UsageError(f"The setting {key!r} must be three numbers, of red, green and blue, not {value!r}.")
    if key == "learned_std" and not all(numbers):
        raise UsageError("No number of the setting 'learned_std' may be 0: pictures are divided by it.")
    return tuple(numbers)
