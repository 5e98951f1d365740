"""The checks of “The latent space”: right answers pass, in more than one style, and each likely mistake is named."""

import math

import pytest
import torch
import torch.nn.functional as F

from gan_lesson import checks, latent, training
from tests.checks.answering import fails, not_written, passes, table

# ---------------------------------------------------------------- slerp


def angle_between(start, end):
    return torch.acos((start / start.norm()) @ (end / end.norm()))


def arc(start, end, share):
    angle = angle_between(start, end)
    return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)


def arc_by_numbers(start, end, share):
    angle = math.acos(F.cosine_similarity(start, end, dim=0).item())
    return math.sin((1 - share) * angle) / math.sin(angle) * start + math.sin(share * angle) / math.sin(angle) * end


def arc_of_the_library(start, end, share):
    return latent.slerp(start, end, 101)[round(100 * share)]


def arc_with_angle(change):
    def answer(start, end, share):
        angle = change(start, end)
        return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)

    return answer


def arc_in_double(start, end, share):
    return arc(start.double(), end.double(), share)


def arc_by_normalising(start, end, share):
    angle = torch.arccos(F.normalize(start, dim=0).dot(F.normalize(end, dim=0)).clamp(-1, 1))
    first, second = torch.tensor([1 - share, share]).mul(angle).sin() / angle.sin()
    return first * start + second * end


@pytest.mark.parametrize("answer", [arc, arc_by_numbers, arc_of_the_library, arc_in_double, arc_by_normalising])
def test_a_right_slerp_passes(capsys, answer):
    passes(capsys, checks.check_slerp, answer)


def by_the_sine(start, end):
    cosine = F.cosine_similarity(start, end, dim=0)
    return torch.asin((1 - cosine**2).sqrt())


def arc_in_place(start, end, share):
    angle = angle_between(start, end)
    start *= torch.sin((1 - share) * angle) / torch.sin(angle)
    end *= torch.sin(share * angle) / torch.sin(angle)
    return start + end


def no_tensor_at_the_ends(start, end, share):
    return arc(start, end, share) if 0 < share < 1 else None


@table(
    {
        "norm 10 by heart": (
            arc_with_angle(lambda a, b: torch.acos(a @ b / 100)),
            "the dot product was divided by 100",
        ),
        "the norm of start for both": (
            arc_with_angle(lambda a, b: torch.acos((a @ b / a.norm() ** 2).clamp(-1, 1))),
            "one of the norms was used for both",
        ),
        "the norm of end for both": (
            arc_with_angle(lambda a, b: torch.acos((a @ b / b.norm() ** 2).clamp(-1, 1))),
            "one of the norms was used for both",
        ),
        "its norm made 10": (
            lambda a, b, share: 10 * F.normalize(arc(a, b, share), dim=0),
            "between two vectors of norm 10 it is right, but not",
        ),
        "never beyond a right angle": (arc_with_angle(by_the_sine), "180 degrees minus the right one"),
        "a hundred by heart": (
            arc_with_angle(lambda a, b: torch.acos((a * b).mean() * 100 / (a.norm() * b.norm()))),
            "of norm 7 and 7, of 3 numbers",
        ),
        "in place": (arc_in_place, "writes into"),
        "hardly off": (lambda a, b, share: arc(a, b, share) + 0.01, "From the right one it is 0.1 away"),
        "complex": (lambda a, b, share: arc(a, b, share) + 0j, "complex numbers"),
        "nothing at the ends": (no_tensor_at_the_ends, "slerp returned nothing"),
        "a number at the end": (lambda a, b, share: arc(a, b, share) if share < 1 else 10.0, "returned float"),
        "a row": (lambda a, b, share: arc(a, b, share)[None], "one point of shape (100,)"),
        "lerp": (torch.lerp, "that is lerp"),
        "stretched lerp": (lambda a, b, share: 10 * F.normalize(torch.lerp(a, b, share), dim=0), "stretched"),
        "swapped weights": (lambda a, b, share: arc(b, a, share), "swapped"),
        "an angle for each number": (
            arc_with_angle(lambda a, b: torch.acos(a / a.norm() * (b / b.norm()))),
            "a @ b adds these products up",
        ),
        "asin": (arc_with_angle(lambda a, b: torch.asin(angle_between(a, b).cos())), "asin belongs to the sine"),
        "share beside the sine": (
            lambda a, b, share: (1 - share) * a + share * b / torch.sin(angle_between(a, b)),
            "degrees from it",
        ),
        "degrees": (arc_with_angle(lambda a, b: torch.rad2deg(angle_between(a, b))), "radians"),
        "cosine as angle": (arc_with_angle(lambda a, b: angle_between(a, b).cos()), "torch.acos"),
        "not normalised": (arc_with_angle(lambda a, b: torch.acos(a @ b)), "by their norms"),
        "math, not normalised": (arc_with_angle(lambda a, b: torch.tensor(math.acos(a @ b))), "by their norms"),
        "a number in torch.sin": (
            arc_with_angle(lambda a, b: angle_between(a, b).item()),
            "math.sin and math.acos take numbers",
        ),
        "no division": (
            lambda a, b, share: arc(a, b, share) * torch.sin(angle_between(a, b)),
            "division by sin(angle)",
        ),
        "norm lost": (lambda a, b, share: arc(F.normalize(a, dim=0), F.normalize(b, dim=0), share), "norm is 1"),
        "one norm missing": (arc_with_angle(lambda a, b: torch.acos(a @ b / a.norm() ** 3)), "degrees from it"),
        "always a quarter": (
            lambda a, b, share: arc(a, b, 0.25),
            "it is right, but not at share 0: that is still the point",
        ),
        "the share from the end": (
            lambda a, b, share: arc(a, b, share) if share < 0.5 else arc(b, a, share),
            "but not at share 1: the weights are swapped",
        ),
        "the share outside the sine's brackets": (
            lambda a, b, share: torch.sin(angle_between(a, b)) * ((1 - share) * a + share * b),
            "degrees from it",
        ),
        "up to the end only": (
            lambda a, b, share: arc(a, b, min(share, 0.5)),
            "but not at share 1: at share 1 the point",
        ),
        "a walk": (lambda a, b, share: latent.slerp(a, b, 5), "one point"),
        "no return": (lambda a, b, share: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_slerp_is_named(answer, phrase):
    assert phrase in fails(checks.check_slerp, answer)


# ---------------------------------------------------------------- arithmetic


def moved(z, source, target):
    return z + target.mean(dim=0) - source.mean(dim=0)


def moved_row_by_row(z, source, target):
    direction = sum(target) / len(target) - sum(source) / len(source)
    return torch.stack([row + direction for row in z])


def moved_by_kept_dimensions(z, source, target):
    return z.add(torch.mean(target, 0, keepdim=True)).sub(torch.mean(source, axis=0))


def moved_by_one(z, source, target):
    return z + F.normalize(target.mean(dim=0) - source.mean(dim=0), dim=0)


def moved_in_place(z, source, target):
    z += target.mean(dim=0) - source.mean(dim=0)
    return z


def moved_in_a_copy(z, source, target):
    z = z.clone()
    z += target.mean(0)
    z -= source.mean(0)
    return z


@pytest.mark.parametrize(
    "answer",
    [
        moved,
        moved_row_by_row,
        moved_by_kept_dimensions,
        moved_in_a_copy,
        latent.turn_into,
        lambda z, a, b: moved(z.double(), a.double(), b.double()),
        lambda z, a, b: torch.lerp(z, z + b.mean(0) - a.mean(0), 1.0),
    ],
)
def test_a_right_direction_passes(capsys, answer):
    passes(capsys, checks.check_turn_into, answer)


@table(
    {
        "unchanged": (lambda z, a, b: z, "as it was"),
        "backwards": (lambda z, a, b: moved(z, b, a), "backwards"),
        "both away": (lambda z, a, b: z - b.mean(dim=0) - a.mean(dim=0), "both means are taken away"),
        "both added": (lambda z, a, b: z + b.mean(dim=0) + a.mean(dim=0), "both means are added"),
        "source stays": (lambda z, a, b: z + b.mean(dim=0), "the mean of source is still in it"),
        "no target": (lambda z, a, b: z - a.mean(dim=0), "add the mean of target"),
        "no dim": (lambda z, a, b: z + b.mean() - a.mean(), ".mean(dim=0)"),
        "other dim": (lambda z, a, b: z + b.mean(dim=1) - a.mean(dim=1), ".mean(dim=0)"),
        "groups, not means": (lambda z, a, b: z + b - a, ".mean(dim=0)"),
        "mean of the differences": (lambda z, a, b: z + (b - a).mean(dim=0), ".mean(dim=0)"),
        "norm 1": (moved_by_one, "all the way from mean to mean"),
        "sums": (lambda z, a, b: z + b.sum(dim=0) - a.sum(dim=0), "Take the mean"),
        "direction alone": (lambda z, a, b: b.mean(dim=0) - a.mean(dim=0), "add it to z"),
        "direction in every row": (lambda z, a, b: moved(torch.zeros_like(z), a, b), "z itself is missing"),
        "first alone": (lambda z, a, b: z + b[0] - a[0], "only the first"),
        "half": (lambda z, a, b: (z + moved(z, a, b)) / 2, "over rows (dim=0)"),
        "in place": (moved_in_place, "writes into z, which it was given"),
        "source in place": (
            lambda z, a, b: z + b.mean(dim=0) - a.div_(len(a)).sum(dim=0),
            "writes into a, which it was given",
        ),
        "medians": (lambda z, a, b: z + b.median(dim=0).values - a.median(dim=0).values, "these are the medians"),
        "squeezed": (lambda z, a, b: moved(z, a, b).squeeze(), "with five z it is right, but with z (1, 100)"),
        "four and three by heart": (
            lambda z, a, b: z + b.sum(dim=0) / 3 - a.sum(dim=0) / 4,
            "with five z it is right, but with z (1, 100), source (1, 100)",
        ),
        "nan": (lambda z, a, b: moved(z, a, b) + torch.nan, "NaN"),
        "no return": (lambda z, a, b: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_direction_is_named(answer, phrase):
    assert phrase in fails(checks.check_turn_into, answer)


# ---------------------------------------------------------------- inversion


def descent(
    generator,
    picture,
    start,
    steps,
    distance=lambda drawn, picture: (drawn - picture).square().sum(),
    moved=lambda z, generator: [z],
    copy=torch.clone,
    forget=True,
    rate=0.1,
):
    z = copy(start).requires_grad_()
    optimizer = torch.optim.Adam(moved(z, generator), lr=rate)
    for _ in range(steps):
        if forget:
            optimizer.zero_grad()
        distance(generator(z), picture).backward()
        optimizer.step()
    return z.detach()


def changed(**changes):
    return lambda generator, picture, start, steps: descent(generator, picture, start, steps, **changes)


def by_grad(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        (z.grad,) = torch.autograd.grad(torch.norm(generator(z) - picture) ** 2, z)
        optimizer.step()
    return z.detach().clone()


def in_a_frozen_generator(generator, picture, start, steps):
    generator.requires_grad_(False)
    return descent(generator, picture, start, steps)


def row_by_row(generator, picture, start, steps):
    return torch.cat([descent(generator, picture, row[None], steps) for row in start])


def outside_the_loop(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        distance = (generator(z) - picture).square().sum()
    distance.backward()
    optimizer.step()
    return z.detach()


def computed_once(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    distance = (generator(z) - picture).square().sum()
    for _ in range(steps):
        optimizer.zero_grad()
        distance.backward()
        optimizer.step()
    return z.detach()


def without_a_step(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    for _ in range(steps):
        (generator(z) - picture).square().sum().backward()
    return z.detach()


def forgets_before_the_step(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        (generator(z) - picture).square().sum().backward()
        optimizer.zero_grad()
        optimizer.step()
    return z.detach()


def forgets_the_weights_gradients(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        generator.zero_grad()
        (generator(z) - picture).square().sum().backward()
        optimizer.step()
    return z.detach()


def without_gradients(generator, picture, start, steps):
    with torch.no_grad():
        return descent(generator, picture, start, steps)


def by_generate(generator, picture, start, steps):
    return descent(lambda z: training.generate(generator, z), picture, start, steps, moved=lambda z, _: [z])


def in_training_mode(generator, picture, start, steps):
    generator.train()
    return descent(generator, picture, start, steps)


@pytest.mark.parametrize(
    "answer",
    [
        descent,
        by_grad,
        in_a_frozen_generator,
        row_by_row,
        changed(distance=lambda drawn, picture: torch.nn.functional.mse_loss(drawn, picture.expand_as(drawn))),
        changed(distance=lambda drawn, picture: 5 * (picture - drawn).pow(2).sum()),
    ],
)
def test_a_right_descent_passes(capsys, answer):
    passes(capsys, checks.check_find_z, answer)


@table(
    {
        "unchanged": (lambda generator, picture, start, steps: start, "z came back as it was"),
        "without a step": (without_a_step, "z came back as it was"),
        "zero_grad before the step": (forgets_before_the_step, "without a zero_grad() between"),
        "the weights' gradients forgotten": (forgets_the_weights_gradients, "the gradients of all rounds add up"),
        "the sizes": (changed(distance=lambda drawn, picture: (drawn - picture).abs().sum()), "add up the squares"),
        "the root": (changed(distance=lambda drawn, picture: (drawn - picture).norm()), "the sum of the squares"),
        "outside the loop": (outside_the_loop, "inside the loop"),
        "uphill": (changed(distance=lambda drawn, picture: -(drawn - picture).square().sum()), "runs away"),
        "never forgets": (changed(forget=False), "belongs in each round"),
        "a sum": (changed(distance=lambda drawn, picture: (drawn + picture).square().sum()), "negative of the picture"),
        "no square": (changed(distance=lambda drawn, picture: (drawn - picture).sum()), "without a square"),
        "no picture": (changed(distance=lambda drawn, picture: drawn.square().sum()), "plays no part"),
        "no sum": (changed(distance=lambda drawn, picture: (drawn - picture).square()), "starts from one number"),
        "detached": (changed(distance=lambda drawn, picture: (drawn.detach() - picture).square().sum()), "detach cuts"),
        "no gradients": (without_gradients, "call generator(z) itself"),
        "generate": (by_generate, "call generator(z) itself"),
        "computed once": (computed_once, "anew in each round"),
        "the weights too": (
            changed(moved=lambda z, generator: [z, *generator.parameters()]),
            "the optimizer gets [z]",
        ),
        "the weights only": (changed(moved=lambda z, generator: generator.parameters()), "the optimizer gets [z]"),
        "in training mode": (in_training_mode, "training mode"),
        "start written into": (changed(copy=lambda start: start), "writes into start, which it was given"),
        "another rate": (changed(rate=0.01), "z should end elsewhere"),
        "sixty by heart": (
            lambda generator, picture, start, steps: descent(generator, picture, start, 60),
            "it took 60 steps",
        ),
        "three by heart": (
            lambda generator, picture, start, steps: descent(generator, picture, start[:3], steps),
            "with z of shape (3, 4) and 60 steps it is right, but not with z of shape (5, 2)",
        ),
        "the first row only": (
            lambda generator, picture, start, steps: descent(generator, picture, start[:1], steps),
            "(3, 4)",
        ),
        "one best": (
            lambda generator, picture, start, steps: descent(generator, picture, start, steps)[0],
            "(3, 4)",
        ),
        "the picture": (
            lambda generator, picture, start, steps: generator(descent(generator, picture, start, steps)),
            "that is a picture",
        ),
        "the distance": (
            lambda generator, picture, start, steps: (generator(start) - picture).square().sum(),
            "return z",
        ),
        "with its gradient": (
            lambda generator, picture, start, steps: descent(generator, picture, start, steps).requires_grad_(),
            "z.detach()",
        ),
        "no return": (lambda generator, picture, start, steps: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_descent_is_named(answer, phrase):
    assert phrase in fails(checks.check_find_z, answer)
