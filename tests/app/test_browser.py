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
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from routeopt.cli.map_app import command, folder

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("ROUTEOPT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("ROUTEOPT_SCREENSHOTS")
SECOND = 1000  # milliseconds
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
    """One window, and what went wrong in it."""

    def __init__(
        self, chromium: Any, address: str, *, scheme: str = "light", size: dict[str, int] = DESK
    ) -> None:
        self.page = chromium.new_page(color_scheme=scheme, viewport=size)
        self.address, self.wrong = address, []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"left the machine: {request.url}")

    def open(self, page: str = "") -> Visit:
        """Open the app, and go to another page as people do: a deep link makes Streamlit look for itself."""
        self.page.goto(self.address)
        if page:
            self.wait("[data-testid=stSidebarNavLink]")
            self.page.get_by_role("link", name=page).click()
        return self

    def wait(self, what: str, seconds: float = 200) -> Visit:
        self.page.wait_for_selector(what, timeout=seconds * SECOND)
        return self

    def photograph(self, name: str) -> bytes:
        self.page.wait_for_timeout(3 * SECOND)  # the map fades in
        path = {"path": str(Path(SCREENSHOTS) / f"app-{name}.png")} if SCREENSHOTS else {}
        return self.page.screenshot(**path)

    def close(self) -> None:
        self.page.close()
        assert not self.wrong, self.wrong


MAP, TILES = "[data-testid=stDeckGlJsonChart]", "[data-testid=stMetric]"


@pytest.mark.parametrize(
    ("name", "looks"),
    [("plan", {}), ("plan-dark", {"scheme": "dark"}), ("plan-phone", {"size": PHONE})],
)
def test_the_plan_is_drawn(chromium, address, name, looks):
    visit = Visit(chromium, address, **looks).open().wait(TILES).wait(MAP)
    assert colours(visit.photograph(name)) > 100
    visit.close()


def test_every_view_is_drawn(chromium, address):
    visit = Visit(chromium, address).open().wait(TILES)
    for name in ("Timeline", "Loads", "Table", "Convergence", "Compare"):
        visit.page.get_by_role("tab", name=name).click()
        if name == "Compare":
            visit.page.get_by_role("button", name="Compare, 2 s each").click()
            visit.wait("[data-testid=stDeckGlJsonChart] >> nth=2")
        visit.photograph(f"plan-{name.lower()}")
        assert visit.page.locator("[data-testid=stException]").count() == 0
    visit.close()


def test_paths_are_drawn_and_a_click_sets_an_end(chromium, address):
    visit = Visit(chromium, address).open("Paths").wait("text=By each method")
    visit.photograph("paths")
    before = visit.page.get_by_label("From crossing").input_value()
    box = visit.page.locator(MAP).bounding_box()
    for step in range(60):  # until a crossing is hit
        x, y = (
            box["x"] + box["width"] * (0.3 + 0.4 * (step % 8) / 8),
            box["y"] + box["height"] * (0.2 + step / 100),
        )
        visit.page.mouse.click(x, y)
        visit.page.wait_for_timeout(400)
        if visit.page.get_by_label("From crossing").input_value() != before:
            break
    assert visit.page.get_by_label("From crossing").input_value() != before
    visit.close()


def test_benchmarks_say_how_to_get_them(chromium, address):
    visit = Visit(chromium, address).open("Benchmarks").wait("[data-testid=stCode]")
    visit.photograph("benchmarks")
    visit.close()


def colours(picture: bytes) -> int:
    """Return how many colours there are in a picture: few where a map is blank."""
    from io import BytesIO

    image = pytest.importorskip("PIL.Image").open(BytesIO(picture)).convert("RGB")
    return len(image.getcolors(maxcolors=1 << 24))
