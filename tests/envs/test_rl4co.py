"""RL4CO's own models, unmodified, learn on the environment."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")
pytest.importorskip("rl4co", reason="rl4co is not installed: pip install 'routeopt[neural]'")

from routeopt.envs.embeddings import policy_kwargs  # noqa: E402
from routeopt.envs.generators import Mixed  # noqa: E402
from routeopt.envs.vrp import VRPEnv  # noqa: E402

SMALL = {"num_encoder_layers": 1, "num_heads": 4, "feedforward_hidden": 32}
DATA = {
    "batch_size": 8, "train_data_size": 16, "val_data_size": 8, "test_data_size": 8, "dataloader_num_workers": 0,
}  # fmt: skip


# What RL4CO, Lightning and torch say of their own doings:
@pytest.mark.filterwarnings(
    "ignore:Attribute '(env|policy|baseline)' is an instance of `nn.Module`:UserWarning",
    "ignore:.isinstance.treespec, LeafSpec.. is deprecated",
    "ignore:Found [0-9]+ module.s. in eval mode",
    "ignore:The '.*_dataloader' does not have many workers",
)
@pytest.mark.parametrize("variants", [["cvrp", "ovrpbltw", "vrpmbtw"], ["mdcvrp", "mdovrpbltw"]])
@pytest.mark.parametrize("name", ["AttentionModel", "POMO"])
def test_rl4co_models_train(name, variants):
    import rl4co.models
    from rl4co.utils.trainer import RL4COTrainer

    torch.manual_seed(0)
    env = VRPEnv(Mixed((4, 6), variants), seed=0)
    policy = {**SMALL, **policy_kwargs(32)}
    model = getattr(rl4co.models, name)(env, policy_kwargs=policy, **DATA)
    before = {key: value.clone() for key, value in model.policy.state_dict().items()}
    trainer = RL4COTrainer(
        max_epochs=1, accelerator="cpu", precision="32-true", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(model)
    assert torch.isfinite(trainer.callback_metrics["train/loss"])
    assert trainer.callback_metrics["val/reward"] < 0
    changed = [key for key, value in model.policy.state_dict().items() if not torch.equal(value, before[key])]
    assert {"encoder.init_embedding.depot.weight", "decoder.context_embedding.project.weight"} <= set(changed)
