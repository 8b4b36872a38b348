"""Guides by name: who says which stops are likely to come next to each other."""

from __future__ import annotations

from pathlib import Path

from routeopt import weights
from routeopt.problems.search import Guide
from routeopt.solvers.vrp.neural.guide import EdgeGuide

GuideChoice = str | Path | Guide | None


def guide_for(choice: GuideChoice) -> Guide | None:
    """Return the guide of this choice: the name or the path of an edge scorer's weights, or a guide itself.

    Raises
    ------
    ProblemError
        There are no such weights, or they are not an edge scorer's.
    """
    if isinstance(choice, str | Path):
        return EdgeGuide(weights.load(choice, policy="edges")[0])
    return choice
