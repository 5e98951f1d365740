"""The exercises of the lesson "Measuring"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ... import data, metrics
from ...checks.answer import described, double, expect_shape, expect_tensor, number, run
from ...checks.comparison import apart, compare
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed


@exercise(
    "Print one.mean() and one.std() of two small tensors of your own: four such numbers, two of each sample, are all "
    "that the formula in “The Frechet distance” takes.",
    "Build the two differences one after the other, one.mean() - other.mean() and one.std() - other.std(), and print "
    "them: each is squared by itself, ** 2, before they are added.",
    "The first half is (one.mean() - other.mean()) ** 2; the second half is the same with std() in place of mean().",
)
def check_frechet(frechet: Callable[[torch.Tensor, torch.Tensor], torch.Tensor | float]) -> None:
    """Measuring: ``frechet(one, other)`` of one feature's values (N,) and (M,): (m1 - m2)^2 + (s1 - s2)^2."""
    one, other = 1 + 2 * torch.randn(4000), 3.5 + 0.7 * torch.randn(3000)
    got = number(run(frechet, one, other, advice=_TWO_SAMPLES_ADVICE), "frechet")
    m = one.double().mean() - other.double().mean()
    s1, s2 = one.double().std(), other.double().std()
    s, v = s1 - s2, s1**2 - s2**2
    wanted, yours = apart(m**2 + s**2, got, 2)
    squares = one.double().mean() ** 2 - other.double().mean() ** 2
    compare(
        got,
        right=m**2 + s**2,
        within=1e-3,  # whether a standard deviation divides by N or by N - 1 is a matter of taste
        mistakes=[
            (m + s**2, _MEANS_NOT_SQUARED),
            (m.abs() + s**2, _MEANS_NOT_SQUARED),
            (
                m**2 + s,
                "the difference of the means is squared, that of the standard deviations isn't yet: square it, too.",
            ),
            (m.abs() + s.abs(), "abs() stands where the squares should: (...) ** 2 makes both differences positive."),
            (m + s, _NOTHING_SQUARED),
            (-m - s, _NOTHING_SQUARED),
            (squares + v, _SQUARED_FIRST),
            (squares.abs() + v.abs(), _SQUARED_FIRST),
            ((m + s) ** 2, "the sum was squared, as a whole: square each of the two differences first, then add."),
            (m**2 + v**2, _VARIANCES),
            (m**2 + v.abs(), _VARIANCES),
            (m**2 + v, _VARIANCES),
            (m**2 + (s1 + s2) ** 2, "the standard deviations are added: take their difference, then its square."),
            (
                m**2 + s1**2 + s2**2,
                "each standard deviation was squared by itself: take their difference first, then its square.",
            ),
            (
                m**2,
                "only the means count: two hills of different width in one place would be 0 apart. Add (s1 - s2)^2.",
            ),
            (s**2, "only the standard deviations count: two hills of one width would be 0 apart. Add (m1 - m2)^2."),
            (
                2 * (m**2 + s**2),
                f"the distance should be {wanted}, yours is twice that, {yours}: add each of the two squares once.",
            ),
            (
                (m**2 + s**2) / 2,
                f"the distance should be {wanted}, yours is half of that, {yours}: the squares are added, and nothing "
                "divides them.",
            ),
            (m**2 - s**2, "the second square is taken away: add it. Both differences make the distance larger."),
            (
                (m**2 + s**2).sqrt(),
                "that is the root of it: this distance stays in squared units, so leave the root out.",
            ),
        ],
        otherwise=f"for the test samples (means {one.mean():.2f} and {other.mean():.2f}, standard deviations {s1:.2f} "
        f"and {s2:.2f}) the distance should be {wanted}, yours is {yours}",
    )
    turned = number(run(frechet, other, one, advice=_TWO_SAMPLES_ADVICE), "frechet")
    if not torch.allclose(got, turned, rtol=1e-3):
        there, back = apart(got, turned, 2)
        fail(
            f"from one to other it is {there}, from other to one {back}: a distance is the same both ways. "
            "Square each difference."
        )
    narrow, wide = -2 + 0.3 * torch.randn(500), -1 + 1.5 * torch.randn(500)
    for first, second, what in [(narrow, wide, "two samples of one length"), (narrow, narrow, "a sample and itself")]:
        got = number(run(frechet, first, second, advice=_TWO_SAMPLES_ADVICE), "frechet")
        right = ((first.mean() - second.mean()) ** 2 + (first.std() - second.std()) ** 2).double()
        if not torch.allclose(got, right, rtol=5e-3, atol=1e-4):
            wanted, yours = apart(right, got, 2)
            fail(f"for the first samples it is right, but between {what} it should be {wanted}, yours is {yours}")
    passed("the squared difference of the means plus that of the standard deviations, the same both ways.")


_MEANS_NOT_SQUARED = "the difference of the means isn't squared: (m1 - m2) ** 2."

_NOTHING_SQUARED = "neither difference is squared: one may cancel the other, and the sum can fall below 0. Square both."

_SQUARED_FIRST = (
    "each number was squared by itself, and then came the difference: it is the other way round, (m1 - m2) ** 2."
)

_VARIANCES = (
    "that compares the variances, s^2: take the difference of the standard deviations, .std(), then its square."
)


@exercise(
    "Read the definition in “Precision and recall” again, and draw three reals and a fake on paper: who has a ball, "
    "and what decides how far it reaches?",
    "Print torch.cdist(real, real) of five points: a 0 on the diagonal, each point's distance to itself. "
    ".kthvalue(k + 1, dim=1).values steps over it, and gives one radius for each real.",
    "torch.cdist(fake, real) <= radii has a row for each fake, with True where it lies in a ball: .any(dim=1) makes "
    "one answer of each row, .float().mean() the share.",
)
def check_precision(precision: Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor | float]) -> None:
    """Measuring: ``precision(real, fake, k)`` of features (N, d) and (M, d): the share of fakes among the reals."""
    # both are dense in the middle and sparse further out, so that it matters whose ball is how large; chosen so that
    # every mistake leads to another share
    real = torch.randn(200, 3) * torch.linspace(0.1, 1.5, 200)[:, None]
    fake = torch.randn(150, 3) * torch.linspace(0.1, 3.5, 150)[:, None] + 1
    k = 3
    got = number(run(precision, real, fake, k, advice=_BALLS_ADVICE), "precision")
    among, across = torch.cdist(real, real), torch.cdist(fake, real)
    radii, fake_radii = metrics.neighbour_radii(real, k), metrics.neighbour_radii(fake, k)
    right, recall = metrics.precision_recall(real, fake, k)

    def share(inside: torch.Tensor) -> torch.Tensor:
        return inside.double().mean()

    def with_radii(radii: torch.Tensor) -> torch.Tensor:
        return share((across <= radii).any(dim=1))

    nearest, whose = across.min(dim=1)
    wanted, yours = apart(right, got)
    compare(
        got,
        right=double(right),
        mistakes=[
            (
                with_radii(among.kthvalue(k, dim=1).values),
                "the balls are too small: the nearest real to each real is itself, at distance 0. The k-th nearest "
                "other one is the (k + 1)-th smallest distance of its row.",
            ),
            (
                with_radii(among.kthvalue(k + 2, dim=1).values),
                "the balls are too large by one neighbour: the real itself was left out twice. It takes either "
                "k + 1, or the distances without those to itself, not both.",
            ),
            (double(recall), _RECALL),
            (share((across <= fake_radii[:, None]).any(dim=1)), _RADII_OF_FAKES),
            (with_radii(across.T.kthvalue(k, dim=1).values), _RADII_OF_FAKES),
            # the same, but rounded otherwise: here some fakes lie on the very surface of a ball
            (with_radii(torch.cdist(real, fake).kthvalue(k, dim=1).values), _RADII_OF_FAKES),
            (
                share((across <= radii).any(dim=0)),
                "that is the share of reals whose ball holds a fake (any over the wrong dim): with the fakes as rows "
                "it is .any(dim=1).",
            ),
            (
                share((across <= radii).all(dim=1)),
                "that asks for fakes inside all of the balls: one ball is enough, so .any(dim=1) instead of all.",
            ),
            (
                share(across <= radii),
                "that is a share of pairs: first ask of each fake whether it is inside any ball, .any(dim=1), then "
                "take the mean.",
            ),
            (
                with_radii(radii.mean()),
                "all balls have the mean radius: each real has a ball of its own, small where reals are dense.",
            ),
            (
                share(nearest <= radii[whose]),
                "only the ball of the nearest real counts: a real further away may have a larger one. Ask all of them.",
            ),
            (
                share((across**2 <= radii).any(dim=1)),
                "squared distances are compared with radii: square both, or neither.",
            ),
            (with_radii(radii**2), "distances are compared with squared radii: square both, or neither."),
            (
                double(1.0),
                "every fake of the test counts as inside, and some are far out. Does any() ask about all of them at "
                "once, without dim=1? Or are the balls much too large: are their radii the smallest distances (topk "
                "takes the largest unless you say largest=False), and distances at all (.values, not .indices)?",
            ),
            (
                share((across > radii).all(dim=1)),
                "that is the share of fakes outside all balls: turn the comparison round.",
            ),
            (
                double(right * len(fake)),
                f"{got:g} is the number of fakes inside: divide by how many there are, and it is a share.",
            ),
            (
                double(right * len(fake) / len(real)),
                "the fakes inside are divided by the number of reals: it should be the number of fakes.",
            ),
            (double(right * 100), "that is a percentage: a share lies between 0 and 1, so don't multiply by 100."),
        ],
        otherwise=f"for the test features and k = 3 the precision should be {wanted}, yours is {yours}. Which "
        "balls, with what radii, and how many of the fakes are inside at least one?",
    )
    got = number(run(precision, real, fake, 1, advice=_BALLS_ADVICE), "precision")
    right = metrics.precision_recall(real, fake, 1).precision
    if not torch.allclose(got, double(right)):
        wanted, yours = apart(right, got)
        fail(f"for k = 3 it is right, but for k = 1 it should be {wanted} and yours is {yours}: use k.")
    few, many = torch.randn(60, 5), 1.2 * torch.randn(90, 5)
    for features, what, right in [
        (many, "60 reals and 90 fakes", metrics.precision_recall(few, many, 2).precision),
        (torch.cat([few[:2], few[:2] + 100]), "60 reals and four fakes, of which two are reals and two far away,", 0.5),
    ]:
        with right_so_far(f"with 200 reals and 150 fakes it is right, but with {what} of 5 features each, and k = 2, "):
            got = number(run(precision, few, features, 2, advice=_BALLS_ADVICE), "precision")
            if not torch.allclose(got, double(right)):
                wanted, yours = apart(right, got)
                fail(f"it should be {wanted} and yours is {yours}: take all sizes from what your function is given.")
    passed("the share of fakes inside the ball of at least one real, each ball as large as the reals there lie apart.")


_RADII_OF_FAKES = "the radii have to do with fakes: measure them among the reals only, torch.cdist(real, real)."

_RECALL = (
    "that is recall, the share of reals among the fakes: swap the roles. Balls around the reals, and fakes in them."
)

#: What a cheat has to get for 2,000 images: far better than the article's generator.
_CHEAT = metrics.Quality(frechet_distance=50, precision=0.76, recall=0.3, classes=10)

#: Above this share of copies it is caught.
_CAUGHT = 0.5


@exercise(
    "Look at generator A in “Looking isn't enough” again, and at the photocopier in “Learned by heart”: what did A "
    "lack to please every figure?",
    "A had thirty pictures of two kinds. Take as many different ones as are asked for, of all kinds; in this lesson "
    "real holds 7,000 training images.",
    "real was shuffled in “Looking isn't enough”, so its first ones, real[:count], are a fair sample of all kinds.",
)
def check_cheat(cheat: Callable[[int], torch.Tensor]) -> None:
    """Measuring: ``cheat(count)`` returns images (count, 1, 28, 28) that all figures like, and one finds out."""
    count = 2_000
    torch.default_generator.manual_seed(1)  # with 0, randperm would draw those images that metrics compares yours with
    images = run(cheat, count)
    expect_tensor(images, "cheat")
    if not images.is_floating_point():
        fail(
            f"your images have type {images.dtype}: they should be floats in [-1, 1], and data.to_range makes them so."
        )
    if images.shape in [(count, 784), (count, 28, 28)]:
        fail(f"your images have shape {tuple(images.shape)}: .view(-1, 1, 28, 28) makes it the one that figures take.")
    if images.ndim == 4 and images.shape[1:] == (1, 28, 28) and len(images) != count:
        fail(f"{count} images were asked for, you returned {len(images)}: use count.")
    expect_shape(images, (count, 1, 28, 28), "the images")
    some = run(cheat, 100)
    if not isinstance(some, torch.Tensor) or len(some) != 100:
        fail(f"asked for {count} images it is right, but asked for 100, {described(some)} came: use count.")
    images = images.detach().float().cpu()
    if not images.isfinite().all():
        fail("some pixels are NaN or infinite: a figure made from them would say nothing.")
    if images.min() >= 0:
        fail(
            f"your pixels go from {images.min():g} to {images.max():g}: paper should be -1 and ink 1, as in all images "
            "of this lesson."
        )
    if images.abs().max() > 1 + 1e-4:
        fail(
            f"your pixels go from {images.min():.2f} to {images.max():.2f}, beyond [-1, 1]. If you added something to "
            "the images, .clamp(-1, 1) keeps them inside."
        )

    seen = metrics.evaluate_images(images).fake
    if seen.classes < _CHEAT.classes:
        fail(
            f"the classifier finds {seen.classes} of the ten digits among your images: take digits of every kind, from "
            "anywhere in the training set."
        )
    recall, precision, distance = (
        apart(getattr(_CHEAT, figure), getattr(seen, figure), digits)[1]
        for figure, digits in [("recall", 2), ("precision", 2), ("frechet_distance", 0)]
    )
    if seen.recall <= _CHEAT.recall:
        different = len(images.flatten(1).unique(dim=0))
        few = f" Only {different} of your {count} images are different." if different < count / 2 else ""
        fail(
            f"recall is {recall}, it should be above {_CHEAT.recall}.{few} It asks how much of the variety of "
            "real digits is there: a few images that come again and again can't have it, nor can digits that were "
            "moved far. Take many different ones, and leave them where they stand."
        )
    if seen.precision <= _CHEAT.precision:
        fail(
            f"precision is {precision}, it should be above {_CHEAT.precision}: too many of your images don't "
            "look like digits to the classifier. If you changed them, with noise, by mixing two or by moving them, "
            "change them less, or fewer of them."
        )
    if seen.frechet_distance >= _CHEAT.frechet_distance:
        fail(
            f"the Frechet distance is {distance}, it should be below {_CHEAT.frechet_distance}: as a "
            "whole your images differ from real digits. Are all ten there in equal parts, as sharp as real ones, and "
            "in the same place? Moved, up or down above all, they count as others."
        )
    liked = f"Frechet distance {seen.frechet_distance:.1f}, precision {seen.precision:.2f}, recall {seen.recall:.2f}"
    better = f"{liked}, {seen.classes} digits: better than the article's generator, and no new digit among them."
    by_pixels = f"{seen.pixel_copies:.0%} of yours"
    if seen.pixel_copies > _CAUGHT:
        passed(f"{better} What gives you away is the distance to the training images: {by_pixels} are copies.")
    elif seen.feature_copies > _CAUGHT:
        passed(
            f"{better} By pixels only {by_pixels} are copies, but in features it is {seen.feature_copies:.0%}: that is "
            "what gives you away."
        )
    elif (moved := _moved(images)) > _CAUGHT:
        passed(
            f"{better} And nothing in the report gives you away: by pixels {by_pixels} are copies, in features "
            f"{seen.feature_copies:.0%}. But moved back by a pixel, {moved:.0%} are training images: that is what this "
            "figure is blind to."
        )
    else:
        fail(
            f"the figures like your images ({liked}), but the comparison with the training images, pixel by pixel, "
            f"calls only {seen.pixel_copies:.0%} of them copies, and in features it is {seen.feature_copies:.0%}. Are "
            "these test images, or a generator's fakes? Those are new digits, not learned by heart: honest, no cheat. "
            "Hand out what generators are trained on."
        )


def _moved(images: torch.Tensor, some: int = 50) -> float:
    """The share of ``some`` of the images (N, 1, 28, 28) that are training images, moved by a pixel or not at all."""
    steps = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [images[:some].roll(step, dims=(2, 3)) for step in steps]
    apart = [metrics.nearest_training_distance(these, data.image_tensor()) for these in moved]
    return (torch.stack(apart).amin(dim=0) < 1).double().mean().item()


_TWO_SAMPLES_ADVICE = [
    ("must match the size", "The samples may differ in length: take the mean of each first, and then the difference.")
]

_BALLS_ADVICE = [
    (
        "must match the size",
        "torch.cdist(fake, real) has a row for each fake and a column for each real: compare it with one radius for "
        "each real, (N,).",
    ),
    ("return_types", "kthvalue, topk and sort return two things, values and indices: take .values."),
]
