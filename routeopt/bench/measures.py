"""Measures of a run: gap, primal integral, and time to a gap, from its trace where the solver gives one.

A trace is a sequence of (seconds since the budget began, cost), in the order of time. Gaps are in percent.
"""

from __future__ import annotations

from collections.abc import Sequence

Trace = Sequence[tuple[float, float]]

WORST = 10.0  # percent that is counted while there is no answer, or a worse one


def gap(cost: float, best: float) -> float:
    """Return how far a cost is above the best one, in percent."""
    return 100.0 * (cost - best) / best if best else 100.0 * cost


def honest(trace: Trace, cost: float, seconds: float) -> list[tuple[float, float]]:
    """Return the improvements of a trace that ends with an answer of this cost after these seconds.

    No point counts for less than the answer is found to cost when it is costed again.
    """
    steps: list[tuple[float, float]] = []
    for when, claimed in [*trace, (seconds, cost)]:
        if not steps or claimed < steps[-1][1]:
            steps.append((when, max(claimed, cost)))
    return steps


def primal_integral(trace: Trace, best: float, seconds: float, worst: float = WORST) -> float:
    """Return the mean gap over the budget, as in the 12th DIMACS challenge (2022).

    The gap counts as `worst` before the first answer, and never as more.

    >>> primal_integral([(2.0, 105.0), (6.0, 101.0)], best=100.0, seconds=10.0)
    4.4
    """
    total, since, now = 0.0, 0.0, worst
    for when, cost in trace:
        if when >= seconds:
            break
        total += now * (when - since)
        since, now = when, min(worst, gap(cost, best))
    return (total + now * (seconds - since)) / seconds


def seconds_to(trace: Trace, best: float, percent: float) -> float | None:
    """Return the seconds until the gap was this small, or None where it never was."""
    return next((when for when, cost in trace if gap(cost, best) <= percent), None)
