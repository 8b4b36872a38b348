"""Chains of solvers: how they are written, and who gets which share of the time.

A link is a name, a name with its share of the time ("hgs:0.8"), or a configured solver; a chain is a
sequence of links, or their names with commas between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from routeopt import registry
from routeopt.errors import ProblemError, UnsupportedError
from routeopt.problems.instance import Instance
from routeopt.solving.choice import choose, constructors

Chain = str | Callable[..., Any] | Sequence[Any]


@dataclass(frozen=True)
class Link:
    """One solver of a chain, and its share of the time among the improvers."""

    name: str
    solver: Any
    share: float = 0.0  # 0: an equal part of what the others leave

    @property
    def constructs(self) -> bool:
        """Whether it builds a plan rather than improving one."""
        return bool(getattr(self.solver, "constructs", False))

    @property
    def begins(self) -> bool:
        """Whether it improves plans, but needs none to begin with."""
        return bool(getattr(self.solver, "begins", False))

    @property
    def wants_guide(self) -> bool:
        """Whether it is handed what a guide says, as `guide`."""
        return bool(getattr(self.solver, "wants_guide", False))

    @property
    def wants_starts(self) -> bool:
        """Whether it is handed the other complete plans that constructors made, as `starts`."""
        return bool(getattr(self.solver, "wants_starts", False))

    @property
    def wants_pool(self) -> bool:
        """Whether it is handed the routes seen so far, as `pool`."""
        return bool(getattr(self.solver, "wants_pool", False))


def parse_chain(solver: Chain, find: Callable[[str], Any] = registry.solver) -> list[Link]:
    """Return the links of a chain: names, ``"name:share"``, solvers, or a sequence or comma list of these.

    Names are looked up by `find`: those of vehicle routing, by default.
    """
    if isinstance(solver, str):
        parts: Sequence[Any] = [part.strip() for part in solver.split(",")]
    else:
        parts = solver if isinstance(solver, Sequence) else [solver]
    links = _links(parts, find)
    if not links:
        raise ProblemError("solver: the chain is empty; name a solver, or 'auto'")
    return _shared(links)


def _link(part: Any, find: Callable[[str], Any]) -> list[Link]:
    if part == "auto":
        return [Link("auto", None)]
    if not isinstance(part, str):
        return [Link(getattr(part, "name", type(part).__name__.lower()), part)]
    name, _, stated = part.partition(":")
    share = 0.0
    if stated:
        try:
            share = float(stated)
        except ValueError:
            share = -1.0
        if not 0 < share <= 1:
            raise ProblemError(
                f"solver '{part}': the share must be a number above 0 and up to 1, as in '{name}:0.8'"
            )
    return [Link(name, find(name)(), share)]


def _shared(links: list[Link]) -> list[Link]:
    """Return the links with a share each: improvers without one split equally what the others leave."""
    improvers = [link for link in links if not link.constructs]
    stated = sum(link.share for link in improvers)
    silent = sum(not link.share for link in improvers)
    if stated > 1 + 1e-9 or (silent and stated >= 1):
        raise ProblemError(
            f"solver: the shares of the chain add up to {stated:g}, which leaves nothing for the rest"
        )
    rest = (1 - stated) / silent if silent else 0.0
    return [replace(link, share=link.share or rest) for link in links]


def complete(chain: list[Link], instance: Instance, features: frozenset[str], *, started: bool) -> list[Link]:
    """Return the chain with "auto" resolved and a constructor in front where there is no plan to begin with.

    Raises
    ------
    UnsupportedError
        When a link does not take an attribute of the problem.
    """
    resolved: list[Link] = []
    for part in chain:
        resolved += _links(choose(instance, features)) if part.name == "auto" else [part]
    for link in resolved:
        lacking = features - getattr(link.solver, "supports", frozenset())
        if lacking:
            raise UnsupportedError(link.name, lacking)
    if not started and not (resolved[0].constructs or resolved[0].begins):
        resolved = [*_links(constructors(features)), *resolved]
    return _shared(resolved)


def _links(parts: Sequence[Any], find: Callable[[str], Any] = registry.solver) -> list[Link]:
    return [link for part in parts for link in _link(part, find)]
