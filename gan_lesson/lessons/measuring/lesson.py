# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how good is a generator, in numbers?
#
# At the end you can
# - *say* why the losses can't tell, and why looking isn't enough,
# - *compute* a Frechet distance by hand, and *read* one,
# - *write* precision, and *tell* it from recall,
# - *catch* a generator that has learned its training images by heart,
# - *name* what each figure is blind to, and *build* a picture that fools it,
# - *judge* a report: the floor beside it, and the number of samples under it.
#
# About {{MINUTES}} minutes. Two cells take about 20 seconds; each says so.

# %% [markdown]
# ## The losses don't know · 6 minutes
#
# The article trains for 40 epochs ([The adversarial loop](lesson:the_adversarial_loop)). Suppose you must say after
# which epoch the generator was best, and all you have is the two losses. Take epochs 20 and 40. How much do the
# pictures improve between them? The last section measures it, and asks you first. And how much does the loss improve?

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

change_of_loss = Prediction(
    "What does the generator's loss do between epoch 20 and epoch 40?",
    ["it stays where it is", "it falls, by less than half", "it falls, by more than half", "it rises"],
)
change_of_loss

# %%
from gan_lesson import plots, runs

article = runs.load("article")
losses = {name: article.steps[f"{name}_loss"].reshape(40, 600).mean(axis=1) for name in ("discriminator", "generator")}
plots.lines(
    range(1, 41),
    losses,
    xlabel="epoch",
    ylabel="loss, mean of an epoch",
    colours={"discriminator": plots.DISCRIMINATOR, "generator": plots.GENERATOR},
    alt="Losses of the article's run. From epoch 10 on the generator's falls slowly and the discriminator's rises slowly",
)

# %%
change_of_loss.came_out(f"from {losses['generator'][19]:.2f} to {losses['generator'][39]:.2f}")

# %% [markdown]
# The generator's loss creeps down, the discriminator's creeps *up*. Did the discriminator get worse? And before epoch 10, when
# both jump about: was the generator best at epoch 3, where its loss is as low as at epoch 18? On the slider of *The
# adversarial loop* you saw that at epoch 3 it painted one grey blur.
#
# The reason is what a loss measures here: how well a player does *against the other one*, as it is at that moment. A loss of a GAN is a score in a match, not a mark for the pictures. You would not judge a tennis player by
# only the score either, without knowing who stood on the other side of the net.
#
# ## Looking isn't enough · 6 minutes
#
# So let us look. Here are two sheets of pictures, from two generators.

# %%
import torch

from gan_lesson.checkpoints import load_generator
from gan_lesson.data import image_tensor, load_mnist, to_range
from gan_lesson.latent import sample
from gan_lesson.training import generate

order = torch.randperm(60_000, generator=torch.Generator().manual_seed(2))  # so that any first N are a fair sample
real = to_range(image_tensor(train=True))[order]
labels = load_mnist(train=True).targets[order]
quick = load_generator("quick")
fakes = generate(quick, sample(2000, quick.latent_dim, seed=0))
some = real[(labels == 3) | (labels == 7)][:30]
picked = some[torch.randint(30, (2000,), generator=torch.Generator().manual_seed(0))]
plots.moments(
    torch.stack([picked[:36], fakes[:36]]),
    titles=["generator A", "generator B"],
    alt="Two sheets of 36 digits. A: perfect digits, all of them 3 or 7. B: digits of all kinds, some of them sloppy",
)

# %% [markdown]
# Look at both, and decide. Then the next cell counts how many *different* pictures each of them drew among 2,000.

# %% tags=["prediction"]
better_generator = Prediction(
    "Which of the two is the better generator?", ["generator A", "generator B", "they are about as good"]
)
better_generator

# %%
different = {name: len(images.flatten(1).unique(dim=0)) for name, images in [("A", picked), ("B", fakes)]}
better_generator.came_out(f"A has {different['A']:,} different pictures in all, B has {different['B']:,}")

# %% [markdown]
# Picture by picture A wins: every one of its digits is perfect. But A draws threes and sevens only. And it has thirty
# pictures, cut out of the training set, and hands them round and round. As a generator, B is the better one.
#
# ==**Good samples are not a good distribution.** A generator is asked for three things at once: each picture should look
# real, all kinds of pictures should occur, and they should be new. Your eye judges the first. For the other two it
# would have to see thousands of pictures and remember 60,000.==
#
# ## A judge who reads · 8 minutes
#
# What would we compare? Not pixels: shift a digit by one pixel and a good part of its 784 pixels change (the next cell counts
# them), and to the reader nothing has. We need someone who looks at a picture and notes what matters. The course brings one: a small network that was
# trained to tell the ten digits apart. It never saw a fake.

# %% tags=["nbval-check-output"]
from gan_lesson.classifier import accuracy, bundled

shifted = real[:1000].roll(1, dims=3)
changed = (shifted != real[:1000]).flatten(1).sum(dim=1).float().mean()
print(f"A shift by one pixel changes {changed:.0f} of a digit's 784 pixels, on average.")

judge = bundled()
order = torch.randperm(10_000, generator=torch.Generator().manual_seed(2))
test_images = to_range(image_tensor(train=False))[order]
test_labels = load_mnist(train=False).targets[order]
right = accuracy(judge, test_images[:2000], test_labels[:2000])
print(f"It reads {right:.1%} of 2,000 test images rightly.")

features, probabilities = judge.extract(fakes)
print("of each picture it notes", tuple(features.shape[1:]), "features; then it gives", tuple(probabilities.shape[1:]))

# %% [markdown]
# (The test images are shuffled, too: the first 5,000 of the file were written by other people than the rest.)
#
# ==The 128 **features** are the values of its last hidden layer: what it thinks worth noting before it names the digit.==
# Two pictures with similar features look alike to a reader of digits. From here on "distance" means distance between
# features, unless we say pixels.
#
# Its ten probabilities already say much by themselves. Three figures come from them:
#
# - **classes**: how many of the ten digits make up at least one picture in a hundred;
# - the **entropy** of their shares $p_0, \dots, p_9$,
#   $$H = -\sum_{d=0}^{9} p_d \ln p_d,$$
#   in words: the sum over all digits of the share times minus its logarithm. It is 0 if there is only one digit and
#   $\ln 10 = 2.303$ where all ten are equally frequent;
# - **confidence**: the mean probability of the likeliest digit. Smudges often make it low.

# %% tags=["prediction"]
figures_of_a = Prediction(
    "What will generator A get for the three?",
    [
        "few classes, low entropy, low confidence",
        "ten classes, high entropy, high confidence",
        "few classes, low entropy, high confidence",
    ],
)
figures_of_a

# %%
from gan_lesson import metrics

said = {}
for name, images in [("A", picked), ("B", fakes), ("real", test_images[:2000])]:
    _, p = judge.extract(images)
    coverage = metrics.class_coverage(p)
    said[name] = f"{coverage.classes} classes, entropy {coverage.entropy:.2f}, confidence {metrics.confidence(p):.3f}"
    print(f"{name:4} {said[name]}")
figures_of_a.came_out(said["A"])

# %% [markdown]
# The confidence of A is that of real digits: they *are* real digits. The classes give it away.
#
# > **What these are blind to.** Everything inside a class. A generator with ten pictures, one perfect specimen of each
# > digit, gets 10 classes, the highest entropy and a confidence near 1. And a judge who knows only digits may be sure of what
# > is none: the last section shows a grey blur that it takes for an 8.
#
# ## The Frechet distance · 12 minutes
#
# Take one feature of the 128. Real digits give it some distribution of values, fakes another one.

# %%
real_features, _ = judge.extract(real[:5000])
feature = int((real_features > 0).float().mean(dim=0).argmax())  # many are 0 for most digits; this one is least often
plots.histogram(
    {"real": real_features[:2000, feature], "fake": features[:, feature]},
    xlabel=f"value of feature {feature}",
    alt="Histograms of one feature, of reals and of fakes: a tall bar at 0, then a long slope. They nearly coincide",
)

# %% [markdown]
# The two nearly coincide. How far apart are two such hills? One answer: describe each by its mean $m$ and its standard deviation $s$, and take
#
# $$d = (m_1 - m_2)^2 + (s_1 - s_2)^2.$$
#
# In words: the squared difference of the means plus the squared difference of the spreads. It is 0 where both agree.
# M. Frechet proposed such a distance between distributions in 1957; for two normal distributions, this is it.

# %% [markdown] tags=["task"]
# **Your turn.** `frechet(one, other)` takes two tensors with the values of one feature, perhaps not equally many, and
# returns the distance.


# %% tags=["exercise"]
def frechet(one, other):
    ### BEGIN SOLUTION
    ### HINT means and standard deviations of both; square the two differences, and add
    apart = (one.mean() - other.mean()) ** 2
    return apart + (one.std() - other.std()) ** 2
    ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_frechet(frechet)

# %% [markdown] tags=["why"]
# The mean says where a hill stands, the standard deviation how wide it is. A generator can be wrong in either, so both
# count. Each difference is squared by itself: then neither can be negative, and a hill that is too far to the right can't
# make up for being too narrow. The difference comes first and the square second, because $s_1^2 + s_2^2$ isn't 0 even for
# two equal hills. And it has to be standard deviations, not variances: only then is this the formula below, with one
# feature. A root around it all would turn it into an ordinary length; the order of two generators would stay, but the
# numbers could no longer be compared with those of the formula.

# %% [markdown]
# ==With all 128 features at once the mean becomes a vector $m$ of 128 numbers and the spread a **covariance matrix** $C$,
# which also knows which features rise and fall together:==
#
# $$d = \|m_1 - m_2\|^2 + \operatorname{tr}\!\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# In words: the squared distance of the two means, plus the sum of the diagonal (the trace, tr) of both covariances
# less twice the root of their product. With one feature $C = s^2$, and the second term is
# $s_1^2 + s_2^2 - 2 s_1 s_2 = (s_1 - s_2)^2$: your formula.
#
# ==With the features of a network that knows a thousand kinds of photographs (Inception) this is the **FID** of the
# literature.== Ours looks through a reader of digits instead, so its numbers can't be compared with a FID from a paper.
#
# Are features distributed normally? No: that tall bar at 0 in the histogram is no hill, and most features have a taller one.
# For clouds that aren't normal the formula compares their means and covariances, and nothing else.
#
# Five sets of pictures, all compared with 5,000 training images: digits of the test set, both generators, real digits
# that were blurred, and noise.

# %% tags=["prediction"]
nearest_first = Prediction(
    "In which order will they come, the nearest to the training images first?",
    [
        "A, real test images, B, blurred reals, noise",
        "real test images, B, A, blurred reals, noise",
        "real test images, A, B, blurred reals, noise",
        "real test images, B, blurred reals, A, noise",
    ],
)
nearest_first

# %%
from torchvision.transforms.functional import gaussian_blur

sets = {
    "real test images": test_images[:2000],
    "B": fakes,
    "A": picked,
    "blurred reals": gaussian_blur(test_images[:2000], kernel_size=[15, 15], sigma=[4.0, 4.0]),
    "noise": torch.rand(2000, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1,
}
of_reals = metrics.gaussian(real_features)
features_of = {name: judge.extract(images)[0] for name, images in sets.items()}
apart = {name: metrics.frechet_distance(metrics.gaussian(these), of_reals) for name, these in features_of.items()}
for name, distance in apart.items():
    print(f"{name:18} {distance:8.1f}")
nearest_first.came_out(", ".join(sorted(apart, key=apart.get)))

# %% [markdown]
# A, whose every picture is perfect, and a training image at that, is far behind B. The distance compares whole clouds, so missing digits cost.
#
# Real images don't get 0. The test images are other digits than the training images, and there are a finite number of them.
# ==What unseen real digits get is called the **floor**. It is a yardstick and no bound, and a distance without its floor beside
# it says little.== No bound, because one can get below it. Here are 2,000 other training images, none of them among the 5,000:

# %% tags=["nbval-check-output"]
others, _ = judge.extract(real[5000:7000])
print(f"{'other training images':18} {metrics.frechet_distance(metrics.gaussian(others), of_reals):5.1f}")

# %% [markdown]
# They are nearer than the test images. The people who wrote the test images wrote none of the training images, and the judge
# has learned from the training images. What is cut out of the training set, or stays close to it, can get below the floor.
#
# > **What it is blind to.** Whatever mean and covariance don't see. Here are two clouds in the plane with the same mean and
# > the same covariance, so their Frechet distance is 0. Nobody would call them alike.

# %%
random = torch.Generator().manual_seed(0)
ring = torch.nn.functional.normalize(torch.randn(2000, 2, generator=random), dim=1)
cloud = torch.randn(2000, 2, generator=random)
cloud = (cloud - cloud.mean(dim=0)) * ring.std(dim=0) / cloud.std(dim=0) + ring.mean(dim=0)
distance = metrics.frechet_distance(metrics.gaussian(ring), metrics.gaussian(cloud))
plots.points(
    ring[:500],
    cloud[:500],
    half_width=2.2,
    title=f"Frechet distance {distance:.4f}",
    alt="Reals on a ring and fakes in a round cloud around its centre: quite different, at a Frechet distance of 0",
)

# %% [markdown]
# ## Precision and recall · 14 minutes
#
# One number can't say *how* a generator fails. It may draw bad pictures, or it may leave good ones out. Two numbers can.
#
# - **Precision**: which share of the fakes lies among the reals? It falls when pictures are bad.
# - **Recall**: which share of the reals lies among the fakes? It falls when something is missing.
#
# "Among" is made exact like this. Draw a ball around each real that reaches to its third-nearest neighbour among the
# reals: where reals are dense the balls are small, where they are rare the balls are large. A fake lies among the reals if at
# least one ball contains it. For recall the two swap places: balls around the fakes, and reals are counted.
#
# Let us see it in the plane. The reals lie on a ring, 400 points with a little noise. Three generators: one draws *half of
# it*, well; one draws *all of it, sloppy*; one draws *one spot* of it again and again.

# %% tags=["prediction"]
least_precise = Prediction(
    "Which of the three gets the lowest precision?", ["one spot", "half of it", "all of it, sloppy"]
)
least_precise

# %% tags=["prediction"]
least_complete = Prediction(
    "Which of the three gets the lowest recall?", ["all of it, sloppy", "one spot", "half of it"]
)
least_complete

# %%
reals = ring[:400] + 0.1 * torch.randn(400, 2, generator=random)
three = {
    "half of it": reals[reals[:, 0] > 0][:150] + 0.02,
    "all of it, sloppy": reals + 0.3 * torch.randn(400, 2, generator=random),
    "one spot": reals[:1] + 0.01 * torch.randn(400, 2, generator=random),
}
got = {name: metrics.precision_recall(reals, points) for name, points in three.items()}
for name, both in got.items():
    print(f"{name:20} precision {both.precision:.2f}, recall {both.recall:.2f}")
lowest_precision = min(got, key=lambda name: got[name].precision)
lowest_recall = min(got, key=lambda name: got[name].recall)
least_precise.came_out(f"{lowest_precision}, with precision {got[lowest_precision].precision:.2f}")
least_complete.came_out(f"{lowest_recall}, with recall {got[lowest_recall].recall:.2f}")

# %%
plots.points(
    reals,
    three["all of it, sloppy"],
    half_width=2.2,
    title="all of it, sloppy",
    alt="Reals on a ring, and fakes scattered around the same ring, many of them off it",
)

# %% [markdown]
# Half the ring, drawn well: full precision, half the recall. All of it, drawn badly: the other way round. One spot: perfect
# pictures, and nothing else. That is mode collapse, in two numbers.

# %% [markdown] tags=["task"]
# **Your turn.** Write `precision(real, fake, k)`. `torch.cdist(a, b)` gives all distances between two sets of points, a row
# for each of `a`; of such a table `.kthvalue(n, dim=1).values` takes the n-th smallest of each row. Mind one thing: the
# nearest neighbour of a real among the reals is that real itself.


# %% tags=["exercise"]
def precision(real, fake, k):
    ### BEGIN SOLUTION
    ### HINT radii: the (k + 1)-th smallest distance in each row of cdist(real, real), because the smallest is 0
    radii = torch.cdist(real, real).kthvalue(k + 1, dim=1).values
    ### END SOLUTION
    ### BEGIN SOLUTION
    ### HINT a fake is inside if its distance to any real is at most that real's radius; then the share of those
    inside = (torch.cdist(fake, real) <= radii).any(dim=1)
    return inside.float().mean()
    ### END SOLUTION


# %% tags=["check"]
checks.check_precision(precision)

# %% [markdown] tags=["why"]
# The radius of a ball says what *near* means at that place, so it is measured only among the reals, and each real has
# its own. In a row of distances among the reals the smallest is the real's own, 0: so the k-th neighbour is the
# (k + 1)-th smallest. Forget that, and every ball is a neighbour too small: nothing fails, and precision comes out too
# low. One ball is enough to lie among the reals, hence `any`; with `all` a fake would have to lie in every ball at once,
# and next to none does. And `dim=1`, for each row is a fake: `dim=0` asks each real whether its ball holds a fake, which
# is another share. Whoever swaps `real` and `fake` gets recall.

# %% [markdown]
# Now in features, for the sets from before. (T. Kynkaanniemi and others, 2019, whose definition this is, did the same with
# photographs.)

# %%
for name, these in features_of.items():
    result = metrics.precision_recall(real_features[:2000], these)
    print(f"{name:18} precision {result.precision:.2f}, recall {result.recall:.2f}")

# %% [markdown]
# Look at A: precision 1, recall next to 0. Even real test images don't get 1: they, too, lie outside the balls now and then. And look
# at the blurred reals: precision 1 as well, for clouds that nobody can read. In whose balls do they lie? Is it one odd real
# with a huge ball around it?

# %% tags=["nbval-check-output"]
blurs, some_reals = features_of["blurred reals"], real_features[:2000]
radii = metrics.neighbour_radii(some_reals)
inside = torch.cdist(blurs, some_reals) <= radii
share = inside.float().mean(dim=0)  # of all blurs, in the ball of each real
fullest = share.argsort(descending=True)[:5]
together = inside[:, fullest].any(dim=1).float().mean()
print(f"The fullest ball holds {share[fullest[0]]:.0%} of the blurs, the five fullest {together:.0%} together.")
print(
    f"{(radii > radii[fullest[0]]).sum()} balls are larger than the fullest, whose radius is {radii[fullest[0]]:.0f};"
)
print(f"the median of all is {radii.median():.0f}.")
smaller = radii.argsort()[:-66]
print(f"Without the 66 largest balls precision is {inside[:, smaller].any(dim=1).float().mean():.2f}.")
for name, these in {"reals": some_reals, "reals with the five balls": some_reals[fullest], "blurs": blurs}.items():
    print(f"{name:26} norm {these.norm(dim=1).mean():4.1f}, distance between two {torch.pdist(these).mean():4.1f}")

# %% [markdown]
# It isn't one ball, nor the largest ones. A blur has *faint* features, with small values: the judge finds little worth noting.
# So all 2,000 blurs crowd into one small place near the origin. A few faint reals stand beside it, where reals are rare. Their
# balls are wider than most, though not the widest, and a handful of them covers the place.
#
# > **What they are blind to.** *How often.* A generator that draws a hundred thousand 1s and a single specimen of everything else
# > may have full recall: recall asks whether something occurs, not how often. And where reals are rare their balls are wide, and
# > whatever lies in them counts as precise. Precision has no bound at its floor either: in [The latent space](lesson:the_latent_space) a quick
# > generator whose z were halved got 0.94, more than unseen reals. So never read only one figure.
#
# ## Learned by heart · 10 minutes
#
# A could be caught by its recall. But think of a generator that hands out *all* 60,000 training images. Its pictures are
# perfect, nothing is missing, and there is nothing to call learned: it is a photocopier.
#
# So for each fake we look up the nearest training image, and ask how far away it is. How near is suspicious? Real digits
# that nobody trained on, the test images, say what is normal.

# %%
distances = {
    "real": metrics.nearest_training_distance(test_images[:500], real),
    "fake": metrics.nearest_training_distance(fakes[:500], real),
    "noised copies": metrics.nearest_training_distance(
        real[:500] + 0.05 * torch.randn(500, 1, 28, 28, generator=random), real
    ),
}
plots.histogram(
    distances,
    xlabel="distance to the nearest training image, in pixels",
    alt="Histograms of distances to the nearest training image. Test images and fakes between 2 and 15, copies all near 1.4",
)

# %%
ones = test_images[500:][test_labels[500:] == 1]  # none of them among the 500
distances["unseen ones"] = metrics.nearest_training_distance(ones[:500], real)
for name, found in distances.items():
    print(f"{name:14} nearer than 99 of 100 unseen reals: {metrics.copies(found, distances['real']):.0%}")

# %% [markdown]
# Copies stand apart, even with noise on them. The fakes don't: this generator makes new digits. `metrics.copies` is the
# share of pictures that lie nearer to a training image than 99 of 100 unseen reals do. About 1 % is normal where all ten digits
# are drawn as often as people write them. Ones have little ink and lie close to each other: unseen ones, which nobody copied, get
# several times as much. Before you accuse a generator, look at which digits it draws.
#
# > **What it is blind to.** A clumsy disguise is enough: shift each copy by one pixel, and in pixels it lies as far from its
# > original as a new digit does. (The next cell measures it.) Near would be copied; far isn't new.

# %%
shifted = real[:500].roll(1, dims=3)
found = metrics.nearest_training_distance(shifted, real)
print(f"copies, shifted by one pixel: {metrics.copies(found, distances['real']):.0%} are caught")

# %% [markdown]
# Not one. So this figure can give a thief away, and can't prove innocence.

# %% [markdown] tags=["task"]
# **Your turn, and this one is an experiment.** Write `cheat(count)`: it returns `count` pictures that get *better* figures
# than the article's generator for the Frechet distance, precision, recall and classes, although not one of them is new.
# Then the check reads the report to you. Which figure gives you away? (It evaluates 2,000 pictures: about 20 seconds.)


# %% tags=["exercise"]
def cheat(count):
    random = torch.Generator().manual_seed(1)
    ### BEGIN SOLUTION
    ### HINT pick `count` different training images out of `real`, with torch.randperm(len(real), generator=random)
    chosen = torch.randperm(len(real), generator=random)[:count]
    return real[chosen]
    ### END SOLUTION


# %% tags=["check"]
checks.check_cheat(cheat)

# %% [markdown] tags=["why"]
# Each of the four figures compares your pictures with real digits, and nothing is more like real digits than they are
# themselves. Generator A failed because thirty pictures of two kinds can't cover what there is; 2,000 different ones, taken
# at random, can. Test images would please the four figures as well, and would be no cheat: they are new to anybody who
# learned from the training set. So quality can't tell a thief, only the distance to what was there to steal. Now try the
# disguise from the box: `return real[chosen].roll(1, dims=3)`. The distance gets worse, and still all four beat the
# article's generator; and no figure of the report gives you away any more.

# %% [markdown]
# ## How many samples? · 6 minutes
#
# The figures of features above came from 2,000 pictures. Would 150 have done? Take *real* test images, and compute their
# Frechet distance to the training images from 150 of them, from 300, and so on up to 5,000.

# %% tags=["prediction"]
curve_of_reals = Prediction(
    "What will the distance of the real test images do, the more of them there are?",
    ["jump about one value, less and less", "stay the same", "rise", "fall"],
)
curve_of_reals

# %%
counts = [150, 300, 600, 1250, 2500, 5000]
test_features, _ = judge.extract(test_images[:5000])
many, _ = judge.extract(generate(quick, sample(5000, quick.latent_dim, seed=1)))
curves = {
    name: [metrics.frechet_distance(metrics.gaussian(of[:count]), of_reals) for count in counts]
    for name, of in [("quick generator", many), ("real test images", test_features)]
}
plots.lines(
    counts,
    curves,
    xlabel="samples",
    ylabel="Frechet distance",
    logarithmic="xy",
    alt="Frechet distance against the number of samples, both axes logarithmic. Both curves fall; that of the reals by far more",
)

# %% tags=["nbval-check-output"]
of_test_images = curves["real test images"]
curve_of_reals.came_out(f"{of_test_images[0]:.0f} from 150 of them, {of_test_images[-1]:.0f} from 5,000")

# %% [markdown]
# The digits are of the same kind, and the distance is ten times smaller. ==It isn't noise that evens out: it is **bias**.== A covariance of
# 128 features has 8,256 numbers, and a few hundred pictures can't fix them; on average the error makes the clouds look further
# apart. Beside the bias there is chance, too. How much does the distance differ from one draw of test images to the next?

# %% tags=["nbval-check-output"]
all_tests, _ = judge.extract(test_images)
draws = torch.Generator().manual_seed(0)
for count in (500, 2000):
    orders = [torch.randperm(10_000, generator=draws)[:count] for _ in range(20)]
    found = [metrics.frechet_distance(metrics.gaussian(all_tests[order]), of_reals) for order in orders]
    print(f"20 draws of {count:5,} test images: from {min(found):.1f} to {max(found):.1f}")

# %% [markdown]
# Two generators whose distances lie as close together as these have not been told apart. So:
#
# - compare distances only from the *same* number of samples,
# - and only through the *same* judge,
# - put the floor, real against real from that number, beside it,
# - and take no difference seriously that another draw could have made.
#
# ## The whole report · 5 minutes
#
# `metrics.evaluate` does the first three. If you say nothing it draws 10,000 pictures. Here it draws 2,000, which is quicker, and says
# itself what that costs. (About 20 seconds, most of them to look at the 60,000 training images.)

# %%
report = metrics.evaluate(quick, samples=2_000)
report

# %% [markdown]
# Read it from the right: the column *real* is the floor. (It was larger in the list of five sets, where 2,000 were compared
# with 5,000 training images and not with all 60,000: bias again.) Where *fake* comes near it, this figure can't tell the fakes
# from unseen reals any more. The hash names the judge: another judge, another scale. On the command line the same report is one JSON object:
#
#     gan-lesson evaluate --checkpoint quick
#
# ## Forty epochs, measured · 6 minutes
#
# Back to the question from the start. The 40 epochs of *The adversarial loop* were done once more, to the bit, and its
# generator was kept after each of them. Here is how good each of the 40 is, from 10,000 pictures each. Is epoch 40 better
# than epoch 20? In what?

# %% tags=["prediction"]
second_half = Prediction(
    "What do the epochs from 20 to 40 improve?",
    ["precision far more than recall", "recall far more than precision", "both alike", "neither: it was ready by then"],
)
second_half

# %%
from gan_lesson import measured

epochs = measured.load("article_epochs")
print(epochs["command"])
moments = epochs["moments"]
plots.quality(
    {"article": [moments]},
    x="epoch",
    xlabel="epoch",
    floor=epochs["floor"],
    alt="Three curves over 40 epochs. The Frechet distance falls, at first with jumps; precision falls from nearly 1 to three quarters; recall is 0 until epoch 15 and then rises to a fifth",
)

# %%
for epoch in (1, 5, 10, 20, 30, 40):
    moment = moments[epoch]
    print(
        f"epoch {epoch:2}: Frechet distance {moment['frechet_distance']:7.1f}, precision {moment['precision']:.2f}, "
        f"recall {moment['recall']:.2f}, {moment['classes']} classes"
    )
precision_then, recall_then = ([moments[epoch][name] for epoch in (20, 40)] for name in ("precision", "recall"))
second_half.came_out(
    "precision from {:.2f} to {:.2f}, recall from {:.2f} to {:.2f}".format(*precision_then, *recall_then)
)

# %% [markdown]
# This is a mark for the pictures, not a score in a match. The distance falls by a large factor and goes on falling to the last epoch.
#
# Look at precision: in the first epochs it jumps up to 1 or close to it, and then it *falls*. What do the first epochs' blurs
# have to do with reals? Here is what the judge makes of the 64 pictures that TimeMachine shows.

# %%
print(f"two reals lie {torch.pdist(some_reals).mean():.0f} apart in features")
for epoch in (1, 3, 20, 40):
    seen, p = judge.extract(to_range(torch.from_numpy(article.samples[epoch])[:, None]))
    print(
        f"epoch {epoch:2}: two pictures lie {torch.pdist(seen).mean():4.1f} apart; "
        f"it sees {metrics.class_coverage(p).classes:2} classes, with confidence {metrics.confidence(p):.2f}"
    )

# %% [markdown]
# The blur of an early epoch is no digit, but the judge, who must name one, takes it for an 8. And all blurs of that epoch lie
# together in one small place. If it falls within balls of reals, nearly all of them count as precise: precision 1, of one useless
# picture. You saw it with the blurred reals. As the generator
# dares more, more goes wrong. Recall tells the other half: 0 for a dozen epochs, and still small at 20. ==**Variety comes
# late**, and it is what the second half of the 40 epochs is for.== At the end the article's generator is as precise as it
# was at epoch 20, covers ten times as much of what there is, and its distance is still far from the floor's.
#
# ## Quiz · 5 minutes
#
# Seven questions: do you read the figures, or do they fool you? Each answer explains itself, the wrong ones too, and
# nothing you choose is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("measuring")

# %% [markdown]
# ## Recap
#
# ==The losses of a GAN are a score between two players and say nothing of quality; a look at samples says nothing of variety or novelty.==
# ==Measured are distributions, through the features of a judge: the Frechet distance compares their clouds, precision and recall
# tell bad pictures from missing ones, and the distance to the nearest training image tells new from copied.== ==Each
# is blind somewhere, so read them together, at one number of samples, beside the floor.==

# %% [markdown] tags=["way-out"]
# ==**Where to go next:** train your own generator in [The adversarial loop](lesson:the_adversarial_loop) and evaluate it
# here: `metrics.evaluate(loop.best_generator)`.==
#
# *Sources.* Frechet distance of normal distributions: D. Dowson and B. Landau, 1982. FID: M. Heusel and others, 2017; its bias: M.
# Binkowski and others, 2018, and M. Chong and D. Forsyth, 2020. Precision and recall: T. Kynkaanniemi and others, 2019. A survey of such
# figures and their faults: A. Borji, "Pros and Cons of GAN Evaluation Measures", 2019.
