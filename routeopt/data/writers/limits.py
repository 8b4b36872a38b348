"""What a format has no words for: an error that names it, never something left out of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from routeopt.errors import ProblemError
from routeopt.problems.features import FEATURES
from routeopt.problems.vrp import VRP

NEVER = 1e9  # stands for infinity where a format has none: a bound that is never reached


def refuse(problem: VRP, says: Collection[str], name: str, others: Iterable[str] = ()) -> None:
    """Raise a message for each attribute in use that is not in `says`, and for each of `others`.

    Parameters
    ----------
    problem : VRP
        What is to be written.
    says : collection of str
        Features that the format can express.
    name : str
        What the format is called.
    others : iterable of str
        What else it cannot say of this problem.
    """
    missing = [f"'{feature}' ({FEATURES[feature]})" for feature in sorted(problem.features.difference(says))]
    errors = [f"a {name} file cannot say {what}; write .json instead" for what in [*missing, *others]]
    if errors:
        raise ProblemError(errors)
