"""The state of a loop that was read from a file, held against the loop that is to go on from it before it changes."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch

from .errors import BadInput
from .training import AdversarialLoop
from .weights import misfit

#: What PyTorch keeps of optimizers that no step without a loss, or on gradients of the usual kind, can be tried with.
_UNTRIED = (torch.optim.LBFGS, torch.optim.SparseAdam)


def check(state: Any, loop: AdversarialLoop, present: dict[str, Any]) -> dict[str, Any]:
    """A state as `AdversarialLoop.load_state_dict` takes it, if ``loop`` can go on from it; ``loop`` stays as it is.

    Args:
        state: what ``loop.state_dict()`` gave, after it has been through JSON.
        present: ``loop.state_dict()``, as it is now.

    Raises:
        BadInput: it can't; the message says what doesn't fit.
    """
    _demand(isinstance(state, dict), "it holds no state of a loop")
    for name in present:
        _demand(name in state, f"it lacks the loop's {name}")
    for name in ("generator", "discriminator", "averaged", "optimizer_g", "optimizer_d", "random"):
        _demand(isinstance(state[name], dict), f"the loop's {name} in it is no state")
    if bool(state["averaged"]) != (loop.averaged is not None):
        raise BadInput("one of the two loops keeps a moving average of the generator and the other does not")
    for player in ("generator", "discriminator", "averaged"):
        if problem := misfit(state[player], present[player]):
            whose = "the average of the generator" if player == "averaged" else f"the {player}"
            raise BadInput(f"{whose} is another one: {problem}")
    for name in ("number", "images_seen"):
        _demand(
            type(state[name]) is int and 0 <= state[name] < 2**63, f"{name} must be a count, not {state[name]!r:.40}"
        )
    _check_rates(state["rates"], present["rates"])
    _check_random(state["random"], loop)
    optimizers = {name: _checked(state[name], getattr(loop, name), name) for name in ("optimizer_g", "optimizer_d")}
    return {**state, **optimizers}


def _demand(condition: bool, problem: str) -> None:
    if not condition:
        raise BadInput(problem)


def _check_rates(rates: Any, present: list[list[float]]) -> None:
    shapes = [len(one) if isinstance(one, list) else None for one in rates] if isinstance(rates, list) else None
    _demand(shapes == [len(one) for one in present], "its learning rates are those of other optimizers")
    for rate in (rate for one in rates for rate in one):
        _demand(_is_number(rate) and rate >= 0, f"a learning rate is a number from 0 up, not {rate!r:.40}")


def _check_random(random: dict[str, Any], loop: AdversarialLoop) -> None:
    _demand("cpu" in random, "it lacks the state of the random stream")
    for kind in ("cpu", loop.device.type):
        if kind in random:
            try:
                torch.Generator("cpu" if kind == "cpu" else loop.device).set_state(random[kind].cpu())
            except (RuntimeError, TypeError, AttributeError) as error:
                raise BadInput(f"the state of its random stream is none: {error}") from None


def _checked(state: dict[str, Any], optimizer: torch.optim.Optimizer, name: str) -> dict[str, Any]:
    """An optimizer's state with the numbers of its weights as numbers again, which JSON turned into text."""
    own = optimizer.state_dict()
    groups, kept = state.get("param_groups"), state.get("state")
    _demand(isinstance(groups, list) and all(isinstance(one, dict) for one in groups), f"{name} has no groups")
    _demand(isinstance(kept, dict) and all(isinstance(one, dict) for one in kept.values()), f"{name} has no state")
    held, own_held = ([group.get("params") for group in one] for one in (groups, own["param_groups"]))
    same = all(isinstance(one, list) and all(type(number) is int for number in one) for one in held)
    _demand(same and held == own_held, f"{name} was saved for other weights than the loop's")
    numbers = {str(number): number for group in groups for number in group["params"]}
    _demand(kept.keys() <= numbers.keys(), f"{name} has a state of weights that it doesn't hold")
    for saved, present in zip(groups, own["param_groups"], strict=True):
        for key, value in saved.items():
            _check_setting(value, present.get(key), f"{name}'s {key}")
    state = {"state": {numbers[text]: one for text, one in kept.items()}, "param_groups": groups}
    if type(optimizer).__module__.startswith("torch.optim") and not isinstance(optimizer, _UNTRIED):
        _check_kept(state, optimizer, name)
    return state


def _check_setting(value: Any, present: Any, name: str) -> None:
    for one in value if isinstance(value, list) else [value]:
        _demand(not isinstance(one, float) or math.isfinite(one), f"{name} is {value!r:.40}")
    if _is_number(present):
        _demand(_is_number(value) or isinstance(value, torch.Tensor), f"{name} must be a number, not {value!r:.40}")


def _check_kept(state: dict[str, Any], optimizer: torch.optim.Optimizer, name: str) -> None:
    """Hold what an optimizer of PyTorch's keeps of each weight against what it keeps after a step on a copy of them."""
    trial = copy.deepcopy(optimizer)
    kind = type(optimizer).__name__
    try:
        trial.load_state_dict({"state": {}, "param_groups": copy.deepcopy(state["param_groups"])})
        # PyTorch doesn't check it
        if any(set(trial.defaults) - set(group) for group in trial.param_groups):
            raise BadInput(f"{name} was saved as another kind of optimizer than {kind}")
        for weight in (weight for group in trial.param_groups for weight in group["params"]):
            weight.requires_grad_(True).grad = torch.zeros_like(weight)
        trial.step()
    except BadInput:
        raise
    except Exception as error:  # whatever a wrong setting does to it
        raise BadInput(f"{name} was saved with settings that {kind} can't work with: {error}") from error
    expected = trial.state_dict()["state"]
    for number, kept in state["state"].items():
        wanted = expected.get(number, {})
        more = [key for key, value in kept.items() if value is not None and key not in wanted]
        _demand(not more, f"{name} was saved as another kind of optimizer than {kind}")
        for key, value in wanted.items():
            _check_value(kept.get(key), value, f"{name}'s {key} of weight {number}")


def _check_value(value: Any, expected: Any, name: str) -> None:
    if not isinstance(expected, torch.Tensor):
        return
    if expected.ndim == 0 and _is_number(value):  # as older versions of PyTorch count their steps
        value = torch.tensor(float(value))
    _demand(isinstance(value, torch.Tensor), f"it lacks {name}")
    _demand(
        value.shape == expected.shape,
        f"{name} has the shape {tuple(value.shape)}, and should have {tuple(expected.shape)}",
    )
    _demand(value.is_floating_point() == expected.is_floating_point(), f"{name} is of type {value.dtype}")
    if expected.ndim == 0:
        _demand(bool(value.isfinite()) and value >= 0, f"{name} is {value.item()}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
