"""The edge scorer without torch: the same scores, in order; weights that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest
from elsewhere import words_of

import routeopt as ro
from routeopt import ProblemError
from routeopt.solvers.vrp.neural.edge_features import edge_graph
from routeopt.solvers.vrp.neural.edges import edge_probabilities, forward, network_of, score_edges

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")

from routeopt.policies.edges.graphs import as_data  # noqa: E402
from routeopt.policies.edges.network import EdgeScorer, log_probabilities  # noqa: E402

CASES = [
    ("cvrp", 40, {}),
    ("x", 23, {}),
    ("vrptw", 30, {}),
    ("routefinder", 25, {"attributes": "mdovrpmbltw"}),
    ("streets", 12, {}),
    ("cvrp", 2, {}),
    ("cvrp", 1, {}),
]


def scorer(units: int = 32, layers: int = 3) -> EdgeScorer:
    torch.manual_seed(0)
    network = EdgeScorer(layers, units).eval()
    with torch.no_grad():  # norms too, so that no part is neutral
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return network


def arrays_of(network: EdgeScorer) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in network.state_dict().items()}


@pytest.mark.parametrize(("kind", "stops", "options"), CASES)
@pytest.mark.parametrize("units", [16, 64])
def test_scores_are_those_of_torch(kind, stops, options, units):
    network = scorer(units)
    instance = ro.generate(kind, stops, seed=5, **options).instance()
    graph = edge_graph(instance)
    data = as_data(graph)
    with torch.no_grad():
        expected = network(data.x, data.edge_attr, data.edge_index, data.to_depot)
        logarithms = log_probabilities(expected, data.edge_index[0], len(data.x))
    arrays = arrays_of(network)
    np.testing.assert_allclose(forward(graph, arrays).reshape(-1, 2), expected.numpy(), atol=1e-4)
    found = edge_probabilities(instance, arrays)
    both = np.stack([found.behind, found.before], axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(both, logarithms.numpy(), atol=1e-4)
    np.testing.assert_array_equal(found.heads, graph.heads)


def test_large_inputs_do_not_overflow():
    network = scorer()
    arrays = {
        name: value * (30 if "nodes" in name or "edges" in name else 1)
        for name, value in arrays_of(network).items()
    }
    network.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    graph = edge_graph(ro.generate("cvrp", 30, seed=1).instance())
    data = as_data(graph)
    with torch.no_grad():
        expected = network(data.x, data.edge_attr, data.edge_index, data.to_depot).numpy()
        found = forward(graph, arrays).reshape(-1, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


SCORE = """
import numpy as np
import routeopt as ro
from routeopt.solvers.vrp.neural.edges import score_edges
arrays = dict(np.load({path!r}))
neighbours, score = score_edges(ro.generate("vrptw", 6, seed=1).instance(), arrays, 4)
"""


@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_the_kernel_does_the_same_as_python_and_stays_within_its_arrays(tmp_path, mode):
    path = str(tmp_path / "arrays.npz")
    np.savez(path, **arrays_of(scorer(16, 2)))
    here: dict = {}
    exec(SCORE.format(path=path), here)
    environment = {mode: "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    found = words_of(SCORE.format(path=path) + "print(*neighbours.ravel(), *score.ravel())", **environment)
    numbers = np.array(found, float).reshape(2, 6, 4)
    np.testing.assert_array_equal(numbers[0], here["neighbours"])
    np.testing.assert_allclose(numbers[1], here["score"], atol=1e-5)


@pytest.mark.parametrize("kind", ["cvrp", "vrptw", "streets"])
def test_neighbours_come_in_the_order_of_their_scores(kind):
    instance = ro.generate(kind, 30, seed=2).instance()
    arrays = arrays_of(scorer())
    neighbours, score = score_edges(instance, arrays, 8)
    found = edge_probabilities(instance, arrays, 8)
    assert neighbours.shape == score.shape == (30, 8)
    assert (np.diff(score, axis=1) <= 0).all()
    assert neighbours.min() >= instance.depots
    for probabilities in (found.behind, found.before):
        np.testing.assert_allclose(np.exp(probabilities).sum(axis=1), 1.0, rtol=1e-5)
    near = found.heads[:, instance.depots :].tolist()
    mean = ((np.exp(found.behind) + np.exp(found.before)) / 2)[:, instance.depots :]
    for row in range(30):
        for node, value in zip(neighbours[row].tolist(), score[row].tolist(), strict=True):
            other, stop = node - instance.depots, row + instance.depots
            opinions = mean[row, near[row].index(node)]
            if stop in near[other]:
                opinions += mean[other, near[other].index(stop)]
            assert np.exp(value) == pytest.approx(opinions / 2, rel=1e-5)


def test_half_precision_arrays_do(tmp_path):
    instance = ro.generate("cvrp", 30, seed=2).instance()
    arrays = arrays_of(scorer())
    halved = {name: value.astype(np.float16) for name, value in arrays.items()}
    np.testing.assert_allclose(
        edge_probabilities(instance, halved).behind, edge_probabilities(instance, arrays).behind, atol=0.2
    )


def test_arrays_of_something_else_are_refused():
    arrays = arrays_of(scorer())
    arrays["hidden.weight"] = arrays["hidden.weight"][:-1]
    del arrays["layers.1.of_nodes.bias"]
    with pytest.raises(ProblemError) as caught:
        network_of(arrays)
    assert len(caught.value.messages) == 2
    assert "'hidden.weight' is of shape (31, 32), not of shape (32, 32)" in str(caught.value)
    for other in ({}, {"a": np.zeros(3)}, arrays_of(scorer(24, 2)), arrays_of(scorer(16, 0))):
        with pytest.raises(ProblemError, match="weights: "):
            network_of(other)
