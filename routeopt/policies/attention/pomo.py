"""Training of the attention policy: by imitation at first, where there are labels, then from its own plans."""

from __future__ import annotations

import warnings
from dataclasses import asdict
from typing import Any

import torch
from rl4co.models import POMO
from tensordict import TensorDict
from torch import Tensor

from routeopt.envs.vrp import VRPEnv
from routeopt.policies.attention.config import AttentionConfig
from routeopt.policies.attention.policy import AttentionPolicy
from routeopt.policies.attention.rollout import Sampled, greedy, state
from routeopt.policies.attention.turned import turned
from routeopt.policies.attention.variants import RewardScale, variants


class MixedPOMO(POMO):
    """RL4CO's POMO (Kwon et al. 2020) for batches that mix variants.

    Plans for a problem start from different stops and are compared with each other; rewards are in the scale of their
    variant. Everything drawn depends on the seed and the number of the step alone, so that a run that was resumed
    goes on as it would have. Logs ``val/gap``, the mean excess of the best plans over the references in percent, and
    ``val/gap/VARIANT``.

    Parameters
    ----------
    config : AttentionConfig
        The configuration.
    """

    def __init__(self, config: AttentionConfig) -> None:
        policy = AttentionPolicy(config.network)
        with warnings.catch_warnings():  # that RL4CO saves all arguments; on_save_checkpoint undoes it
            warnings.filterwarnings(
                "ignore", "Attribute '(env|policy|baseline)' is an instance of `nn.Module`"
            )
            super().__init__(VRPEnv(), policy, num_augment=config.validation.augmentations)
        self.config = config
        self.scale = RewardScale(config.momentum)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep plain values alone; RL4CO would have whole objects pickled."""
        checkpoint["hyper_parameters"] = asdict(self.config)

    def setup(self, stage: str = "fit") -> None:
        """Leave problems to the data module."""

    def on_train_epoch_end(self) -> None:
        """Leave problems to the data module."""

    def configure_optimizers(self) -> Any:
        """Return Adam."""
        return torch.optim.Adam(
            self.policy.parameters(), lr=self.config.rate, weight_decay=self.config.weight_decay
        )

    def on_train_epoch_start(self) -> None:
        """Set the rate of the epoch, which no checkpoint decides: a run may be resumed for longer."""
        for group in self.optimizers().param_groups:
            group["lr"] = self._rate()

    def _rate(self) -> float:
        """Return the rate of imitation, or one that falls to a tenth twice towards the end."""
        config = self.config
        if self.current_epoch < config.imitation.epochs:
            return config.imitation.rate
        done = self.current_epoch / config.trainer.epochs
        if done < config.decay:
            return config.rate
        return config.rate * (0.1 if done < (1 + config.decay) / 2 else 0.01)

    def training_step(self, batch: TensorDict, batch_idx: int) -> Tensor:  # noqa: ARG002 - as Lightning calls it
        """Return the loss of a batch: of labels, where it has plans, or of the policy's own plans."""
        imitated = batch.get("plans", None) is not None
        loss, measures = self._imitated(batch) if imitated else self._rewarded(batch)
        self.log_dict(
            {f"train/{name}": value for name, value in measures.items()}, prog_bar=True, batch_size=len(batch)
        )
        return loss

    def _rewarded(self, batch: TensorDict) -> tuple[Tensor, dict[str, Tensor]]:
        td = self.env.reset(batch)
        chance = torch.Generator(self.device).manual_seed(self._seed())
        memory = self.policy.network.encode(td)
        starts = self.config.starts or self.env.get_num_starts(td)
        plans, likelihood = self.policy.plans(self.env, td, memory, Sampled(generator=chance), starts)
        reward = self.env.get_reward(state(td, starts), plans)
        scaled = self.scale(reward, variants(td))
        found = self.calculate_loss(td, batch, {}, scaled, likelihood)
        best = reward.max(-1).values.mean()
        return found["loss"], {"loss": found["loss"].detach(), "reward": reward.mean(), "best": best}

    def _imitated(self, batch: TensorDict) -> tuple[Tensor, dict[str, Tensor]]:
        td = self.env.reset(batch.exclude("plans", "decided"))
        memory = self.policy.network.encode(td)
        replayed = self.policy.replay(self.env, td, memory, batch["plans"].unsqueeze(1))
        loss = -replayed.likelihood.sum() / batch["decided"].sum()
        return loss, {"imitation": loss.detach()}

    def _seed(self) -> int:
        """Return a seed of this step on this device."""
        number = self.global_step * self.trainer.world_size + self.global_rank
        return int((self.config.trainer.seed * 1_000_003 + number) % 2**62)

    def validation_step(self, batch: TensorDict, batch_idx: int, dataloader_idx: int = 0) -> None:  # noqa: ARG002
        """Log the gaps of a batch, whose problems are all of one variant."""
        gap = 100 * (self.best_cost(batch.exclude("reference", "variant")) / batch["reference"] - 1)
        name = self.trainer.datamodule.names[int(batch["variant"][0])]
        for key in ("val/gap", f"val/gap/{name}"):
            self.log(key, gap.mean(), batch_size=len(batch), sync_dist=True, prog_bar=key == "val/gap")

    def best_cost(self, problems: TensorDict) -> Tensor:
        """Return the cost ``(B,)`` of the best greedy plan for each of some problems."""
        td = self.env.reset(problems)
        if self.num_augment > 1:
            td = turned(td)
        starts = self.config.validation.starts or self.env.get_num_starts(td)
        with torch.no_grad():
            memory = self.policy.network.encode(td)
            plans, _ = self.policy.plans(self.env, td, memory, greedy, starts)
        reward: Tensor = self.env.get_reward(state(td, starts), plans)
        return -reward.amax(-1).view(self.num_augment, -1).amax(0)
