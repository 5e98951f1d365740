"""Does this fit? What a loop is given is tried once before its first step, and what is wrong is said in a sentence.

A trial changes nothing: it is made in evaluation mode, with random numbers of its own, and no weight learns.
"""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.utils.data import DataLoader

from .errors import BadInput
from .modes import copy_of, evaluating, frozen, learning, place_of, plain
from .randomness import seeded
from .shapes import check_shown
from .tensors import check_module

#: How low and how high answers can be, by the gradient's name of the operation that made them.
_REACH = {
    "SigmoidBackward0": (0, 1),
    "TanhBackward0": (-1, 1),
    "ReluBackward0": (0, math.inf),
    "SoftplusBackward0": (0, math.inf),
    # layers that are linear reach everywhere, whatever signs their first weights happen to have
    **dict.fromkeys(("AddmmBackward0", "MmBackward0", "BmmBackward0", "BaddbmmBackward0"), (-math.inf, math.inf)),
    **dict.fromkeys(("ConvolutionBackward0", "NativeBatchNormBackward0"), (-math.inf, math.inf)),
}

#: Operations that change shape or place and leave every value what it is.
_SHAPING = ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Permute", "Transpose", "Clone", "ToCopy")

_WHERE_LOST = ": look for torch.no_grad(), detach() or .data inside the network"

#: In reals of so many numbers or more it is no accident that none is below 0.
_MANY = 64


def check_networks(generator: nn.Module, discriminator: nn.Module) -> None:
    """Raise BadInput unless both can learn, and can learn together."""
    for player, network in (("generator", generator), ("discriminator", discriminator)):
        check_module(network, f"the {player}")
        weights = list(network.parameters())
        if not weights:
            raise BadInput(f"the {player} has no weights, so that there is nothing to learn")
        _check_sizes(network, player)
        if any(weight.is_inference() for weight in weights):
            raise BadInput(f"the {player} was made under torch.inference_mode() and can't learn: make it outside")
    g, d = place_of(generator), place_of(discriminator)
    if g["device"] != d["device"]:
        raise BadInput(
            f"the generator is on {g['device']}, the discriminator on {d['device']}: move both to one device"
        )
    if g["device"].type == "meta":
        raise BadInput("both networks are on the device meta, where weights hold no numbers: make them on the CPU")
    if g["dtype"] != d["dtype"]:
        raise BadInput(
            f"the generator computes in {g['dtype']}, the discriminator in {d['dtype']}: bring both to one dtype, "
            "for example with .float()"
        )


def check_optimizer(optimizer: torch.optim.Optimizer, network: nn.Module, name: str, player: str) -> None:
    """Raise unless ``optimizer`` is one, holds all weights of ``network`` that learn, and none of another one."""
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"{name} must be an optimizer, such as torch.optim.Adam(...); got {optimizer!r}")
    if isinstance(optimizer, torch.optim.LBFGS):
        raise BadInput(f"{name} is an LBFGS, which computes a loss several times a step; a loop needs one such as Adam")
    held = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
    own = {id(weight): weight.requires_grad for weight in network.parameters()}
    if not {weight for weight, learns in own.items() if learns} <= held <= own.keys():
        raise BadInput(f"{name} must hold the {player}'s weights, all of them and no others")


def check_learns(network: nn.Module, player: str) -> None:
    """Raise BadInput where every weight of ``network`` is frozen."""
    if not any(weight.requires_grad for weight in network.parameters()):
        raise BadInput(
            f"every weight of the {player} is frozen (requires_grad=False), so that it can't learn: unfreeze some, or "
            f"let it rest with loop.updates_{player[0]} = 0"
        )


def latent_dim_of(generator: nn.Module, latent_dim: int | Iterable[int] | None) -> int | tuple[int, ...]:
    """``latent_dim``, or what the generator says of itself: the length of a noise vector, or the shape of one.

    Raises:
        TypeError: neither says it.
        BadInput: it is no length and no shape.
    """
    if latent_dim is None:
        latent_dim = getattr(generator, "latent_dim", None)
    if latent_dim is None:
        raise TypeError(
            "the generator has no attribute latent_dim: pass latent_dim=..., the length of a noise vector, or its "
            "shape, such as (100, 1, 1)"
        )
    try:
        shape = tuple(map(operator.index, latent_dim if isinstance(latent_dim, Iterable) else [latent_dim]))
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise BadInput(f"latent_dim is the length of a noise vector, or its shape; got {latent_dim!r}")
    return shape if len(shape) > 1 else shape[0]


def draw(
    draw_noise: Callable[..., torch.Tensor], count: int, latent_dim: int | tuple[int, ...], place: dict[str, Any]
) -> torch.Tensor:
    """Noise (count, ...) from ``draw_noise``, brought to ``place`` (see `gan_lesson.modes.place_of`).

    Raises:
        BadInput: it isn't ``count`` of anything.
    """
    shape = latent_dim if isinstance(latent_dim, tuple) else (latent_dim,)
    with _float32_by_default():  # or the same seed would give other numbers
        noise = draw_noise(count, *shape, device=place["device"])
    if not isinstance(noise, torch.Tensor) or noise.shape[:1] != (count,):
        got = tuple(noise.shape) if isinstance(noise, torch.Tensor) else type(noise).__name__
        raise BadInput(f"draw_noise was asked for {count} of noise, a tensor of shape ({count}, ...); it gave {got}")
    return noise.to(**place) if noise.is_floating_point() else noise.to(place["device"])


@contextmanager
def _float32_by_default() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def check_first_batch(
    generator: nn.Module,
    discriminator: nn.Module | None,
    real: torch.Tensor,
    noise: torch.Tensor,
    *,
    together: bool = False,
) -> None:
    """Try the networks on the first reals (N, ...) and as much noise; warn where the numbers look out of place.

    Args:
        discriminator: None where updates of the user's own call it, in ways that we can't know.
        together: whether it sees reals and fakes as one batch (2 N, ...).

    Raises:
        BadInput: they don't fit each other; the message says what would.
    """
    fake = try_generator(generator, noise)
    if real.shape[1:] != fake.shape[1:]:
        raise BadInput(
            f"a real has shape {tuple(real.shape[1:])}, a fake {tuple(fake.shape[1:])}: they must be the same"
            + _reshaping(real, fake)
        )
    for what, numbers in (("noise", noise), ("the generator's first fakes", fake)):
        if not numbers.isfinite().all():
            raise BadInput(f"{what} must be finite: NaN or infinite values are among them; no weight was changed")
    if not fake.requires_grad and any(weight.requires_grad for weight in generator.parameters()):
        raise BadInput(f"the generator can't learn, for its fakes have no gradient{_WHERE_LOST}")
    _warn_of_range(real, _reach(generator, noise, fake))
    if discriminator is not None:
        try_discriminator(discriminator, real, "reals")
        with frozen(discriminator):
            logits = try_discriminator(discriminator, fake.detach(), "fakes", warn=False)
        if not logits.requires_grad:
            raise BadInput(f"the discriminator gives the generator no gradient{_WHERE_LOST}")
        if together:
            try_discriminator(
                discriminator, torch.cat([real, fake.detach()]), "reals and fakes in one batch", warn=False
            )


def _check_sizes(network: nn.Module, player: str) -> None:
    if any(is_lazy(weight) for weight in network.parameters()):
        raise BadInput(f"the {player} has a lazy layer, which has no weights yet: send one batch through it first")


def try_generator(generator: nn.Module, noise: torch.Tensor) -> torch.Tensor:
    """The fakes (N, ...) that ``generator`` makes of ``noise`` (N, ...), in evaluation mode, with their gradient.

    Raises:
        BadInput: it can't; the message says why, and what may help.
    """
    _check_sizes(generator, "generator")
    try:
        fake = _tried(generator, noise)
    except Exception as error:
        raise BadInput(
            f"the generator can't take noise of shape {tuple(noise.shape)}{_because(error)}"
            f"{_other_noise(generator, noise)}"
        ) from error
    if not isinstance(fake, torch.Tensor) or fake.shape[:1] != noise.shape[:1]:
        raise BadInput(
            f"of {len(noise)} noise vectors the generator must make a tensor of {len(noise)} fakes, not {_told(fake)}"
        )
    return fake


def try_to_show(generator: nn.Module, noise: torch.Tensor, who: str) -> torch.Tensor:
    """What ``generator`` makes of ``noise`` (N, ...), in evaluation mode: images or points that ``who`` can show.

    Raises:
        BadInput: it takes other noise, or makes what can't be shown.
    """
    samples = try_generator(generator, noise.to(**place_of(generator, noise))).detach()
    check_shown(samples, who)
    return samples


def try_discriminator(
    discriminator: nn.Module, inputs: torch.Tensor, name: str = "images", *, warn: bool = True
) -> torch.Tensor:
    """The logits of ``inputs`` (N, ...), in evaluation mode; with ``warn``, a warning where they seem to be scores.

    Raises:
        BadInput: it can't, or its answer isn't one logit for each, (N, 1) or (N,); the message says what would help.
    """
    _check_sizes(discriminator, "discriminator")
    try:
        logits = _tried(discriminator, inputs)
    except Exception as error:
        raise BadInput(
            f"the discriminator can't take {name} of shape {tuple(inputs.shape)}{_because(error)}"
            f"{_other_inputs(discriminator, inputs)}"
        ) from error
    if not isinstance(logits, torch.Tensor) or logits.numel() != len(inputs):
        raise BadInput(
            f"the discriminator must answer {len(inputs)} {name} with one logit each, of shape (N, 1), not "
            f"{_told(logits)}: let it return logits alone, and end in a layer with one output"
        )
    if warn and _last_operation(logits) == "SigmoidBackward0":
        warnings.warn(
            "the discriminator ends in a Sigmoid, but the losses here take logits and apply the sigmoid themselves; "
            "applied twice, it keeps every score between 0.50 and 0.73. Leave the discriminator's last Sigmoid out.",
            stacklevel=2,
        )
    return logits


def check_last_batch(batches: Any, generator: nn.Module, discriminator: nn.Module | None, noise: torch.Tensor) -> None:
    """Raise BadInput where a DataLoader's last batch is a single real, of which the networks can't learn.

    Tried on copies in training mode, where BatchNorm wants more than one number a channel.
    """
    if not (isinstance(batches, DataLoader) and _left_over(batches) == 1):
        return
    try:
        with seeded(0, noise.device), torch.no_grad():
            fake = copy_of(generator).train()(noise[:1])
            if discriminator is not None:
                copy_of(discriminator).train()(fake)
    except Exception as error:
        raise BadInput(
            f"the last batch of this DataLoader holds a single real{_because(error)}. Give the DataLoader "
            "drop_last=True, or another batch_size."
        ) from error


@contextmanager
def telling_of_single_reals() -> Iterator[None]:
    """Inside the block BatchNorm's complaint about a batch of one becomes a sentence that says what to do."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise BadInput(
            "this batch holds a single real, and a BatchNorm needs two to learn: leave such a batch out, with "
            "drop_last=True for a DataLoader"
        ) from error


def _left_over(batches: DataLoader) -> int:
    """The reals in the last batch; 0 where nobody knows."""
    if not batches.batch_size:
        return 0
    if batches.drop_last or batches.batch_size == 1:
        return batches.batch_size
    try:
        return len(batches.sampler) % batches.batch_size or batches.batch_size
    except TypeError:  # a stream, whose length nobody knows
        return 0


def _tried(network: nn.Module, inputs: torch.Tensor) -> Any:
    network = plain(network)  # or a compiled one would compile a mode that no step needs
    with seeded(0, inputs.device), learning(), evaluating(network):
        asked = inputs.detach().clone()
        # the gradient tells the last operation; the copy of a copy may be changed in place by a network
        return network(asked.requires_grad_().clone() if asked.is_floating_point() else asked)


def _because(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f" ({type(error).__name__}{f': {lines[0][:300]}' if lines else ''})"


def _other_noise(generator: nn.Module, noise: torch.Tensor) -> str:
    """What noise the generator takes instead, as far as a few trials can tell."""
    length = noise[0].numel()
    for shape in ((length, 1, 1), (length,)):
        try:
            _tried(generator, noise.reshape(-1, *shape))
        except Exception:
            continue
        return f". It takes noise of shape (N, {', '.join(map(str, shape))}): pass latent_dim={_latent_dim(shape)}."
    return ""


def _latent_dim(shape: tuple[int, ...]) -> int | tuple[int, ...]:
    return shape if len(shape) > 1 else shape[0]


def _other_inputs(discriminator: nn.Module, inputs: torch.Tensor) -> str:
    try:
        _tried(discriminator, inputs.flatten(1))
    except Exception:
        return ""
    return ". It takes flat vectors: begin it with nn.Flatten()."


def _reshaping(real: torch.Tensor, fake: torch.Tensor) -> str:
    wanted = tuple(fake.shape[1:])
    if real.shape == wanted:
        return (
            ". It looks as if a batch were a single real: let torch.utils.data.DataLoader(data, batch_size=64, "
            "shuffle=True) make batches of the data."
        )
    if real[0].numel() != fake[0].numel():
        return ""
    if real.ndim == 4 and real.movedim(3, 1).shape[1:] == wanted:
        return ". The reals have their channels last: bring them to (N, C, H, W), with .permute(0, 3, 1, 2)."
    if real.ndim < fake.ndim:
        return f". They hold as many numbers: bring the reals to it, with .reshape(-1, {', '.join(map(str, wanted))})."
    return f". They hold as many numbers: end the generator in nn.Unflatten(1, {tuple(real.shape[1:])})."


def _warn_of_range(real: torch.Tensor, reach: tuple[float, float]) -> None:
    """Warn where fakes can't be where the reals are: which side a number comes from then gives a fake away."""
    least, most = real.min().item(), real.max().item()
    many = real[0].numel() >= _MANY
    slack = 1e-3 if many else (most - least) / 4  # points may lie a little outside
    out_of_reach = least < reach[0] - slack or most > reach[1] + slack
    reals_are_half = many and reach == (-1, 1) and 0 <= least < most <= 1
    if out_of_reach or reals_are_half:
        end = f"to {reach[1]}" if math.isfinite(reach[1]) else "up"
        warnings.warn(
            f"reals and fakes differ in range: these reals go from {least:.3g} to {most:.3g}, the generator's last "
            f"layer from {reach[0]} {end}, and the discriminator can tell them apart by that alone. Bring the reals to "
            "[-1, 1] (2 * images - 1, of images in [0, 1]), and end the generator in nn.Tanh().",
            stacklevel=2,
        )


def _reach(generator: nn.Module, noise: torch.Tensor, fake: torch.Tensor) -> tuple[float, float]:
    """How low and how high the numbers of fakes can be, as far as the generator's end, or one far trial, tells."""
    known = _REACH.get(_last_operation(fake))
    if known or not noise.is_floating_point():
        return known or (-math.inf, math.inf)
    # as far out as no noise is, to both sides, so that neither a bias nor noise of one sign keeps all numbers above 0
    far = torch.cat([_tried(generator, side * noise).detach() for side in (100, -100)])
    return (0 if far.min() >= 0 and far.max() - far.min() > 0.5 else -math.inf), math.inf


def _last_operation(answer: torch.Tensor) -> str:
    """The name of the gradient of what computed the values of ``answer``, whatever reshaped them afterwards."""
    step = answer.grad_fn
    while step is not None and step.name().startswith(_SHAPING) and step.next_functions:
        step = step.next_functions[0][0]
    return "" if step is None else step.name()


def _told(answer: Any) -> str:
    return f"shape {tuple(answer.shape)}" if isinstance(answer, torch.Tensor) else f"a {type(answer).__name__}"
