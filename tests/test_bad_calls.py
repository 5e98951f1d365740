"""Whatever a public function is called with, it answers, or says in a sentence of ours what is wrong with the call.

Each argument of a call that works is replaced by things that people pass by mistake, one at a time.
"""

import math
import traceback
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import gan_lesson
from gan_lesson import classifier, data, latent, losses, metrics, models, toy

PACKAGE = Path(gan_lesson.__file__).parent


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def images(count: int = 12) -> torch.Tensor:
    return numbers(count, 1, 28, 28).clamp(-1, 1)


def fitted() -> metrics.Gaussian:
    return metrics.gaussian(numbers(20, 4))


def shares() -> torch.Tensor:
    return torch.full((6, 10), 0.1)


def judge() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 1))


#: Of each function a call that works.
CALLS = {
    "metrics.gaussian": (metrics.gaussian, lambda: [numbers(20, 4)]),
    "metrics.neighbour_radii": (metrics.neighbour_radii, lambda: [numbers(20, 4), 3]),
    "metrics.nearest_training_distance": (metrics.nearest_training_distance, lambda: [numbers(5, 4), numbers(20, 4)]),
    "metrics.frechet_distance": (metrics.frechet_distance, lambda: [fitted(), fitted()]),
    "metrics.precision_recall": (metrics.precision_recall, lambda: [numbers(20, 4), numbers(20, 4), 3]),
    "metrics.class_coverage": (metrics.class_coverage, lambda: [shares()]),
    "metrics.confidence": (metrics.confidence, lambda: [shares()]),
    "metrics.copies": (metrics.copies, lambda: [numbers(9).abs(), numbers(9).abs()]),
    "metrics.quality": (metrics.quality, lambda: [images()]),
    "metrics.evaluate_images": (metrics.evaluate_images, lambda: [images()]),
    "losses.get": (losses.get, lambda: ["hinge"]),
    "losses.smooth_real_labels": (losses.smooth_real_labels, lambda: [losses.MINIMAX, 0.9]),
    "losses.gradient_penalty": (losses.gradient_penalty, lambda: [judge(), images(), images()]),
    "losses.r1_penalty": (losses.r1_penalty, lambda: [judge(), images()]),
    "toy.ring": (toy.ring, lambda: [5]),
    "toy.grid": (toy.grid, lambda: [5]),
    "toy.moons": (toy.moons, lambda: [5]),
    "toy.spiral": (toy.spiral, lambda: [5]),
    "toy.line": (toy.line, lambda: [5]),
    "toy.Points": (lambda *given: next(toy.Points(*given)), lambda: ["ring", 5, 0]),
    "toy.score_map": (toy.score_map, lambda: [toy.PointDiscriminator(), 1.6, 4]),
    "toy.modes_covered": (toy.modes_covered, lambda: [numbers(20, 2), toy.ring_centres()]),
    "toy.density_grid": (toy.density_grid, lambda: [numbers(20, 2), 1.6, 4]),
    "toy.kl_divergence": (toy.kl_divergence, lambda: [torch.full((4,), 0.25), torch.full((4,), 0.25)]),
    "toy.js_divergence": (toy.js_divergence, lambda: [torch.full((4,), 0.25), torch.full((4,), 0.25)]),
    "toy.PointGenerator": (toy.PointGenerator(), lambda: [numbers(5, 2)]),
    "toy.PointDiscriminator": (toy.PointDiscriminator(), lambda: [numbers(5, 2)]),
    "data.to_range": (data.to_range, lambda: [data.to_pixels(images())]),
    "data.to_pixels": (data.to_pixels, lambda: [images()]),
    "data.Batches": (lambda *given: next(data.Batches(*given)), lambda: [data.to_pixels(images()), 4, 0]),
    "data.batches_of": (lambda *given: next(data.batches_of(*given)), lambda: [images().numpy(), 4]),
    "classifier.features": (classifier.bundled().features, lambda: [images()]),
    "classifier.extract": (classifier.bundled().extract, lambda: [images()]),
    "classifier.accuracy": (
        classifier.accuracy,
        lambda: [classifier.bundled(), images(), torch.arange(10).repeat(2)[:12]],
    ),
    "latent.sample": (latent.sample, lambda: [3, 4]),
    "latent.lerp": (latent.lerp, lambda: [numbers(4), -1 - numbers(4), 3]),
    "latent.slerp": (latent.slerp, lambda: [numbers(4), numbers(4).flip(0), 3]),
    "latent.turn_into": (latent.turn_into, lambda: [numbers(3, 4), numbers(2, 4), numbers(2, 4)]),
    "latent.truncate": (latent.truncate, lambda: [numbers(3, 4), 1.0]),
    "latent.principal_directions": (latent.principal_directions, lambda: [nn.Linear(4, 5), 2]),
    "latent.invert": (
        lambda *given: latent.invert(*given, starts=1, steps=1),
        lambda: [models.Generator(), images()],
    ),
    "latent.nearest_real": (latent.nearest_real, lambda: [numbers(3, 4), numbers(9, 4), 2]),
}

#: What stands in the place of an argument, by mistake.
MISTAKES = {
    "None": None,
    "a string": "many",
    "a list": [1.0, 2.0],
    "an array": np.zeros((12, 1, 28, 28)),
    "a half": 0.5,
    "a negative number": -3,
    "zero": 0,
    "a function": print,
    "no images": torch.zeros(0, 1, 28, 28),
    "no vectors": torch.zeros(0, 4),
    "one number": torch.tensor(1.0),
    "a flat image": torch.zeros(12, 784),
    "pixels": torch.zeros(12, 1, 28, 28, dtype=torch.uint8),
    "pixels as floats": torch.full((12, 1, 28, 28), 255.0),
    "double": images().double(),
    "half": images().half(),
    "whole numbers": torch.ones(20, 4, dtype=torch.long),
    "complex": torch.zeros(20, 4, dtype=torch.complex64),
    "double vectors": numbers(20, 4).double(),
    "half vectors": numbers(20, 4).half(),
    "double points": numbers(20, 2).double(),
    "NaN images": torch.full((12, 1, 28, 28), math.nan),
    "NaN vectors": torch.full((20, 4), math.nan),
    "NaN points": torch.full((20, 2), math.nan),
    "infinite vectors": torch.full((20, 4), math.inf),
    "logits": 5 * numbers(6, 10),
    "NaN": math.nan,
    "a class": nn.Linear,
}


#: Networks of float32 weights pass on what is no number, and torch says in its words that they take no other floats.
NETWORKS = {"toy.PointGenerator", "toy.PointDiscriminator", "classifier.features"}
#: These ask a network of the user's own, which answers as it likes.
ASKING = {"losses.gradient_penalty", "losses.r1_penalty", "toy.Points"}


@pytest.fixture(scope="module", autouse=True)
def few_reals():
    """Reals that are looked at in no time."""
    with pytest.MonkeyPatch.context() as patch:
        few = {train: data.image_tensor(train)[:200] for train in (True, False)}
        patch.setattr(data, "image_tensor", lambda train=True: few[train])
        reference = metrics.Reference()
        patch.setattr(metrics.evaluation, "bundled", lambda: reference)
        yield


def is_ours(error: Exception) -> bool:
    return PACKAGE in Path(traceback.extract_tb(error.__traceback__)[-1].filename).parents


def floats_in(answer) -> list[torch.Tensor]:
    if isinstance(answer, torch.Tensor):
        return [answer.detach()] if answer.is_floating_point() else []
    if isinstance(answer, (tuple, list)):
        return [one for part in answer for one in floats_in(part)]
    return [torch.tensor(answer)] if isinstance(answer, float) else []


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_works_works(name):
    function, arguments = CALLS[name]
    function(*arguments())


@pytest.mark.filterwarnings("ignore:no pixel is below 0")
@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_ends_in_a_sentence_and_never_in_a_number_that_is_none(name):
    function, arguments = CALLS[name]
    riddles = []
    for place in range(len(arguments())):
        for mistake, value in MISTAKES.items():
            if name in NETWORKS | ASKING and mistake.startswith(("NaN", "double", "half", "a class")):
                continue
            given = arguments()
            given[place] = value
            try:
                with torch.random.fork_rng():
                    answer = function(*given)
            except (TypeError, ValueError) as error:
                if not is_ours(error):
                    riddles.append(f"argument {place} is {mistake}: {error}")
            except Exception as error:
                if name in ASKING and isinstance(error, RuntimeError):
                    continue
                riddles.append(f"argument {place} is {mistake}: {type(error).__name__}: {error}")
            else:
                if any(one.isnan().any() for one in floats_in(answer)):
                    riddles.append(f"argument {place} is {mistake}: NaN")
    assert riddles == []
