"""Random small problems of every declared attribute, and random plans for them, for property tests.

``problems(need={"reloads"}, without={"shipments"})`` makes problems whose features include the first and none of
the second; both are names of :data:`routeopt.problems.features.FEATURES`. A plan of :func:`plans` visits stops in
any order: it is well-formed, but seldom feasible. With ``whole=True`` (the default) every number is whole, legs
included, so that sums of floats are exact and two computations must agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from math import inf
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from routeopt import VRP, Depot, Euclidean, Haversine, Legs, Matrix, Routes, Shipment, Stop, Vehicle
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import ROUNDINGS

HORIZON = 120  # windows, shifts and releases lie within
LONGEST = 30  # leg of a matrix
SKILLS = ("cold", "lift", "two people")
WORDS = ("café", "a, b", 'the "old" mill', "ζ", "stop")  # what writers and readers may stumble over
ONE_OF = ("pickup", "backhaul", "linehaul_first")  # exclude each other
OF_VEHICLES = (
    "capacity", "skills", "fixed_cost", "distance_cost", "duration_cost", "overtime", "open_end", "other_end",
    "shift", "max_distance", "max_duration", "max_stops", "reloads", "profiles", "depots",
)  # fmt: skip


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    need: Collection[str] = (),
    without: Collection[str] = (),
    whole: bool = True,
    max_stops: int = 8,
) -> VRP:
    """Draw a problem of up to `max_stops` stops that has the features `need` and none of `without`."""
    unknown = {*need, *without} - set(FEATURES)
    assert not unknown, f"no such features: {unknown}"
    chosen = draw(_attributes(frozenset(need), frozenset(without)))
    least = 2 if chosen & {"groups", "shipments", "fixed_edges", "limited_fleet"} else 1
    least = max(least, 4) if {"groups", "shipments"} <= chosen else least
    draft = _Draft(draw, chosen, whole, stops=draw(st.integers(least, max(least, max_stops))))
    problem = draft.problem()
    assume(set(need) <= problem.features)
    assume(not set(without) & problem.features)
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
def _attributes(draw: st.DrawFn, need: frozenset[str], without: frozenset[str]) -> frozenset[str]:
    """Draw names of attributes that go together."""
    rest = sorted(set(FEATURES) - need - without)
    few = st.sets(st.sampled_from(rest), max_size=4) if rest else st.just(set())
    many = st.sets(st.sampled_from(rest), min_size=len(rest) // 3) if rest else st.just(set())
    chosen = set(need) | draw(st.one_of(few, many))

    def drop(names: Collection[str]) -> None:
        """Take names out, except those that are needed."""
        chosen.difference_update(set(names) - need)

    backhauls = sorted(chosen & set(ONE_OF), key=lambda name: (name not in need, name))
    drop(backhauls[1:])
    if chosen & {"backhaul", "linehaul_first"}:
        drop({"shipments"} if "shipments" not in need else ONE_OF)
    if "several_windows" in chosen:
        chosen.add("time_windows")
    if "profiles" in chosen or chosen & {"depots", "other_end"} == {"depots"}:
        chosen.add("heterogeneous_fleet")
    if "heterogeneous_fleet" in chosen and not chosen & set(OF_VEHICLES):
        chosen.add(draw(st.sampled_from(sorted(set(OF_VEHICLES[:6]) - without))))
    assume(not chosen & without)
    return frozenset(chosen)


@dataclass
class _Draft:
    """A problem while its parts are drawn."""

    draw: st.DrawFn
    chosen: frozenset[str]
    whole: bool
    stops: int

    def problem(self) -> VRP:
        draw, chosen = self.draw, self.chosen
        degrees = not self.whole and draw(st.booleans())
        depots = self.depots(degrees)
        rows, pairs = self.rows(degrees), self.pairs()
        backhaul = "linehaul_first" if "linehaul_first" in chosen else "strict" if "backhaul" in chosen else "mixed"
        vehicles = self.vehicles(depots)
        alone = len(rows) - 2 * len(pairs)
        names = [row.name or str(node) for node, row in enumerate(rows, len(depots))]
        stated = draw(st.booleans())  # inside their shipments, instead of among the stops
        shipments = [
            Shipment(rows[a], rows[b], amount) if stated else Shipment(names[a], names[b], amount)
            for a, b, amount in pairs
        ]
        profiles = sorted({vehicle.profile for vehicle in vehicles})
        rounding = draw(st.sampled_from(ROUNDINGS))
        return VRP(
            rows[:alone] if stated else rows,
            vehicles,
            depots,
            shipments=shipments,
            legs={profile: self.legs(len(depots), rounding, degrees) for profile in profiles},
            backhaul=backhaul,
            objective="fewest_vehicles" if "fewest_vehicles" in chosen else "cost",
            fixed_edges=self.edges(names),
            name=draw(st.sampled_from(("", *WORDS))),
            best_known=draw(st.none() | self.number(1, 900)),
        )

    def number(self, low: float, high: float) -> st.SearchStrategy[float]:
        """Draw a whole number, or one of two decimals."""
        if self.whole:
            return st.integers(int(low), int(high)).map(float)
        return st.integers(int(100 * low), int(100 * high)).map(lambda cents: cents / 100)

    def some(self, attribute: str, count: int, values: st.SearchStrategy[Any], neutral: Any) -> list[Any]:
        """Draw values for some of `count` things, at least for one, where the attribute is in use."""
        if attribute not in self.chosen:
            return [neutral] * count
        which = self.draw(st.sets(st.integers(0, count - 1), min_size=1))
        return [self.draw(values) if i in which else neutral for i in range(count)]

    def place(self, degrees: bool) -> dict[str, float]:
        x, y = self.draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
        return {"lon": 24.9 + x / 1e4, "lat": 60.1 + y / 1e4} if degrees else {"x": float(x), "y": float(y)}

    def names(self, count: int) -> list[str]:
        """Draw a name for each, for some, or for none."""
        words = st.sampled_from(("", *WORDS)) if self.draw(st.booleans()) else st.just("")
        return [word and f"{word} {number}" for number, word in enumerate(self.draw(_times(words, count)))]

    def windows(self, most: int) -> st.SearchStrategy[Any]:
        """Draw one or several windows; the last one may stay open."""

        def pair(times: Sequence[float], open_end: bool) -> Any:
            ends = [*times[:-1], inf] if open_end else times
            pairs = tuple(zip(ends[::2], ends[1::2], strict=True))
            return pairs if len(pairs) > 1 else pairs[0]

        counts = st.integers(min(most, 2), most)
        times = counts.flatmap(
            lambda k: st.lists(self.number(0, HORIZON), min_size=2 * k, max_size=2 * k, unique=True).map(sorted)
        )
        return st.builds(pair, times, st.booleans())

    def depots(self, degrees: bool) -> list[Depot]:
        least, most = 1, 1
        if self.chosen & {"depots", "other_end", "reloads"}:
            least, most = 1 + bool(self.chosen & {"depots", "other_end"}), 3
        count = self.draw(st.integers(least, most))
        timed, loading = (self.draw(st.booleans()) for _ in range(2))
        windows = self.some("time_windows" if timed else "", count, self.windows(1), (0.0, inf))
        service = self.some("service_time" if loading else "", count, self.number(1, 9), 0.0)
        names = self.names(count)
        return [
            Depot(name=name and f"depot {name}", window=window, service=spent, **self.place(degrees))
            for name, window, spent in zip(names, windows, service, strict=True)
        ]

    def load(self) -> st.SearchStrategy[Any]:
        """Draw a load of one or several dimensions, not all zero."""
        if "load_dimensions" not in self.chosen:
            return self.number(1, 6)
        return st.tuples(self.number(0, 6), self.number(1, 6))

    def rows(self, degrees: bool) -> list[Stop]:
        """Draw the stops; those of shipments, by twos at the end, get their loads from the shipment."""
        n, chosen, paired = self.stops, self.chosen, 2 * self.pairs_count()
        nothing = (0.0, 0.0) if "load_dimensions" in chosen else 0.0
        delivery = self.some("capacity", n, self.load(), nothing)
        pickup = self.some(next(iter(chosen & set(ONE_OF)), ""), n, self.load(), nothing)
        if chosen & {"backhaul", "linehaul_first"}:
            delivery = [nothing if back != nothing else load for load, back in zip(delivery, pickup, strict=True)]
        groups = [*self.some("groups", n - paired, st.sampled_from("ab"), None), *[None] * paired]
        prizes = self.some("prizes", n, self.number(0, 60), inf)
        together = [groups[i] or (i if i < n - paired else f"pair {(n - i + 1) // 2}") for i in range(n)]
        optional = {key for key, prize in zip(together, prizes, strict=True) if prize < inf}
        fill = self.draw(self.number(0, 60))
        columns = {
            "name": self.names(n),
            "delivery": [*delivery[: n - paired], *[nothing] * paired],
            "pickup": [*pickup[: n - paired], *[nothing] * paired],
            "windows": self.some(
                "time_windows", n, self.windows(3 if "several_windows" in chosen else 1), (0.0, inf)
            ),
            "service": self.some("service_time", n, self.number(1, 9), 0.0),
            "release": self.some("release", n, self.number(1, HORIZON // 2), 0.0),
            "prize": [min(prize, fill) if key in optional else inf for key, prize in zip(together, prizes, strict=True)],
            "group": groups,
            "skills": self.some("skills", n, st.sets(st.sampled_from(SKILLS), min_size=1).map(frozenset), frozenset()),
        }
        return [
            Stop(**self.place(degrees), **{field: column[i] for field, column in columns.items()}) for i in range(n)
        ]
