"""Both directions of a street kept once: what an arc has in common with the twin that runs back along it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Flags, Integers
from routeopt.problems.network import Network
from routeopt.problems.pieces import mirrored


class Halves(NamedTuple):
    """Arcs that follow the line of an earlier one the other way round."""

    back: Integers  # (b,) their numbers
    of: Integers  # (b,) those of the earlier arcs
    own: Flags  # (m,) whether an arc is none of them


def halves_of(network: Network) -> Halves:
    """Return the arcs of a network that repeat an earlier one."""
    twin = mirrored(network)
    back = np.flatnonzero((twin >= 0) & (twin < np.arange(len(twin))))
    return halves(back, twin[back].astype(np.int64), len(twin))


def halves(back: Integers, of: Integers, arcs: int) -> Halves:
    """Return the same from its numbers.

    Raises
    ------
    ValueError, IndexError
        They are no numbers of arcs.
    """
    own = np.ones(arcs, bool)
    own[back] = False
    if len(back) != len(of) or not own[of].all():
        raise ValueError("arcs that repeat others do not fit together")
    return Halves(back, of, own)


def split(
    column: NDArray[Any], decimals: int | None, both: Halves
) -> tuple[NDArray[Any], Integers, NDArray[Any]]:
    """Return a column of the own arcs, which of the others differ from theirs, and the values of these.

    Numbers that are the same after rounding to `decimals` do not differ.
    """
    column = np.asarray(column)
    there, back = column[both.of], column[both.back]
    if decimals is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            there, back = np.rint(there * 10.0**decimals), np.rint(back * 10.0**decimals)
    alike = (there == back) | ((there != there) & (back != back))  # nan is like nan
    odd = np.flatnonzero(~np.asarray(alike, bool))
    return column[both.own], odd, column[both.back[odd]]


def joined(own: NDArray[Any], odd: Integers, values: NDArray[Any], both: Halves) -> NDArray[Any]:
    """Return the column of all arcs."""
    column = np.empty(len(both.own), np.result_type(own, values))
    column[both.own] = own
    column[both.back] = column[both.of]
    column[both.back[odd]] = values
    return column
