"""Cosines of a few texts with very many, from vectors of 8-bit whole numbers, by onnxruntime's product of such.

65,000 vectors of 384 dimensions take 25 MB so instead of 100, which is what a product reads for each message: a sixth
of the time of numpy's, and no cosine moves by more than some thousandths.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from understanding.learning.arrays import Floats

HALF = 63  # the range of a text's numbers: two products of theirs fit into 16 bits, whichever way a processor adds them


class Element(IntEnum):
    """ONNX's numbers for what an array holds."""

    UINT8 = 2
    INT8 = 3
    INT32 = 6


@dataclass(frozen=True)
class Rounded:
    """Vectors as whole numbers, and what each is to be multiplied by.

    Attributes:
        numbers: shape (n, dimensions).
        scales: shape (n,).
    """

    numbers: NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, vectors: Floats) -> Rounded:
        """The nearest to vectors of shape (n, dimensions)."""
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / 127
        return cls(np.round(vectors / scales[:, None]).astype(np.int8), scales)


class Cosines:
    """Compares texts with the same many vectors."""

    def __init__(self, vectors: Rounded) -> None:
        self._scales = vectors.scales
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # as with the encoder: other messages have the other cores
        options.inter_op_num_threads = 1
        across = np.ascontiguousarray(vectors.numbers.T)
        self._product = onnxruntime.InferenceSession(_model(across), options, providers=["CPUExecutionProvider"])

    def of(self, texts: Floats) -> Floats:
        """Cosines of texts, unit vectors of shape (m, dimensions), with all vectors: shape (m, n).

        A text goes in as two rows, the second for what rounding left of the first.  Whole numbers add up in any order,
        so a cosine is the same to the last bit whichever texts come together.
        """
        steps = np.maximum(np.abs(texts).max(axis=1, keepdims=True), 1e-9).astype(np.float32) / HALF
        coarse = np.round(texts / steps)
        fine = np.round((texts / steps - coarse) * 2 * HALF)
        rows = (np.concatenate([coarse, fine]) + HALF).astype(np.uint8)
        found = self._product.run(None, {"texts": rows})[0]
        exact = (found[: len(texts)] * (2 * HALF) + found[len(texts) :]).astype(np.float32)
        exact *= steps / (2 * HALF)
        exact *= self._scales
        return np.asarray(exact)


def _model(across: NDArray[np.int8]) -> bytes:
    """The product as an ONNX model, written down as the protocol buffer that it is: nothing here needs ``onnx``.

    ``cosines = MatMulInteger(texts, vectors, zero)``; the numbers of the fields are those of onnx.proto3.
    """
    zero = np.array(HALF, np.uint8)
    inputs = b"".join(_text(1, name) for name in ("texts", "vectors", "zero"))
    node = inputs + _text(2, "cosines") + _text(4, "MatMulInteger")
    graph = _part(1, node) + _text(2, "cosines")
    graph += _part(5, _tensor("vectors", across, Element.INT8)) + _part(5, _tensor("zero", zero, Element.UINT8))
    graph += _part(11, _rows_of("texts", Element.UINT8, across.shape[0]))
    graph += _part(12, _rows_of("cosines", Element.INT32, across.shape[1]))
    return _number(1, 8) + _part(7, graph) + _part(8, _number(2, 13))


def _tensor(name: str, values: NDArray[np.int8] | NDArray[np.uint8], kind: Element) -> bytes:
    shape = b"".join(_number(1, length) for length in values.shape)
    return shape + _number(2, kind) + _text(8, name) + _part(9, values.tobytes())


def _rows_of(name: str, kind: Element, length: int) -> bytes:
    """Any number of rows of that length."""
    shape = _part(1, _text(2, "rows")) + _part(1, _number(1, length))
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, shape)))


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last have the eighth set."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _part(field, content.encode())
