"""How fast a road is driven: the tags ``maxspeed`` and ``surface`` of OpenStreetMap, which hold anything."""

from __future__ import annotations

import re
from collections.abc import Mapping

KMH = {"": 1.0, "kmh": 1.0, "km/h": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
NUMBER = re.compile(r"([0-9]{1,4}(?:\.[0-9]+)?)\s*(km/h|kmh|kph|mph|knots)?")
SLOWEST, FASTEST = 5.0, 150.0  # km/h; limits beyond are slips of the pen

# What words stand for, km/h: with a country in front (RO:urban) or without. Countries that differ come first.
WORDS = {
    "none": 130.0,
    "walk": 7.0,
    "living_street": 10.0,
    "bicycle_road": 30.0,
    "school": 30.0,
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 100.0,
    "nsl_single": 60 * KMH["mph"],
    "nsl_dual": 70 * KMH["mph"],
    "motorway": 130.0,
    "gb:motorway": 70 * KMH["mph"],
    "gb:urban": 30 * KMH["mph"],
    "de:rural": 100.0,
    "at:rural": 100.0,
    "fr:rural": 80.0,
    "ru:urban": 60.0,
    "ru:motorway": 110.0,
}

UNPAVED = frozenset(
    [
        "unpaved", "compacted", "gravel", "fine_gravel", "pebblestone", "rock", "dirt", "earth", "ground",
        "grass", "grass_paver", "mud", "sand", "woodchips", "clay", "snow", "ice", "salt",
    ]
)  # fmt: skip


def limit(text: str | None) -> float | None:
    """Return a speed limit in km/h, the least where there are several; None where it says nothing sensible.

    >>> limit("30 mph"), limit("RO:urban"), limit("50;30"), limit("5000"), limit("fast")
    (48.28032, 50.0, 30.0, None, None)
    """
    if not text:
        return None
    found = [_one(part.strip().lower()) for part in re.split("[;|,]", text)]
    return min((speed for speed in found if speed is not None), default=None)


def _one(text: str) -> float | None:
    match = NUMBER.fullmatch(text)
    if match:
        speed = float(match[1]) * KMH[match[2] or ""]
    else:
        country, _, word = text.rpartition(":")
        zone = re.search(r"zone:?([0-9]{1,3})$", text)
        speed = float(zone[1]) if zone else WORDS.get(f"{country}:{word}", WORDS.get(word, 0.0))
    return speed if SLOWEST <= speed <= FASTEST else None


def is_unpaved(tags: Mapping[str, str]) -> bool:
    """Return whether a road has no hard surface; tracks of which nothing is said have none."""
    surface = tags.get("surface", "").partition(":")[0]
    if surface:
        return surface in UNPAVED
    grade = tags.get("tracktype", "grade3" if tags.get("highway") == "track" else "grade1")
    return grade != "grade1"
