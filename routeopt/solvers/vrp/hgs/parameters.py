"""The parameters of the hybrid genetic search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HGSParameters:
    """What can be set, as :class:`routeopt.solvers.vrp.hgs.HGS` explains it, for engines to read."""

    neighbours: int = 20
    population: int | None = None
    elite: int = 4
    close: int = 5
    feasible_share: float = 0.2
    patience: int = 20_000

    def __post_init__(self) -> None:
        for name in ("neighbours", "elite", "close", "patience"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if self.neighbours > 60:
            raise ValueError(f"neighbours must be 60 or less, not {self.neighbours}")
        if self.population is not None and not 1 <= self.population <= 25:
            raise ValueError(f"population must be from 1 to 25, not {self.population}")
        if not 0 < self.feasible_share < 1:
            raise ValueError(f"feasible_share must be between 0 and 1, not {self.feasible_share}")
