"""Alternatives by way of a node, or along a plateau: the shortest path to it, and from it on.

Source: Abraham, Delling, Goldberg, Werneck, Alternative routes in road networks, SEA 2010, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from routeopt.problems.instance import Flags, Integers
from routeopt.solvers.paths.plateaus import Plateaus, Trees
from routeopt.solvers.paths.query import Candidate, Query
from routeopt.solvers.paths.selection import Selection

_TRIED = 400  # candidates that are tested; good ones come early


def via(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield paths by way of nodes: cheap ones first that share little and run along a long plateau."""
    trees = Trees(query, selection.dearest)
    found = trees.plateaus()
    return _in_turn(trees, selection, found, np.ones(len(found.begin), bool))


def plateau(query: Query, selection: Selection) -> Iterator[Candidate]:
    """Yield paths along plateaus that are long enough to make their paths locally optimal."""
    trees = Trees(query, selection.dearest)
    found = trees.plateaus()
    return _in_turn(trees, selection, found, found.length >= selection.bound)


def _in_turn(trees: Trees, selection: Selection, found: Plateaus, left: Flags) -> Iterator[Candidate]:
    """Yield the path along each plateau left, the best first; what they share is counted anew with each one taken."""
    tried = 0
    while tried < _TRIED:
        taken = len(selection.accepted)
        for i in _ranked(trees, selection, found, left):
            left[i] = False
            tried += 1
            yield trees.candidate(int(found.begin[i]))
            if len(selection.accepted) > taken or tried == _TRIED:
                break
        else:
            return


def _ranked(trees: Trees, selection: Selection, found: Plateaus, left: Flags) -> Integers:
    """Return the plateaus that are left and do not share too much, the best first."""
    shared = trees.shared(selection.taken)[found.begin]
    fit = np.flatnonzero(left & (shared <= selection.sharing * found.total))
    value = 2 * found.total[fit] + shared[fit] - found.length[fit]
    return fit[np.argsort(value, kind="stable")]
