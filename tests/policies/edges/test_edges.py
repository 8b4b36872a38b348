"""Learning which edges good plans have: targets, batches, gradients, and that it can be learnt at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

import routeopt as ro
from routeopt import weights
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.data.labels import Budget, Label, Labels, Mixture, make_shard
from routeopt.problems.instance import Routes
from routeopt.solvers.vrp.neural.edge_features import edge_graph
from routeopt.solvers.vrp.neural.edges import edge_probabilities

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")

from torch_geometric.data import Batch  # noqa: E402

from routeopt.policies import checkpoints, training  # noqa: E402
from routeopt.policies.edges.config import EdgesConfig  # noqa: E402
from routeopt.policies.edges.graphs import LabelledGraphs, as_data  # noqa: E402
from routeopt.policies.edges.network import EdgeScorer, log_probabilities  # noqa: E402
from routeopt.policies.edges.ranking import adjacency, found, places  # noqa: E402
from routeopt.policies.edges.recipe import RECIPE  # noqa: E402
from routeopt.policies.edges.targets import edge_targets, neighbours_in_plan  # noqa: E402
from routeopt.policies.recipe import TrainerConfig  # noqa: E402


def planned(kind: str, stops: int = 12, seed: int = 3, **options) -> Label:
    """Return a problem with its stops in routes of three, in the order of their numbers."""
    problem = ro.generate(kind, stops, seed=seed, **options)
    instance = problem.instance()
    nodes = list(range(instance.depots, instance.nodes))
    routes = [nodes[k : k + 3] for k in range(0, stops, 3)]
    kinds = [k % len(instance.start) for k in range(len(routes))]
    return Label(instance, Routes.from_lists(routes, kinds), 1.0, kind, seed)


def variant(name: str) -> Label:
    return planned("routefinder", attributes=name)


def output(network: EdgeScorer, data) -> torch.Tensor:
    return network(data.x, data.edge_attr, data.edge_index, data.to_depot)


@pytest.mark.parametrize("name", ["vrptw", "ovrp", "mdcvrp", "mdovrpbtw"])
def test_targets_are_the_plan(name):
    instance, routes, *_ = variant(name)
    heads = edge_graph(instance).heads
    behind, before = edge_targets(instance, routes, heads)
    last, following = neighbours_in_plan(instance, routes)
    for route, kind in zip(routes.lists(), routes.vehicle, strict=True):
        depot = instance.start[kind]
        for place, stop in enumerate(route):
            row = stop - instance.depots
            assert last[row] == (route[place - 1] if place else depot)
            assert following[row] == (route[place + 1] if place + 1 < len(route) else depot)
            if name != "mdcvrp":
                assert heads[row][behind[row] == 1].tolist() == [following[row]]
                assert heads[row][before[row] == 1].tolist() == [last[row]]
                assert behind[row].sum() == before[row].sum() == 1


def test_where_direction_does_not_matter_both_neighbours_are_meant():
    instance, routes, *_ = planned("cvrp")
    heads = edge_graph(instance).heads
    behind, before = edge_targets(instance, routes, heads)
    turned = Routes.from_lists([route[::-1] for route in routes.lists()])
    np.testing.assert_array_equal(behind, before)
    np.testing.assert_array_equal(behind, edge_targets(instance, turned, heads)[0])
    assert {frozenset(heads[0][behind[0] == 0.5]), frozenset(heads[1][behind[1] == 0.5])} == {
        frozenset({0, 2}),
        frozenset({1, 3}),
    }


def test_what_is_no_candidate_or_left_out_has_no_target():
    instance, *_ = planned("vrptw")
    heads = edge_graph(instance, 2).heads
    behind, _ = edge_targets(instance, Routes.from_lists([[1, 2], [3]]), heads)
    assert behind[3:].sum() == 0
    assert behind[0].sum() == (2 in heads[0])


def test_a_batch_gives_what_its_graphs_give():
    torch.manual_seed(1)
    network = EdgeScorer(3, 16)
    labels = [planned("cvrp", 30), variant("mdvrpmbtw"), planned("streets", 5), planned("cvrp", 1)]
    graphs = [LabelledGraphs(labels)[k] for k in range(len(labels))]
    batch = Batch.from_data_list(graphs)
    together = log_probabilities(output(network, batch), batch.edge_index[0], batch.num_nodes)
    apart = [log_probabilities(output(network, g), g.edge_index[0], g.num_nodes) for g in graphs]
    torch.testing.assert_close(together, torch.cat(apart), atol=1e-5, rtol=0.0)
    assert batch.pairs.tolist() == [g.pairs for g in graphs]
    assert graphs[0].pairs == 40  # ten routes of three, two legs between stops each, seen from both ends


@pytest.mark.parametrize("name", VARIANTS)
def test_gradients_are_finite_and_reach_all_weights(name):
    torch.manual_seed(1)
    network = EdgeScorer(2, 16)
    data = LabelledGraphs([variant(name)])[0]
    chances = log_probabilities(output(network, data), data.edge_index[0], data.num_nodes)
    (-(chances * data.targets).sum()).backward()
    for label, parameter in network.named_parameters():
        assert parameter.grad is not None, label
        assert torch.isfinite(parameter.grad).all(), label
        assert parameter.grad.abs().sum() > 0, label


def test_a_tiny_set_is_learnt_by_heart():
    torch.manual_seed(1)
    network = EdgeScorer(3, 32)
    batch = Batch.from_data_list([LabelledGraphs([planned("cvrp", 9, seed)])[0] for seed in range(4)])
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(150):
        chances = log_probabilities(output(network, batch), batch.edge_index[0], batch.num_nodes)
        loss = -(chances * batch.targets).sum() / batch.targets.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    least = float(torch.log(torch.tensor(2.0)))  # two neighbours, one half each; no less is possible
    assert loss.item() < least + 0.15
    hits = found(adjacency(chances), batch.edge_index[0], batch.to_depot, batch.targets, 2)
    assert hits == batch.pairs.sum()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 3)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_places_are_those_of_sorting_each_stop_alone(edges, random):
    random.shuffle(edges)
    tails, scores = (torch.tensor(column) for column in zip(*edges, strict=True))
    result = places(scores.float(), tails)
    for tail in set(tails.tolist()):
        own = (tails == tail).nonzero().squeeze(1)
        order = sorted(own.tolist(), key=lambda k: -scores[k])
        assert [int(result[k]) for k in order] == list(range(len(own)))


def test_training_reads_labels_learns_resumes_and_exports(tmp_path):
    for _ in make_shard(
        tmp_path / "labels.npz", Mixture(("cvrp",), 8, 12), range(24), Budget("rich", iterations=20)
    ):
        pass
    trainer = TrainerConfig(epochs=2, accelerator="cpu")
    config = EdgesConfig(
        labels=(str(tmp_path / "labels.npz"),), held_out=4, layers=2, units=16, batch=6, trainer=trainer
    )
    first = training.train("edges", config, tmp_path / "run")
    before = training.evaluate(first.last)
    longer = replace(config, trainer=replace(trainer, epochs=10))
    trained = training.train("edges", longer, tmp_path / "run", resume=True)
    after = training.evaluate(trained.last)
    assert after["val/loss"] < before["val/loss"]
    assert trained.monitor == "val/top5"
    assert 0 < after["val/top5"] <= after["val/top10"] <= 100
    facts = checkpoints.export(trained.last, tmp_path / "edges.npz")
    arrays, meta = weights.load(tmp_path / "edges.npz", "edges")
    assert (meta["config"]["layers"], meta["seed"]) == (2, facts["seed"])
    assert {value.dtype for value in arrays.values()} == {np.dtype(np.float32)}
    label = Labels(tmp_path / "labels.npz")[0]
    graph = as_data(edge_graph(label.instance))
    module = RECIPE.module(config)
    module.network.load_state_dict({name: torch.from_numpy(value).float() for name, value in arrays.items()})
    with torch.no_grad():
        expected = module.eval()(graph)
    got = edge_probabilities(label.instance, arrays)
    np.testing.assert_allclose(got.behind.ravel(), expected[:, 0].numpy(), atol=1e-4)


def test_labels_are_split_and_some_are_made_where_none_are_given():
    data = RECIPE.data(replace(RECIPE.smoke(), made=6, held_out=3, batch=4))
    data.setup()
    assert [len(data.held_out), len(data.trained)] == [2, 4]
    assert {len(batch.pairs) for batch in data.train_dataloader()} == {4}
    assert not {label.seed for label in data.held_out.labels} & {label.seed for label in data.trained.labels}
