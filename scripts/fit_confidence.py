"""Learn how sure the guide may be of its answers (actions/confidence.json).

    python -m scripts.fit_confidence        # as `make confidence`

Every development question is asked; a logistic regression over the evidence says how often an answer that was given
is what was asked.  Printed: the expected calibration error, in ten folds, so that no question judges itself.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from actions.base import open_base
from actions.confidence import WEIGHTS, evidence
from actions.question import read_question
from bench.confidence import expected_calibration_error
from bench.scoring import GIVEN, GOOD, outcome
from bot.runtime import hush, quiet
from scripts.choose_thresholds import answered, hear

FOLDS = 10
UNPENALISED = 1e6  # three weights and hundreds of questions


@click.command()
def main() -> None:
    """Fit the weights of an answer's confidence and write them.

    Example: python -m scripts.fit_confidence
    """
    quiet()
    from bot.ask import Guide  # imports Rasa, which is loud until told otherwise

    hush()
    heard = asyncio.run(hear(Guide(Path("models/guide.tar.gz"))))
    base = open_base()
    rows, right = [], []
    for each in heard:
        answer = answered(each.message, base)
        if answer.status in GIVEN:
            rows.append(evidence(read_question(each.message, None), base))
            right.append(outcome(each.question, answer) in GOOD)
    names = list(rows[0])
    features, labels = np.array([[row[name] for name in names] for row in rows]), np.array(right)
    model = LogisticRegression(C=UNPENALISED)
    chances = cross_val_predict(model, features, labels, cv=FOLDS, method="predict_proba")[:, 1]
    error = expected_calibration_error([float(c) for c in chances], [bool(r) for r in labels])
    model.fit(features, labels)
    weights = dict(zip(names, map(float, model.coef_[0].round(3)), strict=True))
    weights["constant"] = float(model.intercept_[0].round(3))
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{len(rows)} answers, {labels.mean():.1%} of them right; expected calibration error {error:.3f}")
    click.echo(f"Wrote {WEIGHTS}: {weights}")


if __name__ == "__main__":
    main()
