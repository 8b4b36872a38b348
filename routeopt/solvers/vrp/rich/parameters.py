"""The parameters of the rich search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RichParameters:
    """What can be set, as :class:`routeopt.solvers.vrp.rich.RichILS` explains it, for the engine to read."""

    neighbours: int = 40
    removed: float = 10.0
    polished: float = 0.3
    hot: float = 10.0
    cold: float = 0.1

    def __post_init__(self) -> None:
        if self.neighbours < 1:
            raise ValueError(f"neighbours must be 1 or more, not {self.neighbours}")
        if not self.removed >= 1:
            raise ValueError(f"removed must be 1 or more, not {self.removed}")
        if not 0 <= self.polished <= 1:
            raise ValueError(f"polished must be from 0 to 1, not {self.polished}")
        if not 0 < self.cold <= self.hot:
            raise ValueError(f"temperatures must be positive and fall, not from {self.hot} to {self.cold}")
