"""What any function may do instead of what an exercise asks for: every check has an answer to it, in words."""

import inspect
import sys

import numpy as np
import pytest
import torch
from torch import nn

from gan_lesson import checks, data, latent, metrics, toy
from tests.checks.answering import fails, not_written


class OwnError(Exception):
    """What a learner's own code may raise."""


class Unreadable:
    """A thing of which nothing is known."""


def raises_its_own(*_):
    raise OwnError("out of luck")


def calls_itself(*arguments):
    return calls_itself(*arguments)


def misspelt(*_):
    return recieved_images  # noqa: F821


def ends_the_program(*_):
    sys.exit()


def yields(*_):
    yield torch.zeros(1)


async def waits(*_):
    return torch.zeros(1)


def says_nothing(*_):
    raise AssertionError


class Network(nn.Module):
    """A network with weights whose forward does something other than it should."""

    def __init__(self, forward):
        super().__init__()
        self.layer, self.does = nn.Linear(1, 1), forward

    def forward(self, inputs):
        return self.does(inputs)


GIVES = {
    "nothing": None,
    "a string": "0.5",
    "a number": 0.5,
    "a whole number": 3,
    "no number": float("nan"),
    "a truth value": True,
    "a huge whole number": 10**400,
    "an infinite number": float("inf"),
    "a complex number": 1j,
    "a class": nn.Linear,
    "a thing of its own": Unreadable(),
    "an empty list": [],
    "a list of numbers": [0.5, 0.5],
    "two Nones": (None, None),
    "two strings": ("a", "b"),
    "a dictionary": {"a": torch.zeros(1)},
    "a set": {1, 2},
    "an array": np.zeros((3, 1)),
    "a number of numpy": np.float32(0.5),
    "an empty tensor": torch.zeros(0),
    "a tensor of no dimension": torch.tensor(0.5),
    "a tensor of NaN": torch.full((3, 1), float("nan")),
    "whole numbers": torch.zeros(3, 1, dtype=torch.long),
    "truth values": torch.zeros(3, 1, dtype=torch.bool),
    "complex numbers": torch.zeros(3, 1, dtype=torch.complex64),
    "doubles": torch.zeros(3, 1, dtype=torch.float64),
    "a tensor with a gradient": torch.zeros(3, 1, requires_grad=True),
    "a tensor that is nowhere": torch.zeros(3, 1, device="meta"),
    "a sparse tensor": torch.zeros(3, 1).to_sparse(),
    "five dimensions": torch.zeros(1, 1, 1, 1, 1),
    "a list of tensors": [torch.zeros(3, 1), torch.zeros(3, 1)],
    "tensors of no dimension": (torch.tensor(1.0), torch.tensor(0.0)),
    "one pair in a list": [(torch.tensor(1.0), torch.tensor(0.0))],
    "pairs of strings": [("a", "b"), ("c", "d")],
    "a network": Network(lambda inputs: inputs),
    "a network that gives nothing": Network(lambda inputs: None),
    "a network that gives a tuple": Network(lambda inputs: (inputs, inputs)),
    "a network that raises": Network(raises_its_own),
    "a network that ends the program": Network(ends_the_program),
    "a network that calls itself": Network(calls_itself),
    "a network that gives no numbers": Network(lambda inputs: inputs * float("nan")),
    "a network that gives one number": Network(lambda inputs: inputs.sum()),
    "a network on no device": nn.Linear(1, 1, device="meta"),
    "a network without a forward": nn.ModuleList([nn.Linear(1, 1)]),
    "a network that is lazy": nn.LazyLinear(1),
}
DOES = {
    "takes nothing": lambda: None,
    "takes eight things": lambda a, b, c, d, e, f, g, h: None,
    "raises an error of its own": raises_its_own,
    "raises without a word": says_nothing,
    "calls itself": calls_itself,
    "uses a name that isn't there": misspelt,
    "ends the program": ends_the_program,
    "is async": waits,
    "yields": yields,
    "isn't written": not_written,
    "is a class": Unreadable,
    "is a network": nn.Linear(1, 1),
    "is torch's": torch.zeros,
}
MISHAPS = DOES | {f"gives {name}": lambda *_, value=value: value for name, value in GIVES.items()}
CHECKS = [f"check_{name}" for names in checks.exercises().values() for name in names]


def answers(check, answer):
    return [answer] * len(inspect.signature(check).parameters)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_mishap_is_answered_in_words(check, mishap):
    check = getattr(checks, check)
    said = fails(check, *answers(check, MISHAPS[mishap]))
    assert said.strip() and "Traceback" not in said and "check_" not in said


@pytest.mark.parametrize("check", CHECKS)
def test_the_stop_button_stops_every_check(check):
    def pressed(*_):
        raise KeyboardInterrupt

    check = getattr(checks, check)
    with pytest.raises(KeyboardInterrupt):
        check(*answers(check, pressed))


def clouds(fakes, centres):
    return ((torch.cdist(fakes, centres) < 0.15).sum(dim=0) >= len(fakes) / len(centres) / 5).sum()


def find_z(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        (generator(z) - picture).square().sum().backward()
        optimizer.step()
    return z.detach()


#: Answers that are right and give tensors.
RIGHT = {
    "probability_fake": lambda score: 1 - score,
    "clouds": clouds,
    "points": toy.ring,
    "to_range": data.to_range,
    "labels": lambda pictures: (
        torch.ones(len(pictures), 1, device=pictures.device),
        pictures.new_zeros(len(pictures), 1),
    ),
    "noise": torch.randn,
    "to_scores": torch.sigmoid,
    "price": lambda score, label: -torch.tensor(score if label else 1 - score, dtype=torch.float64).log(),
    "slope": lambda loss, logit: torch.func.grad(loss.generator)(torch.tensor(logit)),
    "slerp": lambda start, end, share: latent.slerp(start, end, 101)[round(100 * share)],
    "turn_into": latent.turn_into,
    "find_z": find_z,
    "frechet": lambda one, other: (one.mean() - other.mean()) ** 2 + (one.std() - other.std()) ** 2,
    "precision": lambda real, fake, k: torch.tensor(metrics.precision_recall(real, fake, k).precision),
    "seconds_a_step": lambda ranks, compute, size, speed: torch.tensor(compute / ranks + (ranks > 1) * size / speed),
}
#: The names of those that give one number.
NUMBERS = ("clouds", "price", "slope", "frechet", "precision", "seconds_a_step")
TWISTS = {
    "an axis more": lambda value: value[None],
    "an axis more behind": lambda value: value[..., None],
    "an axis less": lambda value: value[0] if value.ndim else value[None, None, :0],
    "one row less": lambda value: value[1:] if value.ndim else value - 1,
    "no row": lambda value: value[:0] if value.ndim else value[None][:0],
    "twice": lambda value: torch.cat([value, value]) if value.ndim else torch.stack([value, value]),
    "NaN": lambda value: value.float() * torch.nan,
    "infinite": lambda value: value.float() * torch.inf,
    "complex": lambda value: value + 0j,
    "a little off": lambda value: value.float() + 0.01,
    "as a list": lambda value: value.tolist() if value.ndim else [value.item()],
    "as text": str,
    "lost": lambda value: None,
    "without brackets": lambda value: value.float,
    "on no device": lambda value: value.to("meta"),
    "sparse": lambda value: value.to_sparse(),
}
#: One number in brackets is that number, and what is drawn by chance may lie a little elsewhere.
HARMLESS = {(name, twist) for name in NUMBERS for twist in ("an axis more", "an axis more behind")} | {
    (name, "a little off") for name in ("points", "noise")
}
REFUSED = sorted({(name, twist) for name in RIGHT for twist in TWISTS} - HARMLESS)
#: Of these types one or the other passes, where it does no harm.
TYPES = (torch.bool, torch.uint8, torch.int64, torch.float16, torch.bfloat16, torch.float64, torch.complex128)


def twisted(answer, twist):
    """``answer`` with each tensor in what it gives twisted."""

    def through(value):
        if isinstance(value, torch.Tensor):
            return twist(value)
        return type(value)(map(through, value))

    return lambda *arguments: through(answer(*arguments))


@pytest.mark.parametrize(("name", "twist"), REFUSED)
def test_a_right_answer_that_comes_twisted_is_refused_in_words(name, twist):
    check, right = getattr(checks, f"check_{name}"), RIGHT[name]
    check(right)
    assert fails(check, twisted(right, TWISTS[twist])).strip()


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_a_right_answer_of_another_type_is_judged_by_its_values_or_told_its_type(name, dtype):
    check = getattr(checks, f"check_{name}")
    try:
        check(twisted(RIGHT[name], lambda value: value.to(dtype)))
    except checks.CheckFailed as wrong:
        assert dtype != torch.float64 or "float64" in str(wrong)
    else:
        assert dtype == torch.float64 or name in ("clouds", "slope", "frechet")
