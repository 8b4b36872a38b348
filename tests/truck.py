"""One small problem for the tests of the command line, as the document that people would write."""

from __future__ import annotations

TRUCK = {
    "name": "truck",
    "depots": [{"x": 0, "y": 0, "name": "yard"}],
    "vehicles": [{"name": "truck", "capacity": 4}],
    "stops": [
        {"x": 3, "y": 4, "name": "north", "delivery": 2},
        {"x": 6, "y": 8, "name": "far north", "delivery": 2},
        {"x": 0, "y": -5, "name": "south", "delivery": 3},
    ],
}
COST = 30.0  # 0 - north - far north - 0 takes 20, 0 - south - 0 takes 10
