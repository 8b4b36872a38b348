"""Random small problems of every declared attribute, and random plans for them, for property tests.

``problems(need={"reloads"}, without={"shipments"})`` makes problems whose features include the first and none
of the second; both are names of :data:`routeopt.problems.features.FEATURES`. A plan of :func:`plans` visits
stops in any order: it is well-formed, but seldom feasible. With ``whole=True`` (the default) every number is
whole, legs included, so that sums of floats are exact and two computations must agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from hypothesis import assume, strategies as st

from routeopt import VRP, Depot, Euclidean, Haversine, Legs, Matrix, Routes, Shipment, Stop, Vehicle
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import ROUNDINGS

HORIZON = 120  # windows, shifts and releases lie within
SKILLS = ("cold", "lift", "two people")
WORDS = ("café", "a, b", 'the "old" mill', "ζ", "stop")  # what writers and readers may stumble over
BACKHAULS = {
    "backhaul": "strict",
    "linehaul_first": "linehaul_first",
    "pickup": "mixed",
}  # exclude each other
IMPLIED = {
    "several_windows": {"time_windows"},
    "profiles": {"heterogeneous_fleet"},
    "other_end": {"depots"},
}
OF_VEHICLES = {
    "capacity", "skills", "fixed_cost", "distance_cost", "duration_cost", "overtime", "open_end", "other_end",
    "shift", "max_distance", "max_duration", "max_stops", "reloads", "profiles", "depots",
}  # fmt: skip


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    need: Collection[str] = (),
    without: Collection[str] = (),
    whole: bool = True,
    max_stops: int = 8,
) -> VRP:
    """Draw a problem of up to `max_stops` stops (4 or more) that has all of `need` and none of `without`."""
    unknown = {*need, *without} - FEATURES.keys()
    assert not unknown, f"no such features: {unknown}"
    chosen = draw(attributes(frozenset(need), frozenset(without)))
    problem = _Draft(draw, chosen, whole, max_stops).problem()
    assume(set(need) <= problem.features)
    assume(not problem.features.intersection(without))
    return problem


@st.composite
def plans(draw: st.DrawFn, problem: VRP, *, complete: bool = False) -> Routes:
    """Draw routes through some stops of a problem, or through all of them; no stop is visited twice.

    Vehicles that may load again do so at their reload depots, perhaps more often than they may.
    """
    instance = problem.instance()
    order = draw(st.permutations(range(instance.depots, instance.nodes)))
    served = order if complete else order[: draw(st.integers(0, len(order)))]
    lists: list[list[int]] = []
    kinds: list[int] = []
    for node in served:
        reloads = np.flatnonzero(instance.reload_depots[kinds[-1]]).tolist() if kinds else []
        step = draw(st.sampled_from(["go on", "new route", *(["reload"] if reloads else [])]))
        if not lists or step == "new route":
            lists.append([])
            kinds.append(draw(st.integers(0, len(problem.vehicles) - 1)))
        elif step == "reload":
            lists[-1].append(draw(st.sampled_from(reloads)))
        lists[-1].append(node)
    return Routes.from_lists(lists, kinds)


@st.composite
def problems_with_plans(draw: st.DrawFn, *, complete: bool = False, **options: Any) -> tuple[VRP, Routes]:
    """Draw a problem, with the options of :func:`problems`, and a plan for it."""
    problem = draw(problems(**options))
    return problem, draw(plans(problem, complete=complete))


@st.composite
def attributes(draw: st.DrawFn, need: frozenset[str], without: frozenset[str]) -> frozenset[str]:
    """Draw names of features that go together."""
    barred = without | {name for name, implied in IMPLIED.items() if implied & without}
    if {"heterogeneous_fleet", "other_end"} <= barred:
        barred |= {"depots"}
    if need & {"backhaul", "linehaul_first"}:
        barred |= {"shipments"}
    rest = sorted(FEATURES.keys() - need - barred)
    few = st.sets(st.sampled_from(rest), max_size=4)
    many = st.sets(st.sampled_from(rest), min_size=len(rest) // 3)
    chosen = set(need | (draw(few | many) if rest else set()))
    turn = min(chosen & BACKHAULS.keys(), key=lambda name: (name not in need, name), default="")
    if "shipments" in need and turn != "pickup":
        turn = ""
    chosen -= BACKHAULS.keys() - {turn}
    if turn in ("backhaul", "linehaul_first"):
        chosen -= {"shipments"}
    for name, implied in IMPLIED.items():
        chosen |= implied if name in chosen else set()
    if "depots" in chosen and "other_end" not in chosen:
        chosen |= {"other_end" if "heterogeneous_fleet" in barred else "heterogeneous_fleet"}
    if "heterogeneous_fleet" in chosen and not chosen & OF_VEHICLES:
        chosen.add(draw(st.sampled_from(sorted(OF_VEHICLES - barred))))
    return frozenset(chosen)


def _some(draw: st.DrawFn, used: bool, count: int, values: st.SearchStrategy[Any], neutral: Any) -> list[Any]:
    """Draw values for some of `count` things, for at least one; or none where the attribute is not used."""
    if not used or not count:
        return [neutral] * count
    which = draw(st.sets(st.integers(0, count - 1), min_size=1))
    return [draw(values) if number in which else neutral for number in range(count)]


@dataclass
class _Draft:
    """A problem while its parts are drawn, from attributes that go together."""

    draw: st.DrawFn
    chosen: frozenset[str]
    whole: bool
    max_stops: int

    def problem(self) -> VRP:
        rows, depots = self.rows, self.depots
        vehicles = self.vehicles()
        names = [row.name or str(node) for node, row in enumerate(rows, len(depots))]
        inside = self.draw(st.booleans())  # stops are stated inside their shipments, or named there
        pairs = range(self.alone, len(rows), 2)
        shipments = [
            Shipment(*(rows[a : a + 2] if inside else names[a : a + 2]), self.draw(self.load()))
            for a in pairs
        ]
        rounding = self.draw(st.sampled_from(ROUNDINGS))
        return VRP(
            rows[: self.alone] if inside else rows,
            vehicles,
            depots,
            shipments=shipments,
            legs={profile: self.legs(rounding) for profile in sorted({v.profile for v in vehicles})},
            backhaul=next((form for name, form in BACKHAULS.items() if name in self.chosen), "mixed"),
            objective="fewest_vehicles" if "fewest_vehicles" in self.chosen else "cost",
            fixed_edges=self.edges(names),
            name=self.draw(st.sampled_from(("", *WORDS))),
            best_known=self.draw(st.none() | self.number(1, 900)),
        )

    @cached_property
    def degrees(self) -> bool:
        return not self.whole and self.draw(st.booleans())

    @cached_property
    def alone(self) -> int:
        """Number of stops outside shipments; those of shipments follow by twos."""
        if "shipments" in self.chosen:
            least = 1 if self.chosen & {"groups", "capacity", *BACKHAULS} else 0
            return self.draw(st.integers(least, self.max_stops - 2))
        least = 2 if self.chosen & {"fixed_edges", "limited_fleet"} else 1
        return self.draw(st.integers(least, self.max_stops))

    @cached_property
    def paired(self) -> int:
        """Number of stops in shipments."""
        if "shipments" not in self.chosen:
            return 0
        return 2 * self.draw(st.integers(1, (self.max_stops - self.alone) // 2))

    @cached_property
    def delivers(self) -> bool:
        return bool(self.chosen & {"capacity", "backhaul", "linehaul_first"}) or self.draw(st.booleans())

    def some(self, used: str | bool, count: int, values: st.SearchStrategy[Any], neutral: Any) -> list[Any]:
        """Draw values for some of `count` things where an attribute is chosen, else neutral ones."""
        return _some(
            self.draw, used in self.chosen if isinstance(used, str) else used, count, values, neutral
        )

    def number(self, low: int, high: int) -> st.SearchStrategy[float]:
        """Draw a whole number, or one of two decimals."""
        if self.whole:
            return st.integers(low, high).map(float)
        return st.integers(100 * low, 100 * high).map(lambda cents: cents / 100)

    def load(self) -> st.SearchStrategy[Any]:
        """Draw a load of one or two dimensions, not all zero."""
        if "load_dimensions" not in self.chosen:
            return self.number(1, 6)
        return st.tuples(self.number(0, 6), self.number(1, 6))

    def windows(self, most: int) -> st.SearchStrategy[Any]:
        """Draw one window, or two to `most`; the last one may stay open."""

        def pairs(times: Sequence[float], opened: bool) -> Any:
            ends = [*times[:-1], inf] if opened else times
            windows = tuple(zip(ends[::2], ends[1::2], strict=True))
            return windows if len(windows) > 1 else windows[0]

        def times(count: int) -> st.SearchStrategy[list[float]]:
            return st.lists(self.number(0, HORIZON), min_size=2 * count, max_size=2 * count, unique=True).map(
                sorted
            )

        return st.builds(pairs, st.integers(min(most, 2), most).flatmap(times), st.booleans())

    def place(self) -> dict[str, float]:
        x, y = self.draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
        return (
            {"lon": 24.9 + x / 1e4, "lat": 60.1 + y / 1e4} if self.degrees else {"x": float(x), "y": float(y)}
        )

    def names(self, kind: str, count: int) -> list[str]:
        """Draw a name for all, for some, or for none."""
        words = self.draw(st.lists(st.sampled_from(("", *WORDS)), min_size=count, max_size=count) | st.none())
        return [word and f"{kind} {word} {number}" for number, word in enumerate(words or [""] * count)]

    @cached_property
    def depots(self) -> list[Depot]:
        several = {"depots", "other_end"} & self.chosen
        count = self.draw(
            st.integers(2, 3) if several else st.integers(1, 2 if "reloads" in self.chosen else 1)
        )
        timed = "time_windows" in self.chosen and self.draw(st.booleans())
        loading = "service_time" in self.chosen and self.draw(st.booleans())
        columns = zip(
            self.names("depot", count),
            self.some(timed, count, self.windows(1), (0.0, inf)),
            self.some(loading, count, self.number(1, 9), 0.0),
            strict=True,
        )
        return [
            Depot(name=name, window=window, service=spent, **self.place()) for name, window, spent in columns
        ]

    @cached_property
    def rows(self) -> list[Stop]:
        """Draw the stops; those of shipments get their loads from the shipment."""
        n, alone, paired, chosen = self.alone + self.paired, self.alone, self.paired, self.chosen
        nothing = (0.0, 0.0) if "load_dimensions" in chosen else 0.0
        delivery = self.some(self.delivers, alone, self.load(), nothing)
        pickup = self.some(bool(chosen & BACKHAULS.keys()), alone, self.load(), nothing)
        if chosen & {"backhaul", "linehaul_first"}:
            delivery = [
                load if back == nothing else nothing for load, back in zip(delivery, pickup, strict=True)
            ]
        groups = self.some("groups", alone, st.sampled_from("ab"), None)
        several = 3 if "several_windows" in chosen else 1
        skills = st.sets(st.sampled_from(SKILLS), min_size=1).map(frozenset)
        columns = {
            "name": self.names("stop", n),
            "delivery": delivery + [nothing] * paired,
            "pickup": pickup + [nothing] * paired,
            "windows": self.some("time_windows", n, self.windows(several), (0.0, inf)),
            "service": self.some("service_time", n, self.number(1, 9), 0.0),
            "release": self.some("release", n, self.number(1, HORIZON // 2), 0.0),
            "prize": self.prizes(groups, n),
            "group": groups + [None] * paired,
            "skills": self.some("skills", n, skills, frozenset()),
        }
        return [
            Stop(**self.place(), **{field: column[i] for field, column in columns.items()}) for i in range(n)
        ]

    def prizes(self, groups: list[str | None], n: int) -> list[float]:
        """Draw prizes; all stops of a group or a shipment have one, or none has."""
        prizes = self.some("prizes", n, self.number(0, 60), inf)
        keys = [group or i for i, group in enumerate(groups)]
        keys += [f"shipment {i // 2}" for i in range(n - len(groups))]
        optional = {key for key, prize in zip(keys, prizes, strict=True) if prize < inf}
        return [
            self.draw(self.number(0, 60)) if key in optional and prize == inf else prize
            for key, prize in zip(keys, prizes, strict=True)
        ]

    def vehicles(self) -> list[Vehicle]:
        n, chosen, number = len(self.rows), self.chosen, self.number
        kinds = 1
        if "heterogeneous_fleet" in chosen:
            kinds = self.draw(st.integers(2, 3))
        finite = "capacity" in chosen or (not self.delivers and self.draw(st.booleans()))
        capacity = number(3, 20)
        if "load_dimensions" in chosen:
            capacity |= st.tuples(number(3, 20), number(3, 20) | st.just(inf))
        columns = {
            "name": self.names("vehicle", kinds),
            "count": self.counts(kinds, n),
            "capacity": self.some(finite, kinds, capacity, inf),
            "fixed_cost": self.some("fixed_cost", kinds, number(1, 50), 0.0),
            "distance_cost": self.some("distance_cost", kinds, number(2, 4) | st.just(0.0), 1.0),
            "duration_cost": self.some("duration_cost", kinds, number(1, 3), 0.0),
            "overtime_after": self.some("overtime", kinds, number(0, HORIZON), inf),
            "overtime_cost": self.some("overtime", kinds, number(1, 5), 0.0),
            "open_end": self.some("open_end", kinds, st.just(True), False),
            "shift": self.some("shift", kinds, self.windows(1), (0.0, inf)),
            "max_distance": self.some("max_distance", kinds, number(10, HORIZON), inf),
            "max_duration": self.some("max_duration", kinds, number(10, HORIZON), inf),
            "max_stops": self.some("max_stops", kinds, st.integers(0, 4).map(float), inf),
            "reload_depots": self.some("reloads", kinds, self.reload_depots(), ()),
            "max_reloads": self.some("reloads", kinds, st.sampled_from((0.0, 1.0, 2.0, inf)), inf),
            "profile": self.some("profiles", kinds, st.sampled_from(("bike", "truck")), ""),
            "skills": self.some(
                "skills", kinds, st.sets(st.sampled_from(SKILLS)).map(frozenset), frozenset()
            ),
        }
        rows = [{field: column[kind] for field, column in columns.items()} for kind in range(kinds)]
        return [Vehicle(**row, **self.ends(row["open_end"])) for row in rows]

    def counts(self, kinds: int, stops: int) -> list[int | None]:
        """Draw how many there are of each kind: fewer than stops where the fleet is limited."""
        if "limited_fleet" not in self.chosen:
            return [self.draw(st.sampled_from((None, stops, stops + 3))) for _ in range(kinds)]
        spare = max(stops - 1 - kinds, 0)
        return [1 + self.draw(st.integers(0, spare // kinds)) for _ in range(kinds)]

    def depot(self) -> st.SearchStrategy[int | str]:
        """Draw a depot by its number or its name."""
        return st.sampled_from(
            [*range(len(self.depots)), *(depot.name for depot in self.depots if depot.name)]
        )

    def reload_depots(self) -> st.SearchStrategy[tuple[int | str, ...]]:
        return st.lists(self.depot(), min_size=1, max_size=2, unique=True).map(tuple)

    def ends(self, open_end: bool) -> dict[str, Any]:
        """Draw where a kind of vehicle starts and ends."""
        start = self.draw(self.depot()) if "depots" in self.chosen else 0
        if "other_end" not in self.chosen or open_end:
            return {"start": start}
        return {"start": start, "end": self.draw(self.depot() | st.none())}

    def legs(self, rounding: str) -> Legs:
        apart = "durations" in self.chosen
        explicit = "asymmetric" in self.chosen or (self.whole and (apart or rounding == "exact"))
        if explicit or self.draw(st.booleans()):
            return Matrix(self.matrix(), self.matrix() if apart else None, rounding)
        speed = self.draw(st.sampled_from((0.5, 2.5))) if apart else 1.0
        return Haversine(rounding, speed) if self.degrees else Euclidean(rounding, speed)

    def matrix(self) -> np.ndarray:
        """Draw legs of 0 to 30; the triangle inequality seldom holds."""
        size = len(self.depots) + len(self.rows)
        drawn = self.draw(st.binary(min_size=size * size, max_size=size * size))
        legs = np.frombuffer(drawn, np.uint8).reshape(size, size) % (31.0 if self.whole else 30.7)
        np.fill_diagonal(legs, 0.0)
        return legs if "asymmetric" in self.chosen else np.maximum(legs, legs.T)

    def edges(self, names: list[str]) -> list[tuple[str, str]]:
        """Draw pairs of stops that must follow each other."""
        if "fixed_edges" not in self.chosen:
            return []
        order = self.draw(st.permutations(names))
        count = self.draw(st.integers(1, max(len(names) // 2, 1)))
        return list(zip(order[:count], order[-count:], strict=True))
