"""What moves in the drawn scene: helicopters, rockets, fireball, flames, smoke. Rule: one event clock for all views.

Second 0 is the first second of the near view. Positions are metres in the world of `scene`.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from samples.scene import Camera, Picture, clouds

ROCKETS = tuple(2.6 + 0.22 * i for i in range(8))  # launches, seconds of the event clock
ROCKET_SPEED = 420.0  # metres a second: slower than a real one, so that a frame shows it
BLASTS = ((5.0, (0.0, 0.0, 12.0), 1.0), (7.6, (30.0, 25.0, 10.0), 0.55))  # when, where, how strong
# Drums and pipes that burst in the fire: heard, hardly seen. Seconds and strength.
POPS = tuple((5.9 + 0.61 * i + 0.23 * ((7 * i) % 5) / 2, 0.16 + 0.05 * ((3 * i) % 7)) for i in range(15))
WINGSPAN = 17.5  # metres; a Mi-24 is about this long without its rotor


def helicopter(which: int, at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return where helicopter 0 or 1 is at event seconds `at` (N) as N x 3 metres: low, towards the south-west."""
    after = np.asarray(at, float) - 1.1 * which
    along = 52.0 * (after - 3.0)  # metres flown since the first rocket
    x = 4.0 - along * 0.88 + 18 * which
    y = -196.0 - along * 0.30 - 30 * which
    z = 42.0 + 5 * np.sin(after * 0.7 + which) + 6 * which
    return np.stack([x, y, z], axis=-1)


def glow(at: float) -> float:
    """Return how brightly the depot shines at event second `at`: each blast a flash, then fire that grows."""
    light = 0.0
    for when, _, strength in BLASTS:
        after = at - when
        if after >= 0:
            light += strength * (1.9 * np.exp(-after / 0.35) + 0.55 * (1 - np.exp(-after / 1.5)))
    return float(light * (1 + 0.08 * np.sin(at * 23.0) * min(1.0, light)))


def draw_helicopters(canvas: Picture, camera: Camera, at: float) -> None:
    """Draw both helicopters as dark bodies with turning rotors."""
    for which in (0, 1):
        x, y, z = helicopter(which, np.array(at))
        if camera.project(np.array([[x, y, z]]))[1][0] < 15:
            continue  # it has passed over the camera
        px, py, scale = camera.one((float(x), float(y), float(z)))
        ahead = camera.one(tuple(float(v) for v in helicopter(which, np.array(at + 0.1))))  # type: ignore[arg-type]
        way = 1.0 if ahead[0] >= px else -1.0
        size = scale * WINGSPAN
        body = np.array(
            [
                [-0.5, -0.10],
                [-0.42, -0.02],
                [-0.1, -0.10],
                [0.2, -0.11],
                [0.36, -0.05],
                [0.42, 0.03],
                [0.3, 0.09],
                [-0.08, 0.08],
                [-0.36, 0.0],
                [-0.47, 0.01],
                [-0.53, -0.16],
            ]
        )
        tilt = np.radians(6 * way)
        turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
        shape = (body * [way, 1.0]) @ turn * size + [px, py]
        cv2.fillPoly(canvas, [np.round(shape * 8).astype(np.int32)], (0.003, 0.002, 0.002), cv2.LINE_AA, 3)
        for blade in range(5):
            angle = at * 25.1 + blade * 2 * np.pi / 5 + which
            tip = (px + np.cos(angle) * size * 0.5, py - size * 0.15 + np.sin(angle) * size * 0.02)
            cv2.line(
                canvas,
                (int(px), int(py - size * 0.14)),
                (int(tip[0]), int(tip[1])),
                (0.006, 0.006, 0.006),
                1,
                cv2.LINE_AA,
            )


def draw_rockets(shine: Picture, camera: Camera, at: float) -> None:
    """Draw the rockets under way as bright heads with trails, and the flash of each launch."""
    for number, launch in enumerate(ROCKETS):
        start = helicopter(number % 2, np.array(launch))
        end = np.array([0.0, 0.0, 8.0]) + np.random.default_rng(number).uniform(-45, 45, 3) * [1, 1, 0]
        flight = float(np.linalg.norm(end - start)) / ROCKET_SPEED
        after = at - launch
        if not 0 <= after <= flight + 0.25:
            continue
        head, tail = (min(1.0, max(0.0, (after - lag) / flight)) for lag in (0.0, 0.16))
        a, b = (start + (end - start) * part for part in (head, tail))
        ax, ay, scale = camera.one((float(a[0]), float(a[1]), float(a[2])))
        bx, by, _ = camera.one((float(b[0]), float(b[1]), float(b[2])))
        thick = max(1, int(scale * 0.5))
        cv2.line(shine, (int(bx), int(by)), (int(ax), int(ay)), (0.25, 0.55, 1.1), thick, cv2.LINE_AA)
        if head < 1:
            cv2.circle(shine, (int(ax), int(ay)), max(2, int(scale * 1.1)), (0.9, 1.3, 1.6), -1, cv2.LINE_AA)
        if after < 0.08:
            cv2.circle(shine, (int(ax), int(ay)), max(3, int(scale * 4)), (0.5, 0.9, 1.3), -1, cv2.LINE_AA)


class Fire:
    """Fireballs, flames and smoke at the depot, as one camera sees them. `size` scales the flames."""

    def __init__(self, camera: Camera, size: float = 1.0) -> None:
        self.camera, self.size = camera, size
        self.noise = clouds(512, 1024, 77, 6, 5)
        self.smoke = clouds(768, 1536, 78, 6, 3)

    def draw(self, canvas: Picture, shine: Picture, at: float, burning: float) -> None:
        """Add smoke to `canvas` (darkening it) and fire to `shine`; `burning` (0..1) is how grown the fire is."""
        for when, place, strength in BLASTS:
            self._ball(shine, at - when, place, strength)
        if burning > 0:
            for number, (x, y) in enumerate(((-12, 28), (0, 0), (30, 25))):
                self._column(canvas, shine, (float(x), float(y)), at + number * 3.1, burning)

    def _ball(self, shine: Picture, after: float, place: tuple[float, float, float], strength: float) -> None:
        if not 0 <= after < 3.5:
            return
        x, y, scale = self.camera.one((place[0], place[1], place[2] + 14 * after))
        radius = scale * (10 + 42 * strength * (1 - np.exp(-after / 0.5)))
        side = int(radius * 2.4) + 3
        texture = cv2.resize(self.noise[int(40 * after) : int(40 * after) + 256, :256], (side, side))
        grid = np.linspace(-1.2, 1.2, side, dtype=np.float32)
        reach = np.sqrt(grid[None] ** 2 + grid[:, None] ** 2)
        heat = np.clip(1.25 - reach - 0.55 * texture, 0, 1) * np.exp(-after / 1.1) * (2.2 if after < 0.15 else 1.5)
        _add(shine, _burn(heat), x, y)

    def _column(self, canvas: Picture, shine: Picture, foot: tuple[float, float], at: float, burning: float) -> None:
        x, y, scale = self.camera.one((foot[0], foot[1], 10.0))
        wide, tall = int(scale * 34 * self.size) + 4, int(scale * 46 * self.size * burning) + 4
        scroll = int(at * 260) % 700
        texture = cv2.resize(self.noise[scroll : scroll + 300, 40:340][::-1], (wide, tall))
        down = np.linspace(1, 0, tall, dtype=np.float32)[:, None]
        across = np.abs(np.linspace(-1, 1, wide, dtype=np.float32))[None]
        heat = np.clip(1.35 - across * (1 + down) - down * 0.9 - 0.75 * texture, 0, 1) * 1.5
        _add(shine, _burn(heat), x, y - tall / 2)
        plume_w, plume_h = int(scale * 95 * self.size) + 8, int(scale * 190 * self.size * burning) + 8
        roll = int(at * 45) % 800
        texture = cv2.resize(self.smoke[roll : roll + 700, 30:600][::-1], (plume_w, plume_h))
        down = np.linspace(1, 0, plume_h, dtype=np.float32)[:, None]
        across = np.abs(np.linspace(-1, 1, plume_w, dtype=np.float32) - 0.55 * down**1.5)
        cover = np.clip(1.5 * texture - across / (0.25 + 0.75 * down) + 0.25, 0, 1) * 0.85 * (1 - down**6)
        cover *= np.clip(6 * (1 - np.abs(np.linspace(-1, 1, plume_w, dtype=np.float32))), 0, 1)  # no hard edge
        _cover(canvas, shine, cover * burning, x, y - plume_h / 2)


def _burn(heat: npt.NDArray[np.float32]) -> Picture:
    return np.asarray(np.stack([heat**3 * 0.7, heat**1.6 * 0.9, heat * 1.3], axis=-1), np.float32)


def _window(canvas: Picture, patch: npt.NDArray[np.float32], x: float, y: float) -> tuple[slice, ...] | None:
    left, top = int(x - patch.shape[1] / 2), int(y - patch.shape[0] / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(canvas.shape[1], left + patch.shape[1]), min(canvas.shape[0], top + patch.shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    return slice(y0, y1), slice(x0, x1), slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)


def _add(shine: Picture, patch: Picture, x: float, y: float) -> None:
    if (at := _window(shine, patch, x, y)) is not None:
        shine[at[0], at[1]] += patch[at[2], at[3]]


def _cover(canvas: Picture, shine: Picture, cover: npt.NDArray[np.float32], x: float, y: float) -> None:
    if (at := _window(canvas, cover, x, y)) is None:
        return
    keep = 1 - cover[at[2], at[3], None]
    lit = np.array([0.03, 0.035, 0.045], np.float32)
    canvas[at[0], at[1]] = canvas[at[0], at[1]] * keep + lit * (1 - keep)
    shine[at[0], at[1]] *= 0.35 + 0.65 * keep
