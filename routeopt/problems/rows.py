"""What people write: stops, depots, vehicle types and shipments, a row each, with neutral defaults.

Planar problems use any one unit of length and of time; with ``lon=`` and ``lat=`` lengths are metres and
times seconds. Every attribute has a neutral default, and using another value is what makes a variant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf, nan

Load = float | tuple[float, ...]  # one number, or one per load dimension
Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Place:
    x: float = nan  # planar, or longitude in degrees
    y: float = nan  # planar, or latitude in degrees
    name: str = ""  # unique; numbered when empty
    lon: float | None = field(default=None, kw_only=True)  # degrees; use instead of x
    lat: float | None = field(default=None, kw_only=True)  # degrees; use instead of y

    def __post_init__(self) -> None:
        if self.geographic:
            object.__setattr__(self, "x", nan if self.lon is None else float(self.lon))
            object.__setattr__(self, "y", nan if self.lat is None else float(self.lat))

    @property
    def geographic(self) -> bool:
        """Whether the place is given in degrees."""
        return self.lon is not None or self.lat is not None


@dataclass(frozen=True, slots=True)
class Stop(_Place):
    """A customer to visit.

    Parameters
    ----------
    x, y : float
        Planar coordinates; or give ``lon=`` and ``lat=`` in degrees.
    name : str
        Unique name; stops without one are numbered.
    delivery, pickup : float or tuple of float
        Load brought from the depot, and load taken back to it; one number per load dimension.
    windows : (start, end) or a tuple of such
        When service may begin, ascending. Waiting is allowed.
    service : float
        Time spent at the stop.
    release : float
        When the goods are at the depot: the trip that serves the stop leaves no earlier.
    prize : float
        What is lost when the stop is left out; infinite (the default) when it must be served.
    group : str or None
        Of the stops with the same group exactly one is served.
    skills : iterable of str
        What a vehicle must have to serve the stop.
    """

    delivery: Load = 0.0
    pickup: Load = 0.0
    windows: Window | tuple[Window, ...] = (0.0, inf)
    service: float = 0.0
    release: float = 0.0
    prize: float = inf
    group: str | None = None
    skills: Iterable[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Depot(_Place):
    """A place where vehicles start, end or load again.

    Parameters
    ----------
    x, y, name
        As for a stop.
    window : (start, end)
        When vehicles may start to load, and must be back.
    service : float
        Loading time before each trip that begins here.
    """

    window: Window = (0.0, inf)
    service: float = 0.0


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A type of vehicle.

    Parameters
    ----------
    name : str
        Name of the type; numbered when empty.
    count : int or None
        How many there are; None: as many as needed.
    capacity : float or tuple of float
        One number per load dimension.
    fixed_cost : float
        Cost of using one vehicle.
    distance_cost, duration_cost : float
        Cost per unit of distance, and per unit of route duration (travel, service and waiting).
    overtime_after, overtime_cost : float
        Regular length of the working day, and the extra cost per unit of duration beyond it.
    start, end : int or str or None
        Depot by number or name. The end defaults to the start.
    open_end : bool
        The route ends at its last stop; the way back is not counted.
    shift : (start, end)
        When the vehicle may leave, and must be back.
    max_distance, max_duration, max_stops : float
        Limits on one route.
    reload_depots : tuple of int or str
        Depots where the vehicle may load again between stops.
    max_reloads : float
        How often it may do so.
    profile : str
        Which of the problem's legs it travels by.
    skills : iterable of str
        What it can do.
    """

    name: str = ""
    count: int | None = None
    capacity: Load = inf
    fixed_cost: float = 0.0
    distance_cost: float = 1.0
    duration_cost: float = 0.0
    overtime_after: float = inf
    overtime_cost: float = 0.0
    start: int | str = 0
    end: int | str | None = None
    open_end: bool = False
    shift: Window = (0.0, inf)
    max_distance: float = inf
    max_duration: float = inf
    max_stops: float = inf
    reload_depots: tuple[int | str, ...] = ()
    max_reloads: float = inf
    profile: str = ""
    skills: Iterable[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods taken from one stop to another by the same vehicle.

    Parameters
    ----------
    pickup, delivery : Stop or str
        Where they are taken up and handed over: a new stop, or the name of one already stated.
    amount : float or tuple of float
        Load on board in between; one number per load dimension.
    """

    pickup: Stop | str
    delivery: Stop | str
    amount: Load = 1.0
