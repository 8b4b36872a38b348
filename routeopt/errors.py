"""What can go wrong, as types. Every message says what is wrong, where, and what would fix it."""

from __future__ import annotations

from collections.abc import Iterable


class RouteoptError(Exception):
    """Base of every error that routeopt raises on purpose."""


class ProblemError(RouteoptError, ValueError):
    """The input contradicts itself or cannot be understood.

    Carries every problem found, not only the first one.

    Attributes
    ----------
    messages : tuple of str
        One line per problem.
    """

    def __init__(self, messages: str | Iterable[str]) -> None:
        self.messages = (messages,) if isinstance(messages, str) else tuple(messages)
        super().__init__("\n".join(self.messages))


class UnsupportedError(RouteoptError):
    """A solver cannot take an attribute that the problem uses.

    Attributes
    ----------
    solver : str
        Name of the solver.
    attributes : tuple of str
        The attributes it lacks, from the vocabulary in :mod:`routeopt.problems.features`.
    """

    def __init__(self, solver: str, attributes: Iterable[str], remedy: str = "") -> None:
        self.solver = solver
        self.attributes = tuple(sorted(attributes))
        names = ", ".join(f"'{name}'" for name in self.attributes)
        super().__init__(f"solver '{solver}' does not take {names}{'; ' + remedy if remedy else ''}")


class InfeasibleError(RouteoptError):
    """No plan can exist, and the input itself shows why."""
