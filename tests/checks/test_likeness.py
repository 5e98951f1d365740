"""Right GANs from an empty cell pass, and hopeless ones are given up."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from gan_lesson import checks
from gan_lesson.checks import likeness
from tests.checks.answering import fails, table
from tests.checks.own_gans import (
    at_rate,
    at_the_same_time,
    attached,
    bce_of_scores,
    by_hand,
    classes,
    convolutions,
    generator_first,
    hinge,
    in_one_pass,
    least_squares,
    networks,
    networks_with,
    own_step,
    own_training,
    penalised_on_reals,
    same_fakes_for_both,
    step_with,
    the_other_frozen,
    training_with,
    wasserstein,
    with_instance_noise,
)


@pytest.mark.parametrize(
    ("own_networks", "step", "run"),
    [
        (networks, own_step, own_training),
        (classes, same_fakes_for_both, own_training),
        (classes, in_one_pass, by_hand),
        (networks_with(answer=nn.Sigmoid), step_with(pay=bce_of_scores), own_training),
        (networks, step_with(pay=least_squares), own_training),
        (networks, step_with(pay=hinge, wish=lambda logits: -logits.mean()), own_training),
        (networks, step_with(cut=attached), own_training),
        (networks, step_with(order="bsz"), own_training),
        (convolutions, own_step, own_training),
        (networks, with_instance_noise, own_training),
        (networks, at_the_same_time, own_training),
        (networks, the_other_frozen, own_training),
        (networks, generator_first, own_training),
        (networks, wasserstein, own_training),
        (networks, penalised_on_reals, own_training),
    ],
    ids=[
        *("plain", "classes", "in one pass", "scores", "squares", "hinge", "attached", "zero behind", "convolutions"),
        *("instance noise", "at the same time", "the other frozen", "generator first", "wasserstein", "R1"),
    ],
)
def test_a_right_gan_of_ones_own_passes(capsys, own_networks, step, run):
    def training(*given):
        return run(*given, step=step) if run is own_training else run(*given)

    with torch.random.fork_rng():
        before = torch.get_rng_state()
        checks.check_gan(own_networks, step, training)
        assert torch.equal(before, torch.get_rng_state())
    assert capsys.readouterr().out.count("✓") == 1


@table(
    {
        "far too slow": (at_rate(1e-5), "don't come near the reals"),
        "far too fast": (at_rate(1e30), "became NaN"),
        "returns a new generator": (
            training_with(returned=lambda *_: networks()[0]),
            "it isn't the one that came back",
        ),
    }
)
def test_a_training_run_that_comes_to_nothing_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, networks, own_step, answer)


MEASURED = json.loads((Path(__file__).parents[2] / "benchmarks" / "own_gans.json").read_text(encoding="utf-8"))


def given_up_after(shares) -> int | None:
    """The number of steps after which a GAN with these distances from the reals is given up, if it is."""
    looks = range(1, len(shares))
    return next((look * likeness.LOOK for look in looks if likeness.is_hopeless(shares[: look + 1])), None)


@pytest.mark.parametrize("name", MEASURED["right"])
def test_right_gans_come_near_and_none_is_given_up_before(name):
    for shares in MEASURED["right"][name]:
        assert shares[-1] < likeness.NEAR <= min(shares[:-1])
        assert given_up_after(shares[:-1]) is None


@pytest.mark.parametrize("name", MEASURED["hopeless"])
def test_hopeless_gans_stay_far_and_are_given_up_before_the_half(name):
    for shares in MEASURED["hopeless"][name]:
        assert min(shares) >= likeness.NEAR
        assert given_up_after(shares) <= likeness.MOST / 2


def test_whoever_waits_reads_how_far_it_is(capsys):
    generator = networks()[0]
    for _ in likeness.Practice(
        generator, give_up=lambda shares: len(shares) > 1 + 2 * likeness.REPORT // likeness.LOOK
    ):
        pass
    assert capsys.readouterr().out.splitlines() == [
        f"... after {steps} steps the distance from the reals is 100% of the first one"
        for steps in (likeness.REPORT, 2 * likeness.REPORT)
    ]
