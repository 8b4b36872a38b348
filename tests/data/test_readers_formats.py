"""The other benchmark formats, each from a file small enough to see."""

from __future__ import annotations

import io
from math import inf
from pathlib import Path

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.readers.routefinder import read_all, reference_routes

SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
   5          30

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      40         50          0          0        240          1
    1      45         68         10        161        171         10
    2      42         66          7         50         60         20
"""
LILIM = """4\t20\t1
0\t0\t0\t0\t0\t100\t0\t0\t0
1\t3\t4\t-7\t10\t90\t5\t3\t0
2\t6\t8\t4\t0\t50\t6\t0\t4
3\t1\t1\t7\t0\t60\t7\t0\t1
4\t2\t2\t-4\t0\t70\t8\t2\t0
"""
CORDEAU = """2 3 3 2
50 20
0 30
 1  1  2 5  7 1 2 1 2
 2 -3  4 6  8 1 2 1 2
 3  5  6 7  9 1 2 1 2
 4  0  0 0  0 0 0
 5  9  9 0  0 0 0
"""
FLEET_MIX = """ //Lines 1:5      : these comments
 //Line  6        : customers (N), vehicle types (T), range, service time, LB, BKS
 //Lines 7:T+6    : per type: number, capacity, fixed cost, cost per distance unit
 //Line  T+7      : depot coordinates X and Y
 //Lines T+8:T+N+7: per customer: coordinates X and Y and demand
2 2 999999.0 0.0 90.5 91.25
4 20 10 1.0
2 30  0 1.5
0 0
3 4 7
6 8 9
"""


def read(text: str, **options) -> ro.VRP:
    return ro.read(io.StringIO(text), **options)


def errors(text: str) -> list[str]:
    with pytest.raises(ro.ProblemError) as raised:
        read(text)
    return [message.removeprefix("stream:") for message in raised.value.messages]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_solomon(ends):
    problem = read(SOLOMON.replace("\n", ends))
    assert problem.name == "TINY"
    assert problem.vehicles == (ro.Vehicle(count=5, capacity=30),)
    assert problem.depots == (ro.Depot(40, 50, window=(0, 240), service=1),)
    assert list(problem.stops) == [
        ro.Stop(45, 68, delivery=10, windows=(161, 171), service=10),
        ro.Stop(42, 66, delivery=7, windows=(50, 60), service=20),
    ]
    assert problem.rounding == "exact"
    assert read(SOLOMON, rounding="dimacs").instance().distance[0, 0, 1] == 186


def test_li_and_lim():
    problem = read(LILIM)
    assert problem.vehicles == (ro.Vehicle(count=4, capacity=20),)
    assert problem.shipments.tolist() == [[1, 3], [2, 0]]
    assert problem.amounts.tolist() == [[4], [7]]
    assert problem.stops.windows[:, 0].tolist() == [[10, 90], [0, 50], [0, 60], [0, 70]]
    assert problem.stops.service.tolist() == [5, 6, 7, 8]
    assert problem.features == {"capacity", "shipments", "service_time", "time_windows"}


def test_cordeau():
    problem = read(CORDEAU)
    first, second = problem.vehicles
    assert (first.count, first.capacity, first.max_duration, first.start) == (3, 20, 50, 0)
    assert (second.count, second.capacity, second.max_duration, second.start) == (3, 30, inf, 1)
    assert problem.places.tolist() == [[0, 0], [9, 9], [1, 2], [-3, 4], [5, 6]]
    assert problem.stops.service.tolist() == [5, 6, 7]
    assert problem.stops.delivery.tolist() == [[7], [8], [9]]
    assert "time_windows" not in problem.features


def test_cordeau_with_windows():
    lines = CORDEAU.replace("2 3 3 2", "6 3 3 2").splitlines()
    problem = read(
        "\n".join([*lines[:3], *(f"{line} {10 * k} {10 * k + 5}" for k, line in enumerate(lines[3:], 1))])
    )
    assert problem.stops.windows[:, 0].tolist() == [[10, 15], [20, 25], [30, 35]]
    assert problem.depots[1].window == (50, 55)


def test_fleet_mix():
    problem = read(FLEET_MIX)
    assert problem.vehicles == (
        ro.Vehicle(count=4, capacity=20, fixed_cost=10),
        ro.Vehicle(count=2, capacity=30, distance_cost=1.5),
    )
    assert problem.stops.delivery.tolist() == [[7], [9]]
    assert problem.best_known == 91.25
    assert read(FLEET_MIX, rounding="round").best_known is None
    limited = read(FLEET_MIX.replace("999999.0 0.0", "120 10"))
    assert [vehicle.max_duration for vehicle in limited.vehicles] == [120, 120]
    assert limited.stops.service.tolist() == [10, 10]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SOLOMON.replace("161        171", "181        171"),
            "11: the window ends before it starts; swap the two times",
        ),
        (
            SOLOMON.replace("    2      42", "    3      42"),
            "12: CUSTOMER: numbers count from 0 without gaps, here 2 is due",
        ),
        (SOLOMON.replace(" 60         20", ""), "12: CUSTOMER: a row has 7 values"),
        (SOLOMON[: SOLOMON.index("    0 ")], "8: the CUSTOMER block ends before its first customer"),
        (SOLOMON.replace("10        161", "-1        161"), "11: a demand or time is negative"),
        (
            LILIM.replace("4\t2\t2\t-4\t0\t70\t8\t2\t0\n", ""),
            "4: task 2 must name one other task of this file",
        ),
        (
            LILIM.replace("-7", "-6"),
            "3: task 1 and its partner 3 do not name each other with opposite demands",
        ),
        (LILIM.replace("\t50\t6", "\tnan\t6"), "4: a task: latest must be a finite number, not 'nan'"),
        (
            CORDEAU[:-40],
            "the file ends after 6 of 8 lines (2 limits, 3 customers, 2 depots); add what is missing",
        ),
        (CORDEAU.replace("2 3 3 2", "1 3 3 2"), "1: type 1 (periodic) is not read; types 2 and 6 are"),
        (
            FLEET_MIX.replace("6 8 9\n", ""),
            "but 2 types, a depot and 2 customers need 6; the file may be cut off",
        ),
        (FLEET_MIX.replace("6 8 9", "6 8 -9"), "11: a demand or time is negative"),
    ],
)
def test_mistakes_are_told_with_their_lines(text, message):
    assert any(message in error for error in errors(text)), errors(text)


def routefinder(path: Path, **arrays) -> Path:
    rng = np.random.default_rng(7)
    depots = int(arrays.get("num_depots", 1))
    stated = {
        "locs": rng.random((2, depots + 3, 2)).astype(np.float32),
        "capacity": np.int32(40),
        "num_depots": np.int32(depots),
        "demand_linehaul": np.array([[5, 0, 7], [1, 2, 3]], np.int8),
        "open_route": np.bool_(False),
        **arrays,
    }
    np.savez(path, **stated)
    return path


def test_routefinder_attributes(tmp_path):
    times = np.tile([0.0, 4.6], (2, 4, 1))
    times[0, 1] = (1.0, 1.25)
    path = routefinder(
        tmp_path / "made.npz",
        demand_backhaul=np.array([[0, 4, 0], [0, 0, 0]], np.int8),
        backhaul_class=np.int32(1),
        time_windows=times,
        service_time=np.array([[0, 0.25, 0.25, 0.25]] * 2),
        distance_limit=np.array([[2.5], [3.5]]),
        open_route=np.bool_(True),
    )
    problem = ro.read(path)
    assert problem.name == "made#0"
    assert problem.vehicles == (ro.Vehicle(capacity=40, open_end=True, max_distance=2.5),)
    assert problem.backhaul == "linehaul_first"
    assert problem.stops.pickup.tolist() == [[0], [4], [0]]
    assert problem.stops.windows[0, 0].tolist() == [1, 1.25]
    assert problem.depots[0].window == (0, 4.6)
    assert ro.read(f"{path}#1").vehicles[0].max_distance == 3.5
    assert [p.name for p in read_all(path)] == ["made#0", "made#1"]


def test_routefinder_routes_begin_at_their_depots(tmp_path):
    path = routefinder(
        tmp_path / "made.npz",
        num_depots=np.int32(2),
        actions_pyvrp=np.array([[0, 3, 1, 4, 2, 0, 0], [1, 2, 3, 4, 0, 0, 0]]),
    )
    problem, routes = ro.read(path), reference_routes(path)
    assert [vehicle.start for vehicle in problem.vehicles] == [0, 1]
    assert routes.lists() == [[3], [4, 2]]
    assert routes.vehicle.tolist() == [0, 1]
    assert reference_routes(path, 1).vehicle.tolist() == [1]
    with pytest.raises(ro.ProblemError, match="it has no routes 'actions_ortools'; it has actions_pyvrp"):
        reference_routes(path, which="ortools")


def test_ortec(tmp_path):
    path = tmp_path / "town.npz"
    np.savez(
        path,
        duration=np.array([[0, 7, 9], [6, 0, 5], [8, 4, 0]]),
        coords=np.array([[0, 0], [1, 2], [3, 4]]),
        demand=np.array([0, 5, 6]),
        time_windows=np.array([[0, 90], [10, 20], [5, 60]]),
        service_time=np.array([0, 3, 4]),
        capacity=np.int32(20),
        bks_actions=np.array([1, 2, 0]),
        bks_cost=np.int64(20),
    )
    problem = ro.read(path)
    assert problem.features == {"asymmetric", "capacity", "service_time", "time_windows"}
    solution = ro.Solution(problem, reference_routes(path, which="bks"))
    assert solution.cost == problem.best_known == 7 + 5 + 8


def test_arrays_of_something_else(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, tour=np.arange(3))
    with pytest.raises(ro.ProblemError, match=r"its arrays \(tour\) are those of neither RouteFinder"):
        ro.read(path)
    made = routefinder(tmp_path / "made.npz")
    with pytest.raises(ro.ProblemError, match="there is no instance 2; it has 2, counted from 0"):
        ro.read(f"{made}#2")
    made.write_bytes(made.read_bytes()[:400])
    with pytest.raises(ro.ProblemError, match="the archive is damaged"):
        ro.read(made)
    routefinder(made, distance_limit=np.zeros((1, 1)))
    with pytest.raises(ro.ProblemError, match="its arrays do not fit together"):
        ro.read(f"{made}#1")
