"""What the tests look at of the players, and what teaches them."""

import torch
from torch import nn
from torch.utils.data import TensorDataset


def weights(*networks: nn.Module) -> list[torch.Tensor]:
    return [weight.detach().clone() for network in networks for weight in network.parameters()]


def sgd(network: nn.Module, rate: float = 0.1) -> torch.optim.SGD:
    return torch.optim.SGD(network.parameters(), lr=rate)


def points(count: int = 12) -> TensorDataset:
    return TensorDataset(torch.linspace(-1, 1, 2 * count).view(count, 2), torch.arange(count))
