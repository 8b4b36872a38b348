"""The page Plan: it opens with a plan, takes files, says what is wrong with them, and never shows a traceback."""

from __future__ import annotations

import re
import threading
import time

import pytest

TABLE = b"""type,name,lon,lat,demand,open,close
depot,Depot,24.9420,60.1690,,7:00,19:00
stop,Bakery,24.9450,60.1712,12,8:00,10:30
stop,Library,24.9396,60.1746,5,9:00,17:00
stop,Clinic,24.9376,60.1663,8,13:00,16:00
"""
PLANE = b"name,x,y,demand\ndepot,0,0,0\na,1,2,3\nb,4,1,2\nc,5,5,1\n"


def test_it_opens_with_a_plan_that_is_solved_now(open_page):
    page = open_page()
    assert page.state("job") is not None, "a search begins at once"
    assert page.maps, "the stops are on the map meanwhile"
    page.finish()
    assert page.state("shown").solution.feasible
    assert page.tiles["Served"] == "8 of 8"
    assert len(page.layer("stops")) == 8
    assert page.layer("routes")


def test_the_map_asks_nobody_outside(open_page):
    page = open_page().finish()
    for deck in page.maps:
        assert deck["mapStyle"].startswith("/app/static/")
        assert not re.search(r"https?:", str(deck))


@pytest.mark.parametrize("view", ["Map", "Timeline", "Loads", "Table", "Convergence"])
def test_every_view_is_drawn(open_page, view):
    page = open_page(view=view).finish()
    main = page.at.main
    assert main.get("deck_gl_json_chart") or main.get("vega_lite_chart") or main.dataframe


def test_one_route_can_be_looked_at_alone(open_page):
    page = open_page(city_stops=30).finish()
    page.at.selectbox(key="route").set_value(1)
    page.run()
    strengths = [route["ink"][3] for route in page.layer("routes")]
    assert strengths[1] == 255
    assert all(strength < 255 for route, strength in enumerate(strengths) if route != 1)


def test_another_city_is_planned_at_once(open_page):
    page = open_page().finish()
    page.at.selectbox(key="city").set_value("coquimbo")
    page.run()
    assert page.state("job") is not None
    page.finish()
    assert page.maps[0]["mapStyle"].startswith("/app/static/coquimbo")


def test_a_table_is_planned_along_the_streets_it_lies_in(open_page):
    page = open_page().upload("stops.csv", TABLE).finish()
    assert page.tiles["Served"] == "3 of 3"
    assert "OpenStreetMap" in page.words
    straight = page.state("shown").solution.distance
    page.at.selectbox(key="along helsinki").set_value("Straight lines, 50 km/h")
    page.run().finish()
    assert page.state("shown").solution.distance < straight


def test_a_plane_is_planned_on_paper(open_page):
    page = open_page().upload("plane.csv", PLANE).finish()
    assert page.maps[0]["mapStyle"].startswith("/app/static/plain")
    assert len(page.layer("stops")) == 3
    assert all(abs(x) < 0.1 and abs(y) < 0.1 for x, y in (row["at"] for row in page.layer("stops")))


def test_a_table_can_be_pasted(open_page):
    page = open_page()
    page.at.radio(key="data_kind").set_value("My file")
    page.run()
    page.at.text_area(key="pasted").set_value(PLANE.decode())
    page.run().finish()
    assert page.tiles["Served"] == "3 of 3"


def test_the_template_is_a_table_that_can_be_planned(open_page):
    from mapapp.source import TEMPLATE

    page = open_page().upload("stops.csv", TEMPLATE.encode()).finish()
    assert page.tiles["Served"] == "5 of 5"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"   \n\n", "empty"),
        ("a.csv", b"name,street\nBakery,Main\n", "there are no coordinates"),
        ("a.csv", b"lon,lat\n24.9,60.1\nhere,60.2\n24.8,there\n", "'there' is not a number"),
        ("a.csv", b"lon,lat,open,close\n24.9,60.1,,\n24.9,60.2,9:00,8:00\n", "swap the two times"),
        ("a.csv", b"lon,lat,open\n24.9,60.1,\n24.9,60.2,8:75\n", "'8:75' is not a time"),
        ("a.csv", b"lon,lat,demand\n24.9,60.1,0\n24.9,60.2,-4\n", "must be 0 or more"),
        ("a.csv", b"\xff\xfe\x00\x01,\x80", "not UTF-8"),
        ("a.vrp", b"NAME : x\nTYPE : CVRP\nDIMENSION : 5\nEOF\n", "a.vrp"),
        ("a.json", b'{"stops": [{"x": 1', "a.json"),
        ("a.json", b"[" * 100_000, "a.json"),
        ("a.xlsx", b"PK\x03\x04 nothing behind it", "a.xlsx"),
        ("a.bin", bytes(range(256)) * 20, "a.bin"),
        ("a.txt", b"lorem ipsum dolor sit amet\n", "not recognised"),
        ("a.csv", b"lon,lat\n24.9,60.1\n", "state at least one stop"),
        ("a.csv", b"name,lon,lat\na,1,1\nb,1,2\nb,1,3\n", "'b'"),
    ],
)
def test_a_bad_file_is_answered_with_what_to_mend(open_page, name, data, said):
    page = open_page().upload(name, data)
    assert said in page.words
    assert "Traceback" not in page.words
    assert page.state("job") is None
    page.at.radio(key="data_kind").set_value("A bundled city")
    page.run().finish()
    assert page.tiles["Served"] == "8 of 8", "the page goes on"


def test_every_mistake_is_named_at_once(open_page):
    page = open_page().upload("a.csv", b"lon,lat,demand\n24.9,60.1,0\nx,60.2,1\n24.9,y,1\n24.9,60.1,z\n")
    for told in ("a.csv:3", "'x'", "a.csv:4", "'y'", "a.csv:5", "'z'"):
        assert told in page.words


def test_ten_thousand_stops_are_answered_with_sense(open_page):
    rows = "".join(f"s{k},{24 + k / 1e5},{60 + k / 1e5}\n" for k in range(10_000))
    page = open_page().upload("many.csv", b"name,lon,lat\n" + rows.encode())
    assert "9,999 stops" in page.words
    assert "routeopt solve" in page.words


def test_markup_in_names_stays_text(open_page):
    page = open_page().upload("a.csv", b"name,x,y\ndepot,0,0\n<script>alert(1)</script>,1,1\n").finish()
    assert "html" not in page.maps[0].get("tooltip", {})
    tooltip = page.at.get("deck_gl_json_chart")[0].proto.tooltip
    assert "html" not in tooltip
    assert "text" in tooltip


def test_a_file_cannot_make_the_page_fetch_a_picture(open_page):
    picture = "![x](http://example.com/x.png)"
    document = f'{{"name": "{picture}", "stops": [{{"x": 1, "y": 2, "name": "{picture}"}}]}}'
    page = open_page().upload(f"{picture}.json", document.encode()).finish()
    assert r"\!\[x\]" in page.at.title[0].value
    page.upload(f"{picture}.json", b"{").run()
    marked = [element.value for kind in ("error", "warning", "info", "caption", "markdown", "title")
              for element in getattr(page.at, kind)]  # fmt: skip
    assert not [text for text in marked if picture in text]


def test_what_cannot_be_served_is_told_with_its_reason(open_page):
    table = b"# vehicles: 1, capacity: 10\nname,x,y,demand\ndepot,0,0,0\na,1,2,3\nheavy,4,1,20\n"
    page = open_page().upload("a.csv", table).finish()
    assert "1 of 2 stops are not served" in page.words
    assert page.layer("unserved")


def test_an_unknown_solver_is_refused_by_name(open_page):
    page = open_page(solver="savings,nobody")
    assert "'nobody' is not known" in page.words
    assert page.at.button(key="plan").disabled


def test_a_solver_that_cannot_take_the_problem_says_so(open_page):
    page = open_page(solver="ils").finish()
    assert "does not take" in page.words
    page.at.selectbox(key="solver").set_value("savings")
    page.run().press("plan").finish()
    assert page.tiles["Served"] == "8 of 8"


def test_a_plan_is_improved_and_compared_with_the_one_before(open_page):
    page = open_page().finish()
    first = page.state("shown").solution.cost
    page.at.selectbox(key="solver").set_value("hgs")
    page.run().press("improve").finish()
    assert page.state("shown").solution.cost <= first + 1e-9
    assert page.at.metric[0].delta


def test_a_search_can_be_stopped(open_page):
    page = open_page(solver="hgs", seconds=60.0)
    job = page.state("job")
    while not job.done and job.state != "searching":
        job.wait(0.05)
    page.run().press("stop").finish()
    assert page.state("shown").solution.complete
    assert page.state("shown").solution.seconds < 50


def test_two_users_do_not_see_each_other(open_page):
    first, second = open_page(city_seed=1), open_page(city_seed=2)
    first.finish(), second.finish()
    assert first.state("shown").problem is not second.state("shown").problem
    first.upload("plane.csv", PLANE).finish()
    second.run()
    assert second.tiles["Served"] == "8 of 8"


def test_solvers_are_compared_side_by_side(open_page):
    page = open_page(view="Compare", rivals=["savings", "ils"]).finish()
    page.press("compare")
    while not (race := page.state("race")).done:
        race.jobs[-1].wait(0.05)
        page.run()
    table = page.run().at.main.dataframe[0].value
    assert list(table["solver"]) == ["savings"]
    assert "ils has no plan" in page.words
    assert len(page.maps) == 1


def test_a_click_adds_a_stop_and_the_plan_is_improved(open_page, monkeypatch):
    from mapapp import clicks

    page = open_page(adding=True).finish()
    assert page.layer("crossings")
    place = page.layer("crossings")[40]["at"]
    edited = clicks.with_stop(page.state("problem"), *place)
    assert edited.names[-1] == "new 1"
    state = {
        "source": page.state("source"),
        "problem": page.state("problem"),
        f"map {page.state('source').version}": {"selection": {"objects": {clicks.LAYER: [{"at": place}]}}},
    }
    with monkeypatch.context() as patch:
        patch.setattr(clicks.st, "session_state", state)
        clicks.clicked()
    page.at.session_state["source"] = state["source"]
    page.run()
    assert [row["tip"] for row in page.layer("waiting")] == ["new 1: not planned yet"]
    page.press("improve").finish()
    assert page.tiles["Served"] == "9 of 9"
    assert 'ro.read("problem.json")' in page.at.code[0].value


def test_the_plan_is_still_there_after_a_look_at_another_page(open_page):
    page = open_page().upload("stops.csv", TABLE).finish()
    shown = page.state("shown")
    page.at.switch_page("views/paths.py")
    page.run()
    page.at.switch_page("views/plan.py")
    page.run()
    assert page.state("shown") is shown
    assert page.state("job") is None
    assert "Edited since" not in page.words
    assert page.at.radio(key="data_kind").value == "My file"


def test_edits_are_still_there_after_a_look_at_another_page(open_page):
    from mapapp import clicks

    page = open_page().finish()
    edited = clicks.with_stop(page.state("problem"), 24.945, 60.171)
    page.at.session_state["source"] = page.state("source").edited(edited)
    page.run()
    page.at.switch_page("views/benchmarks.py")
    page.run()
    page.at.switch_page("views/plan.py")
    page.run().press("improve").finish()
    assert page.tiles["Served"] == "9 of 9"


def test_vehicles_move_over_time(open_page):
    page = open_page(moving=True).finish()
    before = page.layer("vehicles")
    page.at.slider(key="step").set_value(60)
    page.run()
    assert page.layer("vehicles") != before
    page.at.toggle(key="playing").set_value(True)
    page.run()
    assert page.state("step") == 61


def test_a_thousand_stops_are_drawn_again_within_a_second(open_page):
    page = open_page(city_stops=1000, city="coquimbo", seconds=0.5).finish()
    began = time.process_time()
    page.run()
    assert time.process_time() - began < 1.0  # of a processor, whoever else is busy
    assert sum(len(chart.proto.json) for chart in page.at.get("deck_gl_json_chart")) < 1_000_000


def test_a_first_plan_is_shown_while_the_search_is_compiled(open_page, monkeypatch):
    from mapapp import job, kernels

    waiting, go = [], threading.Event()

    def prepare(name, stopped, call, *given):
        waiting.append(name)
        if "," in name:
            go.wait(60)

    monkeypatch.setattr(kernels, "known", lambda name: False)
    monkeypatch.setattr(job.kernels, "prepare", prepare)
    page = open_page(solver="hgs")
    while len(waiting) < 2:
        page.state("job").wait(0.05)
    page.run()
    assert page.layer("routes")
    assert page.state("job").state == "compiling"
    go.set()
    page.finish()
    assert waiting[0] == "savings"
    assert waiting[1].endswith(",hgs")
    assert page.tiles["Served"] == "8 of 8"
