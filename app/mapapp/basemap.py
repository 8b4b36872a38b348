"""What lies under the routes: bundled streets served from this machine, or plain paper; and where the map looks."""

from __future__ import annotations

from functools import cache
from math import cos, log2, radians

import numpy as np
import streamlit as st

from routeopt.data.bundled import load_network, networks
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network
from routeopt.problems.vrp import VRP

ATTRIBUTION = "Streets © OpenStreetMap contributors, ODbL"
KEY, OFFLINE = "basemap", "Bundled streets (offline)"
_CARTO = "https://basemaps.cartocdn.com/gl/{}-gl-style/style.json"
ONLINE = {  # styles for MapLibre, fetched by the browser of whoever chooses one
    "CARTO (online)": {"light": _CARTO.format("positron"), "dark": _CARTO.format("dark-matter")},
    "OpenFreeMap (online)": dict.fromkeys(("light", "dark"), "https://tiles.openfreemap.org/styles/liberty"),
}
WIDTH, HEIGHT = 640, 400  # pixels that the places should fit in
THINNINGS = 4  # times that every other point of a line may go
PAPER = 0.1  # degrees at the equator that a planar problem is stretched over
DEEPEST = 17.0  # zoom, for places close together
ROOM = 0.02  # degrees around a city within which places count as in it


def dark() -> bool:
    """Whether the page is shown on dark ground."""
    return st.context.theme.type == "dark"


def choose() -> None:
    """Show what may lie under the routes; only the bundled streets are there without internet."""
    st.selectbox(
        "Base map",
        [OFFLINE, *ONLINE],
        key=KEY,
        help="Bundled streets come from this machine. Your browser fetches any other map from its provider.",
    )


def style_of(city: str | None, *, geographic: bool) -> str:
    """Return the address of the style: on this server, unless an online map was chosen."""
    shade = "dark" if dark() else "light"
    online = ONLINE.get(st.session_state.get(KEY, OFFLINE))
    if online is not None and geographic:
        return online[shade]
    return f"/app/static/{city or 'plain'}-{shade}.json"


def attribution() -> str:
    """Return whom the map is owed to."""
    chosen = st.session_state.get(KEY, OFFLINE)
    return f"{ATTRIBUTION} · Base map © {chosen.partition(' (')[0]}" if chosen in ONLINE else ATTRIBUTION


@cache
def bounds(city: str) -> tuple[Floats, Floats]:
    """Return the south-western and the north-eastern corner of a bundled network."""
    places = load_network(city).places
    assert places is not None
    return places.min(axis=0) - ROOM, places.max(axis=0) + ROOM


def city_of(problem: VRP) -> str | None:
    """Return the bundled city that all places of a problem lie in, if there is one."""
    places = problem.places
    if not problem.geographic or not np.isfinite(places).all():
        return None
    for city in networks():
        low, high = bounds(city)
        if (places >= low).all() and (places <= high).all():
            return city
    return None


def network_of(problem: VRP) -> Network | None:
    """Return the streets that the vehicles drive along, if they do."""
    return next((legs.network for legs in problem.legs.values() if hasattr(legs, "network")), None)


def thinned(line: Floats, tolerance: float) -> Floats:
    """Return a line (M, 2) without points that lie almost on the way between their neighbours."""
    for _ in range(THINNINGS):
        if len(line) < 3:
            break
        before, point, after = line[:-2], line[1:-1], line[2:]
        along, off = after - before, point - before
        length = np.hypot(*along.T)
        away = np.abs(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]) / np.where(length > 0, length, 1.0)
        drop = (away < tolerance) & (length > 0) & (np.hypot(*off.T) <= length)
        drop[1::2] &= ~drop[:-1:2]  # of neighbours only one goes at a time
        drop[2::2] &= ~drop[1:-1:2]
        line = line[np.concatenate([[True], ~drop, [True]])]
    return line


class Ground:
    """From the places of a problem to degrees on the map; a plane becomes a patch at the equator.

    Parameters
    ----------
    places : (N, 2) array
    geographic : bool
    """

    def __init__(self, places: Floats, geographic: bool) -> None:
        self.geographic = geographic
        self.low, self.high = places.min(axis=0), places.max(axis=0)
        self.scale = 1.0 if geographic else PAPER / max(float((self.high - self.low).max()), 1e-9)
        self.middle = np.zeros(2) if geographic else (self.low + self.high) / 2

    def degrees(self, line: Floats) -> list[list[float]]:
        """Return points (M, 2) as longitude and latitude, to about a metre."""
        points: list[list[float]] = np.round((np.asarray(line) - self.middle) * self.scale, 5).tolist()
        return points

    def view(self) -> dict[str, float]:
        """Return where the map looks at first: at all places."""
        (west, south), (east, north) = self.degrees(np.array([self.low, self.high]))
        lon, lat = (west + east) / 2, (south + north) / 2
        across, up = max(east - west, 1e-6), max(north - south, 1e-6)
        zoom = min(
            log2(WIDTH * 360 / (512 * across)), log2(HEIGHT * 360 * cos(radians(lat)) / (512 * up)), DEEPEST
        )
        return {"longitude": lon, "latitude": lat, "zoom": round(max(zoom, 1.0), 2)}
