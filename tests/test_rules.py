"""A loss, penalty, schedule, noise or update that a loop can't use is told of in a sentence, not from inside torch."""

import pytest
import torch
from torch import nn

from gan_lesson import losses, rules, toy
from gan_lesson.training import AdversarialLoop


def points(count: int = 8) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(0))


def step(generator: nn.Module | None = None, discriminator: nn.Module | None = None, batches=None, **named):
    loop = AdversarialLoop(
        generator or nn.Linear(2, 2),
        discriminator or toy.PointDiscriminator(),
        batches or [points()],
        latent_dim=2,
        **named,
    )
    return next(loop)


def own(part) -> losses.GanLoss:
    return losses.GanLoss("own", real=part, fake=part, generator=part)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"loss": "hinge"}, "loss must be a GanLoss, such as .*; got 'hinge'"),
        ({"loss": nn.BCEWithLogitsLoss()}, "loss must be a GanLoss"),
        ({"loss": own(lambda t: -t)}, r"one number; its part real returned shape \(8, 1\): take the .mean"),
        ({"loss": own(lambda t: t.mean().item())}, "its part real returned .*: leave out .item"),
        ({"loss": own(lambda t: None)}, "its part real returned nothing"),
        ({"loss": own(lambda t: t.detach().mean())}, "parts real and fake have no gradient"),
        ({"loss": own(lambda t: nn.functional.binary_cross_entropy(t - 9, t))}, r"can't take logits of shape \(8, 1\)"),
        ({"penalty": 10}, r"penalty must be a function, called as penalty\(discriminator, real, fake\); got 10"),
        ({"penalty": lambda d, r: d(r).mean()}, r"yours takes \(d, r\)"),
        ({"penalty": lambda d, r, f: d(r)}, r"must return one number.* shape \(8, 1\)"),
        ({"penalty": lambda d, r, f: None}, "must return one number.*nothing"),
        ({"penalty": lambda d, r, f: d(r).mean().item()}, "plain number .* no gradient"),
        ({"penalty": losses.r1_penalty, "penalty_every": 2.5}, "penalty_every must be a whole number"),
        ({"schedule": 0.5}, r"schedule must be a function, called as schedule\(steps_done\); got 0.5"),
        ({"schedule": lambda done: None}, "schedule must return a factor .* nothing"),
        ({"schedule": lambda done: -1}, "schedule must return a factor .* -1"),
        ({"schedule": lambda done: float("nan")}, "schedule must return a factor .* nan"),
        ({"draw_noise": points()}, r"draw_noise must be a function.*got a tensor of shape \(8, 2\)"),
        ({"draw_noise": lambda count, dim: torch.randn(count, dim)}, r"yours takes \(count, dim\)"),
        ({"average": "0.9"}, "average is the decay"),
        ({"optimizer_g": torch.optim.Adam}, "optimizer_g must be an optimizer"),
        ({"update_discriminator": lambda *_, **__: None}, "must return a DiscriminatorUpdate.*returned nothing"),
        ({"update_generator": lambda *_, **__: 0.5}, "update_generator must return .* yours returned 0.5"),
    ],
)
def test_a_rule_that_can_not_serve_is_told_in_a_sentence(named, told):
    with pytest.raises((TypeError, ValueError), match=told):
        step(**named)


def test_a_loss_that_is_no_loss_is_refused_in_the_middle_of_a_game_too():
    loop = AdversarialLoop(toy.PointGenerator(), toy.PointDiscriminator(), [points()])
    next(loop)
    with pytest.raises(TypeError, match="loss must be a GanLoss"):
        loop.loss = "wasserstein"


def test_an_optimizer_that_asks_for_a_closure_is_refused():
    generator = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="optimizer_g is an LBFGS"):
        step(generator, optimizer_g=torch.optim.LBFGS(generator.parameters()))


def test_what_can_serve_is_taken():
    assert rules.factor(torch.tensor(0.5)) == 0.5
    step(schedule=lambda done: 0.99**done, penalty=lambda *seen: 10 * losses.gradient_penalty(*seen))
    step(loss=own(lambda t: t.square().mean()), penalty=lambda d, r, f: 0)
    step(draw_noise=lambda *shape, device: torch.rand(*shape, device=device))
    step(update_discriminator=lambda *_: torch.zeros(4))
