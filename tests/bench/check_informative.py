"""What the guard of verify/media/informative.py says of real frames and of made cards: run by hand, not by pytest.

    python tests/bench/check_informative.py ../shared/videos

Real frames (every two seconds) should be informative but for real black and one-colour ones, which are listed with
their counts to be looked at. Made ones (black, grey, fades, cards with text of several sizes, after JPEG at several
qualities) should not be.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from verify.media import frames
from verify.media.informative import is_informative
from verify.media.sniff import sniff
from verify.settings import Settings


def made() -> dict[str, list[np.ndarray]]:
    """Return pictures that say nothing, by kind."""
    random = np.random.default_rng(3)
    found: dict[str, list[np.ndarray]] = {"flat": [], "fade": [], "noise on flat": [], "card": []}
    for level in (0, 16, 60, 128, 200, 255):
        flat = np.full((360, 640), level, np.uint8)
        found["flat"].append(flat)
        found["fade"].append((flat * np.linspace(0.97, 1.0, 640)[None]).astype(np.uint8))
        found["noise on flat"].append(np.clip(flat + random.normal(0, 2, flat.shape), 0, 255).astype(np.uint8))
        for lines, size in ((1, 1.0), (1, 2.0), (2, 1.4), (4, 1.0), (6, 0.8)):
            card = flat.copy()
            for line in range(lines):
                place = (60, 180 + int((line - lines / 2) * 40 * size))
                cv2.putText(card, "BREAKING 05:51", place, cv2.FONT_HERSHEY_SIMPLEX, size, 255 - level, 2)
            for quality in (30, 60, 90):
                _, data = cv2.imencode(".jpg", card, [cv2.IMWRITE_JPEG_QUALITY, quality])
                found["card"].append(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
    return found


def main() -> None:
    print("| made | called informative |\n|---|---|")
    for kind, pictures in made().items():
        print(f"| {kind} | {sum(map(is_informative, pictures))} of {len(pictures)} |")
    silent: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for path in sorted(Path(sys.argv[1]).iterdir()):
        if path.suffix in {".csv", ".json"}:
            continue
        following = 0.0
        with frames.opened(path, sniff(path), Settings(), path.name) as clip:
            for thing in clip.run(sound=False):
                if isinstance(thing, frames.Picture) and thing.time >= following:
                    following = thing.time + 2
                    total[path.name] += 1
                    silent[path.name] += not is_informative(thing.planes.gray())
    print(f"\nreal frames: {sum(total.values())}, of which {sum(silent.values())} are called uninformative:")
    for name, count in silent.most_common():
        if count:
            print(f"- {name}: {count} of {total[name]}")


if __name__ == "__main__":
    main()
