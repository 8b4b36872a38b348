"""Entries of a benchmark: solvers as they are named on the command line.

An entry is one of our solvers, ``auto``, a chain with ``+`` between its links such as ``savings+hgs:0.8``, or a
peer. ``@2`` behind it gives it two threads, and ``/1`` behind that a budget of its own, here one second. A
peer's name alone is the peer: ``ortools`` is its routing library, and a link of that name stands in a chain.
"""

from __future__ import annotations

from typing import NamedTuple

from routeopt import registry
from routeopt.bench.budget import Budget, parse_budget
from routeopt.bench.peers import PEERS
from routeopt.errors import ProblemError
from routeopt.solving import parse_chain


class Entry(NamedTuple):
    """One solver that takes part."""

    name: str  # of the peer, or the chain with + between its links
    threads: int = 1
    budget: Budget | None = None  # None: that of the benchmark

    @property
    def is_peer(self) -> bool:
        """Whether it is another package."""
        return self.name in PEERS

    @property
    def label(self) -> str:
        """What it is called in tables."""
        threads = "" if self.threads == 1 else f"@{self.threads}"
        return self.name + threads + ("" if self.budget is None else f"/{self.budget}")

    @property
    def seeded(self) -> bool:
        """Whether runs differ by seed."""
        return not self.is_peer or PEERS[self.name].seeded


def parse_entries(words: str, threads: int = 1) -> list[Entry]:
    """Return the entries of a list with commas between.

    Parameters
    ----------
    words : str
        For example ``"auto@1,auto@2/5,savings+hgs:0.8,pyvrp"``.
    threads : int
        For our own entries that state no number.

    Raises
    ------
    ProblemError
        With one message for each entry that is not understood.
    """
    entries: dict[Entry, None] = {}
    errors: list[str] = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        try:
            entries[_entry(word, threads)] = None
        except ProblemError as error:
            errors += error.messages
    if errors:
        raise ProblemError(errors)
    if not entries:
        raise ProblemError(f"solvers: there is none; name some of auto, {', '.join(_known())}")
    return list(entries)


def _entry(word: str, threads: int) -> Entry:
    front, own, seconds = word.partition("/")
    budget = parse_budget(seconds) if own else None
    name, mark, stated = front.partition("@")
    if mark and not (stated.isdigit() and int(stated) > 0):
        raise ProblemError(f"solver '{word}': behind @ stands the number of threads, as in '{name}@2'")
    if name in PEERS:
        peer = PEERS[name]
        if mark and int(stated) > 1 and not peer.several_threads:
            raise ProblemError(f"solver '{word}': {name} uses one thread; leave '@{stated}' out")
        if peer.version is None:
            raise ProblemError(
                f"solver '{name}' is not installed; pip install {peer.package}, or leave it out"
            )
        return Entry(name, int(stated) if mark else threads if peer.several_threads else 1, budget)
    for link in name.split("+"):
        if link.partition(":")[0] not in ("auto", *registry.solvers()):
            raise ProblemError(f"solver '{link}' is not known; use one of auto, {', '.join(_known())}")
    parse_chain(name.split("+"))
    return Entry(name, int(stated) if mark else threads, budget)


def _known() -> list[str]:
    return list(dict.fromkeys((*registry.solvers(), *PEERS)))
