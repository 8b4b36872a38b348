"""Arcs by street, by area and by distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from routeopt.data.generators.streets import street_grid
from routeopt.errors import ProblemError
from routeopt.problems.network import Network, Shapes


def cross() -> Network:
    """Return streets from (0, 0) to (10, 0), to (10, 10) by way of (0, 5), and back."""
    return Network.from_arcs(
        [0, 1, 2],
        [1, 2, 0],
        places=np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]),
        arcs={"name": np.array([0, 1, -1])},
        labels={"name": ["High Street", "Mill Lane"]},
        shapes=Shapes(np.array([0, 0, 1, 1]), np.array([[0.0, 5.0]])),
    )


def test_by_words() -> None:
    assert cross().find(name="High Street").tolist() == [0]
    with pytest.raises(ProblemError, match="no arc has the name 'Mill Lanes'; there is 'Mill Lane'"):
        cross().find(name="Mill Lanes")
    with pytest.raises(ProblemError, match="'highway' is no column of words; there are: name"):
        cross().find(highway="primary")
    network = street_grid(400)
    both = network.find(
        highway="secondary", name=network.label("name", int(network.find(highway="secondary")[0]))
    )
    assert len(both)
    assert len(network.find(highway="secondary")) > len(both)


@pytest.mark.parametrize(
    ("polygon", "arcs"),
    [
        ([(-1, 4), (1, 4), (1, 6), (-1, 6)], [1]),  # a point between the ends of an arc
        ([(4, -1), (6, -1), (6, 1), (4, 1)], [0]),  # an arc that crosses it
        ([(9, -1), (11, -1), (11, 1), (9, 1)], [0, 1]),  # a node
        ([(-9, -9), (19, -9), (19, 19), (-9, 19)], [0, 1, 2]),
        ([(11, -1), (12, -1), (12, 1)], []),
        ([(6, 4), (7, 4), (6.5, 3.9)], []),
    ],
)
def test_by_area(polygon: list[tuple[float, float]], arcs: list[int]) -> None:
    assert cross().within(polygon).tolist() == arcs
    assert cross().within(polygon[::-1]).tolist() == arcs


@given(
    corners=st.lists(st.tuples(st.integers(-12, 22), st.integers(-12, 22)), min_size=3, max_size=6),
    share=st.floats(0, 1),
    arc=st.integers(0, 2),
)
def test_an_arc_with_a_point_inside_touches(corners: list[tuple[int, int]], share: float, arc: int) -> None:
    network = cross()
    line = network.line(arc)
    spot = share * (len(line) - 1)
    i = min(int(spot), len(line) - 2)
    x, y = line[i] + (spot - i) * (line[i + 1] - line[i])
    crossings = 0
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax - 1e-9:
            crossings += 1
        if (ay > y) != (by > y) and abs(x - ((bx - ax) * (y - ay) / (by - ay) + ax)) <= 1e-9:
            return  # on the border
    if crossings % 2:
        assert arc in network.within(corners)


def test_by_distance() -> None:
    assert cross().near((5, -1), 1.0).tolist() == [0]
    assert cross().near((5, -1), 0.9).tolist() == []
    assert cross().near((0, 5.5), 1).tolist() == [1]
    network = street_grid(400)
    assert network.places is not None
    node = 50
    found = network.near(network.places[node], 1.0)
    assert set(found) == set(np.flatnonzero((network.tail == node) | (network.head == node)))


def test_nonsense_is_refused() -> None:
    with pytest.raises(ProblemError, match="3 or more corners"):
        cross().within([(0, 0), (1, 1)])
    with pytest.raises(ProblemError, match="pairs of numbers"):
        cross().within([(0, "x"), (1, 1), (2, 2)])
    with pytest.raises(ProblemError, match="radius is 0 or more"):
        cross().near((0, 0), -1)
    with pytest.raises(ProblemError, match="no coordinates"):
        Network.from_arcs([0], [1]).within([(0, 0), (1, 1), (0, 1)])
