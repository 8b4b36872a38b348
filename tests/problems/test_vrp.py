"""What is stated is kept; what contradicts itself is named, all of it at once."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

import routeopt as ro


def errors(*args, **kwargs):
    with pytest.raises(ro.ProblemError) as caught:
        ro.VRP(*args, **kwargs)
    return caught.value.messages


def test_a_plain_problem_uses_nothing():
    problem = ro.VRP([ro.Stop(1, 2), ro.Stop(3, 4)])
    assert problem.features == frozenset()
    assert problem.names == ["depot", "1", "2"]


def test_stops_with_several_depots_are_numbered_behind_them():
    problem = ro.VRP([ro.Stop(1, 2)], depots=[ro.Depot(0, 0), ro.Depot(9, 9, "hub")])
    assert problem.names == ["depot 0", "hub", "2"]


def test_rows_and_columns_are_the_same():
    rows = [
        ro.Stop(1, 2, "a", delivery=(1, 2), windows=((0, 5), (8, 9)), skills={"lift"}, prize=4, group="g"),
        ro.Stop(3, 4, "b", pickup=(0, 2), service=3, release=1, prize=5, group="g"),
    ]
    stops = ro.Stops.from_rows(rows)
    assert stops[0] == ro.Stop(
        1.0, 2.0, "a", delivery=(1.0, 2.0), pickup=(0.0, 0.0), windows=((0.0, 5.0), (8.0, 9.0)),
        skills=frozenset({"lift"}), prize=4.0, group="0",
    )  # fmt: skip
    assert stops[1].windows == (0.0, inf)
    assert len(stops[:]) == 2


def test_degrees_are_measured_on_the_globe():
    problem = ro.VRP([ro.Stop(lon=24.95, lat=60.17)], depots=[ro.Depot(lon=24.94, lat=60.17)])
    assert problem.instance().distance[0, 0, 1] == pytest.approx(553, abs=1)
    assert "durations" in problem.features


def test_all_errors_come_at_once():
    messages = errors(
        [
            ro.Stop(nan, 1, delivery=-1, windows=(5, 3)),
            ro.Stop(1, inf, "a"),
            ro.Stop(1, 1, "a", service=inf, prize=-2),
        ],
        [ro.Vehicle(start=3, capacity=-1, count=0, shift=(9, 1), fixed_cost=-1, max_distance=nan)],
        backhaul="x",
        objective="y",
    )
    text = "\n".join(messages)
    for part in (
        "backhaul 'x'",
        "objective 'y'",
        "stop '1': its coordinates",
        "stop 'a': its coordinates",
        "delivery must be",
        "service must be",
        "prize must be",
        "ends before it starts",
        "name 'a' is used 2 times",
        "count must be",
        "capacity must be",
        "there is no depot 3",
        "shift (9, 1)",
        "fixed_cost must be",
        "max_distance must be",
    ):
        assert part in text, part
    assert all("\n" not in message for message in messages)


@pytest.mark.parametrize(
    ("stops", "rest", "part"),
    [
        ([], {}, "there are none; state at least one stop"),
        ([ro.Stop(0, 0)], {"depots": []}, "state where the vehicles start"),
        ([ro.Stop(0, 0)], {"vehicles": []}, "state at least one type"),
        ([ro.Stop(0, 0, windows=((5, 9), (3, 4)))], {}, "overlap or are not in order"),
        ([ro.Stop(0, 0, windows=(-1, 4))], {}, "0 or later"),
        ([ro.Stop(0, 0)], {"legs": ro.Matrix(np.zeros((3, 3)))}, "shape (3, 3), but there are 2 places"),
        ([ro.Stop(0, 0)], {"fixed_edges": [("1", "7")]}, "there is no stop or depot '7'"),
        ([ro.Stop(0, 0)], {"shipments": [ro.Shipment("1", "7")]}, "there is no stop '7'"),
        ([ro.Stop(0, 0)], {"shipments": [ro.Shipment("1", "1")]}, "at the same stop '1'"),
        (
            [ro.Stop(0, 0, delivery=1)],
            {"shipments": [ro.Shipment("1", ro.Stop(1, 1))]},
            "no delivery or pickup of its own",
        ),
        ([ro.Stop(0, 0, delivery=1, pickup=1)], {"backhaul": "strict"}, "not both"),
        ([ro.Stop(0, 0, group="a", prize=1), ro.Stop(0, 0, group="a")], {}, "of its group have none"),
        ([ro.Stop(0, 0)], {"vehicles": [ro.Vehicle(open_end=True, end=0)]}, "contradict each other"),
        (
            [ro.Stop(0, 0)],
            {"vehicles": [ro.Vehicle(profile="bike")], "legs": {"car": ro.Euclidean()}},
            "has no legs",
        ),
        (
            [ro.Stop(0, 0, delivery=(1, 2))],
            {"vehicles": [ro.Vehicle(capacity=(1, 2, 3))]},
            "has 3 dimensions",
        ),
        ([ro.Stop(0, 0)], {"depots": [ro.Depot(0, 0, window=(5, 1))]}, "end after that"),
        ([ro.Stop(lon=200, lat=60)], {"depots": [ro.Depot(lon=0, lat=0)]}, "are they swapped?"),
        ([ro.Stop(lon=20, lat=60)], {"depots": [ro.Depot(0, 0)]}, "use one kind"),
        ([ro.Stop(0, 0)], {"legs": ro.Euclidean(speed=0)}, "speed must be a positive number"),
    ],
)
def test_each_contradiction_is_explained(stops, rest, part):
    assert any(part in message for message in errors(stops, **rest))


def test_a_bad_matrix_is_explained():
    with pytest.raises(
        ro.ProblemError, match=r"2 entries are negative or no number, the first -1.0 in row 1"
    ):
        ro.VRP([ro.Stop(0, 0)], legs=ro.Matrix([[0, -1], [nan, 0]]))


def test_a_rounding_that_is_not_known():
    with pytest.raises(ro.ProblemError, match="rounding 'up' is not known"):
        ro.Euclidean("up")


def test_replace_and_rounded_keep_the_rest():
    problem = ro.VRP(
        [ro.Stop(1.4, 0), ro.Stop(2.6, 0)],
        [ro.Vehicle(count=1)],
        shipments=[ro.Shipment("1", "2", 3)],
        name="p",
    )
    whole = problem.rounded("round")
    assert whole.name == "p"
    assert whole.shipments.tolist() == problem.shipments.tolist()
    assert whole.instance().distance[0, 0].tolist() == [0, 1, 3]
    assert problem.instance().distance[0, 0].tolist() == [0, 1.4, 2.6]


@pytest.mark.parametrize(
    ("rounding", "leg"), [("exact", 5 * 2**0.5), ("round", 7), ("trunc", 7), ("dimacs", 70)]
)
def test_rounding_rules(rounding, leg):
    problem = ro.VRP([ro.Stop(5, 5, windows=(3, 8))], legs=ro.Euclidean(rounding))
    instance = problem.instance()
    assert instance.distance[0, 0, 1] == leg
    assert instance.windows[1, 0, 1] == 8 * instance.scale
