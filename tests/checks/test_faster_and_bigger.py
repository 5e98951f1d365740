"""The checks of “Faster and bigger”: right answers pass, in more than one style, and each likely mistake is named."""

import math

import pytest
import torch
from torch import nn

from gan_lesson import checks, data
from tests.checks.answering import fails, not_written, passes, table

# ---------------------------------------------------------------- batches


def cut(
    images,
    batch_size,
    *,
    order=lambda images: torch.randperm(len(images)),
    end=lambda images, batch_size: len(images) - batch_size + 1,
    epochs=10**9,
    ready=data.to_range,
):
    """Batches with their parts open to mistakes."""
    for _ in range(epochs):
        now = order(images)
        for start in range(0, end(images, batch_size), batch_size):
            yield ready(images[now[start : start + batch_size]])


def cut_with(**parts):
    return lambda images, batch_size: cut(images, batch_size, **parts)


def one_stream(images, batch_size):
    """What is left over at the end of an epoch comes first in the next one."""
    waiting = []
    while True:
        while len(waiting) < batch_size:
            waiting += torch.randperm(len(images)).tolist()
        now, waiting = waiting[:batch_size], waiting[batch_size:]
        yield torch.stack([data.to_range(images[index]) for index in now])


def by_a_loader(images, batch_size):
    while True:
        yield from map(data.to_range, torch.utils.data.DataLoader(images, batch_size, shuffle=True, drop_last=True))


def all_floats_at_once(images, batch_size):
    images = images / 127.5 - 1
    while True:
        for chosen in torch.randperm(len(images)).split(batch_size):
            if len(chosen) == batch_size:
                yield images[chosen]


def by_number(images, batch_size):
    while True:
        order = torch.randperm(len(images))
        for number in range(len(images) // batch_size):
            yield images[order[number * batch_size : (number + 1) * batch_size]] / 255 * 2 - 1


@pytest.mark.parametrize("answer", [data.Batches, cut, one_stream, by_a_loader, all_floats_at_once, by_number])
def test_right_batches_pass(capsys, answer):
    passes(capsys, checks.check_batches, answer)


def rotated(images, batch_size):
    order = torch.randperm(len(images))
    return cut(images, batch_size, order=lambda images: order.roll(int(torch.randint(1, len(images), ()))))


def rotated_by_one(images, batch_size):
    orders = [torch.randperm(len(images))]
    return cut(images, batch_size, order=lambda images: orders.append(orders[-1].roll(1)) or orders[-1])


def to_and_fro(images, batch_size):
    orders = [torch.randperm(len(images))]
    return cut(
        images, batch_size, order=lambda images: orders.append(orders[-1].flip(0).roll(len(orders))) or orders[-1]
    )


def stored_order_begun_anywhere(images, batch_size):
    return cut(images, batch_size, order=lambda images: torch.arange(len(images)).roll(int(torch.randint(40, ()))))


def eight_by_heart(images, batch_size):
    return cut(images, 8)


def into_one_buffer(images, batch_size):
    buffer = torch.empty(batch_size, *images.shape[1:])
    for batch in cut(images, batch_size):
        yield buffer.copy_(batch)


def seeded_each_epoch(images, batch_size):
    def order(images):
        torch.manual_seed(0)
        return torch.randperm(len(images))

    return cut(images, batch_size, order=order)


def ordered_once(images, batch_size):
    order = torch.randperm(len(images))
    return cut(images, batch_size, order=lambda images: order)


def anew_for_each_batch(images, batch_size):
    while True:
        yield data.to_range(images[torch.randperm(len(images))[:batch_size]])


def drawn_with_replacement(images, batch_size):
    while True:
        yield data.to_range(images[torch.randint(len(images), (batch_size,))])


def in_the_same_company(images):
    return torch.cat([batch[torch.randperm(len(batch))] for batch in torch.arange(len(images)).split(8)])


def whole_batches_shuffled(images):
    return torch.cat([torch.arange(len(images)).split(8)[at] for at in torch.randperm(len(images) // 8)])


def shuffled_in_place(images, batch_size):
    while True:
        images[:] = images[torch.randperm(len(images))]
        yield from cut(images, batch_size, order=lambda images: torch.arange(len(images)), epochs=1)


def all_in_a_list(images, batch_size):
    return list(cut(images, batch_size, epochs=1))


def an_endless_list(images, batch_size):
    return list(cut(images, batch_size))


def never_comes_to_yield(images, batch_size):
    while True:
        for start in range(len(images), batch_size, batch_size):
            yield images[start:]
        torch.randperm(len(images))


def a_loader_that_runs_out(images, batch_size):
    batches = iter(cut(images, batch_size, epochs=1))
    while True:
        yield next(batches)


def with_a_bare_yield(images, batch_size):
    while True:
        yield


def unwritten_behind_a_yield(images, batch_size):
    raise NotImplementedError("your turn")
    yield


def the_last_dropped_first(images, batch_size):
    return cut(images[: len(images) // batch_size * batch_size], batch_size)


def by_one(images, batch_size):
    while True:
        order = torch.randperm(len(images))
        for start in range(len(images) - batch_size + 1):
            yield data.to_range(images[order[start : start + batch_size]])


def counted_but_not_multiplied(images, batch_size):
    while True:
        order = torch.randperm(len(images))
        for number in range(len(images) // batch_size):
            yield data.to_range(images[order[number : number + batch_size]])


def slice_to_the_size(images, batch_size):
    while True:
        order = torch.randperm(len(images))
        for start in range(0, len(images) - batch_size + 1, batch_size):
            yield data.to_range(images[order[start:batch_size]])


@table(
    {
        "starts one further": (by_one, "let start go on by batch_size"),
        "number for start": (counted_but_not_multiplied, "let start go on by batch_size"),
        "slice to the size": (slice_to_the_size, "a batch is empty"),
        "not shuffled": (cut_with(order=lambda images: torch.arange(len(images))), "in which they are stored"),
        "shuffled once": (ordered_once, "every epoch has the same order"),
        "seeded each epoch": (seeded_each_epoch, "set no seed there"),
        "one order, rotated": (rotated, "only begun elsewhere or turned round"),
        "one order, rotated by one": (rotated_by_one, "only begun elsewhere or turned round"),
        "back and forth": (to_and_fro, "only begun elsewhere or turned round"),
        "the stored order, rotated": (stored_order_begun_anywhere, "only begun elsewhere or turned round"),
        "eight by heart": (eight_by_heart, "but with 30 images and a batch_size of 5: a batch has 8 images"),
        "one buffer for all": (into_one_buffer, "a tensor of its own"),
        "in double precision": (
            cut_with(ready=lambda images: images.double() / 127.5 - 1),
            "have type float64",
        ),
        "in half precision": (
            cut_with(ready=lambda images: data.to_range(images).half()),
            "have type float16",
        ),
        "one epoch": (cut_with(epochs=1), "the batches end after 5, with 40 images"),
        "no epoch": (cut_with(epochs=0), "the batches end after 0"),
        "bytes": (cut_with(ready=lambda images: images), "torch.uint8"),
        "from 0 to 1": (cut_with(ready=lambda images: images / 255), "the range is [0, 1]"),
        "negative": (cut_with(ready=lambda images: 1 - images / 127.5), "a negative"),
        "doubled as bytes": (cut_with(ready=lambda images: 2 * images / 255 - 1), "a byte ends at 255"),
        "from 0 to 255": (cut_with(ready=torch.Tensor.float), "still go from 0 to 255"),
        "anew for each batch": (anew_for_each_batch, "some come twice"),
        "with replacement": (drawn_with_replacement, "some come twice"),
        "stops too early": (cut_with(end=lambda images, size: len(images) - size), "one batch too early"),
        "what is left over": (cut_with(end=lambda images, size: len(images)), "a batch has 4 images"),
        "the same company": (cut_with(order=in_the_same_company), "the same images meet"),
        "only batches shuffled": (cut_with(order=whole_batches_shuffled), "the same images meet"),
        "always the last left out": (the_last_dropped_first, "the last four that never come"),
        "40 by heart": (
            cut_with(order=lambda images: torch.randperm(40) % 39 if len(images) > 40 else torch.randperm(40)),
            "with 44",
        ),
        "60,000 by heart": (cut_with(order=lambda images: torch.randperm(60_000)), "goes over len(images)"),
        "one image at a time": (
            lambda images, size: (data.to_range(image) for _ in range(99) for image in images),
            "one image at a time",
        ),
        "all at once": (
            cut_with(end=lambda images, size: 1, ready=lambda images: torch.zeros(40, 1, 28, 28)),
            "all 40",
        ),
        "flattened": (
            cut_with(ready=lambda images: data.to_range(images).flatten(1)),
            "(8, 1, 28, 28), not (8, 784)",
        ),
        "mixed pixels": (
            cut_with(ready=lambda images: data.to_range(images)[..., torch.randperm(28)]),
            "shuffle whole images",
        ),
        "in place": (shuffled_in_place, "have changed"),
        "with labels": (cut_with(ready=lambda images: (data.to_range(images), 0)), "of type tuple"),
        "a bare yield": (with_a_bare_yield, "a batch is None"),
        "a list": (all_in_a_list, "returned list"),
        "a loader": (lambda images, size: torch.utils.data.DataLoader(images, size), "returned DataLoader"),
        "an endless list": (an_endless_list, "doesn't come to an end. Does each round"),
        "never yields": (never_comes_to_yield, "doesn't come to an end. Does each round"),
        "return for yield": (lambda images, size: next(cut(images, size)), "yield instead of return"),
        "runs out inside": (a_loader_that_runs_out, "start a new one each epoch"),
        "no yield": (lambda images, size: None, "with yield"),
        "an error in the loop": (cut_with(ready=lambda images: images.flaot()), "'flaot'"),
        "not written": (not_written, "isn't written yet"),
        "not written, behind a yield": (unwritten_behind_a_yield, "unwritten_behind_a_yield isn't written yet"),
    }
)
def test_a_mistake_in_the_batches_is_named(answer, phrase):
    assert phrase in fails(checks.check_batches, answer)


# ---------------------------------------------------------------- the moving average


def both(averaged, generator, which="parameters"):
    return zip(getattr(averaged, which)(), getattr(generator, which)(), strict=True)


@torch.no_grad()
def averaged_with(averaged, generator, decay, *, mix, buffers=lambda mean, value: mean.copy_(value)):
    """The moving average with its parts open to mistakes."""
    for mean, weight in both(averaged, generator):
        mean.copy_(mix(mean, weight, decay))
    for mean, value in both(averaged, generator, "buffers"):
        buffers(mean, value)


def mixing(mix, **parts):
    return lambda averaged, generator, decay: averaged_with(averaged, generator, decay, mix=mix, **parts)


def right_mix(mean, weight, decay):
    return decay * mean + (1 - decay) * weight


def by_lerp(averaged, generator, decay):
    with torch.no_grad():
        for mean, weight in both(averaged, generator):
            mean.lerp_(weight, 1 - decay)
        averaged[1].running_mean.copy_(generator[1].running_mean)
        averaged[1].running_var = generator[1].running_var.clone()


def by_data(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean.data = decay * mean.data + (1 - decay) * weight.data
    for mean, value in both(averaged, generator, "buffers"):
        mean.data.copy_(value)


def by_state_dict(averaged, generator, decay):
    new = generator.state_dict()
    averaged.load_state_dict({name: right_mix(mean, new[name], decay) for name, mean in averaged.state_dict().items()})


@torch.no_grad()
def by_mul_and_add(averaged, generator, decay):
    for mean, value in both(averaged, generator):
        mean.mul_(decay).add_(value, alpha=1 - decay)
    for mean, value in both(averaged, generator, "buffers"):
        if mean.dtype.is_floating_point:
            mean += (1 - decay) * (value - mean)


@pytest.mark.parametrize("answer", [mixing(right_mix), by_lerp, by_data, by_state_dict, by_mul_and_add])
def test_a_right_average_passes(capsys, answer):
    passes(capsys, checks.check_update_average, answer)


@torch.no_grad()
def names_alone(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean = decay * mean + (1 - decay) * weight


@torch.no_grad()
def generator_follows(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        weight.copy_(right_mix(mean, weight, decay))


def generator_follows_with_gradients(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        weight.lerp_(mean, decay)


@torch.no_grad()
def statistics_the_wrong_way(averaged, generator, decay):
    averaged_with(averaged, generator, decay, mix=right_mix, buffers=lambda mean, value: value.copy_(mean))


def with_gradients(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean.lerp_(weight, 1 - decay)
    for mean, value in both(averaged, generator, "buffers"):
        mean.copy_(value)


def generator_frozen(averaged, generator, decay):
    generator.requires_grad_(False)
    with_gradients(averaged, generator, decay)


@torch.no_grad()
def new_weights(averaged, generator, decay):
    for index in (0, 1, 3):
        for name in ("weight", "bias"):
            mean, weight = getattr(averaged[index], name), getattr(generator[index], name)
            setattr(averaged[index], name, nn.Parameter(right_mix(mean, weight, decay)))


def a_weight_of_its_own(averaged, generator, decay):
    averaged.weight = nn.Parameter(right_mix(averaged[0].weight, generator[0].weight, decay))


@torch.no_grad()
def linear_layers_alone(averaged, generator, decay):
    for index in (0, 3):
        for mean, weight in both(averaged[index], generator[index]):
            mean.lerp_(weight, 1 - decay)


@torch.no_grad()
def without_biases(averaged, generator, decay):
    new = generator.state_dict()
    for name, mean in averaged.state_dict().items():
        if name.endswith("weight"):
            mean.lerp_(new[name], 1 - decay)


@torch.no_grad()
def with_a_fractional_counter(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    ours, theirs = averaged[1], generator[1]
    ours.num_batches_tracked = decay * ours.num_batches_tracked + (1 - decay) * theirs.num_batches_tracked


@torch.no_grad()
def shared_statistics(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    averaged[1].running_var = generator[1].running_var


def another_buffer(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    averaged.register_buffer("decay", torch.tensor(decay))


def a_note_in_the_generator(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    generator.register_buffer("decay", torch.tensor(decay))


@torch.no_grad()
def one_statistic(averaged, generator, decay):
    averaged_with(averaged, generator, decay, mix=right_mix, buffers=lambda mean, value: None)
    averaged[1].running_mean.copy_(generator[1].running_mean)


@torch.no_grad()
def statistics_of_another_shape(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    averaged[1].running_mean = generator[1].running_mean[None].clone()


def leaves_it_in_evaluation(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    averaged.eval()


def leaves_the_generator_in_evaluation(averaged, generator, decay):
    by_lerp(averaged, generator.eval(), decay)


@torch.no_grad()
def counts_for_the_generator(averaged, generator, decay):
    by_lerp(averaged, generator, decay)
    generator[1].num_batches_tracked += 1


@torch.no_grad()
def every_entry(averaged, generator, decay):
    for mean, value in zip(averaged.state_dict().values(), generator.state_dict().values(), strict=True):
        mean.mul_(decay).add_(value, alpha=1 - decay)


@torch.no_grad()
def every_entry_by_lerp(averaged, generator, decay):
    for mean, value in zip(averaged.state_dict().values(), generator.state_dict().values(), strict=True):
        mean.lerp_(value, 1 - decay)


@table(
    {
        "nothing": (names_alone, "nothing changed in averaged"),
        "no body": (lambda *_: None, "nothing changed in averaged"),
        "swapped": (mixing(lambda mean, weight, decay: torch.lerp(mean, weight, decay)), "the shares are swapped"),
        "a copy": (lambda averaged, generator, _: averaged.load_state_dict(generator.state_dict()), "is a copy"),
        "plain mean": (mixing(lambda mean, weight, decay: (mean + weight) / 2), "the plain mean"),
        "shrunk": (mixing(lambda mean, weight, decay: decay * mean), "averaged shrank"),
        "generator's share alone": (mixing(lambda mean, weight, decay: (1 - decay) * weight), "is lost"),
        "old kept whole": (mixing(lambda mean, weight, decay: mean + (1 - decay) * weight), "kept whole"),
        "new taken whole": (mixing(lambda mean, weight, decay: decay * mean + weight), "added whole"),
        "decay for both": (mixing(lambda mean, weight, decay: decay * (mean + weight)), "both got the share decay"),
        "away": (mixing(lambda mean, weight, decay: torch.lerp(mean, weight, decay - 1)), "moved away"),
        "some": (linear_layers_alone, "each weight"),
        "no biases": (without_biases, "each weight"),
        "the wrong name": (lambda averaged, generator, decay: averaged.lerp_(generator, 1 - decay), "state_dict()"),
        "the generator instead": (generator_follows, "the generator changed"),
        "its statistics": (statistics_the_wrong_way, "the generator changed"),
        "the generator, with gradients": (generator_follows_with_gradients, "write into averaged's"),
        "gradients tracked": (with_gradients, "autograd noted down"),
        "generator frozen": (generator_frozen, "it would stop learning"),
        "new weights": (new_weights, "new weights in place of its old ones"),
        "a weight of its own": (a_weight_of_its_own, "other weights than before"),
        "no buffers": (mixing(right_mix, buffers=lambda mean, value: None), "are still the old ones"),
        "buffers of zeros": (mixing(right_mix, buffers=lambda mean, value: mean.zero_()), "but not BatchNorm's"),
        "one buffer of two": (one_statistic, "(look at 1.running_var)"),
        "buffers of another shape": (statistics_of_another_shape, "(look at 1.running_mean)"),
        "buffers by 0.9": (
            mixing(right_mix, buffers=lambda mean, value: mean.copy_(0.9 * mean + 0.1 * value)),
            "with decay 0.9 it is right, but with 0.5 the weights are right, but not BatchNorm's",
        ),
        "another buffer": (another_buffer, "other buffers than before"),
        "another buffer in the generator": (a_note_in_the_generator, "the generator changed"),
        "a fractional counter": (with_a_fractional_counter, "num_batches_tracked) is no longer a whole number"),
        "a shared buffer": (shared_statistics, "share one tensor (1.running_var)"),
        "left in evaluation": (leaves_it_in_evaluation, "averaged is no longer in training mode"),
        "the generator left in evaluation": (
            leaves_the_generator_in_evaluation,
            "the generator is no longer in training mode",
        ),
        "the generator's counter": (counts_for_the_generator, "the generator changed"),
        "counter by mul_": (every_entry, "counts its batches, in whole numbers"),
        "counter by lerp_": (every_entry_by_lerp, "counts its batches, in whole numbers"),
        "decay ignored": (mixing(lambda mean, weight, decay: right_mix(mean, weight, 0.9)), "use decay"),
        "an error": (lambda averaged, generator, decay: averaged.weights, "'weights'"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_average_is_named(answer, phrase):
    assert phrase in fails(checks.check_update_average, answer)


# ---------------------------------------------------------------- seconds a step


def seconds(ranks, compute, gradient_bytes, bandwidth):
    return compute / ranks + (gradient_bytes / bandwidth if ranks > 1 else 0)


def as_tensor(*arguments):
    return torch.tensor(seconds(*arguments))


def in_two_branches(ranks, compute, gradient_bytes, bandwidth):
    if ranks == 1:
        return compute
    return compute / ranks + gradient_bytes / bandwidth


@pytest.mark.parametrize("answer", [seconds, as_tensor, in_two_branches, lambda n, c, g, b: c / n + (n > 1) * g / b])
def test_right_seconds_pass(capsys, answer):
    passes(capsys, checks.check_seconds_a_step, answer)


def except_alone(rule):
    return lambda n, c, g, b: c if n == 1 else rule(n, c, g, b)


@table(
    {
        "sends alone": (lambda n, c, g, b: c / n + g / b, "nobody to send to"),
        "alone wrong": (
            lambda n, c, g, b: c / n + g / b if n > 1 else 0,
            "should take compute = 6.00 s, with you it takes 0.00",
        ),
        "not shared": (except_alone(lambda n, c, g, b: c + g / b), "the computing isn't shared"),
        "all shared": (except_alone(lambda n, c, g, b: (c + g / b) / n), "the exchange is divided by ranks"),
        "the other shared": (except_alone(lambda n, c, g, b: c + g / b / n), "It is compute that is divided"),
        "multiplied": (except_alone(lambda n, c, g, b: c * n + g / b), "don't multiply"),
        "rounded": (except_alone(lambda n, c, g, b: c // n + g / b), "//"),
        "no exchange": (lambda n, c, g, b: c / n, "the exchange is missing"),
        "no computing": (except_alone(lambda n, c, g, b: g / b), "the computing is missing"),
        "the longer": (except_alone(lambda n, c, g, b: max(c / n, g / b)), "the longer of both"),
        "minus": (except_alone(lambda n, c, g, b: c / n - g / b), "taken away"),
        "upside down": (except_alone(lambda n, c, g, b: c / n + b / g), "upside down"),
        "bytes times bandwidth": (except_alone(lambda n, c, g, b: c / n + b * g), "/ instead of *"),
        "bits": (except_alone(lambda n, c, g, b: c / n + 8 * g / b), "a factor of 8"),
        "bits the other way": (except_alone(lambda n, c, g, b: c / n + g / b / 8), "a factor of 8"),
        "times ranks": (except_alone(lambda n, c, g, b: c / n + n * g / b), "multiplied by ranks:"),
        "times the others": (lambda n, c, g, b: c / n + (n - 1) * g / b, "multiplied by ranks - 1"),
        "a ring": (lambda n, c, g, b: c / n + 2 * (n - 1) / n * g / b, "as a ring of ranks sends"),
        "to two decimals": (lambda n, c, g, b: round(seconds(n, c, g, b), 2), "right, but rounded"),
        "to whole seconds": (lambda n, c, g, b: int(seconds(n, c, g, b)), "right, but rounded"),
        "hardly off": (lambda n, c, g, b: seconds(n, c, g, b) * 1.0001, "takes 2.2000 s; with you it takes 2.2002 s"),
        "wrong for two": (
            lambda n, c, g, b: seconds(n, c, g, b) * (1 if n != 2 else 1.5),
            "with 2 ranks, 0.37 s of computing, 0.1234 GB of gradients and 0.97 GB a second a step takes 0.31 s",
        ),
        "6 by heart": (
            lambda n, c, g, b: 6.0 if n == 1 else seconds(n, c, g, b),
            "compute = 0.37 s, with you",
        ),
        "a string": (lambda n, c, g, b: f"{seconds(n, c, g, b)} s", "returned str"),
        "something else": (lambda n, c, g, b: c / n + g / b + 1, "takes 2.20 s; with you it takes 3.20 s"),
        "divides by the others": (lambda n, c, g, b: c / n + g / b * (n - 1) / (n - 1), "ranks may be 1"),
        "brackets": (except_alone(lambda n, c, g, b: (c + g) / n / b), "takes 2.20 s; with you it takes"),
        "infinite": (lambda n, c, g, b: math.inf, "division by 0"),
        "both apart": (lambda n, c, g, b: (c / n, g / b), "returned tuple"),
        "for each rank": (lambda n, c, g, b: torch.full((n,), c / n), "(4,): it should be one number"),
        "no return": (lambda *_: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_seconds_is_named(answer, phrase):
    assert phrase in fails(checks.check_seconds_a_step, answer)
