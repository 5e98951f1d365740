import pytest
import torch
from torch import nn

from gan_lesson import modes


@pytest.fixture
def network():
    network = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 1)))
    network[2][0].eval()  # someone's own choice, which must survive
    network[0].bias.requires_grad_(False)  # and another
    return network


@pytest.mark.parametrize("problem", [None, KeyboardInterrupt])
def test_a_network_is_evaluating_inside_the_block_and_each_layer_in_its_own_mode_afterwards(network, problem):
    before = [layer.training for layer in network.modules()]
    assert len(set(before)) == 2
    try:
        with modes.evaluating(network) as same:
            assert same is network
            assert not any(layer.training for layer in network.modules())
            if problem:
                raise problem
    except KeyboardInterrupt:
        pass
    assert [layer.training for layer in network.modules()] == before


@pytest.mark.parametrize("problem", [None, KeyboardInterrupt])
def test_a_network_is_frozen_inside_the_block_and_only_there(network, problem):
    before = [weight.requires_grad for weight in network.parameters()]
    try:
        with modes.frozen(network):
            assert not any(weight.requires_grad for weight in network.parameters())
            if problem:
                raise problem
    except KeyboardInterrupt:
        pass
    assert [weight.requires_grad for weight in network.parameters()] == before


def test_an_answer_in_evaluation_mode_is_without_dropout_and_gradients(network):
    inputs = torch.randn(3, 2)
    answers = modes.in_evaluation(network, inputs)
    assert torch.equal(answers, modes.in_evaluation(network, inputs))
    assert not answers.requires_grad
    assert network.training


@pytest.mark.parametrize("was_training", [True, False])
def test_the_mode_comes_back_after_an_error(network, was_training):
    network.train(was_training)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        modes.in_evaluation(network, torch.zeros(1, 3))
    assert network.training == was_training
