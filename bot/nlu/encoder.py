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

from bot.nlu.arrays import Floats

WEIGHTS = Path(__file__).parent / "weights"
SHA256 = {
    "model.onnx": "8e580898767f8483018a2a489f7cb074151f049dabae7047ae8517c6815c9765",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MAX_TOKENS = 128
DIMENSIONS = 384
RECENT = 8  # texts whose vectors are kept: the parts of the pipeline ask for the same ones again


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

    def embed(self, text: str) -> Floats:
        """The unit vector of one text, shape (384,), read-only; only its first 128 word pieces count."""
        return self._recent(text)

    def embed_all(self, texts: list[str]) -> Floats:
        """Vectors of many texts, shape (n, 384), each exactly as ``embed`` gives it.

        Texts go through one at a time: int8 scales are chosen per call, so a batch would give a text
        another vector in training than in service.  Cores share the work instead.
        """
        if len(texts) < 2:  # a message in service: starting threads costs more than they save
            return np.array([self.embed(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(self._run, texts)))

    def _run(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        outputs = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        vector = np.asarray(outputs[0][0], dtype=np.float32)
        vector.flags.writeable = False
        return vector

    def knows_word(self, word: str) -> bool:
        """Whether the model has the lower-case word as one piece: nearly always a real English word."""
        return self._tokenizer.token_to_id(word) is not None


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """One encoder a process: loading takes a quarter of a second and 60 MB."""
    return Encoder()
