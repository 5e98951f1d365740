"""Weights go into a network whole or not at all, and what doesn't fit is said in words."""

import argparse
import copy
import zipfile

import pytest
import torch
from torch import nn

from gan_lesson import weights
from gan_lesson.errors import BadInput
from gan_lesson.tensorfile import CheckpointError


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda own: own.pop("0.bias"), "'0.bias' of the network are not in it"),
        (lambda own: own.clear(), "'0.bias', '0.weight', '1.bias' and 4 more of the network are not in it"),
        (
            lambda own: own.update(x=own.pop("0.bias")),
            "'0.bias' of the network are not in it, and the network has no 'x'",
        ),
        (lambda own: own.update({"0.bias": torch.ones(1, 3)}), "its 0.bias has the shape (1, 3), the network's (3,)"),
        (
            lambda own: own.update({"0.bias": torch.ones(3).int()}),
            "its 0.bias is of type torch.int32, the network's of torch.float32",
        ),
        (lambda own: own.update({"0.bias": torch.ones(3).to_sparse()}), "its 0.bias is no plain tensor"),
        (lambda own: own.update({"0.bias": 3}), "its 0.bias is no plain tensor"),
        (lambda own: own.update({"0.bias": torch.ones(3).half()}), None),
    ],
)
def test_what_does_not_fit_is_said_in_words(same, change, message):
    own, into = network().state_dict(), network()
    before = copy.deepcopy(into.state_dict())
    changed = dict(own)
    change(changed)
    assert weights.misfit(changed, own) == message
    if message:
        with pytest.raises(BadInput):
            weights.put(changed, into)
        assert same(into.state_dict(), before)


class Fussy(nn.Sequential):
    """A network that refuses when half of it has been filled."""

    def load_state_dict(self, state, *arguments, **options):
        super().load_state_dict(state, *arguments, **options)
        if state["0.bias"][0] > 100:
            raise AssertionError("too much")


def test_a_network_that_refuses_at_the_last_moment_stays_as_it_was(same):
    into = Fussy(*network())
    before = copy.deepcopy(into.state_dict())
    with pytest.raises(BadInput, match="too much"):
        weights.put({**before, "0.bias": torch.full((3,), 200.0)}, into)
    assert same(into.state_dict(), before)


def test_weights_are_copies(same):
    own, into = network().state_dict(), network()
    weights.put(own, into)
    own["0.bias"].fill_(7)
    assert not (into[0].bias == 7).any()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: nn.Sequential(nn.LazyLinear(3)), "its lazy layers know no shapes before their first forward pass"),
        (lambda: network().to("meta"), "it has no room for weights, being on the device meta"),
    ],
)
def test_a_network_that_can_hold_no_weights_yet_says_why(build, message):
    own = network().state_dict()
    with pytest.raises(BadInput, match=message):
        weights.put(own, build())
    with pytest.raises(BadInput, match=message):
        weights.put_fitting({"": own}, build())


def test_weights_without_numbers_are_none():
    own = network().state_dict()
    with pytest.raises(BadInput, match="is no plain tensor"):
        weights.put({name: value.to("meta") for name, value in own.items()}, network())


def test_sets_of_weights_may_stand_in_a_list(tmp_path):
    torch.save((network().state_dict(), {"x": torch.ones(2)}), tmp_path / "both.pth")
    assert {name: set(one) for name, one in weights.read_any(tmp_path / "both.pth").items()} == {
        "0": set(network().state_dict()),
        "1": {"x"},
    }


def test_what_is_more_than_weights_is_named(tmp_path):
    torch.save({"netG": network().state_dict(), "options": argparse.Namespace(lr=1)}, tmp_path / "zoo.pth")
    with pytest.raises(CheckpointError, match=r"nothing in it was run \(it holds argparse\.Namespace\)"):
        weights.read_any(tmp_path / "zoo.pth")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_an_archive_that_unpacks_to_more_than_it_is_is_not_opened(tmp_path, packed):
    torch.save({"0.bias": torch.zeros(1_000_000)}, tmp_path / "whole.pth")
    with zipfile.ZipFile(tmp_path / "whole.pth") as whole, zipfile.ZipFile(tmp_path / "bomb.pth", "w", packed) as bomb:
        for name in whole.namelist():
            bomb.writestr(name, whole.read(name))
    with pytest.raises(CheckpointError, match=r"bomb\.pth is no file of torch\.save: its contents are packed"):
        weights.read_any(tmp_path / "bomb.pth")


def test_a_torchscript_archive_is_not_opened(tmp_path):
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as file:
        file.writestr("script/constants.pkl", b"\x80\x02).")
        file.writestr("script/data.pkl", b"\x80\x02}.")
        file.writestr("script/code/__torch__.py.debug_pkl", b"\x80\x02).", zipfile.ZIP_DEFLATED)  # torch.jit packs it
    with pytest.raises(CheckpointError, match=r"script\.pt is a TorchScript archive, which holds code: not read"):
        weights.read_any(tmp_path / "script.pt")


@pytest.mark.parametrize("kept", [0.99, 0.5, 0.05])
@pytest.mark.parametrize("old", [False, True])
def test_half_a_file_is_one_clear_error(tmp_path, kept, old):
    torch.save(network().state_dict(), tmp_path / "whole.pth", _use_new_zipfile_serialization=not old)
    content = (tmp_path / "whole.pth").read_bytes()
    (tmp_path / "half.pth").write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CheckpointError, match=r"half\.pth .*damaged") as caught:
        weights.read_any(tmp_path / "half.pth")
    assert "\n" not in str(caught.value)
