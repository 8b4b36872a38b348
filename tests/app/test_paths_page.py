"""The page Paths: every method gives the same path, streets can be closed, and clicks set the ends."""

from __future__ import annotations

import pytest
from mapapp import waymap, ways
from mapapp.measure import METHODS


def table(page):
    return next(frame.value for frame in page.at.dataframe if "method" in frame.value.columns)


def test_all_methods_agree(open_page):
    page = open_page("views/paths.py")
    methods = table(page)
    assert len(methods) == len(METHODS)
    assert methods["cost"].nunique() == 1
    assert page.layer("path")
    assert "OpenStreetMap" in page.words


def test_the_shortest_way_is_no_longer_than_the_quickest(open_page):
    page = open_page("views/paths.py", path_from=3, path_to=200)
    quickest = page.tiles
    page.at.radio(key="metric").set_value("length")
    page.run()
    metres = [float(tiles["Length"].removesuffix(" m").replace(",", "")) for tiles in (page.tiles, quickest)]
    assert metres[0] <= metres[1]


def test_closed_streets_are_driven_around(open_page):
    page = open_page("views/paths.py", path_from=3, path_to=200)
    before = table(page)["cost"][0]
    steps = next(frame.value for frame in page.at.dataframe if "street" in frame.value.columns)
    name = next(street for street in steps["street"] if not street.startswith("("))
    page.at.multiselect(key="closed helsinki").set_value([name])
    page.run()
    assert page.layer("closed")
    assert "There is no path" in page.words or table(page)["cost"][0] >= before


@pytest.mark.parametrize("city", ["helsinki", "coquimbo"])
def test_what_is_reached_and_looked_at_is_drawn(open_page, city):
    page = open_page("views/paths.py", path_city=city, minutes=[2, 5], explored=True)
    names = {layer["id"] for layer in page.maps[0]["layers"]}
    assert {"within 2", "within 5", "explored"} <= names
    assert len(page.at.get("deck_gl_json_chart")[0].proto.json) < 2e6


def test_a_place_is_reached_from_itself(open_page):
    page = open_page("views/paths.py", path_from=5, path_to=5, explored=True)
    assert page.tiles["Length"] == "0 m"


def test_another_city_has_its_own_crossings(open_page):
    page = open_page("views/paths.py", path_city="coquimbo", path_from=8000, path_to=8700)
    page.at.selectbox(key="path_city").set_value("helsinki")
    page.run()
    assert page.state("path_from") < 285


def test_clicks_set_the_ends_in_turn(monkeypatch):
    state = {
        "click_sets": "path_from",
        **{f"paths map {n}": {"selection": {"objects": {waymap.CROSSINGS: [{"node": 17}]}}} for n in (0, 1)},
    }
    monkeypatch.setattr(ways.st, "session_state", state)
    ways.clicked()
    assert (state["path_from"], state["click_sets"]) == (17, "path_to")
    ways.clicked()
    assert (state["path_to"], state["click_sets"]) == (17, "path_from")
    state["paths map 2"] = {"selection": {"objects": {}}}
    ways.clicked()
    assert state["click_sets"] == "path_from"


def test_alternatives_are_drawn_with_their_measures(open_page):
    page = open_page("views/paths.py", path_city="coquimbo", path_from=10, path_to=5000, others=2)
    names = [layer["id"] for layer in page.maps[0]["layers"]]
    found = [name for name in names if name.startswith("alternative")]
    assert found
    measures = next(frame.value for frame in page.at.dataframe if "times the best" in frame.value.columns)
    assert len(measures) == len(found)
    assert (measures["times the best"] >= 1).all()


def test_without_alternatives_it_says_so(open_page):
    page = open_page("views/paths.py", path_from=5, path_to=5, others=3)
    assert "No other path is good enough" in page.words


def test_what_is_avoided_is_driven_around(open_page):
    page = open_page("views/paths.py", path_from=3, path_to=200)
    plain = page.tiles
    page.at.multiselect(key="avoid").set_value(["primary"])
    page.run()
    assert page.layer("plain")
    assert page.layer("path") != page.layer("plain")
    minutes = [float(tiles["Time"].removesuffix(" min")) for tiles in (plain, page.tiles)]
    assert minutes[0] <= minutes[1]
    assert page.at.metric[0].delta


def test_what_cannot_be_kept_is_told(open_page):
    roads = ["primary", "residential", "secondary", "service", "tertiary", "unclassified", "pedestrian"]
    page = open_page("views/paths.py", path_from=3, path_to=200, avoid=roads)
    assert "Not every preference could be kept" in page.words
    assert page.layer("path")


def test_a_way_comes_by_the_crossings_that_are_named(open_page):
    page = open_page("views/paths.py", path_from=3, path_to=200, via="40, 80")
    assert len(page.layer("path")) == 3
    assert [mark["sign"] for mark in page.layer("ends")] == ["A", "1", "2", "B"]
    page.at.checkbox(key="any_order").set_value(True)
    metres = float(page.tiles["Length"].removesuffix(" m").replace(",", ""))
    page.at.text_input(key="via").set_value("80 40")
    page.run()
    assert float(page.tiles["Length"].removesuffix(" m").replace(",", "")) <= metres


@pytest.mark.parametrize("text", ["forty", "285", "-1", "1 2 3 4 5 6 7 8 9", "٣", "9" * 5000])
def test_crossings_that_are_none_are_refused(open_page, text):
    page = open_page("views/paths.py", via=text)
    assert "The preferences are not understood" in page.words
    assert page.layer("path"), "the way without them is still shown"


def test_an_area_is_driven_around(open_page):
    page = open_page("views/paths.py", path_from=3, path_to=200)
    before = float(page.tiles["Length"].removesuffix(" m").replace(",", ""))
    ends = [mark["at"] for mark in page.layer("ends")]
    x, y = (sum(end[k] for end in ends) / len(ends) for k in (0, 1))
    corners = [
        (x - 0.001, y - 0.0005),
        (x + 0.001, y - 0.0005),
        (x + 0.001, y + 0.0005),
        (x - 0.001, y + 0.0005),
    ]
    page.at.text_input(key="areas").set_value(", ".join(f"{a} {b}" for a, b in corners))
    page.run()
    assert float(page.tiles["Length"].removesuffix(" m").replace(",", "")) >= before
    page.at.text_input(key="areas").set_value("24.9 60.1, 24.9 north")
    page.run()
    assert "The preferences are not understood" in page.words
    assert "has no three corners" in page.words


def test_clicks_name_crossings_to_come_by(monkeypatch):
    event = {"selection": {"objects": {waymap.CROSSINGS: [{"node": 17}]}}}
    state = {"click_sets": "via", "paths map 0": event, "paths map 1": event}
    monkeypatch.setattr(ways.st, "session_state", state)
    ways.clicked()
    ways.clicked()
    assert (state["via"], state["click_sets"]) == ("17, 17", "via")


def test_an_online_map_is_asked_for_only_by_choice(open_page):
    page = open_page("views/paths.py")
    assert page.maps[0]["mapStyle"].startswith("/app/static/helsinki")
    page.at.selectbox(key="basemap").set_value("CARTO (online)")
    page.run()
    assert page.maps[0]["mapStyle"].startswith("https://basemaps.cartocdn.com/")
    assert "© CARTO" in page.words
