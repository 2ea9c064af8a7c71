"""The sound of the drawn scene as one place hears it. Rule: every source arrives late by its distance over 334.3 m/s.

The speed is that of dry air at 5 °C: 331.3 + 0.606 T (the usual linear form, within 0.1 % here).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from samples.happening import BLASTS, POPS, ROCKETS, helicopter

RATE = 32000
AIR = 5.0  # degrees Celsius, as claim.toml states for the drawn scene
SPEED = 331.3 + 0.606 * AIR

Sound = npt.NDArray[np.float64]


def band(sound: Sound, low: float, high: float) -> Sound:
    """Return `sound` with soft edges outside low..high hertz."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    keep = 1 / (1 + (low / np.maximum(hertz, 1e-3)) ** 4) / (1 + (hertz / high) ** 4)
    return np.asarray(np.fft.irfft(spectrum * keep, len(sound)))


def heard(place: tuple[float, float, float], start: float, seconds: float, seed: int) -> Sound:
    """Return what a microphone at `place` records from event second `start` on, -1..1 at RATE."""
    times = start + np.arange(int(seconds * RATE)) / RATE
    rng = np.random.default_rng(seed)
    sound = _blasts(times, place) + _rockets(times, place) + _rotors(times, place) + _fire(times, place)
    sound += _surroundings(times, rng)
    return np.asarray(np.tanh(1.6 * sound) * 0.9)


def _far(place: tuple[float, float, float], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.linalg.norm(other - np.asarray(place), axis=-1))


def _dull(metres: float) -> float:
    """Return the highest pitch that air and houses let through, hertz: far bangs are a rumble."""
    return float(np.clip(2.2e6 / (metres + 150.0), 450.0, 6000.0))


def _blasts(times: Sound, place: tuple[float, float, float]) -> Sound:
    total = np.zeros_like(times)
    for number, (when, where, strength) in enumerate(BLASTS):
        metres = float(_far(place, np.array(where)))
        rng = np.random.default_rng(900 + number)  # one bang, heard everywhere
        noise = rng.standard_normal(int(3.5 * RATE))
        age = np.arange(len(noise)) / RATE
        bang = noise * (np.exp(-age / 0.06) + 0.35 * np.exp(-age / 0.7)) * np.minimum(1, age / 0.003)
        bang = band(bang, 25, _dull(metres))
        bang /= np.abs(bang).max()
        for echo, lag in ((1.0, 0.0), (0.3, 0.21 + 0.05 * number), (0.18, 0.52)):
            _place(total, bang * echo * strength * min(2.6, 1100.0 / metres), when + lag + metres / SPEED - times[0])
    for number, (when, strength) in enumerate(POPS):
        metres = float(_far(place, np.array([10.0, 15.0, 8.0])))
        age = np.arange(int(0.6 * RATE)) / RATE
        noise = np.random.default_rng(300 + number).standard_normal(len(age))
        pop = band(noise * np.exp(-age / 0.05) * np.minimum(1, age / 0.002), 60, _dull(metres) * 1.5)
        _place(total, pop / np.abs(pop).max() * strength * min(2.0, 1100.0 / metres), when + metres / SPEED - times[0])
    return total


def _rockets(times: Sound, place: tuple[float, float, float]) -> Sound:
    total = np.zeros_like(times)
    for number, when in enumerate(ROCKETS):
        metres = float(_far(place, helicopter(number % 2, np.array(when))))
        rng = np.random.default_rng(500 + number)
        age = np.arange(int(0.7 * RATE)) / RATE
        whoosh = (
            band(rng.standard_normal(len(age)), 180, _dull(metres)) * np.minimum(1, age / 0.012) * np.exp(-age / 0.16)
        )
        whoosh /= np.abs(whoosh).max()
        _place(total, whoosh * min(0.7, 330.0 / metres), when + metres / SPEED - times[0])
    return total


def _rotors(times: Sound, place: tuple[float, float, float]) -> Sound:
    total = np.zeros_like(times)
    for which in (0, 1):
        sent = times.copy()
        for _ in range(4):  # when was what is heard now sent? (distance changes meanwhile)
            sent = times - _far(place, helicopter(which, sent)) / SPEED
        metres = _far(place, helicopter(which, sent))
        rng = np.random.default_rng(40 + which)
        clock = np.arange(-12 * RATE, 40 * RATE) / RATE
        beat = (clock * (19.8 + 0.45 * which)) % 1.0
        source = band(rng.standard_normal(len(clock)), 60, 900) * np.exp(-beat / 0.16)
        source = source / np.abs(source).max() + 0.05 * np.sin(2 * np.pi * 96.0 * clock)
        total += np.interp(sent, clock, source) * np.minimum(0.4, 55.0 / metres)
    return total


def _fire(times: Sound, place: tuple[float, float, float]) -> Sound:
    metres = float(_far(place, np.zeros(3)))
    burning = np.clip((times - BLASTS[0][0] - metres / SPEED) / 4, 0, 1)
    rng = np.random.default_rng(61)
    roar = band(rng.standard_normal(len(times)), 40, 350)
    crackle = band((rng.random(len(times)) < 9 / RATE) * rng.standard_normal(len(times)) * 40, 700, 5000)
    return np.asarray((0.25 * roar / np.abs(roar).max() + 0.2 * np.tanh(crackle)) * burning * min(1.0, 150.0 / metres))


def _surroundings(times: Sound, rng: np.random.Generator) -> Sound:
    """Return wind, hiss and a dog: each microphone its own."""
    wind = band(rng.standard_normal(len(times)), 15, 240)
    hiss = rng.standard_normal(len(times))
    total = 0.02 * wind / wind.std() + 0.003 * hiss
    for bark in np.sort(rng.uniform(0, times[-1] - times[0], 5)):
        age = np.arange(int(0.18 * RATE)) / RATE
        pitch = rng.uniform(480, 620)
        voice = np.sin(2 * np.pi * pitch * age * (1 - 0.6 * age)) * np.sin(np.pi * age / 0.18) ** 2
        _place(total, 0.07 * voice, float(bark))
    return np.asarray(total)


def _place(total: Sound, sound: Sound, at: float) -> None:
    first = round(at * RATE)
    start, end = max(0, first), min(len(total), first + len(sound))
    if start < end:
        total[start:end] += sound[start - first : end - first]
