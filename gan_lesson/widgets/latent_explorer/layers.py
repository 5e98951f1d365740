"""A network as a list of layers that the browser can compute, or the reason why it can't."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from ... import models

_PLACE = {"device": "cpu", "dtype": torch.float32}  # whatever the session's defaults


class UnknownLayer(ValueError):
    """The browser can't compute this network; the message says which part of it."""


@torch.no_grad()
def describe(network: nn.Module, shape: tuple[int, ...]) -> list[dict]:
    """The layers of ``network`` for ``forward`` of index.js, in order, with float32 weights.

    Args:
        network: an ``nn.Sequential``, or a module that runs the ``nn.Sequential`` in its attribute ``layers``; in
            evaluation mode, on the CPU.
        shape: of one input, such as (latent_dim,) or (1, 28, 28).

    What changes no value (Flatten, Unflatten, dropout in evaluation) is left out: the browser keeps flat arrays, and
    each layer carries the shapes that it needs.

    Raises:
        UnknownLayer: there is a layer of another kind, or ``forward`` does more than run the layers.
    """
    stack = network if isinstance(network, nn.Sequential) else getattr(network, "layers", None)
    if not isinstance(stack, nn.Sequential):
        raise UnknownLayer(f"{type(network).__name__} is no nn.Sequential and has none in its attribute `layers`")
    start = torch.randn(2, *shape, generator=torch.Generator("cpu").manual_seed(0), **_PLACE)
    start[1] *= 4  # as far out as the sliders reach: forward may cut off what lies there
    values = start
    described = []
    for layer in _one_by_one(stack):
        kind = _KINDS.get(type(layer))
        if kind is None:
            raise UnknownLayer(f"the browser doesn't know the layer {layer}")
        before, values = values, _run(layer, values)
        description = kind(layer, tuple(before.shape[1:]), tuple(values.shape[1:]))
        if description:
            described.append(description)
    whole = network(start)
    if whole.numel() != values.numel() or not torch.allclose(whole.flatten(), values.flatten(), atol=1e-5):
        raise UnknownLayer(f"forward of {type(network).__name__} does more than run its layers")
    return described


def _one_by_one(stack: nn.Sequential) -> Iterator[nn.Module]:
    for layer in stack:
        if type(layer) is nn.Sequential:
            yield from _one_by_one(layer)
        else:
            yield layer


def _run(layer: nn.Module, values: torch.Tensor) -> torch.Tensor:
    try:
        return layer(values)
    except (RuntimeError, ValueError) as error:  # forward of the network does something to its input before
        raise UnknownLayer(f"{layer} alone doesn't fit its input: {error}") from error


# Each of the following describes a layer that turns values of shape `before` into shape `after` (without N).


def _linear(layer: nn.Linear, before: tuple, after: tuple) -> dict:
    if len(before) != 1:
        raise UnknownLayer(f"the browser knows {layer} for flat values alone, not for shape {before}")
    return {"kind": "linear", "weight": layer.weight, "bias": _bias(layer, len(layer.weight))}


def _convolution(layer: nn.Conv2d | nn.ConvTranspose2d, before: tuple, after: tuple) -> dict:
    plain = layer.dilation == (1, 1) and layer.groups == 1 and layer.padding_mode == "zeros"
    if not plain or isinstance(layer.padding, str):
        raise UnknownLayer(f"the browser doesn't know this kind of convolution: {layer}")
    return {
        "kind": "transposed convolution" if layer.transposed else "convolution",
        "weight": layer.weight,
        "bias": _bias(layer, layer.out_channels),
        "stride": layer.stride,
        "padding": layer.padding,
        "before": before,
        "after": after,
    }


def _batch_norm(layer: nn.BatchNorm1d | nn.BatchNorm2d, before: tuple, after: tuple) -> dict:
    if layer.running_mean is None:
        raise UnknownLayer(f"{layer} keeps no running statistics, so that one image depends on the rest of its batch")
    weight = 1 if layer.weight is None else layer.weight.double()
    bias = 0 if layer.bias is None else layer.bias.double()
    scale = weight / (layer.running_var.double() + layer.eps).sqrt()
    return {"kind": "scale and shift", "scale": scale, "shift": bias - layer.running_mean.double() * scale}


def _group_norm(layer: nn.GroupNorm, before: tuple, after: tuple) -> dict:
    ones = torch.ones(layer.num_channels, **_PLACE)
    return {
        "kind": "group norm",
        "groups": layer.num_groups,
        "eps": layer.eps,
        "scale": ones if layer.weight is None else layer.weight,
        "shift": ones - ones if layer.bias is None else layer.bias,
    }


def _truncation(layer: models.Truncation, before: tuple, after: tuple) -> dict:
    ones = torch.ones(before[0], **_PLACE)
    return {"kind": "scale and shift", "scale": layer.factor * ones, "shift": ones - ones}


def _nothing(layer: nn.Module, before: tuple, after: tuple) -> None:
    pass


def _bias(layer: nn.Module, count: int) -> torch.Tensor:
    return torch.zeros(count, **_PLACE) if layer.bias is None else layer.bias


_KINDS = {
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.ConvTranspose2d: _convolution,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.GroupNorm: _group_norm,
    nn.LeakyReLU: lambda layer, before, after: {"kind": "leaky relu", "slope": layer.negative_slope},
    nn.ReLU: lambda layer, before, after: {"kind": "leaky relu", "slope": 0.0},
    nn.Tanh: lambda layer, before, after: {"kind": "tanh"},
    nn.Sigmoid: lambda layer, before, after: {"kind": "sigmoid"},
    nn.Flatten: _nothing,
    nn.Unflatten: _nothing,
    nn.Identity: _nothing,
    nn.Dropout: _nothing,
    nn.Dropout2d: _nothing,
    models.PatchConv: _convolution,
    models.PaintingConv: _convolution,
    models.Dropout: _nothing,
    models.Truncation: _truncation,
}
