"""The two pictures of docs/: how honest the confidence is, and what refusing more would buy."""

from pathlib import Path

from matplotlib.figure import Figure  # without pyplot, which would look for a screen, a figure draws with Agg

from bench.confidence import Bin, Point

BLUE, RED, GREY = "#1f5a99", "#b3372f", "#8a8a8a"


def calibration(bins: list[Bin], error: float, target: Path) -> None:
    """A reliability diagram: a point a bin of confidence, its size the number of questions in it."""
    figure = Figure(figsize=(5.5, 5))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="as sure as right")
    axes.plot([b.confidence for b in bins], [b.accuracy for b in bins], color=BLUE, linewidth=1)
    axes.scatter(
        [b.confidence for b in bins],
        [b.accuracy for b in bins],
        s=[12 + 3 * b.count for b in bins],
        color=BLUE,
        alpha=0.7,
        label="answers given; larger: more of them",
    )
    axes.set(
        xlim=(0, 1.04),
        ylim=(0, 1.04),
        xlabel="confidence of the answer",
        ylabel="share that was what was asked",
        title=f"Calibration of {sum(b.count for b in bins)} answers to labelled messages (ECE {error:.3f})",
    )
    axes.legend(loc="upper left", frameon=False, markerscale=0.5)
    _write(figure, target)


def refusals(curve: list[Point], marks: list[Point], target: Path) -> None:
    """Wrong answers over deflected questions as the confidence threshold rises."""
    figure = Figure(figsize=(6.5, 4.5))
    axes = figure.add_subplot()
    deflected = [100 * point.deflected for point in curve]
    axes.plot(deflected, [100 * p.wrong for p in curve], color=BLUE, label="in scope, answered wrongly")
    axes.plot(deflected, [100 * p.leaked for p in curve], color=RED, label="out of scope, answered at all")
    for mark in marks:
        at = 100 * mark.deflected
        axes.scatter([at, at], [100 * mark.wrong, 100 * mark.leaked], color=[BLUE, RED], s=18, zorder=3)
        highest = 100 * max(mark.wrong, mark.leaked)
        axes.annotate(f"{mark.threshold:g}", (at, highest), (0, 6), textcoords="offset points", ha="center", fontsize=8)
    axes.set(
        xlim=(0, 100),
        ylim=(0, None),
        xlabel="in-scope questions deflected, %",
        ylabel="share of their kind, %",
        title="What a higher confidence threshold buys (dots: thresholds)",
    )
    axes.legend(loc="upper right", frameon=False)
    _write(figure, target)


def _write(figure: Figure, target: Path) -> None:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.tight_layout()
    figure.savefig(target, dpi=130, metadata={"Software": None})  # the same picture from the same figures
