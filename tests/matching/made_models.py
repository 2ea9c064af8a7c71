"""ONNX models made byte by byte (protobuf wire format), so that tests need no library that writes them.

Field numbers are those of onnx.proto3. The models are real and run: they pool a picture to 8 x 8 mean colours, which
is a copy-detection descriptor, if a poor one.
"""

from __future__ import annotations

from pathlib import Path

FLOAT, UINT8, INT64 = 1, 2, 7
SIDE, CELLS = 64, 8


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    value = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(value)) + value


def _value(name: str, kind: int, shape: list[int | str]) -> bytes:
    sizes = b"".join(_field(1, _field(1 if isinstance(n, int) else 2, n)) for n in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, sizes)))


def _node(kind: str, given: list[str], made: str, **numbers: list[int] | int) -> bytes:
    said = b""
    for name, value in numbers.items():
        one = isinstance(value, int)
        body = _field(3, value) if one else b"".join(_field(8, n) for n in value)
        said += _field(5, _field(1, name) + body + _field(20, 2 if one else 7))
    return b"".join(_field(1, name) for name in given) + _field(2, made) + _field(4, kind) + said


def _model(nodes: list[bytes], inputs: list[bytes], outputs: list[bytes]) -> bytes:
    graph = b"".join(_field(1, n) for n in nodes) + _field(2, "made")
    graph += b"".join(_field(11, i) for i in inputs) + b"".join(_field(12, o) for o in outputs)
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))


def pooling(path: Path, *, levels: bool = False, shape: list[int | str] | None = None) -> Path:
    """Write a model that takes float N3HW (or, with `levels`, 8-bit NHW3) and gives 8 x 8 mean colours."""
    cell = SIDE // CELLS
    pool = _node("AveragePool", ["x"], "cells", kernel_shape=[cell, cell], strides=[cell, cell])
    flat = _node("Flatten", ["cells"], "vector")
    if levels:
        turned = [_node("Cast", ["picture"], "f", to=FLOAT), _node("Transpose", ["f"], "x", perm=[0, 3, 1, 2])]
        given = _value("picture", UINT8, shape or ["n", "h", "w", 3])
    else:
        turned, given = [_node("Identity", ["picture"], "x")], _value("picture", FLOAT, shape or [1, 3, SIDE, SIDE])
    path.write_bytes(_model([*turned, pool, flat], [given], [_value("vector", FLOAT, ["n", "d"])]))
    return path


def greedy(path: Path) -> Path:
    """Write a model that makes a tensor of 2**42 numbers on the way to its answer."""
    nodes = [
        _node("Shape", ["picture"], "size"),  # 1 3 64 64
        _node("Mul", ["size", "size"], "wide"),  # 1 9 4096 4096
        _node("Mul", ["wide", "size"], "wider"),  # 1 27 2**18 2**18
        _node("ConstantOfShape", ["wider"], "much"),
        _node("ReduceMean", ["much"], "vector", keepdims=0),
    ]
    given = _value("picture", FLOAT, [1, 3, SIDE, SIDE])
    path.write_bytes(_model(nodes, [given], [_value("vector", FLOAT, [])]))
    return path
