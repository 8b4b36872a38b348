from __future__ import annotations

import pytest

from routeopt.bench.budget import Budget, parse_budget
from routeopt.bench.entries import Entry, parse_entries
from routeopt.bench.jobs import plan_jobs
from routeopt.bench.peers import PEERS
from routeopt.bench.suites import Case
from routeopt.errors import ProblemError

CASE = Case("a", None, "exact", "cost", None, ("cvrp", 20, 1))


@pytest.fixture
def all_installed(monkeypatch):
    monkeypatch.setattr("routeopt.bench.peers.protocol.version", lambda _: "1")


def test_chains_threads_and_budgets(all_installed):
    assert parse_entries("auto, hgs@2,savings+hgs:0.8,vroom@2,auto/0.5,hgs@2/2.4n") == [
        Entry("auto"),
        Entry("hgs", 2),
        Entry("savings+hgs:0.8"),
        Entry("vroom", 2),
        Entry("auto", 1, Budget(0.5)),
        Entry("hgs", 2, Budget(2.4, True)),
    ]


def test_labels_say_what_differs():
    assert [Entry("auto").label, Entry("hgs", 2).label] == ["auto", "hgs@2"]
    assert Entry("hgs", 2, Budget(2.4, True)).label == "hgs@2/2.4n"


def test_stated_threads_are_for_those_that_take_them(all_installed):
    assert [entry.threads for entry in parse_entries("auto,auto@1,pyvrp,vroom", 2)] == [2, 1, 1, 2]


def test_a_peer_alone_is_the_peer(all_installed):
    assert parse_entries("ortools")[0].is_peer
    assert not parse_entries("savings+hgs")[0].is_peer


def test_every_error_is_named(all_installed):
    with pytest.raises(ProblemError) as error:
        parse_entries("foo,pyvrp@2,auto@none,hgs:2,savings+bar,auto/-1")
    messages = error.value.messages
    assert len(messages) == 6
    for message, word in zip(
        messages, ["foo", "one thread", "threads", "share", "bar", "above 0"], strict=True
    ):
        assert word in message


def test_nothing_to_run_is_an_error():
    with pytest.raises(ProblemError, match="there is none"):
        parse_entries(" , ")


def test_a_missing_peer_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(PEERS, "pyvrp", PEERS["pyvrp"]._replace(package="no-such-package"))
    with pytest.raises(ProblemError, match="pip install no-such-package"):
        parse_entries("pyvrp")


@pytest.mark.parametrize("text", ["", "0", "-1", "inf", "nan", "n", "1 m"])
def test_budgets_are_above_zero(text):
    with pytest.raises(ProblemError, match="above 0"):
        parse_budget(text)


def test_a_solver_without_seed_runs_once():
    jobs = plan_jobs([CASE], [Entry("auto"), Entry("vroom")], Budget(1.0), 3)
    assert [(job.entry.name, job.task.seed) for job in jobs] == [
        ("auto", 1),
        ("vroom", 1),
        ("auto", 2),
        ("auto", 3),
    ]


def test_budgets_by_the_stop_and_of_one_entry():
    jobs = plan_jobs([CASE], [Entry("auto"), Entry("hgs", 1, Budget(3.0))], Budget(2.4, True), 1)
    assert [job.task.seconds for job in jobs] == [48.0, 3.0]
