"""The app in a real browser: every page draws, nothing fails, and no request leaves the machine.

Needs Playwright for Python and a Chromium: the one on the path, or the one that ROUTEOPT_CHROMIUM names. With
ROUTEOPT_SCREENSHOTS, a folder, the pages are also photographed into it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mapapp.basemap import Ground

import routeopt as ro
from routeopt.cli import main
from routeopt.cli.map_app import command, folder

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("ROUTEOPT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("ROUTEOPT_SCREENSHOTS")
SECOND = 1000  # milliseconds
PATIENCE = 240.0  # seconds: kernels may have to be compiled
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
QUIET = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip

pytestmark = [
    pytest.mark.skipif(find_spec("playwright") is None, reason="Playwright is not installed"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        command(folder(), port, browser=False), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Visit:
    """One person's window, with what went wrong in it and how much came over the wire."""

    def __init__(
        self, chromium: Any, address: str, *, scheme: str = "light", size: dict[str, int] = DESK
    ) -> None:
        self.page = chromium.new_page(color_scheme=scheme, viewport=size)  # in a session of its own
        self.page.set_default_timeout(PATIENCE * SECOND)
        self.address, self.wrong, self.received = address, [], 0
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        self.page.on("request", self._asked)
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._came))

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"left the machine: {request.url}")

    def _came(self, payload: str | bytes) -> None:
        self.received += len(payload)

    def open(self, page: str = "") -> Visit:
        """Open the app, and go to another page as people do: a deep link makes Streamlit look for itself."""
        self.page.goto(self.address)
        if page:
            self.plan()  # the end of a search draws the page anew, and may lose a click at that moment
            if (unfold := self.page.get_by_test_id("stExpandSidebarButton")).is_visible():  # on a phone
                unfold.click()
            self.page.get_by_role("link", name=page).click()
            self.wait(f"h1:has-text('{page}')")
        return self

    def wait(self, what: str, seconds: float = PATIENCE) -> Visit:
        self.page.wait_for_selector(what, timeout=seconds * SECOND)
        return self

    def plan(self) -> Visit:
        """Wait for the plan that is under way."""
        return self.wait(TILES).still()

    def still(self) -> Visit:
        """Wait until the server has no more to say."""
        self.page.wait_for_timeout(SECOND / 4)
        return self.wait("[data-testid=stApp][data-test-script-state=notRunning]")

    def write(self, label: str, text: str) -> Visit:
        field = self.page.get_by_label(label, exact=True).first
        field.fill(text)
        field.press("Enter")
        return self.still()

    def turn_on(self, label: str) -> Visit:
        self.page.get_by_text(label, exact=True).click()
        return self.still()

    def press(self, name: str) -> Visit:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def tile(self, name: str) -> str:
        return self.page.locator(TILES).filter(has_text=name).first.inner_text()

    def photograph(self, name: str) -> bytes:
        """Take a picture once the page has stopped drawing."""
        self.still()
        before, picture = b"", self.page.screenshot()
        for _ in range(40):
            self.page.wait_for_timeout(SECOND)
            before, picture = picture, self.page.screenshot()
            if before == picture and not self.page.get_by_test_id("stSkeleton").count():
                break
        assert before == picture, "the page does not come to rest"
        if SCREENSHOTS:
            (Path(SCREENSHOTS) / f"app-{name}.png").write_bytes(picture)
        return picture

    def close(self) -> None:
        assert self.page.get_by_test_id("stException").count() == 0
        self.page.close()
        assert not self.wrong, self.wrong


MAP, TILES = "[data-testid=stDeckGlJsonChart]", "[data-testid=stMetric]"
LOOKS = [("", {}), ("-dark", {"scheme": "dark"}), ("-phone", {"size": PHONE})]


@pytest.mark.parametrize(("look", "options"), LOOKS)
def test_the_plan_is_drawn(chromium, address, look, options):
    visit = Visit(chromium, address, **options).open().plan().wait(MAP)
    assert colours(visit.photograph(f"plan{look}")) > 100
    visit.close()


@pytest.mark.parametrize(("look", "options"), LOOKS)
def test_the_path_is_drawn(chromium, address, look, options):
    visit = Visit(chromium, address, **options).open("Paths").wait("text=By each method")
    if look == "-phone":
        fold(visit)
    assert colours(visit.photograph(f"paths{look}")) > 100
    visit.close()


@pytest.mark.parametrize(("look", "options"), LOOKS)
def test_runs_are_drawn(chromium, address, look, options, runs):
    visit = Visit(chromium, address, **options).open("Benchmarks").wait("[data-testid=stCode]")
    if look == "-phone":
        fold(visit)
    visit.page.locator("input[type=file]").set_input_files(runs)
    visit.wait(CHART)
    assert colours(visit.photograph(f"benchmarks{look}")) > 50
    visit.close()


CHART = "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"


@pytest.mark.parametrize(("look", "options"), LOOKS)
def test_the_network_is_drawn(chromium, address, look, options):
    visit = Visit(chromium, address, **options).open("Flows").wait("text=Planned in").wait(CHART)
    if look == "-phone":
        fold(visit)
    assert colours(visit.photograph(f"flows{look}")) > 100
    visit.close()


@pytest.mark.parametrize(("look", "options"), LOOKS)
def test_what_was_learned_is_drawn(chromium, address, look, options):
    visit = Visit(chromium, address, **options).open("Learning").wait("text=Weights that come with routeopt")
    if look == "-phone":
        fold(visit)
    assert colours(visit.photograph(f"learning{look}")) > 20
    visit.close()


def fold(visit: Visit) -> None:
    """Fold the sidebar away, which lies over the page on a phone."""
    button = visit.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    if button.is_visible():
        button.click()


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """A few real runs, on a problem that the generator makes."""
    path = tmp_path_factory.mktemp("bench") / "runs.csv"
    words = ["bench", "uniform", "--only", "cvrp-n500-seed1,cvrp-n500-seed2", "--seconds", "1"]
    words += ["--solvers", "savings,ils,auto"]
    assert main([*words, "--csv", str(path)]) == 0
    return path


def test_every_view_is_drawn(chromium, address):
    visit = Visit(chromium, address).open().plan()
    for name in ("Timeline", "Loads", "Table", "Convergence", "Compare"):
        visit.page.get_by_role("tab", name=name).click()
        if name == "Compare":
            visit.press("Compare, 1 s each").wait(f"{MAP} >> nth=2")
        visit.photograph(f"plan-{name.lower()}")
    visit.close()


def test_two_clicks_on_the_map_give_a_path(chromium, address):
    visit = Visit(chromium, address).open("Paths").wait("text=By each method").still()
    before = visit.tile("Length")
    ends = lonely(2)
    for node, pixel in ends.items():
        click(visit, pixel, lambda node=node: str(node) in values(visit, "From crossing", "To crossing"))
    assert values(visit, "From crossing", "To crossing") == [str(node) for node in ends]
    expected = ro.ShortestPaths(ro.load_network("helsinki"), "time").path(*ends)
    assert f"{expected.length:,.0f} m" in visit.tile("Length") != before
    visit.close()


def test_a_click_adds_a_stop_that_is_then_planned(chromium, address):
    visit = Visit(chromium, address).open().plan().turn_on("Click adds stops").wait(MAP)
    box = visit.page.locator(MAP).bounding_box()
    edited = visit.page.get_by_text("Edited since this plan was made")
    for step in range(1, 60):  # until a crossing is hit
        x, y = (step * 0.618) % 1, (step * 0.414) % 1
        visit.page.mouse.click(
            box["x"] + box["width"] * (0.3 + 0.4 * x), box["y"] + box["height"] * (0.1 + 0.8 * y)
        )
        visit.page.wait_for_timeout(SECOND)
        if visit.still() and edited.count():
            break
    visit.press("Improve").wait("text=of 31")
    assert "31 of 31" in visit.plan().tile("Served")
    visit.close()


def test_a_search_is_stopped(chromium, address):
    visit = Visit(chromium, address).open().plan().write("Seconds", "100").press("Plan")
    visit.wait("text=/iterations/").press("Stop")
    began = time.monotonic()
    assert "30 of 30" in visit.plan().tile("Served")
    assert time.monotonic() - began < 50
    visit.close()


def test_two_people_at_once_are_not_mixed_up(chromium, address):
    seconds = 20
    people = {stops: Visit(chromium, address).open() for stops in (12, 19)}
    fields = []
    for stops, visit in people.items():
        field = visit.plan().write("Seconds", str(seconds)).page.get_by_label("Stops", exact=True).first
        field.fill(str(stops))
        fields.append(field)
    began = time.monotonic()
    for field in fields:
        field.press("Enter")
    assert time.monotonic() - began < seconds, "one search was over before the other began"
    for stops, visit in people.items():
        visit.wait(f"{TILES}:has-text('{stops} of {stops}')")
    for visit in people.values():
        visit.close()


def test_a_thousand_stops_are_light(chromium, address):
    visit = Visit(chromium, address).open().plan().write("Seconds", "1").write("Stops", "1000")
    visit.wait(f"{TILES}:has-text('1000 of 1000')").still()
    before = visit.received
    visit.page.get_by_role("combobox", name="Route").click()
    visit.page.get_by_role("option").nth(1).click()
    visit.still()
    assert 10_000 < visit.received - before < 1_000_000
    visit.close()


def values(visit: Visit, *labels: str) -> list[str]:
    return [visit.page.get_by_label(label).input_value() for label in labels]


def click(visit: Visit, pixel: tuple[float, float], done: Callable[[], bool]) -> None:
    """Click on a map until it is heard: deck.gl hears nothing before it has drawn."""
    for _ in range(20):
        box = visit.page.locator(MAP).bounding_box()
        visit.page.mouse.click(
            box["x"] + box["width"] / 2 + pixel[0], box["y"] + box["height"] / 2 + pixel[1]
        )
        for _ in range(4):
            visit.page.wait_for_timeout(SECOND / 4)
            if done():
                visit.still()
                return
    pytest.fail("the click was not heard")


def lonely(count: int) -> dict[int, tuple[float, float]]:
    """Return crossings of Helsinki far from others, with their pixels from the middle of the map of paths."""
    places = ro.load_network("helsinki").places
    view = Ground(places, geographic=True).view()
    middle = mercator(np.array([[view["longitude"], view["latitude"]]]), view["zoom"])
    pixels = mercator(places, view["zoom"]) - middle
    apart = np.hypot(*(pixels[:, None] - pixels[None]).transpose(2, 0, 1)) + np.diag([np.inf] * len(pixels))
    chosen = [int(node) for node in np.argsort(apart.min(axis=1))[::-1] if node not in (0, 140)][:count]
    return {node: (float(pixels[node, 0]), float(pixels[node, 1])) for node in chosen}


def mercator(places: np.ndarray, zoom: float) -> np.ndarray:
    """Return pixels of degrees, as the map projects them."""
    world, lat = 512 * 2**zoom, np.radians(places[:, 1])
    across = (places[:, 0] + 180) / 360
    down = 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)
    return world * np.column_stack([across, down])


def colours(picture: bytes) -> int:
    """Return how many colours there are in a picture: few where a map is blank."""
    from io import BytesIO

    image = pytest.importorskip("PIL.Image").open(BytesIO(picture)).convert("RGB")
    return len(image.getcolors(maxcolors=1 << 24))
