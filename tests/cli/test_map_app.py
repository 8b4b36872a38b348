"""``routeopt app``: what it starts, and what it says where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from routeopt.cli import map_app


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """The servers that were started, none of them really."""
    words: list[list[str]] = []
    monkeypatch.setattr(map_app, "find_spec", lambda package: package)
    monkeypatch.setattr(map_app, "serve", lambda command: words.append(command) or 0)
    return words


def test_it_serves_this_machine_only(call, started):
    assert call("app") == (0, "", "")
    (words,) = started
    assert words[1:4] == ["-m", "streamlit", "run"]
    assert words[4].endswith("app/streamlit_app.py")
    assert "--server.address=localhost" in words
    assert "--browser.gatherUsageStats=false" in words
    assert not [word for word in words if "port" in word or "headless" in word]


def test_port_and_browser_can_be_chosen(call, started):
    assert call("app", "--port", 8600, "--no-browser")[0] == 0
    assert {"--server.port=8600", "--server.headless=true"} <= set(started[0])


def test_a_port_that_is_none_is_refused(call, started):
    code, _, error = call("app", "--port", 70_000)
    assert code == 2
    assert "65535" in error
    assert not started


def test_without_streamlit_it_says_what_to_install(call, started, monkeypatch):
    monkeypatch.setattr(map_app, "find_spec", lambda package: None if package == "streamlit" else package)
    code, _, error = call("app")
    assert code == 2
    assert error == "error: streamlit is not installed; pip install 'routeopt[app]'\n"
    assert not started


def test_without_its_files_it_says_so(call, started, monkeypatch):
    monkeypatch.setattr(map_app, "SCRIPT", "nothing.py")
    code, _, error = call("app")
    assert code == 2
    assert "the map app is missing" in error


def test_the_exit_code_is_that_of_the_server(call, started, monkeypatch):
    monkeypatch.setattr(map_app, "serve", lambda command: 1)
    assert call("app")[0] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without asking them")
def test_the_server_ends_with_the_command(tmp_path):
    told = tmp_path / "server"
    server = (
        f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    ours = f"from routeopt.cli.map_app import serve; serve([{sys.executable!r}, '-c', {server!r}])"
    command = subprocess.Popen([sys.executable, "-c", ours])
    deadline = time.monotonic() + 30
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    command.terminate()
    command.wait(20)
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
