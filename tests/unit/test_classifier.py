"""The classifier: probabilities that add up, confidence that is one, and files that give the same again."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu.intents import spoken_names
from understanding.learning import classifier
from understanding.learning.calibration import Calibration, HeldOut
from understanding.learning.classifier import Classifier
from understanding.learning.ngrams import Vocabulary
from understanding.learning.regression import Regression, chances_of

WORDS = {
    "price": "price cost premium cheap expensive pay rate dollars",
    "claim": "claim hacked injured stolen lawsuit accident fire served",
    "hello": "hello hi hey morning greetings evening howdy there",
}
SIZE = 16


def _examples(seed: int, classes: int = 3, each: int = 12) -> tuple[list[str], np.ndarray, list[str]]:
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    texts, vectors, labels = [], [], []
    for place, (label, words) in enumerate(list(WORDS.items())[:classes]):
        for _ in range(each):
            texts.append(" ".join(chance.sample(words.split(), 3)))
            vector = noise.normal(0, 0.3, SIZE)
            vector[place] += 1
            vectors.append(vector / np.linalg.norm(vector))
            labels.append(label)
    return texts, np.array(vectors, dtype=np.float32), labels


def _fitted(classes: int = 3, calibrate: bool = True) -> Classifier:
    classifier = Classifier()
    classifier.fit(*_examples(1, classes), calibrate=calibrate)
    return classifier


FITTED = _fitted()
ANY_VECTOR = st.lists(st.floats(-1, 1, width=32), min_size=SIZE, max_size=SIZE).map(
    lambda values: np.array(values, dtype=np.float32)
)


@pytest.mark.parametrize("classes", [2, 3])
def test_new_examples_of_a_class_are_recognised(classes: int) -> None:
    fitted = _fitted(classes)
    texts, vectors, labels = _examples(2, classes)
    guesses = [fitted.guess(text, vector).ranking[0][0] for text, vector in zip(texts, vectors, strict=True)]
    assert np.mean([guess == label for guess, label in zip(guesses, labels, strict=True)]) > 0.9


@given(st.text(max_size=60), ANY_VECTOR)
def test_any_text_gives_probabilities_that_add_up_and_a_confidence_between_0_and_1(
    text: str, vector: np.ndarray
) -> None:
    guess = FITTED.guess(text, vector)
    shares = [share for _, share in guess.ranking]
    assert sorted(name for name, _ in guess.ranking) == FITTED.classes
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert 0 <= guess.confidence <= 1


def test_confidence_is_lower_far_from_every_example() -> None:
    texts, vectors, _ = _examples(1)
    nowhere = np.zeros(SIZE, dtype=np.float32)
    nowhere[-1] = 1.0
    assert FITTED.guess("xyzzy plugh", nowhere).confidence < FITTED.guess(texts[0], vectors[0]).confidence


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("calibrate", [True, False])
def test_a_saved_classifier_gives_the_same_again(classes: int, calibrate: bool, tmp_path: Path) -> None:
    before = _fitted(classes, calibrate)
    before.save(tmp_path)
    after = Classifier.load(tmp_path)
    texts, vectors, _ = _examples(3)
    for text, vector in zip([*texts, "", "never seen 🙂"], [*vectors, vectors[0], vectors[1]], strict=True):
        one, other = before.guess(text, vector), after.guess(text, vector)
        assert [name for name, _ in other.ranking] == [name for name, _ in one.ranking]
        assert [p for _, p in other.ranking] == pytest.approx([p for _, p in one.ranking], abs=1e-6)
        assert other.confidence == pytest.approx(one.confidence, abs=1e-5)
        assert after.similar(vector) == before.similar(vector)


def test_what_is_saved_holds_no_code(tmp_path: Path) -> None:
    FITTED.save(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".npz", ".json"}
    with np.load(tmp_path / "classifier.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_nothing_saved_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Classifier.load(tmp_path)


def test_one_class_teaches_nothing() -> None:
    texts, vectors, _ = _examples(1)
    with pytest.raises(ValueError, match="at least two classes"):
        Classifier().fit(texts, vectors, ["same"] * len(texts))


def test_the_nearest_example_of_each_class_is_found() -> None:
    _, vectors, labels = _examples(1)
    similar = FITTED.similar(vectors[0])
    assert similar[labels[0]] == pytest.approx(1, abs=1e-5)
    assert all(similar[name] < 1 for name in set(labels) - {labels[0]})


def test_classes_with_too_few_examples_to_calibrate_on_still_work() -> None:
    classifier = Classifier()
    texts, vectors, labels = _examples(1, each=2)
    classifier.fit(texts, vectors, labels)
    assert 0 <= classifier.guess(texts[0], vectors[0]).confidence <= 1


def _held_out(count: int = 400, classes: int = 5) -> HeldOut:
    """Messages right as often as the classifier says; strangers have less energy and no example near."""
    noise = np.random.default_rng(5)
    chances = noise.dirichlet(np.full(classes, 0.3), count)
    right = noise.random(count) < chances.max(axis=1)
    familiar, strange = noise.normal([7, 0.7], [1, 0.1], (count, 2)), noise.normal([4, 0.4], [1, 0.1], (count, 2))
    return HeldOut(chances, right, familiar, strange)


def test_confidence_is_how_often_the_first_choice_is_right() -> None:
    held_out = _held_out(4000)
    confidence = Calibration.learn(held_out).confidence(held_out.chances, held_out.familiarity)
    assert confidence.mean() == pytest.approx(held_out.right.mean(), abs=0.01)
    for low, high in [(0.3, 0.6), (0.6, 0.8), (0.8, 1.0)]:
        these = (confidence > low) & (confidence <= high)
        assert confidence[these].mean() == pytest.approx(held_out.right[these].mean(), abs=0.08)


def test_a_sure_choice_for_a_stranger_is_not_trusted() -> None:
    calibration = Calibration.learn(_held_out())
    sure = np.array([[0.96, 0.01, 0.01, 0.01, 0.01]] * 2)
    known, stranger = calibration.confidence(sure, np.array([[8, 0.8], [3, 0.3]]))
    assert known > 0.8
    assert stranger < 0.3


@pytest.mark.parametrize("right", [True, False])
def test_without_both_right_and_wrong_choices_confidence_is_the_probability(right: bool) -> None:
    held_out = _held_out()
    same = HeldOut(held_out.chances, np.full(400, right), held_out.familiarity, held_out.strangeness)
    confidence = Calibration.learn(same).confidence(held_out.chances, held_out.familiarity)
    assert confidence == pytest.approx(held_out.chances.max(axis=1), abs=1e-4)


@pytest.mark.parametrize("penalty_c", [0.1, 10.0])
def test_the_regression_is_the_one_of_scikit_learn(penalty_c: float) -> None:
    _, vectors, labels = _examples(1)
    numbers = np.unique(labels, return_inverse=True)[1]
    ours = chances_of(Regression.fit(vectors, numbers, penalty_c).scores(vectors))
    theirs = LogisticRegression(C=penalty_c).fit(vectors, numbers).predict_proba(vectors)
    assert np.allclose(ours, theirs, rtol=0, atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("exact_up_to", [classifier.EXACT_UP_TO, 100])
def test_the_space_of_the_examples_keeps_how_they_lie_to_each_other(
    exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "EXACT_UP_TO", exact_up_to)
    texts, vectors, _ = _examples(1, each=200)
    wording = Vocabulary.of(texts, common=2).matrix(texts)
    features = np.hstack([vectors, wording.toarray()])
    rotated, back = classifier._span(vectors, wording)
    assert np.allclose(features @ back, rotated, rtol=0, atol=2e-2)
    assert np.allclose(rotated @ rotated.T, features @ features.T, rtol=0, atol=2e-2)


def test_what_an_intents_name_says_is_an_example_of_it() -> None:
    names = spoken_names({"card_arrival", "Refund_not_showing_up", "faq/hours", "q17", "42"})
    assert names == {
        "card_arrival": "card arrival",
        "Refund_not_showing_up": "refund not showing up",
        "faq/hours": "faq hours",
    }


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.text(max_size=60), st.sampled_from([1, 2]))
def test_ngrams_weigh_what_scikit_learn_makes_them_weigh(texts: list[str], asked: str, common: int) -> None:
    texts = [*texts, "one example text", "another example"]
    ours = Vocabulary.of(texts, common).matrix([asked, *texts]).toarray()
    theirs = [
        TfidfVectorizer(sublinear_tf=True, min_df=common, dtype=np.float32, **block).fit(texts)
        for block in ({"ngram_range": (1, 2)}, {"ngram_range": (3, 5), "analyzer": "char_wb"})
    ]
    expected = np.hstack([block.transform([asked, *texts]).toarray() for block in theirs])
    assert ours.shape == expected.shape
    assert np.allclose(ours, expected, rtol=0, atol=1e-5)
