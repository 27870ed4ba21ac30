"""MiniLM sentence embeddings with onnxruntime, on one processor core, without a network.

The model is all-MiniLM-L6-v2 (Apache-2.0), its upper layers tuned on the project's phrases, quantised to int8;
scripts/tune_encoder.py and scripts/build_encoder.py made it from the published weights.  Its checksum is verified
before it is used.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from understanding.learning.arrays import Floats

WEIGHTS = Path(__file__).parent / "weights"
SHA256 = {
    "model.onnx": "fc4fda51911ea02383e5a87d6dea945e1d39b422b5ca66e38b011405af793653",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MAX_TOKENS = 128
DIMENSIONS = 384
RECENT = 64  # texts whose vectors are kept: the parts of the pipeline ask for those of a message again


class EncoderUnavailable(Exception):
    """The weights are missing or are not the checked ones; the message says what to do."""


class Encoder:
    """Texts to unit vectors of 384 dimensions; close meaning gives a cosine near 1.

    Raises:
        EncoderUnavailable: a file is missing or its checksum differs.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        for name, expected in SHA256.items():
            file = folder / name
            if not file.exists():
                raise EncoderUnavailable(f"{file} is missing: restore it from git or run `make encoder`.")
            if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
                raise EncoderUnavailable(f"{file} is not the checked file: restore it from git.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one message is too small to share between cores
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._recent = lru_cache(maxsize=RECENT)(self._run)
        self._learnt: dict[str, Floats] = {}  # while training, several components ask for the same thousands

    def embed(self, text: str) -> Floats:
        """The unit vector of one text, shape (384,), read-only; only its first 128 word pieces count."""
        learnt = self._learnt.get(text)
        return self._recent(text) if learnt is None else learnt

    def embed_all(self, texts: list[str]) -> Floats:
        """Vectors of many texts, shape (n, 384), on every core; they are kept, and ``embed`` gives the same.

        Each goes through alone: together they would share the int8 scales, and be no faster.
        """
        if len(texts) < 2:  # a message in service
            return np.array([self.embed(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)
        missing = [text for text in dict.fromkeys(texts) if text not in self._learnt]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self._learnt.update(zip(missing, pool.map(self._run, missing), strict=True))
        return np.stack([self._learnt[text] for text in texts])

    def _run(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        vector = np.asarray(self._session.run(None, {"input_ids": ids})[0][0], dtype=np.float32)
        vector.flags.writeable = False
        return vector

    def knows_word(self, word: str) -> bool:
        """Whether the model has the lower-case word as one piece: nearly always a real English word."""
        return self._tokenizer.token_to_id(word) is not None


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """One encoder a process: loading takes a quarter of a second and 60 MB."""
    return Encoder()
