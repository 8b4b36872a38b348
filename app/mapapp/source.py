"""Where the problem comes from: a day in a bundled city, or a file of any format that routeopt reads."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace

import streamlit as st

import routeopt as ro
from mapapp import basemap
from mapapp.errors import messages, show
from routeopt.data.bundled import networks
from routeopt.errors import ProblemError
from routeopt.problems.legs import Haversine
from routeopt.problems.network import Network
from routeopt.problems.vrp import VRP

MOST = 2000  # stops that are planned here; the command line takes a million
STRAIGHT = "Straight lines, 50 km/h"
TEMPLATE = """\
# vehicles: 3, capacity: 120, fixed_cost: 40, distance_cost: 0.0004, duration_cost: 0.0067
type,name,lon,lat,demand,open,close,service (min)
depot,Depot,24.9420,60.1690,,7:00,19:00,
stop,Bakery,24.9450,60.1712,12,8:00,10:30,4
stop,Library,24.9396,60.1746,5,9:00,17:00,5
stop,Market hall,24.9482,60.1668,30,8:00,12:00,8
stop,Clinic,24.9376,60.1663,8,13:00,16:00,5
stop,School,24.9461,60.1757,20,8:00,9:30,6
"""


@dataclass(frozen=True)
class Source:
    """A problem as it came, before it is edited here.

    Parameters
    ----------
    key : str
        Tells sources apart.
    problem : VRP
    money : str
        Unit of costs, where it is known.
    python, command : str
        How to get the same problem in Python and on the command line.
    version : int
        Counts changes that its tables begin anew from.
    """

    key: str
    problem: VRP
    money: str
    python: str
    command: str
    version: int = 0

    def edited(self, problem: VRP | None) -> Source:
        """Return the same source with a problem that it was edited to, from which its tables begin anew."""
        if problem is None or problem is self.problem:
            return self
        changed = replace(self, problem=problem, version=self.version + 1)
        if problem.stops is self.problem.stops:  # another fleet is said in a line of Python
            return changed
        return replace(changed, python='problem = ro.read("problem.json")', command="")


@st.cache_resource(max_entries=4, ttl=24 * 3600, show_spinner=False)
def streets(city: str) -> Network:
    """Return a bundled network; nobody changes it, so that sessions share it."""
    return ro.load_network(city)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False)
def city_day(city: str, stops: int, seed: int) -> VRP:
    """Return a generated day of deliveries on the streets of a city, the same for all who ask for it."""
    problem = ro.generate("streets", stops, seed=seed, network=streets(city))
    (van,) = problem.vehicles
    capacity = max(150.0, float(problem.stops.delivery.max()))
    return problem.replace(
        vehicles=[ro.Vehicle(van.name, None, capacity, van.fixed_cost, van.distance_cost, van.duration_cost)],
        name=f"A day in {city.capitalize()}",
    )


def choose() -> Source | None:
    """Show the choice of data; return what was chosen, or None where a file is wanting or wrong."""
    kind = st.radio("Stops from", ["A bundled city", "My file"], key="data_kind", horizontal=True)
    return _city() if kind == "A bundled city" else _file()


def _city() -> Source:
    city = st.selectbox("City", networks()[::-1], key="city", format_func=str.capitalize)
    left, right = st.columns(2)
    stops = int(left.number_input("Stops", 2, 1000, key="city_stops"))
    seed = int(right.number_input("Day", 0, 9999, key="city_seed", help="Another number, other stops."))
    return Source(
        f"city {city} {stops} {seed}",
        city_day(city, stops, seed),
        "€",
        f'problem = ro.generate("streets", {stops}, seed={seed}, network="{city}")',
        f"routeopt generate streets --stops {stops} --seed {seed} --set network={city} -o problem.json",
    )


def _file() -> Source | None:
    st.file_uploader(
        "File",
        key="upload",
        on_change=_uploaded,
        help="CSV, Excel, JSON of routeopt, VRPLIB, TSPLIB, Solomon, Li & Lim, Cordeau, …; known by content.",
    )
    pasted = st.text_area(
        "or paste a table",
        key="pasted",
        height=90,
        placeholder="name,lon,lat,demand\nBakery,24.945,60.171,12",
    )
    st.download_button(
        "Template (CSV)", TEMPLATE, "stops.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )
    kept = st.session_state.get("file")
    if kept is None and not pasted.strip():
        st.info(
            "Choose a file or paste a table. The template shows a table of stops; most columns may be left out."
        )
        return None
    name, data = kept or ("pasted table.csv", pasted.encode())
    problem = _parsed(name, data)
    if problem is None:
        return None
    problem, how = _along(problem)
    digest = hashlib.sha256(data).hexdigest()[:16]
    return Source(f"file {digest} {how}", problem, "", 'problem = ro.read("problem.json")', "")


def _uploaded() -> None:
    """Keep what was uploaded, or forget it where it was taken back; the uploader itself forgets between pages."""
    given = st.session_state["upload"]
    st.session_state["file"] = None if given is None else (given.name, given.getvalue())


def _parsed(name: str, data: bytes) -> VRP | None:
    """Return the problem in a file; the one read last is remembered in the session, with its complaints."""
    digest = hashlib.sha256(name.encode() + data).hexdigest()
    known = st.session_state.get("parsed")
    if known is None or known[0] != digest:
        st.session_state["parsed"] = known = (digest, *_read(name, data))
    _, problem, complaints = known
    if complaints:
        show(f"{len(complaints)} thing{'s' if len(complaints) > 1 else ''} to mend in the file", complaints)
    return problem


def _read(name: str, data: bytes) -> tuple[VRP | None, list[str]]:
    stream = io.BytesIO(data)
    stream.name = name  # what messages call it
    try:
        problem = ro.read(stream)
        if len(problem.stops) > MOST:
            raise ProblemError(
                f"{name}: it was read well and has {len(problem.stops):,} stops; this page plans up to {MOST:,}. "
                f"For more, run: routeopt solve FILE -o routes.geojson"
            )
    except Exception as error:  # whatever is in a file must not end the page
        return None, messages(error)
    return problem, []


def _along(problem: VRP) -> tuple[VRP, str]:
    """Let vehicles drive along bundled streets where all places are in that city."""
    city = basemap.city_of(problem)
    plain = all(legs == Haversine(rounding=legs.rounding) for legs in problem.legs.values())
    if city is None or not plain:
        return problem, "as stated"
    streets_of = f"Streets of {city.capitalize()}"
    how = st.selectbox("Vehicles drive along", [streets_of, STRAIGHT], key=f"along {city}")
    if how == STRAIGHT:
        return problem, how
    known = st.session_state.get("along_problem")
    if known is None or known[0] is not problem or known[1] != how:
        along = problem.replace(legs=streets(city), name=problem.name)
        st.session_state["along_problem"] = known = (problem, how, along)
    return known[2], how
