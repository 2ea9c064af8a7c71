"""A drawn town at night and a camera in it. Rule: everything has a place in metres, so that two views agree.

The world's x runs east, y north, z up; the depot lies at (0, 0). Nothing here is traced from real footage.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

Colour = tuple[float, float, float]  # blue, green, red

ROOFS: tuple[Colour, ...] = ((0.25, 0.3, 0.6), (0.6, 0.4, 0.25), (0.35, 0.35, 0.38))
MARGIN = 0.08  # the canvas is this much larger than the frame on each side, so that the camera may shake


@dataclass(frozen=True, kw_only=True, slots=True)
class Camera:
    """A pinhole camera: place in metres, `yaw` degrees clockwise from north, `pitch` up, `view` degrees across."""

    place: tuple[float, float, float]
    yaw: float
    pitch: float
    view: float
    width: int
    height: int

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the canvas it draws on."""
        return int(self.width * (1 + 2 * MARGIN)), int(self.height * (1 + 2 * MARGIN))

    @property
    def focal(self) -> float:
        """Pixels for a slope of one."""
        return self.width / 2 / float(np.tan(np.radians(self.view / 2)))

    def project(self, points: Points) -> tuple[Points, Points]:
        """Return canvas pixels (N x 2) and depths in metres (N) of world points (N x 3)."""
        offset = np.asarray(points, float) - np.asarray(self.place)
        yaw, pitch = np.radians(self.yaw), np.radians(self.pitch)
        ahead = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
        right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
        up = np.cross(right, ahead)
        depth = offset @ ahead
        safe = np.where(np.abs(depth) < 0.1, 0.1, depth)
        wide, high = self.canvas
        across = wide / 2 + self.focal * (offset @ right) / safe
        down = high / 2 - self.focal * (offset @ up) / safe
        return np.stack([across, down], axis=1), depth

    def one(self, point: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return canvas x, y and pixels for a metre at one world point."""
        pixels, depth = self.project(np.array([point]))
        return float(pixels[0, 0]), float(pixels[0, 1]), self.focal / max(1.0, float(depth[0]))


def clouds(width: int, height: int, seed: int, octaves: int = 6, start: int = 3) -> Picture:
    """Return smooth noise in 0..1, height x width, the same for the same seed."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = start * 2**octave
        grid = rng.random((cells, max(2, int(cells * width / height)))).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    total -= total.min()
    return np.asarray(total / total.max(), np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backdrop:
    """What stands still: colours as they are (`albedo`), what shines by itself (`shine`), and where the sky is."""

    albedo: Picture
    shine: Picture
    sky: Picture
    front: Picture  # 1 where something stands nearer than the depot, and hides it


class Layers:
    """The pictures a thing is drawn on: colour, own light, where the sky is left, what stands before the depot."""

    def __init__(self, width: int, height: int) -> None:
        self.albedo = np.zeros((height, width, 3), np.float32)
        self.shine = np.zeros((height, width, 3), np.float32)
        self.sky = np.zeros((height, width), np.float32)
        self.front = np.zeros((height, width), np.float32)

    def fill(self, shape: Points, colour: Colour, front: bool) -> None:
        """Draw a filled outline that hides what lies behind it."""
        points = [np.round(np.clip(shape, -20000, 20000) * 8).astype(np.int32)]
        cv2.fillPoly(self.albedo, points, colour, cv2.LINE_AA, 3)
        cv2.fillPoly(self.shine, points, (0, 0, 0), cv2.LINE_8, 3)
        cv2.fillPoly(self.sky, points, 0.0, cv2.LINE_AA, 3)
        if front:
            cv2.fillPoly(self.front, points, 1.0, cv2.LINE_AA, 3)


class Town:
    """Houses, trees, lamps, roads and the depot's tanks, placed once by a seed; `seen` draws them for one camera."""

    def __init__(self, seed: int, clear: tuple[float, float]) -> None:
        rng = np.random.default_rng(seed)
        self.seed = seed
        self.things: list[tuple[str, tuple[float, ...]]] = []
        for x in np.arange(-1500, 700, 34.0):
            for y in np.arange(-1300, 500, 38.0):
                px, py = x + rng.uniform(-7, 7), y + rng.uniform(-8, 8)
                chance = rng.random(4)
                tall = rng.uniform(14, 22) if chance[0] < 0.06 else rng.uniform(3, 7)
                house = (px, py, rng.uniform(9, 14), rng.uniform(8, 11), tall, rng.uniform(-0.25, 0.25))
                self._put("house", (*house, float(rng.integers(1 << 30))), chance[1] < 0.72, 17, clear)
                self._put(
                    "tree",
                    (px + 13, py + 10, rng.uniform(4, 9), float(rng.integers(1 << 30))),
                    chance[2] < 0.75,
                    9,
                    clear,
                )
                self._put("lamp", (px - 15, py - 16), chance[3] < 0.22, 9, clear)
        self.things += [("tank", spot) for spot in ((-40, 10), (-12, 28), (18, 6), (44, 30), (-30, 52), (8, 58))]

    def _put(self, kind: str, thing: tuple[float, ...], wanted: bool, room: float, clear: tuple[float, float]) -> None:
        if wanted and np.hypot(thing[0], thing[1]) > 95 and np.hypot(thing[0] - clear[0], thing[1] - clear[1]) > room:
            self.things.append((kind, thing))

    def seen(self, camera: Camera, lit: float = 0.35) -> Backdrop:
        """Return the backdrop as `camera` sees it; `lit` is the share of windows with a light on."""
        wide, high = camera.canvas
        layers = Layers(wide, high)
        yaw = np.radians(camera.yaw)
        far = (camera.place[0] + 9e3 * np.sin(yaw), camera.place[1] + 9e3 * np.cos(yaw), 0.0)
        horizon = int(np.clip(camera.one((float(far[0]), float(far[1]), 0.0))[1], 0, high))
        ground = 0.2 + 0.35 * clouds(wide, max(8, high - horizon), self.seed + 1, 8, 9)
        layers.albedo[horizon:] = ground[: high - horizon, :, None] * np.array([0.5, 0.75, 0.7], np.float32)
        layers.sky[:horizon] = 1.0
        for offset in range(-1600, 900, 136):  # streets between the houses, both ways
            _street(layers, camera, (offset - 17.0, -1400.0), (offset - 17.0, 600.0))
            _street(layers, camera, (-1600.0, offset - 19.0), (800.0, offset - 19.0))
        depot = float(np.hypot(*camera.place[:2]))
        away = [float(np.hypot(t[0] - camera.place[0], t[1] - camera.place[1])) for _, t in self.things]
        for number in np.argsort(away)[::-1]:
            kind, thing = self.things[number]
            depth = camera.project(np.array([[thing[0], thing[1], 2.0]]))[1][0]
            if depth > (8.0 if kind == "house" else 5.0) and depth < 2400:
                _DRAW[kind](layers, camera, thing, lit, away[number] < depot - 70)
        shine = layers.shine + np.asarray(cv2.GaussianBlur(layers.shine, (0, 0), 6), np.float32) * np.float32(0.5)
        return Backdrop(albedo=layers.albedo, shine=shine, sky=layers.sky, front=layers.front)


def _street(layers: Layers, camera: Camera, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a street piece by piece, so that what lies behind the camera is left out."""
    a, b = np.array(start), np.array(end)
    side = np.array([-(b - a)[1], (b - a)[0]]) / np.linalg.norm(b - a) * 3.0
    for part in range(0, 100):
        p, q = a + (b - a) * part / 100, a + (b - a) * (part + 1) / 100
        pixels, depth = camera.project(np.c_[[p - side, p + side, q + side, q - side], np.zeros(4)])
        if depth.min() > 4 and depth.max() < 900:
            points = np.round(np.clip(pixels, -20000, 20000) * 8).astype(np.int32)
            cv2.fillPoly(layers.albedo, [points], (0.34, 0.34, 0.36), cv2.LINE_AA, 3)


def _house(layers: Layers, camera: Camera, house: tuple[float, ...], lit: float, front: bool) -> None:
    x, y, wide, deep, tall, turn, seed = house
    rng = np.random.default_rng(int(seed))
    cos, sin = np.cos(turn), np.sin(turn)
    corners = np.array([[-wide, -deep], [wide, -deep], [wide, deep], [-wide, deep]]) / 2
    base = np.stack([x + corners[:, 0] * cos - corners[:, 1] * sin, y + corners[:, 0] * sin + corners[:, 1] * cos], 1)
    low, high = np.c_[base, np.zeros(4)], np.c_[base, np.full(4, tall)]
    if (camera.project(np.r_[low, high])[1] < 3.0).any():
        return
    tone = rng.uniform(0.35, 0.95)
    paint = [float(tone * c) for c in rng.uniform(0.6, 1.0, 3)]
    order = sorted(range(4), key=lambda i: -np.hypot(*(((base[i] + base[(i + 1) % 4]) / 2) - camera.place[:2])))
    for side in order[2:]:  # the two walls that face the camera
        a, b = side, (side + 1) % 4
        shade = 0.75 if side % 2 else 1.0
        wall = camera.project(np.array([low[a], low[b], high[b], high[a]]))[0]
        layers.fill(wall, (paint[0] * shade, paint[1] * shade, paint[2] * shade), front)
        _windows(layers, wall, tall, float(np.hypot(*(base[a] - base[b]))), rng, lit)
    ridge = (high[[0, 1]] + high[[3, 2]]) / 2 + [0, 0, min(3.5, deep * 0.35)]
    roof = ROOFS[int(rng.integers(len(ROOFS)))]
    for a, b, top in ((1, 2, 1), (3, 0, 0)):
        layers.fill(camera.project(np.array([high[a], high[b], ridge[top]]))[0], (paint[0], paint[1], paint[2]), front)
    flat = camera.project(np.array([high[0], high[1], ridge[1], ridge[0]]))[0]
    back = camera.project(np.array([high[3], high[2], ridge[1], ridge[0]]))[0]
    for shape in (back, flat) if camera.place[1] < y else (flat, back):
        layers.fill(shape, roof, front)
        edge = (roof[0] * 0.6, roof[1] * 0.6, roof[2] * 0.6)
        cv2.polylines(layers.albedo, [shape.astype(np.int32)], True, edge, 1, cv2.LINE_AA)


def _windows(
    layers: Layers,
    wall: Points,
    tall: float,
    long: float,
    rng: np.random.Generator,
    lit: float,
) -> None:
    floors, columns = max(1, int(tall / 2.9)), max(2, int(long / 2.6))
    a, b, c, d = wall
    for row in range(floors):
        for column in range(columns):
            glow = float(rng.uniform(0.25, 0.9)) if rng.random() < lit else 0.0
            warm = rng.uniform(0.0, 1.0)
            u0, u1 = (column + 0.28) / columns, (column + 0.72) / columns
            v0, v1 = (row + 0.35) / floors, (row + 0.8) / floors
            spots = [
                (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v
                for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))
            ]
            points = [np.round(np.array(spots) * 8).astype(np.int32)]
            cv2.fillPoly(layers.albedo, points, (0.12, 0.1, 0.09), cv2.LINE_AA, 3)
            if glow:
                colour = (glow * (0.35 + 0.4 * (1 - warm)), glow * 0.75, glow)
                cv2.fillPoly(layers.shine, points, colour, cv2.LINE_AA, 3)


def _tank(layers: Layers, camera: Camera, tank: tuple[float, ...], lit: float, front: bool) -> None:
    x, y = tank[0], tank[1]
    turn = np.linspace(0, 2 * np.pi, 24)
    ring = np.stack([x + 11 * np.cos(turn), y + 11 * np.sin(turn)], 1)
    low = camera.project(np.c_[ring, np.zeros(24)])[0]
    high = camera.project(np.c_[ring, np.full(24, 12.0)])[0]
    hull = cv2.convexHull(np.r_[low, high].astype(np.float32))[:, 0]
    layers.fill(hull, (0.8, 0.82, 0.8), front)
    layers.fill(high, (0.6, 0.62, 0.62), front)
    px, py, scale = camera.one((x, y - 12, 14.0))
    cv2.circle(layers.shine, (int(px), int(py)), max(1, int(scale * lit)), (0.5, 0.8, 0.9), -1, cv2.LINE_AA)


def _tree(layers: Layers, camera: Camera, tree: tuple[float, ...], lit: float, front: bool) -> None:
    x, y, tall, seed = tree
    px, py, scale = camera.one((x, y, tall * 0.62))
    rng = np.random.default_rng(int(seed))
    foot = camera.one((x, y, 0.0))
    cv2.line(
        layers.albedo, (int(px), int(py)), (int(foot[0]), int(foot[1])), (0.1, 0.12, 0.14), max(1, int(scale * 0.3))
    )
    for _ in range(70 if scale * tall > 12 else 5):  # far ones are a few pixels
        at = rng.normal(0, 0.16, 2) * scale * tall
        size = max(1.0, scale * tall * rng.uniform(0.05, 0.15))
        turn = np.linspace(0, 2 * np.pi, 9)
        blob = np.stack([px + at[0] + size * np.cos(turn), py + at[1] + size * np.sin(turn)], 1)
        shade = float(rng.uniform(0.08, 0.4))
        layers.fill(blob, (shade * 0.6, shade, shade * 0.75), front)


def _lamp(layers: Layers, camera: Camera, lamp: tuple[float, ...], lit: float, front: bool) -> None:
    head, foot = camera.one((lamp[0], lamp[1], 7.5)), camera.one((lamp[0], lamp[1], 0.0))
    cv2.line(
        layers.albedo,
        (int(head[0]), int(head[1])),
        (int(foot[0]), int(foot[1])),
        (0.2, 0.2, 0.2),
        max(1, int(head[2] * 0.15)),
        cv2.LINE_AA,
    )
    if lit <= 0.1:
        return
    cv2.circle(
        layers.shine, (int(head[0]), int(head[1])), max(1, int(head[2] * 0.35)), (0.45, 0.8, 1.3), -1, cv2.LINE_AA
    )
    reach = (max(1, int(foot[2] * 7)), max(1, int(foot[2] * 7 * min(1.0, 0.02 + camera.place[2] / 60))))
    pool = np.zeros_like(layers.front)
    cv2.ellipse(pool, (int(foot[0]), int(foot[1])), reach, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    if reach[0] > 3:
        pool = cv2.GaussianBlur(pool, (0, 0), reach[0] / 3) * (1 - layers.sky)
        layers.shine += layers.albedo * pool[..., None] * np.array([0.12, 0.25, 0.4], np.float32)


_DRAW = {"house": _house, "tank": _tank, "tree": _tree, "lamp": _lamp}
