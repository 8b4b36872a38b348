"""VRPLIB and TSPLIB: each section says what its collection means by it."""

from __future__ import annotations

import io
from math import inf

import numpy as np
import pytest

import routeopt as ro
from routeopt.data.readers.vrplib.weights import LAYOUTS

PLACES = [(0, 0), (3, 4), (6, 8), (0, 5)]


def section(name: str, rows) -> str:
    return "\n".join([f"{name}_SECTION", *(" ".join(str(cell) for cell in row) for row in rows)]) + "\n"


def text(
    *sections: str, kind: str = "CVRP", weight: str = "EUC_2D", header: str = "CAPACITY : 10", places=PLACES
) -> str:
    coordinates = section("NODE_COORD", [(node, *place) for node, place in enumerate(places, 1)])
    return (
        f"NAME : made\nTYPE : {kind}\nDIMENSION : {len(places)}\nEDGE_WEIGHT_TYPE : {weight}\n{header}\n"
        f"{coordinates}{''.join(sections)}EOF\n"
    )


def read(*sections: str, rounding: str | None = None, **options) -> ro.VRP:
    return ro.read(io.StringIO(text(*sections, **options)), rounding=rounding)


def errors(*sections: str, **options) -> list[str]:
    with pytest.raises(ro.ProblemError) as raised:
        read(*sections, **options)
    return [message.partition(": ")[2] for message in raised.value.messages]


DEMAND = section("DEMAND", [(1, 0), (2, 4), (3, 5), (4, 6)])


def test_a_capacitated_problem():
    problem = read(DEMAND, section("DEPOT", [(1,), (-1,)]))
    assert problem.names == ["depot", "1", "2", "3"]
    assert problem.stops.delivery.tolist() == [[4], [5], [6]]
    assert problem.vehicles == (ro.Vehicle(capacity=10),)
    assert problem.rounding == "round"
    assert problem.features == {"capacity"}


def test_several_columns_are_several_loads():
    problem = read(
        section("DEMAND", [(1, 0, 0), (2, 4, 1), (3, 5, 2), (4, 6, 3)]),
        section("CAPACITY", [(1, 10, 5), (2, 10, 5)]),
        header="VEHICLES : 2",
    )
    assert problem.vehicles == (ro.Vehicle(count=2, capacity=(10, 5)),)
    assert problem.stops.delivery.tolist() == [[4, 1], [5, 2], [6, 3]]


def test_times():
    problem = read(
        DEMAND,
        section("TIME_WINDOW", [(1, 0, 90), (2, 5, 20), (3, 6, 30), (4, 7, 40)]),
        section("SERVICE_TIME", [(1, 1), (2, 2), (3, 3), (4, 4)]),
        section("RELEASE_TIME", [(1, 0), (2, 10), (3, 11), (4, 0)]),
        kind="VRPTW",
    )
    assert problem.depots[0].window == (0, 90)
    assert problem.depots[0].service == 1
    assert problem.stops.windows[:, 0].tolist() == [[5, 20], [6, 30], [7, 40]]
    assert problem.stops.service.tolist() == [2, 3, 4]
    assert problem.stops.release.tolist() == [10, 11, 0]


def test_one_service_time_is_that_of_every_stop_but_not_of_depots():
    problem = read(DEMAND, header="CAPACITY : 10\nSERVICE_TIME : 7")
    assert problem.stops.service.tolist() == [7, 7, 7]
    assert problem.depots[0].service == 0


@pytest.mark.parametrize(
    ("header", "limits"),
    [
        ("DISTANCE : 30", (30, inf)),
        ("DISTANCE : 30\nSERVICE_TIME : 7", (inf, 30)),  # counts service too
        ("DISTANCE : 0", (inf, inf)),
        ("VEHICLES_MAX_DISTANCE : 30", (30, inf)),
        ("VEHICLES_MAX_DURATION : 30", (inf, 30)),
    ],
)
def test_a_limit_on_routes(header, limits):
    (vehicle,) = read(DEMAND, header=f"CAPACITY : 10\n{header}").vehicles
    assert (vehicle.max_distance, vehicle.max_duration) == limits


def test_linehauls_and_backhauls_come_in_order_in_a_vrpb_only():
    rows = [
        section("DEMAND", [(1, 0), (2, 4), (3, 0), (4, 0)]),
        section("BACKHAUL", [(1, 0), (2, 0), (3, 5), (4, 6)]),
    ]
    strict, mixed = read(*rows, kind="VRPB"), read(*rows, kind="VRPSPD")
    assert (strict.backhaul, mixed.backhaul) == ("strict", "mixed")
    assert strict.stops.pickup.tolist() == mixed.stops.pickup.tolist() == [[0], [5], [6]]


def test_vrpb_files_mark_backhauls_before_their_coordinates():
    problem = read(DEMAND, places=[(-1, 0, 0), (0, 3, 4), (1, 6, 8), (1, 0, 5)])
    assert problem.backhaul == "strict"
    assert problem.stops.delivery.tolist() == [[4], [0], [0]]
    assert problem.stops.pickup.tolist() == [[0], [5], [6]]
    assert problem.places.tolist() == [[0, 0], [3, 4], [6, 8], [0, 5]]


def test_a_prize_of_zero_is_a_stop_that_must_be_served():
    problem = read(DEMAND, section("PRIZE", [(1, 0), (2, 0), (3, 15), (4, 10)]), kind="PCVRP")
    assert problem.stops.prize.tolist() == [inf, 15, 10]


def test_groups_and_stops_in_none():
    problem = read(DEMAND, section("MUTUALLY_EXCLUSIVE_GROUP", [(1, 2, 4), (2, 3)]), kind="GVRP")
    group = problem.stops.group
    assert group[0] == group[2] >= 0
    assert group[1] == -1  # a group of one is a stop that must be served


def test_equal_neighbours_of_a_fleet_are_one_type():
    problem = read(
        DEMAND,
        section("CAPACITY", [(1, 10), (2, 10), (3, 20), (4, 10)]),
        section("VEHICLES_FIXED_COST", [(1, 5), (2, 5), (3, 9), (4, 5)]),
        section("VEHICLES_UNIT_DISTANCE_COST", [(1, 1), (2, 1), (3, 2), (4, 1)]),
        section("VEHICLES_MAX_DURATION", [(1, 90), (2, 90), (3, 80), (4, 90)]),
        header="VEHICLES : 4\nVEHICLES_MAX_DISTANCE : 70",
    )
    small = {"capacity": 10, "fixed_cost": 5, "max_duration": 90, "max_distance": 70}
    large = {"capacity": 20, "fixed_cost": 9, "max_duration": 80, "max_distance": 70, "distance_cost": 2}
    assert problem.vehicles == (
        ro.Vehicle(count=2, **small),
        ro.Vehicle(count=1, **large),
        ro.Vehicle(count=1, **small),
    )


def test_vehicles_of_several_depots_that_load_again():
    problem = read(
        section("DEMAND", [(1, 0), (2, 0), (3, 5), (4, 6)]),
        section("DEPOT", [(1,), (2,), (-1,)]),
        section("VEHICLES_DEPOT", [(1, 1), (2, 2)]),
        section("VEHICLES_RELOAD_DEPOT", [(1,), (2, 1, 2)]),
        header="CAPACITY : 10\nVEHICLES : 2\nVEHICLES_MAX_RELOADS : 3",
        kind="MTVRP",
    )
    first, second = problem.vehicles
    assert (first.start, first.reload_depots, first.max_reloads) == (0, (), 3)
    assert (second.start, second.reload_depots) == (1, (0, 1))
    assert problem.names == ["depot 0", "depot 1", "2", "3"]


def test_allowed_clients_become_skills():
    problem = read(
        DEMAND,
        section("VEHICLES_ALLOWED_CLIENTS", [(1, 2, 3, 4), (2, 2, 3, 4), (3, 2, 3), (4, 2)]),
        header="CAPACITY : 10\nVEHICLES : 4",
    )
    assert [vehicle.count for vehicle in problem.vehicles] == [2, 1, 1]
    assert problem.instance().allowed.tolist() == [
        [True] * 4,
        [True, True, True, False],
        [True, True, False, False],
    ]


def test_paired_pickups_and_deliveries():
    rows = [
        (1, 0, 0, 99, 0, 0, 0),
        (2, 7, 0, 50, 1, 0, 4),
        (3, 3, 0, 60, 2, 0, 5),
        (4, -7, 5, 70, 3, 2, 0),
        (5, -3, 0, 80, 4, 3, 0),
    ]
    problem = read(section("PICKUP_AND_DELIVERY", rows), kind="PDPTW", places=[*PLACES, (1, 1)])
    assert problem.shipments.tolist() == [[0, 2], [1, 3]]
    assert problem.amounts.tolist() == [[7], [3]]
    assert problem.stops.windows[:, 0].tolist() == [[0, 50], [0, 60], [5, 70], [0, 80]]
    assert problem.stops.service.tolist() == [1, 2, 3, 4]


def test_simultaneous_pickup_and_delivery_states_the_pickup_first():
    rows = [
        (1, 0, 0, 10000, 0, 0, 0),
        (2, 0, 0, 10000, 0, 1, 9),
        (3, 0, 0, 10000, 0, 2, 8),
        (4, 0, 0, 10000, 0, 3, 7),
    ]
    problem = read(section("PICKUP_AND_DELIVERY", rows), kind="VRPSPD")
    assert problem.stops.pickup.tolist() == [[1], [2], [3]]
    assert problem.stops.delivery.tolist() == [[9], [8], [7]]
    assert problem.features == {"capacity", "pickup"}  # one horizon for all of them is no window


def test_a_tour():
    problem = read(section("FIXED_EDGES", [(1, 3), (-1,)]), kind="TSP", header="")
    assert problem.vehicles == (ro.Vehicle(count=1),)
    assert problem.fixed_edges.tolist() == [[0, 2]]


def test_open_routes():
    assert read(DEMAND, kind="OVRP").vehicles[0].open_end


def test_depots_come_first_wherever_the_file_has_them():
    problem = read(
        section("DEMAND", [(4, 0), (2, 4), (3, 5), (1, 6)]),
        section("DEPOT", [(4,), (-1,)]),
        section("FIXED_EDGES", [(4, 3), (-1,)]),
    )
    assert problem.places.tolist() == [[0, 5], [0, 0], [3, 4], [6, 8]]
    assert problem.stops.delivery.tolist() == [[6], [4], [5]]
    assert problem.fixed_edges.tolist() == [[0, 3]]
    matrix = np.arange(16).reshape(4, 4) * (1 - np.eye(4, dtype=int))
    weights = "EDGE_WEIGHT_FORMAT : FULL_MATRIX\n" + section("EDGE_WEIGHT", matrix)
    explicit = read(weights, section("DEPOT", [(4,)]), kind="", weight="EXPLICIT")
    assert explicit.instance().distance[0].tolist() == matrix[np.ix_([3, 0, 1, 2], [3, 0, 1, 2])].tolist()


def test_numbers_of_nodes_with_a_gap_below_the_first():
    shifted = text(section("DEMAND", [(0, 0), (2, 4), (3, 5), (4, 6)]), section("DEPOT", [(1,)])).replace(
        "\n1 0 0", "\n0 0 0"
    )
    problem = ro.read(io.StringIO(shifted))
    assert problem.places[0].tolist() == [0, 0]
    assert problem.stops.delivery.tolist() == [[4], [5], [6]]


def rows_of(matrix: np.ndarray, layout: str) -> list[list[int]]:
    """Write a symmetric matrix as TSPLIB describes the layout, one entry after another."""
    half, _, order = layout.replace("DIAG_", "").partition("_")
    rows = []
    for a in range(len(matrix)):  # a row of the file: row a of the matrix, or column a
        inside = {
            "FULL": lambda b: True,
            "LOWER": (lambda b, a=a: b < a) if order == "ROW" else (lambda b, a=a: b > a),
            "UPPER": (lambda b, a=a: b > a) if order == "ROW" else (lambda b, a=a: b < a),
        }[half]
        diagonal = "DIAG" in layout
        rows.append([matrix[a, b] for b in range(len(matrix)) if inside(b) or (diagonal and a == b)])
    return rows


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_a_matrix(layout):
    rng = np.random.default_rng(3)
    matrix = rng.integers(1, 99, (4, 4)) * (1 - np.eye(4, dtype=int))
    if layout != "FULL_MATRIX":
        matrix = np.triu(matrix) + np.triu(matrix).T
    weights = f"EDGE_WEIGHT_FORMAT : {layout}\n" + section("EDGE_WEIGHT", rows_of(matrix, layout))
    problem = read(weights, kind="", weight="EXPLICIT")
    assert problem.instance().distance[0].tolist() == matrix.tolist()
    assert problem.rounding == "exact"


# Coordinates and optimal tour of burma14, as TSPLIB states them; its length is 3323.
BURMA = [
    (16.47, 96.10),
    (16.47, 94.44),
    (20.09, 92.54),
    (22.39, 93.37),
    (25.23, 97.24),
    (22.00, 96.05),
    (20.47, 97.02),
    (17.20, 96.29),
    (16.30, 97.38),
    (14.05, 98.12),
    (16.53, 97.38),
    (21.52, 95.59),
    (19.41, 97.13),
    (20.09, 94.55),
]
BURMA_TOUR = [2, 14, 3, 4, 5, 6, 12, 7, 13, 8, 11, 9, 10]


def test_geographical_distances_give_the_published_length_of_a_tour():
    problem = read(kind="TSP", weight="GEO", header="", places=BURMA)
    assert ro.Solution(problem, ro.Routes.from_lists([[node - 1 for node in BURMA_TOUR]])).cost == 3323


@pytest.mark.parametrize(
    ("weight", "length"),
    [
        ("EUC_2D", 14),
        ("EXACT_2D", 200**0.5),
        ("CEIL_2D", 15),
        ("FLOOR_2D", 14),
        ("MAN_2D", 20),
        ("MAX_2D", 10),
        ("ATT", 5),
    ],
)
def test_functions_of_coordinates(weight, length):
    problem = read(kind="TSP", weight=weight, header="", places=[(0, 0), (10, 10)])
    assert problem.instance().distance[0].tolist() == [[0, pytest.approx(length)], [pytest.approx(length), 0]]


def test_another_rounding_replaces_the_one_of_the_type():
    problem = read(kind="TSP", weight="ATT", header="", places=[(0, 0), (10, 10)], rounding="exact")
    assert problem.instance().distance[0, 0, 1] == pytest.approx(20**0.5)


@pytest.mark.parametrize(
    ("comment", "rounding", "best"),
    [
        ("(Augerat et al, No of trucks: 5, Optimal value: 784)", None, 784),
        ("(Augerat et al, No of trucks: 5, Optimal value: 784)", "exact", None),
        ("best known: 524.61", "exact", 524.61),
        ("best known: 524.61", None, None),
        ("524.61", "exact", None),  # of some years ago
        ("100-city problem", None, None),
    ],
)
def test_the_best_known_value_is_taken_where_it_is_meant(comment, rounding, best):
    problem = read(DEMAND, header=f"CAPACITY : 10\nCOMMENT : {comment}", rounding=rounding)
    assert problem.best_known == best


@pytest.mark.parametrize(
    ("sections", "options", "message"),
    [
        (["DEMAND_SECTION\n1 0\n2 4\n"], {}, "(line 11) ends after 2 of 4 rows; add those of node 3, 4"),
        ([DEMAND, DEMAND], {}, "DEMAND_SECTION stands already in line 11; join the two"),
        (
            [section("DEMAND", [(1, 0), (2, 4), (2, 5), (4, 6)])],
            {},
            "DEMAND_SECTION: node 2 has a row already; keep one of them",
        ),
        ([section("DEMAND", [(1, 5), (2, 4), (3, 5), (4, 6)])], {}, "a depot has a demand; set it to 0"),
        (
            [section("DEMAND", [(1, 0), (2, 4), (7, 5), (4, 6)])],
            {},
            "there is no node '7'; the file has 4 nodes",
        ),
        ([DEMAND], {"header": ""}, "there are demands but no CAPACITY"),
        (
            [DEMAND],
            {"header": "CAPACITY : 10\nVEHICLES : 2.5"},
            "VEHICLES must be a whole number, 1 or more, not '2.5'",
        ),
        (
            [DEMAND, section("CAPACITY", [(1, 10)])],
            {"header": "VEHICLES : 2"},
            "it needs a row for each of 2 vehicles",
        ),
        ([DEMAND], {"kind": "EVRP"}, "TYPE 'EVRP' is not read"),
        (
            [section("TIME_WINDOW", [(1, 0, 9), (2, 9, 3), (3, 0, 9), (4, 0, 9)])],
            {},
            "the window ends before it starts",
        ),
        (["CHARGING_STATION_SECTION\n1 2\n"], {}, "CHARGING_STATION_SECTION is not known"),
        ([section("EDGE_WEIGHT", [(0, 1)])], {"weight": "EXPLICIT"}, "EDGE_WEIGHT_FORMAT '' is not known"),
        (
            ["EDGE_WEIGHT_FORMAT : FULL_MATRIX\n", section("EDGE_WEIGHT", [(0, 1), (2, 0)])],
            {"weight": "EXPLICIT"},
            "has 4 values, but FULL_MATRIX of 4 nodes has 16",
        ),
        (
            ["EDGE_WEIGHT_FORMAT : LOWER_ROW\n", section("EDGE_WEIGHT", [(1, 2, 3, -4, 5, 6)])],
            {"weight": "EXPLICIT"},
            "a weight must be 0 or more, not -4",
        ),
        (
            ["EDGE_WEIGHT_FORMAT : FULL_MATRIX\n", section("EDGE_WEIGHT", np.arange(16).reshape(4, 4))],
            {"weight": "EXPLICIT"},
            "its weights differ by direction, which TYPE CVRP does not allow; use TYPE ACVRP",
        ),
        (
            [section("PICKUP_AND_DELIVERY", [(k, 0, 0, 9, 0, 0, 0) for k in range(1, 5)])],
            {"kind": "PDPTW"},
            "node 2 must name one partner",
        ),
        (
            [
                section(
                    "PICKUP_AND_DELIVERY",
                    [
                        (1, 0, 0, 9, 0, 0, 0),
                        (2, 5, 0, 9, 0, 0, 3),
                        (3, -5, 0, 9, 0, 4, 0),
                        (4, 5, 0, 9, 0, 0, 3),
                    ],
                )
            ],
            {"kind": "PDPTW"},
            "node 2 names a partner that does not name it back",
        ),
        (
            [DEMAND, section("MUTUALLY_EXCLUSIVE_GROUP", [(1, 2, 3), (2, 3, 4)])],
            {},
            "a group lists stops, each in one group",
        ),
        (
            [DEMAND, section("VEHICLES_DEPOT", [(1, 3)])],
            {"header": "CAPACITY : 10\nVEHICLES : 1"},
            "must be one of DEPOT_SECTION",
        ),
    ],
)
def test_mistakes_are_told_with_what_would_fix_them(sections, options, message):
    assert any(message in error for error in errors(*sections, **options)), errors(*sections, **options)
