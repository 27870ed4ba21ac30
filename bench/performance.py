"""`make performance`: the figures that `make bench-runtime` has kept, as a page with a picture in docs/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from matplotlib.figure import Figure  # without pyplot, which would look for a screen, a figure draws with Agg

from bench.figures import Figures, table
from bench.plots import BLUE, GREY

GOALS = {
    "throughput_40": (5.0, "messages a second, 40 visitors"),
    "p50_alone": (0.4, "one visitor, median"),
    "p95_40": (0.25, "40 visitors, 95th percentile"),
    "turn300_over_turn1": (1.2, "turn 300 over turn 1 (the guide's own)"),
    "ready": (0.7, "start until ready"),
    "rss": (1.0, "memory"),
    "train": (1.5, "training"),
}
"""What each ratio, guide over stock, ought to be; of the first more is better, of the others less."""

PICTURE = "performance.png"


def reached(name: str, ratio: float) -> bool:
    """Whether a ratio is as good as it ought to be."""
    goal = GOALS[name][0]
    return ratio >= goal if name == "throughput_40" else ratio <= goal


def page(report: Mapping[str, Any]) -> str:
    """The page, in Markdown: goals and ratios, and what was measured on both sides."""
    machine, ratios = report["machine"], report["ratios"]
    rows = [
        f"| {meaning} | {'≥' if name == 'throughput_40' else '≤'} {goal:g} | {ratios[name]:.2f} | "
        f"{'yes' if reached(name, ratios[name]) else 'no'} |"
        for name, (goal, meaning) in GOALS.items()
    ]
    sides = (Figures(**report["figures"][side]) for side in ("guide", "stock"))
    return "\n".join(
        [
            "# How fast the guide is",
            "",
            f"Made by `make performance` from one run of `make bench-runtime`: {machine['cores']} cores, "
            f"{machine['platform'].partition('-')[0]}, Python {machine['python']}, Rasa {machine['rasa']}, "
            f"load {machine['load_average_1min']:.1f} before it began. "
            "Both sides answered the same questions through the same webhook.",
            "",
            "| Guide over stock Rasa | Goal | Measured | Reached |",
            "|---|---|---|---|",
            *rows,
            "",
            f"![The ratios beside their goals]({PICTURE})",
            "",
            "```",
            table(report["settings"], *sides),
            "```",
            "",
        ]
    )


def draw(report: Mapping[str, Any], target: Path) -> None:
    """The ratios as bars, each with its goal as a mark, on a scale in which twice as much is as far as half."""
    names = list(reversed(GOALS))
    figure = Figure(figsize=(8, 4))
    axes = figure.add_subplot()
    axes.barh([GOALS[name][1] for name in names], [report["ratios"][name] for name in names], color=BLUE, height=0.55)
    axes.scatter([GOALS[name][0] for name in names], range(len(names)), color="black", marker="|", s=420, label="goal")
    axes.axvline(1, color=GREY, linewidth=1, linestyle="--", label="as stock Rasa")
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set(xlabel="guide over stock Rasa, measured in one run")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(target, dpi=130, metadata={"Software": None})


@click.command(epilog="Example: .venv/bin/python -m bench.performance runtime.json docs")
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(report: Path, folder: Path) -> None:
    """Write FOLDER/performance.md and its picture from the figures in REPORT."""
    found = json.loads(report.read_text(encoding="utf-8"))
    draw(found, folder / PICTURE)
    (folder / "performance.md").write_text(page(found), encoding="utf-8")
    click.echo(f"Written: {folder / 'performance.md'}")


if __name__ == "__main__":
    main()
