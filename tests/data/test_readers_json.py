"""Our own document of a problem loses nothing, and its mistakes are told by their place in it."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

import routeopt as ro
from routeopt.data.writers.problem_json import problem_document, text


def read(document, **options) -> ro.VRP:
    return ro.read(io.StringIO(document if isinstance(document, str) else json.dumps(document)), **options)


def errors(document) -> list[str]:
    with pytest.raises(ro.ProblemError) as raised:
        read(document)
    return [message.removeprefix("stream: ") for message in raised.value.messages]


def assert_same(again: ro.VRP, problem: ro.VRP) -> None:
    for name, ours, theirs in zip(
        problem.instance()._fields, again.instance(), problem.instance(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    assert again.features == problem.features
    assert again.names == problem.names
    assert again.vehicle_names == problem.vehicle_names
    assert (again.backhaul, again.objective) == (problem.backhaul, problem.objective)
    assert (again.best_known, again.rounding, again.geographic) == (
        problem.best_known,
        problem.rounding,
        problem.geographic,
    )


@settings(max_examples=150)
@given(problems(whole=False))
def test_nothing_is_lost(problem):
    again = read(text(problem))
    assert_same(again, problem)
    assert problem_document(again.replace(name=problem.name)) == problem_document(problem)


def test_neutral_values_are_left_out():
    problem = ro.VRP(
        [ro.Stop(1, 2), ro.Stop(3.5, 4, "mill", delivery=2, windows=(5, 9))], [ro.Vehicle(capacity=7)]
    )
    assert problem_document(problem) == {
        "depots": [{"x": 0, "y": 0}],
        "vehicles": [{"capacity": 7}],
        "stops": [{"x": 1, "y": 2}, {"x": 3.5, "y": 4, "name": "mill", "delivery": 2, "windows": [[5, 9]]}],
    }


def test_a_short_document_written_by_hand():
    stops = [{"lat": 41.1, "lon": -8.6, "windows": [0, 60], "group": "a"}, {"lat": 41.2, "lon": -8.6}]
    problem = read({"stops": stops, "depots": [{"lat": 41, "lon": -8.5}]})
    assert problem.geographic
    assert problem.stops.windows[0].tolist() == [[0, 60]]
    assert problem.stops.group.tolist() == [0, -1]
    assert problem.vehicles == (ro.Vehicle(),)


def test_legs_of_another_kind_become_their_matrix():
    class Crooked:
        rounding = "exact"

        def matrix(self, places):
            distance = np.abs(places[:, None] - places).sum(axis=2)
            return distance, 2 * distance

        def geometry(self, places, a, b):
            return places[[a, b]]

    problem = ro.VRP([ro.Stop(1, 2), ro.Stop(3, 5)], legs=Crooked())
    assert_same(read(text(problem)), problem)


def test_another_rounding_replaces_the_documents():
    document = {"stops": [{"x": 1, "y": 1}], "legs": {"kind": "euclidean", "rounding": "round"}}
    assert read(document).instance().distance[0, 0, 1] == 1
    assert read(document, rounding="dimacs").instance().distance[0, 0, 1] == 14


def test_every_mistake_is_told_by_its_place():
    document = {
        "stops": [
            {"x": "a", "y": 2, "demand": 3},
            {"x": 1, "y": 2, "windows": [[1, 2, 3]], "skills": "cold", "group": [1]},
            7,
        ],
        "vehicles": [{"capacity": [1, None], "start": 1.5, "open_end": 1, "wheels": 4}],
        "depots": [{"x": 0, "y": 0, "window": "always"}],
        "shipments": [{"pickup": "1"}],
        "fixed_edges": [["1"]],
        "legs": {"kind": "matrix", "distance": [[0, 1], [2]], "duration": [["x"]]},
        "objective": 3,
        "deadline": 12,
    }
    told = {message.partition(": ")[0] for message in errors(document)}
    assert sorted(told) == [
        "deadline",
        "depots[0].window",
        "fixed_edges[0]",
        "legs.distance",
        "legs.duration",
        "objective",
        "shipments[0].delivery",
        "stops[0].demand",
        "stops[0].x",
        "stops[1].group",
        "stops[1].skills",
        "stops[1].windows",
        "stops[2]",
        "vehicles[0].capacity",
        "vehicles[0].open_end",
        "vehicles[0].start",
        "vehicles[0].wheels",
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"stops": [\n{"x": 1', "stream:2: this is not JSON"),
        ({"routes": []}, "this is a solution; read it with read_solution"),
        ({"jobs": []}, "there is no list 'stops'; this is not a problem of routeopt"),
        (
            {"stops": [{"x": 1, "y": 1}], "legs": {"kind": "wormhole"}},
            "it must be one of euclidean, haversine, matrix",
        ),
        (
            {"stops": [{"x": 1, "y": 1}], "legs": {"kind": "euclidean", "rounding": "up"}},
            "rounding 'up' is not known",
        ),
        ({"stops": [{"x": 1, "y": 1}], "legs": {"kind": "matrix"}}, "legs.distance: it is missing"),
        ('{"stops": [{"x": NaN, "y": 1}]}', 'it must be a number or "inf", not nan'),
    ],
)
def test_documents_that_are_no_problem(document, message):
    assert any(message in error for error in errors(document)), errors(document)
