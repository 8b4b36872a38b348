"""The map app without a browser: pages run in this process, and searches are waited for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("streamlit", reason="the map app needs streamlit: pip install 'routeopt[app]'")
pytest.importorskip("pydeck", reason="the map app needs pydeck: pip install 'routeopt[app]'")
pytest.importorskip("altair", reason="the map app needs altair: pip install 'routeopt[app]'")

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app"
PATIENCE = 240.0  # seconds: kernels may have to be compiled


class Page:
    """The app as one user sees it."""

    def __init__(self, page: str = "", **state: Any) -> None:
        self.at = AppTest.from_file(APP / "streamlit_app.py", default_timeout=PATIENCE)
        for key, value in {"seconds": 0.3, "solver": "savings", "city_stops": 8, **state}.items():
            self.at.session_state[key] = value
        self.at.run()
        if page:
            self.at.switch_page(page).run()
        self.check()

    def state(self, key: str) -> Any:
        return self.at.session_state.get(key, None)

    def check(self) -> Page:
        """There is no traceback, and no page is empty."""
        assert not self.at.exception, self.at.exception
        assert len(self.at.main) > 0
        return self

    def run(self) -> Page:
        self.at.run()
        return self.check()

    def finish(self) -> Page:
        """Wait for the search that is under way."""
        deadline = time.monotonic() + PATIENCE
        while (job := self.state("job")) is not None:
            assert time.monotonic() < deadline, "the search has not ended"
            job.wait(0.05)
            self.run()
        return self

    def press(self, key: str) -> Page:
        self.at.button(key=key).click()
        return self.run()

    def upload(self, name: str, data: bytes) -> Page:
        self.at.radio(key="data_kind").set_value("My file")
        self.run()
        self.at.file_uploader[0].set_value((name, data, "text/plain"))
        return self.run()

    @property
    def words(self) -> str:
        """All that is said on the page."""
        kinds = ("error", "warning", "info", "text", "caption", "markdown", "title")
        return "\n".join(str(element.value) for kind in kinds for element in getattr(self.at, kind))

    @property
    def maps(self) -> list[dict[str, Any]]:
        return [json.loads(chart.proto.json) for chart in self.at.get("deck_gl_json_chart")]

    @property
    def tiles(self) -> dict[str, str]:
        return {tile.label: tile.value for tile in self.at.metric}

    def layer(self, name: str) -> list[Any]:
        return next((layer["data"] for layer in self.maps[0]["layers"] if layer["id"] == name), [])


@pytest.fixture
def open_page() -> Callable[..., Page]:
    return Page
