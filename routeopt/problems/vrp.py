"""The vehicle routing problem as people state it; a variant is an attribute that differs from its default.

>>> import routeopt as ro
>>> problem = ro.VRP(
...     stops=[ro.Stop(2, 1, "bakery", delivery=3), ro.Stop(4, 0, "school", delivery=2)],
...     vehicles=[ro.Vehicle(capacity=4, count=2)],
...     depots=[ro.Depot(0, 0)],
... )
>>> sorted(problem.features)
['capacity']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from routeopt import registry
from routeopt.errors import ProblemError
from routeopt.problems import features
from routeopt.problems.columns import Stops, load_row
from routeopt.problems.compile import compile_problem
from routeopt.problems.instance import BACKHAULS, Floats, Instance, Integers
from routeopt.problems.legs import Euclidean, Haversine, Legs
from routeopt.problems.network import Network
from routeopt.problems.rows import Depot, Shipment, Stop, Vehicle
from routeopt.problems.validation import validate

OBJECTIVES = ("cost", "fewest_vehicles")


def _legs(stated: Legs | Network) -> Legs:
    """Return the legs of a network where one is stated."""
    return stated.legs if isinstance(stated, Network) else stated


class VRP:
    """A vehicle routing problem: stops, vehicles, depots, and how far it is between them.

    Parameters
    ----------
    stops : sequence of Stop, or Stops
        What is to be visited; columns are taken as they are.
    vehicles : sequence of Vehicle
        The fleet, by type. The default is any number of vehicles without limits.
    depots : sequence of Depot
        Where vehicles start and end.
    shipments : sequence of Shipment
        Goods taken from one stop to another; stops stated here are added behind the others.
    legs : Legs or Network, or mapping of str to those
        Distances and durations; a mapping gives one per vehicle profile. Along a network vehicles take the
        quickest way. By default straight lines, or great circles at 50 km/h where places are given in degrees.
    backhaul : {"mixed", "strict", "linehaul_first"}
        Whether pickups may come before deliveries within a trip. "strict" (Goetschalckx and
        Jacobs-Blecha 1989) also forbids trips of pickups only, "linehaul_first" allows them.
    objective : {"cost", "fewest_vehicles"}
        Minimise the cost, or first the number of vehicles and then the cost.
    fixed_edges : iterable of (str, str)
        Names of stops (or depots) that must follow each other, in either direction.
    name : str
        Name of the problem.
    best_known : float, optional
        Best cost known for it, to report a gap.

    Raises
    ------
    ProblemError
        With one message for each thing that contradicts itself.
    """

    def __init__(
        self,
        stops: Sequence[Stop] | Stops,
        vehicles: Sequence[Vehicle] = (Vehicle(),),
        depots: Sequence[Depot] = (Depot(0.0, 0.0),),
        *,
        shipments: Sequence[Shipment] = (),
        legs: Legs | Network | Mapping[str, Legs | Network] | None = None,
        backhaul: str = "mixed",
        objective: str = "cost",
        fixed_edges: Iterable[tuple[str, str]] = (),
        name: str = "",
        best_known: float | None = None,
    ) -> None:
        rows = [] if isinstance(stops, Stops) else list(stops)
        added = [end for s in shipments for end in (s.pickup, s.delivery) if isinstance(end, Stop)]
        if isinstance(stops, Stops) and added:
            raise ProblemError("shipments: name the stops of a shipment when stops are given as columns")
        self.stops: Stops = stops if isinstance(stops, Stops) else Stops.from_rows([*rows, *added])
        self.vehicles = tuple(vehicles)
        self.depots = tuple(depots)
        self.backhaul = backhaul
        self.objective = objective
        self.name = name
        self.best_known = best_known
        geographic = self.stops.geographic or any(depot.geographic for depot in self.depots)
        stated = (Haversine() if geographic else Euclidean()) if legs is None else legs
        profiles = sorted({vehicle.profile for vehicle in self.vehicles})
        self.legs: dict[str, Legs] = (
            {profile: _legs(one) for profile, one in stated.items()}
            if isinstance(stated, Mapping)
            else dict.fromkeys(profiles, _legs(stated))
        )
        errors: list[str] = []
        self.shipments, self.amounts = self._pairs(shipments, len(rows), errors)
        self.fixed_edges: Integers = self._edges(fixed_edges, errors)
        if backhaul not in BACKHAULS:
            errors.append(f"backhaul '{backhaul}' is not known; use one of {', '.join(BACKHAULS)}")
        if objective not in OBJECTIVES:
            errors.append(f"objective '{objective}' is not known; use one of {', '.join(OBJECTIVES)}")
        errors += validate(self)
        if errors:
            raise ProblemError(errors)

    def _pairs(self, shipments: Sequence[Shipment], first: int, errors: list[str]) -> tuple[Integers, Floats]:
        """Return (S, 2) stop indices and (S, K) amounts; stops stated inside shipments follow the others."""
        dimensions = max([self.stops.delivery.shape[1], *(np.size(s.amount) for s in shipments)])
        pairs, following = [], iter(range(first, len(self.stops)))
        for number, shipment in enumerate(shipments, 1):
            pair = []
            for end in (shipment.pickup, shipment.delivery):
                index = (
                    next(following) if isinstance(end, Stop) else self.index.get(end, -1) - len(self.depots)
                )
                if index < 0:
                    errors.append(f"shipment {number}: there is no stop '{end}'; name a stop of this problem")
                pair.append(index)
            pairs.append(pair)
        amounts = [load_row(shipment.amount, dimensions) for shipment in shipments]
        return np.array(pairs, np.int64).reshape(-1, 2), np.array(amounts).reshape(-1, dimensions)

    def _edges(self, edges: Iterable[tuple[str, str]], errors: list[str]) -> Integers:
        pairs = [tuple(str(end) for end in edge) for edge in edges]
        errors += [
            f"fixed edge {' - '.join(pair)}: there is no stop or depot '{end}'"
            for pair in pairs
            for end in pair
            if end not in self.index
        ]
        return np.array([[self.index.get(end, 0) for end in pair] for pair in pairs], np.int64).reshape(-1, 2)

    @cached_property
    def names(self) -> list[str]:
        """Name of each node: the depots, then the stops. Nameless ones are numbered as nodes."""
        depots = [
            depot.name or ("depot" if len(self.depots) == 1 else f"depot {d}")
            for d, depot in enumerate(self.depots)
        ]
        stated = self.stops.names or [""] * len(self.stops)
        return depots + [name or str(node) for node, name in enumerate(stated, len(depots))]

    @cached_property
    def index(self) -> dict[str, int]:
        """Node of each name."""
        return {name: node for node, name in enumerate(self.names)}

    @property
    def vehicle_names(self) -> list[str]:
        """Name of each vehicle type."""
        return [vehicle.name or f"vehicle {number}" for number, vehicle in enumerate(self.vehicles, 1)]

    @property
    def geographic(self) -> bool:
        """Whether places are in degrees of longitude and latitude."""
        return self.stops.geographic

    @property
    def rounding(self) -> str:
        """The rounding rule of the legs."""
        return next(iter(self.legs.values())).rounding

    @cached_property
    def places(self) -> Floats:
        """Coordinates (N, 2) of the depots, then the stops."""
        depots = np.array([[depot.x, depot.y] for depot in self.depots], np.float64).reshape(-1, 2)
        return np.vstack([depots, np.column_stack([self.stops.x, self.stops.y])])

    @cached_property
    def _instance(self) -> Instance:
        return compile_problem(self)

    def instance(self) -> Instance:
        """Return the problem as arrays, compiled once."""
        return self._instance

    @cached_property
    def features(self) -> frozenset[str]:
        """The attributes in use, from the vocabulary in :data:`routeopt.problems.features.FEATURES`."""
        return features.features_of(self.instance())

    def rounded(self, rounding: str) -> VRP:
        """Return the same problem with its legs under another rounding rule."""
        return self.replace(legs={profile: legs.rounded(rounding) for profile, legs in self.legs.items()})  # type: ignore[attr-defined]

    def replace(self, **changes: Any) -> VRP:
        """Return the same problem with some of the constructor's arguments changed."""
        names = self.names
        stated = {
            "stops": self.stops,
            "vehicles": self.vehicles,
            "depots": self.depots,
            "shipments": self.stated_shipments(),
            "legs": self.legs,
            "backhaul": self.backhaul,
            "objective": self.objective,
            "fixed_edges": [(names[a], names[b]) for a, b in self.fixed_edges],
            "name": self.name,
            "best_known": self.best_known,
        }
        return VRP(**{**stated, **changes})

    def stated_shipments(self) -> list[Shipment]:
        """Return the shipments as rows that name their stops."""
        first, names = len(self.depots), self.names
        return [
            Shipment(
                names[first + a], names[first + b], tuple(amount) if len(amount) > 1 else float(amount[0])
            )
            for (a, b), amount in zip(self.shipments, self.amounts.tolist(), strict=True)
        ]

    @classmethod
    def from_table(cls, table: Any, *, network: Network | None = None, **rest: Any) -> VRP:
        """Read stops from a data frame with tolerant headers; see :mod:`routeopt.data.readers.table`.

        Vehicles drive along the `network` where one is given; it is the same as ``legs=network``.
        """
        if network is not None:
            rest["legs"] = network
        problem: VRP = registry.load("routeopt.data.readers.table:from_table")(table, **rest)
        return problem

    def __repr__(self) -> str:
        """Return a line that says what it is."""
        used = ", ".join(sorted(self.features))
        return f"<VRP {self.name or 'without name'}: {len(self.stops)} stops, {used}>"
