"""Who uses a street, and how fast: car, bike and foot, by the conventions of OpenStreetMap.

**Where one may go.** Each profile has classes of ``highway`` that are open unless tags close them, and others that
are closed unless tags open them. Tags of access go from the general to the particular (for cars: ``access``,
``vehicle``, ``motor_vehicle``, ``motorcar``), and the most particular one decides. Values such as ``no`` and
``private`` close; ``destination``, ``customers`` and words nobody knows do not. What is being built, an area that
cars cross, or a way for the fire brigade is not a street; ferries are left out.

**One-way streets** are so by ``oneway`` (``yes``, ``-1``), by a roundabout, or by being a motorway. A more
particular tag such as ``oneway:bicycle`` goes first, then ``cycleway=opposite``. A lane that is reversed by the clock
is left out. People on foot heed ``oneway:foot`` only.

**Free-flow speeds.** Without a limit, cars drive the speed of the class, which is below what the law allows: streets
of a town have crossings. With a limit they drive 90 % of it on motorways and trunk roads, 80 % elsewhere, and on
service roads, tracks and living streets never more than the speed of the class. Off hard surfaces they drive 40 km/h
at most. Bikes and feet have one speed for each class. The values are near those of common routing engines.

**Capacity** (vehicles an hour, cars only) is lanes times what a lane of the class carries, of the order that planning
models use: 2000 on a motorway, 600 in a residential street. ``lanes`` counts both directions and is halved on
two-way streets; ``lanes:forward`` and ``lanes:backward`` go first; other values than 1 to 16 are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from routeopt.data.networks.speeds import is_unpaved, limit
from routeopt.errors import ProblemError

Tags = Mapping[str, str]

CLOSED = frozenset(
    [
        "no", "private", "agricultural", "forestry", "agricultural;forestry", "emergency", "military",
        "restricted", "delivery", "psv", "bus", "taxi", "hov", "official", "use_sidepath", "dismount",
    ]
)  # fmt: skip
OPEN = frozenset(["yes", "designated", "permissive", "destination", "customers", "official", "permit"])
ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
UNPAVED_LIMIT = 40.0  # km/h of cars

# Class of highway -> km/h of cars without a limit, vehicles an hour and lane, lanes each way.
CAR_CLASSES = {
    "motorway": (110.0, 2000, 2),
    "motorway_link": (65.0, 1500, 1),
    "trunk": (85.0, 1800, 2),
    "trunk_link": (55.0, 1400, 1),
    "primary": (60.0, 1200, 1),
    "primary_link": (45.0, 1000, 1),
    "secondary": (50.0, 1000, 1),
    "secondary_link": (40.0, 900, 1),
    "tertiary": (40.0, 800, 1),
    "tertiary_link": (35.0, 700, 1),
    "unclassified": (30.0, 600, 1),
    "residential": (25.0, 600, 1),
    "road": (25.0, 600, 1),
    "living_street": (10.0, 300, 1),
    "service": (15.0, 300, 1),
}
CAR_OPENED = {"track": 12.0, "pedestrian": 7.0, "busway": 25.0}
FAST = ("motorway", "trunk")  # classes, with their links, on which people drive close to the limit
CALM = ("living_street", "service", "track", "pedestrian")  # where a limit makes nobody faster

BIKE_CLASSES = {
    **dict.fromkeys(
        ("cycleway", "primary", "secondary", "tertiary", "unclassified", "residential", "road"), 16.0
    ),
    **dict.fromkeys(("primary_link", "secondary_link", "tertiary_link"), 16.0),
    **{"living_street": 12.0, "service": 12.0, "track": 12.0, "path": 10.0},
}
BIKE_OPENED = {
    "trunk": 16.0,
    "trunk_link": 16.0,
    "footway": 7.0,
    "pedestrian": 7.0,
    "bridleway": 8.0,
    "busway": 16.0,
}
FOOT_CLASSES = {
    **dict.fromkeys((c for c in CAR_CLASSES if not c.startswith(("motorway", "trunk"))), 5.0),
    **dict.fromkeys(("footway", "pedestrian", "path", "track", "corridor", "platform", "elevator"), 5.0),
    "steps": 3.0,
}
FOOT_OPENED = dict.fromkeys(("trunk", "trunk_link", "cycleway", "bridleway", "busway"), 5.0)


@dataclass(frozen=True)
class Profile:
    """How one kind of traveller reads tags.

    Parameters
    ----------
    name : str
    classes, opened : mapping of str to float
        Classes of ``highway`` that are open by default, and only by a tag, with their speeds in km/h.
    access : tuple of str
        Tags of access, the general first.
    oneway : tuple of str
        Tags that make a street one-way, the most particular first.
    barriers : frozenset of str
        What stands in the way unless a tag lets this traveller through.
    """

    name: str
    classes: Mapping[str, float]
    opened: Mapping[str, float]
    access: tuple[str, ...]
    oneway: tuple[str, ...]
    barriers: frozenset[str] = field(default_factory=frozenset)

    @property
    def drives(self) -> bool:
        """Whether it has a motor: limits, lanes and capacity concern it."""
        return self.name == "car"

    def permission(self, tags: Tags) -> bool | None:
        """Return whether tags of access say yes or no, None where they say nothing."""
        for key in reversed(self.access):
            value = tags.get(key, "")
            if value in CLOSED:
                return False
            if value in OPEN:
                return (
                    True if key != "access" else None
                )  # in general; what a class is closed for stays closed
        return None


WALLS = ["bollard", "block", "jersey_barrier", "planter", "log", "rock", "debris", "chain"]
PROFILES = {
    "car": Profile(
        "car",
        {name: values[0] for name, values in CAR_CLASSES.items()},
        CAR_OPENED,
        ("access", "vehicle", "motor_vehicle", "motorcar"),
        ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"),
        frozenset([*WALLS, "cycle_barrier", "motorcycle_barrier", "stile", "kissing_gate", "turnstile"]),
    ),
    "bike": Profile(
        "bike",
        BIKE_CLASSES,
        BIKE_OPENED,
        ("access", "vehicle", "bicycle"),
        ("oneway:bicycle", "oneway"),
        frozenset(["stile", "kissing_gate", "turnstile"]),
    ),
    "foot": Profile("foot", FOOT_CLASSES, FOOT_OPENED, ("access", "foot"), ("oneway:foot",)),
}

# Tags that decide what a way means; ways that agree in them mean the same.
KEYS = frozenset(
    [key for profile in PROFILES.values() for key in (*profile.access, *profile.oneway)]
    + [
        "highway",
        "area",
        "service",
        "junction",
        "cycleway",
        "surface",
        "tracktype",
        "toll",
        "maxspeed",
        "lanes",
    ]
    + [f"{key}:{side}" for key in ("maxspeed", "lanes") for side in ("forward", "backward")]
)


class Meaning(NamedTuple):
    """What a profile makes of the tags of a way; a speed of 0 (km/h) is a direction that is closed."""

    highway: str
    forward: float
    backward: float
    capacity_forward: float
    capacity_backward: float
    toll: bool
    unpaved: bool


def profile_of(name: str) -> Profile:
    """Return a profile by its name.

    Raises
    ------
    ProblemError
        There is no such profile.
    """
    if name not in PROFILES:
        raise ProblemError(f"profile '{name}' is not known; choose one of {', '.join(PROFILES)}")
    return PROFILES[name]


def meaning(tags: Tags, profile: Profile) -> Meaning | None:
    """Return what the tags of a way mean to a profile, None where it may not use the way."""
    highway = tags.get("highway", "")
    permission = profile.permission(tags)
    speed = profile.classes.get(highway, profile.opened.get(highway, 0.0))
    if not speed or permission is False or (highway in profile.opened and permission is None):
        return None
    if profile.name != "foot" and (tags.get("area") == "yes" or tags.get("service") == "emergency_access"):
        return None
    direction = _direction(tags, profile)
    if direction is None:
        return None
    unpaved = is_unpaved(tags)
    speeds = [_speed(tags, profile, highway, speed, unpaved, side) for side in ("forward", "backward")]
    lanes = [_capacity(tags, highway, direction, side) for side in ("forward", "backward")]
    return Meaning(
        highway,
        speeds[0] if direction >= 0 else 0.0,
        speeds[1] if direction <= 0 else 0.0,
        lanes[0],
        lanes[1],
        tags.get("toll", "no") not in ("no", "none", ""),
        unpaved,
    )


def blocks(tags: Tags, profile: Profile) -> bool:
    """Return whether a node with these tags lets nobody of a profile through."""
    barrier = tags.get("barrier", "")
    permission = profile.permission(tags)
    if permission is not None:
        return not permission and bool(barrier)
    return barrier in profile.barriers


def _direction(tags: Tags, profile: Profile) -> int | None:
    """Return 1 for one way along, -1 for one way against, 0 for both, None for neither."""
    for key in profile.oneway:
        value = tags.get(key, "")
        if key == "oneway" and profile.name == "bike" and tags.get("cycleway", "").startswith("opposite"):
            return 0
        if value in ONEWAY:
            return ONEWAY[value]
        if value == "reversible":
            return None
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return int(implied and profile.name != "foot")


def _speed(tags: Tags, profile: Profile, highway: str, speed: float, unpaved: bool, side: str) -> float:
    """Return the free-flow speed of one direction, km/h."""
    if not profile.drives:
        return 0.8 * speed if unpaved and profile.name == "bike" else speed
    posted = limit(tags.get(f"maxspeed:{side}")) or limit(tags.get("maxspeed"))
    if posted is not None:
        driven = posted * (0.9 if highway.startswith(FAST) else 0.8)
        speed = min(speed, driven) if highway in CALM else driven
    return min(speed, UNPAVED_LIMIT) if unpaved else speed


def _capacity(tags: Tags, highway: str, direction: int, side: str) -> float:
    """Return how many vehicles an hour one direction carries."""
    _, each, usual = CAR_CLASSES.get(highway, CAR_CLASSES["service"])
    total = _count(tags.get("lanes"))
    lanes: float = usual
    if total:
        lanes = total if direction else max(1.0, total / 2)
    return each * (_count(tags.get(f"lanes:{side}")) or lanes)


def _count(text: str | None) -> float:
    """Return a plausible number of lanes, else 0."""
    try:
        lanes = float(text or 0)
    except ValueError:
        return 0.0
    return lanes if 1 <= lanes <= 16 else 0.0
