"""The parameters of an iteration, as kernels take them."""

from __future__ import annotations

from typing import NamedTuple


class Habits(NamedTuple):
    """Parameters of an iteration."""

    removals: float  # stops taken out on average
    string: int  # stops taken out of one route, at most
    split: float  # share of strings in whose middle some stops stay
    blink: float  # share of places overlooked
    tried: int  # neighbours next to which a stop is put back
    searched: int  # neighbours of the local search
    threshold: (
        float  # average gains of local search that a plan may miss acceptance by, and still be searched
    )
