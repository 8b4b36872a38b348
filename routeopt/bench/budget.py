"""How long a run may search: seconds, or seconds a stop, which is how long runs on the X set are stated."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from routeopt.errors import ProblemError


class Budget(NamedTuple):
    """Seconds of a run."""

    seconds: float
    per_stop: bool = False

    def of(self, stops: int) -> float:
        """Return the seconds for a problem with so many stops."""
        return round(self.seconds * stops, 3) if self.per_stop else self.seconds

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.seconds:g}{'n' if self.per_stop else ''}"


def parse_budget(text: str) -> Budget:
    """Return the budget that a word states: ``10``, or ``2.4n`` for so many seconds a stop.

    >>> parse_budget("2.4n").of(500)
    1200.0
    """
    per_stop = text.endswith("n")
    try:
        seconds = float(text.removesuffix("n"))
    except ValueError:
        seconds = 0.0
    if not (seconds > 0 and isfinite(seconds)):
        raise ProblemError(f"seconds must be a number above 0, or so many a stop as in 2.4n, not '{text}'")
    return Budget(seconds, per_stop)
