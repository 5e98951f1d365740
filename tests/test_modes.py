import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

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


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize(
    "norm",
    [nn.utils.spectral_norm, nn.utils.weight_norm, parametrizations.spectral_norm, parametrizations.weight_norm],
    ids=lambda norm: f"{norm.__module__}.{norm.__name__}",
)
def test_a_copy_shares_nothing_with_a_normed_network_that_has_been_used(norm):
    network = nn.Sequential(norm(nn.Linear(2, 4)), nn.ReLU(), norm(nn.Linear(4, 1)))
    inputs = torch.randn(3, 2)
    network(inputs)  # which leaves weights behind that were computed
    copied = modes.copy_of(network)
    expected = modes.in_evaluation(network, inputs)
    assert torch.equal(modes.in_evaluation(copied, inputs), expected)
    for weight in copied.parameters():
        nn.init.zeros_(weight)
    copied.train()(inputs).sum().backward()
    assert torch.equal(modes.in_evaluation(network, inputs), expected)
    assert all(weight.grad is None for weight in network.parameters())


def test_a_copy_leaves_out_what_a_network_remembers_of_how_it_computed():
    network = nn.Linear(2, 1)
    network.seen = {"last": [network(torch.ones(1, 2))]}
    copied = modes.copy_of(network)
    assert torch.equal(copied.seen["last"][0], network.seen["last"][0])
    assert copied.seen["last"][0].grad_fn is None


def test_a_compiled_network_is_copied_as_the_network_that_it_is():
    network = nn.Linear(2, 1)
    compiled = torch.compile(network, backend="eager")
    assert modes.plain(compiled) is modes.plain(network) is network
    copied = modes.copy_of(compiled)
    assert type(copied) is nn.Linear and copied.weight is not network.weight
    assert copied.state_dict().keys() == network.state_dict().keys()


def test_a_copy_made_under_inference_mode_may_learn():
    network = nn.Linear(2, 1)
    with torch.inference_mode():
        copied = modes.copy_of(network)
    copied(torch.ones(1, 2)).sum().backward()
    assert copied.weight.grad is not None


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (nn.Linear(2, 1).double(), torch.float64),
        (nn.Sequential(nn.Flatten(), nn.Linear(2, 1).bfloat16()), torch.bfloat16),
        (nn.Flatten(), torch.float32),
        (nn.BatchNorm1d(3, affine=False).half(), torch.float16),
    ],
)
def test_the_place_of_a_network_is_where_its_numbers_lie(network, expected):
    assert modes.place_of(network) == {"device": torch.device("cpu"), "dtype": expected}
    assert modes.place_of(network, torch.zeros(1, dtype=torch.long)) == {"device": torch.device("cpu")}
    assert modes.place_of(network.to("meta"))["device"].type == ("cpu" if type(network) is nn.Flatten else "meta")


def test_inputs_go_to_the_networks_dtype():
    assert modes.in_evaluation(nn.Linear(2, 1), torch.zeros(3, 2).double()).dtype == torch.float32


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_inside_the_block_gradients_are_computed_whatever_the_program_has_set(off):
    weight = torch.ones(1, requires_grad=True)
    with off():
        with modes.learning():
            (2 * weight).backward()
        assert not torch.is_grad_enabled()
    assert weight.grad.item() == 2
