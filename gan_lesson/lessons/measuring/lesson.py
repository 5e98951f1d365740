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
# - *predict* what truncation does, and *catch* a generator that has learned its training images by heart,
# - *name* what each figure is blind to, and *build* a set of pictures that fools them,
# - *judge* a report: the floor beside it, and the number of samples under it,
# - *measure* pictures of your own, for which there is no judge.
#
# About {{MINUTES}} minutes. Two cells take about 20 seconds; each says so.

# %% [markdown]
# ## The losses don't know · 3 minutes
#
# In [The adversarial loop](lesson:the_adversarial_loop) you read the two losses of 40 epochs. Do they tell how good the
# pictures are? Here are two epochs of that training run in which the generator's loss was nearly the same.

# %%
import torch

from gan_lesson import plots, runs
from gan_lesson.data import image_tensor, label_tensor, to_range

article = runs.load("article")
loss = article.steps["generator_loss"].reshape(40, 600).mean(axis=1)  # 600 steps an epoch
pair = [3, 18]  # two epochs whose loss is nearly the same
plots.moments(
    to_range(torch.from_numpy(article.samples[pair])[:, :, None]),
    titles=[f"epoch {epoch}, generator's loss {loss[epoch - 1]:.2f}" for epoch in pair],
    alt="Two sheets of 64 pictures. Epoch 3: one grey blur, again and again. Epoch 18: many can be read as digits",
)

# %% [markdown]
# The losses are nearly the same, and the pictures are worlds apart. In a GAN a loss measures how well a player does *against
# the other one*, as that one is at that moment. It is a score in a match, not a mark for the pictures. You wouldn't judge a
# tennis player by the score either, without knowing who stood on the other side of the net.
#
# ## Looking isn't enough · 5 minutes
#
# So let us look. Here are two sheets of pictures, from two generators.

# %%
from gan_lesson.checkpoints import load_generator
from gan_lesson.latent import sample
from gan_lesson.training import generate

order = torch.randperm(60_000, generator=torch.Generator().manual_seed(2))  # so that any first N are a fair sample
some_of_all = order[:7_000]  # of the training images; as floats all of them would take 188 MB
real, labels = to_range(image_tensor()[some_of_all]), label_tensor()[some_of_all]
quick = load_generator("quick")
fakes = generate(quick, sample(2000, quick.latent_dim, seed=0))
some = real[(labels == 3) | (labels == 7)][:30]
picked = some[torch.randint(30, (2000,), generator=torch.Generator().manual_seed(0))]
plots.moments(
    torch.stack([picked[:36], fakes[:36]]),
    titles=["generator A", "generator B"],
    alt="Two sheets of 36 digits. A: clean digits, all of them 3 or 7. B: digits of all kinds, some of them sloppy",
)

# %% [markdown]
# Which is the better generator? Look at both, and decide before you go on. Then count how many *different* pictures there are
# among 2,000 of each.

# %%
for name, images in [("A", picked), ("B", fakes)]:
    print(f"generator {name}: {len(images.flatten(1).unique(dim=0)):,} different pictures")

# %% [markdown]
# Picture by picture A wins: each of its digits was written by a person. But they are all threes and sevens, and there are only
# thirty of them, taken from the training set and handed out over and over. As a generator, B is the better one.
#
# ==**Good samples are not a good distribution.** A generator is asked for three things at once: each picture should look
# real, all kinds of pictures should occur, and they should be new. Your eye judges the first. For the other two it
# would have to see thousands of pictures and remember 60,000.==
#
# ## A judge who reads · 7 minutes
#
# What should we compare? Not pixels: shift a digit by one pixel, and many of its 784 pixels change (the next cell counts
# them), though to a reader it is the same digit. We need someone who looks at a picture and notes what matters. The course
# brings such a judge: a small network that was trained to tell the ten digits apart. It never saw a fake.

# %% tags=["nbval-check-output"]
from gan_lesson.classifier import accuracy, bundled

shifted = real[:1000].roll(1, dims=3)
changed = (shifted != real[:1000]).flatten(1).sum(dim=1).float().mean()
print(f"A shift by one pixel changes {changed:.0f} of a digit's 784 pixels, on average.")

judge = bundled()
order = torch.randperm(10_000, generator=torch.Generator().manual_seed(2))  # other people wrote the second half
test_images = to_range(image_tensor(train=False))[order]
test_labels = label_tensor(train=False)[order]
right = accuracy(judge, test_images[:2000], test_labels[:2000])
print(f"The judge reads {right:.1%} of 2,000 test images correctly.")

features, probabilities = judge.extract(fakes)
print(
    f"Of a picture it notes {features.shape[1]} features, and from these it gives {probabilities.shape[1]} probabilities."
)

# %% [markdown]
# ==The 128 **features** are the values of its last hidden layer: what it found worth noting before it names the digit.==
# Two pictures with similar features look alike to a reader of digits. From here on "distance" means distance between
# features, unless we say pixels.
#
# The ten probabilities already say a lot. Three figures come from them:
#
# - **classes**: how many of the ten digits make up at least one picture in a hundred;
# - the **entropy** of their shares $p_0, \dots, p_9$,
#   $$H = -\sum_{d=0}^{9} p_d \ln p_d,$$
#   in words: each digit's share times its logarithm, summed up, with the sign turned. It is 0 where there is only one digit,
#   and $\ln 10 = 2.303$ where all ten are equally frequent;
# - **confidence**: the mean probability of the likeliest digit. Smudges often make it low.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

figures_of_a = Prediction(
    "What will the three figures of generator A be?",
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
# A's confidence is as high as that of real digits: they *are* real digits. The number of classes gives it away.
#
# > **What these are blind to.** Everything inside a class. A generator with ten pictures, one perfect specimen of each
# > digit, gets 10 classes, the highest entropy and a confidence near 1. And a judge who knows only digits may be sure of
# > something that isn't one: “Forty epochs, measured” has a grey blur that it reads with full confidence.
#
# ## The Frechet distance · 12 minutes
#
# Take one of the 128 features. For real digits its values have one distribution, for B's fakes another.

# %%
real_features, _ = judge.extract(real[:5000])
feature = int((real_features > 0).float().mean(dim=0).argmax())  # many are 0 for most digits; this one is 0 least often
plots.histogram(
    {"real": real_features[:2000, feature], "fake": features[:, feature]},
    xlabel=f"value of feature {feature}",
    alt="Histograms of one feature, of reals and of fakes: a tall bar at 0, then a long slope. They nearly coincide",
)

# %% [markdown]
# The two nearly coincide. How far apart are they, as a number? One answer treats each distribution as a hill: its mean $m$
# says where the hill stands, its standard deviation $s$ how wide it is. Then take
#
# $$d = (m_1 - m_2)^2 + (s_1 - s_2)^2.$$
#
# In words: the squared difference of the means plus the squared difference of the standard deviations. It is 0 where both
# agree. M. Frechet proposed such a distance in 1957; between two normal distributions it comes to this.

# %% [markdown] tags=["task"]
# **Your turn.** `frechet(one, other)` takes two tensors with the values of one feature, which may differ in length, and
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
# A generator can be wrong in the mean or in the standard deviation, so both count. Each difference is squared by itself:
# then neither can be negative, and a hill that is too far to the right can't make up for being too narrow. The difference
# comes first and the square second: $s_1^2 + s_2^2$ isn't 0 even for two equal hills. And it has to be standard deviations,
# not variances: only then is this the formula below for one feature. With a root around it all, two generators would
# stay in the same order, but their numbers could no longer be compared with those of the formula.

# %% [markdown]
# ==With all 128 features at once the mean becomes a vector $m$ of 128 numbers and the spread a **covariance matrix** $C$,
# which also knows which features rise and fall together:==
#
# $$d = \|m_1 - m_2\|^2 + \operatorname{tr}\!\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# In words: the squared distance between the two means, plus the trace (tr, the sum of the diagonal) of both covariances
# less twice the root of their product; the root of a matrix, times itself, is that matrix. With one feature $C = s^2$, and
# the second term is $s_1^2 + s_2^2 - 2 s_1 s_2 = (s_1 - s_2)^2$: your formula.
#
# ==With the features of a network that knows a thousand kinds of photographs (Inception) this is the **FID** of the
# literature.== Ours looks through a reader of digits instead, so its numbers can't be compared with a FID from a paper.
#
# Do features follow a normal distribution? No: the tall bar at 0 in the histogram is no hill, and most features have a
# taller one. For clouds of points that aren't normal the formula compares the means and the covariances, and nothing else.
#
# Now take five sets of pictures: those of both generators, noise, test images, and test images that were blurred. Each is
# compared with 5,000 training images.

# %%
from torch.nn.functional import conv2d, pad


def blurred(images):  # means of 15 x 15 pixels, weighted by a hill
    hill = torch.exp(-(torch.arange(-7, 8) ** 2) / (2 * 4**2))
    kernel = hill.outer(hill)
    return conv2d(pad(images, [7, 7, 7, 7], mode="reflect"), (kernel / kernel.sum())[None, None])


# %% tags=["prediction"]
nearest_first = Prediction(
    "In which order will the five come, nearest to the training images first?",
    [
        "A, real test images, B, blurred reals, noise",
        "real test images, B, A, blurred reals, noise",
        "real test images, A, B, blurred reals, noise",
        "real test images, B, blurred reals, A, noise",
    ],
)
nearest_first

# %%
sets = {
    "A": picked,
    "B": fakes,
    "noise": torch.rand(2000, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1,
    "real test images": test_images[:2000],
    "blurred reals": blurred(test_images[:2000]),
}
of_reals = metrics.gaussian(real_features)
features_of = {name: judge.extract(images)[0] for name, images in sets.items()}
apart = {name: metrics.frechet_distance(metrics.gaussian(these), of_reals) for name, these in features_of.items()}
for name, distance in apart.items():
    print(f"{name:18} {distance:8.1f}")
nearest_first.came_out(", ".join(sorted(apart, key=apart.get)))

# %% [markdown]
# Each of A's pictures is a training image, and still A is far behind B. The distance compares whole clouds, so missing digits
# cost.
#
# Real images don't get 0: the test images are other digits than the training images, and there are only so many of either.
# ==What unseen real digits get is called the **floor**. It is a yardstick and no bound, and a distance without its floor beside
# it says little.== It is no bound because a set of pictures can get below it. Here are 2,000 more training images, none of them
# among the 5,000:

# %% tags=["nbval-check-output"]
others, _ = judge.extract(real[5000:7000])
print(f"{'other training images':18} {metrics.frechet_distance(metrics.gaussian(others), of_reals):5.1f}")

# %% [markdown]
# They come out nearer than the test images, for two reasons: the people who wrote the test images wrote none of the training
# images, and the judge learned from the training images. Whatever is taken from the training set, or stays close to it, can
# get below the floor.
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
# ## Precision and recall · 13 minutes
#
# One number can't say *how* a generator fails: it may draw bad pictures, or it may leave good ones out. Two numbers can.
#
# - **Precision**: what share of the fakes lies among the reals? It falls when pictures are bad.
# - **Recall**: what share of the reals lies among the fakes? It falls when something is missing.
#
# "Among" has an exact meaning. Draw a ball around each real, as large as it takes to reach its third-nearest neighbour among
# the reals. Where reals are dense the balls are small, where they are sparse the balls are large. A fake lies among the reals
# if at least one ball contains it. For recall the two swap roles: the balls lie around the fakes, and reals are counted.
#
# Look at it in the plane first. The reals lie on a ring, 120 points with a little noise. There are three generators: one draws
# *half of it*, well; one draws *all of it, sloppily*; one draws *one spot* of it, again and again.

# %% tags=["prediction"]
least_precise = Prediction(
    "Which of the three gets the lowest precision?", ["one spot", "half of it", "all of it, sloppily"]
)
least_precise

# %% tags=["prediction"]
least_complete = Prediction(
    "Which of the three gets the lowest recall?", ["all of it, sloppily", "one spot", "half of it"]
)
least_complete

# %%
reals = ring[:120] + 0.1 * torch.randn(120, 2, generator=random)
right_half = reals[reals[:, 0] > 0]
three = {
    "half of it": right_half + 0.02 * torch.randn(right_half.shape, generator=random),
    "all of it, sloppily": reals + 0.3 * torch.randn(120, 2, generator=random),
    "one spot": reals[:1] + 0.02 * torch.randn(120, 2, generator=random),
}
got = {name: metrics.precision_recall(reals, points) for name, points in three.items()}
plots.balls(
    reals,
    {f"{name}\nprecision {got[name][0]:.2f}, recall {got[name][1]:.2f}": points for name, points in three.items()},
    metrics.neighbour_radii,
    half_width=1.9,
    alt="Two rows of three panels, one for each generator. Above, balls around reals on a ring, and fakes inside or outside; below, balls around the fakes, and reals inside or outside",
)

# %%
lowest_precision = min(got, key=lambda name: got[name].precision)
lowest_recall = min(got, key=lambda name: got[name].recall)
least_precise.came_out(f"{lowest_precision}, with precision {got[lowest_precision].precision:.2f}")
least_complete.came_out(f"{lowest_recall}, with recall {got[lowest_recall].recall:.2f}")

# %% [markdown]
# The upper row shows precision: dots are fakes inside a ball, crosses lie outside. The lower row shows recall. Half the ring,
# drawn well, has full precision and about half the recall; all of it, drawn badly, has them the other way round. One spot has
# good points and nothing else: mode collapse, in two numbers.

# %% [markdown] tags=["task"]
# **Your turn.** Write `precision(real, fake, k)`. `torch.cdist(a, b)` gives all distances between two sets of points, a row
# for each of `a`; of such a table `.kthvalue(n, dim=1).values` takes the n-th smallest of each row. Mind one thing: the
# nearest neighbour of a real among the reals is that real itself.


# %% tags=["exercise"]
def precision(real, fake, k):
    ### BEGIN SOLUTION
    ### HINT radii: one for each real, out of its distances to the reals
    radii = torch.cdist(real, real).kthvalue(k + 1, dim=1).values
    ### END SOLUTION
    ### BEGIN SOLUTION
    ### HINT which fakes lie in at least one ball? Return their share
    inside = (torch.cdist(fake, real) <= radii).any(dim=1)
    return inside.float().mean()
    ### END SOLUTION


# %% tags=["check"]
checks.check_precision(precision)

# %% [markdown] tags=["why"]
# The radius of a ball says what *near* means at that place, so it is measured only among the reals, and each real has
# its own. In a row of distances among the reals the smallest is the real's own, 0: so the k-th neighbour is the
# (k + 1)-th smallest. If you forget that, every ball is one neighbour too small: nothing fails, and precision comes out too
# low. One ball is enough to lie among the reals, hence `any`; with `all` a fake would have to lie in every ball at once,
# and almost none does. And `dim=1`, because each row is a fake: `dim=0` asks each real whether its ball holds a fake, which
# is another share. Swap `real` and `fake`, and you get recall.

# %% [markdown]
# Now with features, for the five sets from before. (T. Kynkaanniemi and others, 2019, whose definition this is, did the same
# with photographs.)

# %%
for name, these in features_of.items():
    result = metrics.precision_recall(real_features[:2000], these)
    print(f"{name:18} precision {result.precision:.2f}, recall {result.recall:.2f}")

# %% [markdown]
# Look at A: precision 1, recall almost 0. Even real test images don't get 1, because some of them lie outside all balls. And
# look at the blurred reals: precision 1 as well, for smudges that nobody can read. In whose balls do they lie? Is it one odd
# real with a huge ball around it?

# %% tags=["nbval-check-output"]
blurs, some_reals = features_of["blurred reals"], real_features[:2000]
radii = metrics.neighbour_radii(some_reals)
share = (torch.cdist(blurs, some_reals) <= radii).float().mean(dim=0)  # of the blurs, in the ball of each real
fullest = share.argmax()
print(f"The fullest ball holds {share[fullest]:.0%} of the blurs; {(radii > radii[fullest]).sum()} balls are larger.")
print(f"Its radius is {radii[fullest]:.0f}; the median radius is {radii.median():.0f}.")
for name, these in {"reals": some_reals, "blurs": blurs}.items():
    print(f"{name}: mean norm {these.norm(dim=1).mean():.0f}, mean distance of two {torch.pdist(these).mean():.0f}")

# %% [markdown]
# No single ball holds them all, and many are larger than the fullest. A blur has *faint* features, with small values: the judge
# finds little worth noting. So all 2,000 blurs crowd into one small place near the origin. Reals are sparse there, so the balls
# of a few faint ones are wide and reach over it.
#
# > **What they are blind to.** *How often.* A generator that draws a hundred thousand 1s and a single specimen of everything
# > else may have full recall: recall asks whether something occurs, not how often. And where reals are sparse their balls are
# > wide, and whatever lies in them counts as precise. So never read one figure without the others.
#
# ## Truncation · 6 minutes
#
# A trained generator still has a knob: which z you give it. A number far from 0 is rare in z, so the generator met few of
# them in training. ==**Truncation** keeps the numbers of z nearer to 0.== BigGAN, which drew the best photographs of 2018,
# draws every number beyond a limit again (`latent.truncate` does that). StyleGAN pulls everything in by a factor, in a latent
# space of its own, and the quick generator does so with z: when it draws, it multiplies z by 0.75. Its first layer holds the
# factor. Here it is after 1,304 of its 13,040 steps, with the factor at 1 and at 0.5.

# %%
from gan_lesson.checkpoints import load_moments

moments = load_moments("quick")
steps = list(moments)
young, z = moments[steps[3]], sample(2000, quick.latent_dim, seed=0)
drawn = []
for factor in (1, 0.5):
    young.layers[0].factor = factor
    drawn.append(generate(young, z[:15]))
plots.image_grid(
    torch.cat(drawn),
    columns=15,
    rows=["factor 1", "factor 0.5"],
    alt="Two rows of fifteen digits of the same z. With factor 1 they are dark and varied, with factor 0.5 paler and plainer",
)

# %% tags=["prediction"]
price_of_half = Prediction(
    "What does the smaller factor do to precision and recall?",
    ["both rise", "precision rises, recall falls", "precision falls, recall rises", "both fall"],
)
price_of_half

# %%
results = {}
for step in (steps[3], steps[-1]):
    for factor in (1, 0.75, 0.5):
        moments[step].layers[0].factor = factor
        results[step, factor] = result = metrics.quality(generate(moments[step], z))
        print(f"step {step:6,}, factor {factor:4}: precision {result.precision:.2f}, recall {result.recall:.2f}")
whole, half = results[steps[3], 1], results[steps[3], 0.5]
price_of_half.came_out(
    f"early on precision went from {whole.precision:.2f} to {half.precision:.2f}, "
    f"recall from {whole.recall:.2f} to {half.recall:.2f}"
)

# %% [markdown]
# It is a trade: precision, paid for with recall. After all 13,040 steps the pictures are good without it, so there is less to
# gain, and it still costs variety. (Why does it? A z that is pulled in lies inside its shell, nearer to the origin, where all
# z draw one picture: you moved there in [The latent space](lesson:the_latent_space).) But look at the two rows again. Would
# you have called the paler one better? Its precision is above that of the unseen real digits in the list of five sets. A
# generator that draws only what is common gets there, and so does a blur.
#
# And not every generator can bear it. Many of BigGAN's models fell apart under truncation, and its authors added a penalty to
# help them. So measure, and look.
#
# ## Learned by heart · 9 minutes
#
# Recall caught A. But think of a generator that hands out *all* 60,000 training images. Its pictures are perfect, nothing is
# missing, and it has learned nothing: it is a photocopier.
#
# So look up the nearest training image of each fake. A copy would have the same strokes.

# %%
from gan_lesson.latent import nearest_real

training = image_tensor()  # all 60,000, as bytes 0 to 255
found, nearest = nearest_real(fakes[:12], training)
plots.image_grid(
    torch.cat([fakes[:12], to_range(training[nearest[:, 0]])]),
    columns=12,
    rows=["fakes", "nearest"],
    alt="Above twelve fakes, below the nearest training image of each: nearly always the same digit in a similar pose, in other strokes",
)

# %% [markdown]
# These are relatives, not copies. But how near is too near? A distance needs a yardstick: the test images, which nobody trained
# on, show what is normal, and copies with a little noise on them show where a thief would stand.

# %%
noised = real[:500] + 0.05 * torch.randn(500, 1, 28, 28, generator=random)
distances = {
    "real": metrics.nearest_training_distance(test_images[:500], training),
    "fake": metrics.nearest_training_distance(fakes[:500], training),
    "noised copies": metrics.nearest_training_distance(noised, training),
}
plots.histogram(
    {name: distances[name] for name in ("real", "fake")},
    xlabel="distance to the nearest training image, in pixels",
    bins=30,
    guides={"noised copies": distances["noised copies"].mean().item()},
    alt="Histograms of distances to the nearest training image. Those of test images and of fakes lie over each other, most between 4 and 12. A line marks noised copies, far to the left",
)

# %%
ones = test_images[500:][test_labels[500:] == 1]  # none of them among the 500
distances["unseen ones"] = metrics.nearest_training_distance(ones[:500], training)
for name, found in distances.items():
    print(f"{name:14} nearer than 99 of 100 unseen reals: {metrics.copies(found, distances['real']):.0%}")

# %% [markdown]
# Copies stand apart, even with noise on them. The fakes don't: this generator makes new digits. `metrics.copies` is the
# share of pictures that lie nearer to a training image than 99 of 100 unseen reals do. About 1 % is normal where all ten
# digits are drawn as often as people write them. Ones have little ink and lie close to each other, so unseen ones, which
# nobody copied, get far more. Before you accuse a generator, look at which digits it draws.
#
# > **What it is blind to.** A clumsy disguise is enough: shift each copy by one pixel, and it lies as far from the training
# > images as a new digit does. The next cell measures it. A picture that is far from them needn't be new.

# %%
shifted = real[:500].roll(1, dims=3)
found = metrics.nearest_training_distance(shifted, training)
for name, these in {"unseen reals": distances["real"], "copies, shifted by one pixel": found}.items():
    print(f"{name:28} median distance {these.median():.1f}")
print(f"Of the shifted copies {metrics.copies(found, distances['real']):.0%} are caught.")

# %% [markdown]
# This figure can give a thief away. It can't prove innocence.

# %% [markdown] tags=["task"]
# **Your turn, and this one is an experiment.** Write `cheat(count)`: it returns `count` pictures, not one of them new, that
# beat the article's generator: a smaller Frechet distance, higher precision and recall, and all ten classes. The check then
# reads the report to you. Which figure gives you away? (It evaluates 2,000 pictures: about 20 seconds.)


# %% tags=["exercise"]
def cheat(count):
    ### BEGIN SOLUTION
    ### HINT what did generator A lack? The tensor `real` holds 7,000 training images
    return real[:count]
    ### END SOLUTION


# %% tags=["check"]
checks.check_cheat(cheat)

# %% [markdown] tags=["why"]
# Each of the four figures compares your pictures with real digits, and nothing is more like real digits than they are
# themselves. Generator A failed because thirty pictures of two kinds can't cover what there is; 2,000 different ones can, and
# as `real` was shuffled, its first 2,000 are as good as any. Test images would please the four figures as well, and would be no
# cheat: they are new to a generator that learned from the training set. So a figure of quality can't find a thief; the distance
# to what was there to steal can. Now try the disguise from the box: `return real[:count].roll(1, dims=3)`. The Frechet
# distance gets worse, and still all four beat the article's generator, and no figure of the report gives you away any more.

# %% [markdown]
# ## How many samples? · 6 minutes
#
# Each Frechet distance of pictures above came from 2,000 of them. Would 150 have done? Take *real* test images, and compute
# the distance to the training images from 150 of them, from 300, and so on up to 5,000.

# %% tags=["prediction"]
curve_of_reals = Prediction(
    "What will the distance of the real test images do as their number grows?",
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
    alt="Frechet distance against the number of samples, both axes logarithmic: a curve of the quick generator and one of real test images",
)

# %% tags=["nbval-check-output"]
of_test_images = curves["real test images"]
curve_of_reals.came_out(f"{of_test_images[0]:.0f} from 150 of them, {of_test_images[-1]:.0f} from 5,000")

# %% [markdown]
# These are the same digits all along, and from 5,000 of them the distance is about a tenth of that from 150. ==This isn't
# chance that evens out: it is **bias**.== A covariance of 128 features has 128 · 129 / 2 = 8,256 different numbers, and a few
# hundred pictures can't pin them down; on average the error makes the clouds look further apart. There is chance as well. How
# much does the distance differ from one draw of test images to the next?

# %% tags=["answers", "nbval-check-output"]
all_tests, _ = judge.extract(test_images)
draws = torch.Generator().manual_seed(0)
for count in (500, 2000):
    orders = [torch.randperm(10_000, generator=draws)[:count] for _ in range(20)]
    found = [metrics.frechet_distance(metrics.gaussian(all_tests[order]), of_reals) for order in orders]
    print(f"20 draws of {count:5,} test images: from {min(found):.1f} to {max(found):.1f}")

# %% [markdown]
# If two generators' distances lie as close together as these, nobody has told them apart. So:
#
# - compare distances only from the *same* number of samples,
# - and only through the *same* judge,
# - put the floor beside it, real against real from the same number,
# - and take no difference seriously that another draw could have made.
#
# ## The whole report · 4 minutes
#
# `metrics.evaluate` does the first three. By default it draws 10,000 pictures. Here it draws 2,000, which is quicker, and it
# warns you of what that costs. (About 20 seconds, most of them to look at the 60,000 training images.)

# %%
report = metrics.evaluate(quick, samples=2_000)
report

# %% [markdown]
# Read it from the right: the column *real* is the floor. (It was larger in the list of five sets, where 2,000 images were
# compared with 5,000 training images and not with all 60,000: bias again.) Where *fake* comes near it, that figure can't tell
# the fakes from unseen reals any more. *The same in features* and *copies, by features* repeat what you did in “Learned by heart”
# with distances between features instead of pixels. The hash after `DigitClassifier` names the judge: another judge, another
# scale. On the command line the same report is one JSON object:
#
#     gan-lesson evaluate --checkpoint quick
#
# ## Forty epochs, measured · 6 minutes
#
# Back to the losses: what do they say of the second half of the 40 epochs?

# %%
discriminators = article.steps["discriminator_loss"].reshape(40, 600).mean(axis=1)
for epoch in (20, 40):
    print(
        f"epoch {epoch}: generator's loss {loss[epoch - 1]:.2f}, discriminator's loss {discriminators[epoch - 1]:.2f}"
    )

# %% [markdown]
# The generator does better against its opponent than it did. Are its pictures better, and in what? The 40 epochs were
# repeated, to the bit, and the generator was kept after each. Now every one of them is judged by 10,000 pictures.

# %% tags=["prediction"]
second_half = Prediction(
    "What do the epochs from 20 to 40 improve?",
    ["precision far more than recall", "recall far more than precision", "both alike", "neither: it was ready by then"],
)
second_half

# %%
from gan_lesson import measured

epochs = measured.load("article_epochs")
by_epoch = epochs["moments"]
plots.quality(
    {"article": [by_epoch]},
    x="epoch",
    xlabel="epoch",
    floor=epochs["floor"],
    alt="Frechet distance, precision and recall of the article's generator over 40 epochs, with those of real test images as dotted lines",
)

# %%
rows = {f"epoch {epoch}": by_epoch[epoch] for epoch in (1, 5, 10, 20, 30, 40)} | {"floor": epochs["floor"]}
for name, row in rows.items():
    print(
        f"{name:8} Frechet distance {row['frechet_distance']:7.1f}, precision {row['precision']:.2f}, "
        f"recall {row['recall']:.2f}, digits {row['classes']:2} of 10"
    )
precision_then, recall_then = ([by_epoch[epoch][name] for epoch in (20, 40)] for name in ("precision", "recall"))
second_half.came_out(
    "precision from {:.2f} to {:.2f}, recall from {:.2f} to {:.2f}".format(*precision_then, *recall_then)
)

# %% [markdown]
# The distance goes on falling to the end. (`benchmarks/article_epochs.py` measured all this.)
#
# Look at precision: in the first epochs it jumps up to 1 or close to it, and then it *falls*. Why should the blurs of the first
# epochs be precise? Here is what the judge makes of the 64 pictures that you saw in TimeMachine.

# %%
print(f"two reals lie {torch.pdist(some_reals).mean():.0f} apart in features")
for epoch in (1, 3, 20, 40):
    seen, p = judge.extract(to_range(torch.from_numpy(article.samples[epoch])[:, None]))
    shares = metrics.class_coverage(p).shares
    print(
        f"epoch {epoch:2}: two pictures lie {torch.pdist(seen).mean():4.1f} apart; read most often as "
        f"{shares.index(max(shares))} ({max(shares):.0%}), with confidence {metrics.confidence(p):.2f}"
    )

# %% [markdown]
# The blur of an early epoch is no digit, but the judge has to name one, and is sure. And all blurs of that epoch lie together
# in one small place. If that place falls within balls of reals, nearly all of them count as precise: precision 1, for one
# useless picture. You saw it with the blurred reals. Later the pictures differ more, and more of them go wrong. Recall tells
# the other half: 0 for a dozen epochs, and still small at 20. ==**Variety comes late**, and it is what the second half of the
# 40 epochs is for.== From epoch 20 to 40 the judge reads the pictures with more confidence, but about as many as before lie
# among the reals; what changes is that they cover ten times as much of them. The distance is still far above the floor.
#
# ## Pictures of your own · 5 minutes
#
# Suppose you train on pictures of your own ([The data](lesson:the_data) says how), and no network has learned to read them.
# What then? Distance, precision and recall are functions of *features*, rows of numbers, and don't mind where these come from.
# Here is the humblest judge there is: it shrinks a picture to 7 x 7 grey fields and takes their 49 values. It has learned
# nothing. Can it order the seven moments of the quick generator's training run?

# %% tags=["prediction"]
coarse_judge = Prediction(
    "Seven moments of one training run: will the coarse judge's Frechet distances fall from each to the next?",
    ["yes, all the way", "at first, then they jump about", "no, from the start they jump about"],
)
coarse_judge


# %%
def coarse(images):
    return torch.nn.functional.avg_pool2d(images, 4).flatten(1)


def figures(images, see):
    seen, reals = see(images), see(real[:5000])
    distance = metrics.frechet_distance(metrics.gaussian(seen), metrics.gaussian(reals))
    return distance, *metrics.precision_recall(reals[: len(seen)], seen)  # as many reals as fakes


# %%
by_step = []
named = {f"step {step:,}": moment for step, moment in load_moments("quick").items()}
for name, moment in (named | {"held out": None}).items():
    images = generate(moment, z) if moment else test_images[:2000]
    distance, precise, complete = figures(images, coarse)
    to_reader = metrics.frechet_distance(metrics.gaussian(judge.extract(images)[0]), of_reals)
    print(
        f"{name:11} distance {distance:5.2f} (to the reader of digits {to_reader:6.1f}), precision {precise:.2f}, "
        f"recall {complete:.2f}"
    )
    if moment:
        by_step.append(distance)
falls = by_step == sorted(by_step, reverse=True)
coarse_judge.came_out(
    f"{'they fall' if falls else 'they do not fall'} all the way, from {by_step[0]:.1f} to {by_step[-1]:.2f}"
)

# %% [markdown]
# The reader of digits puts the seven in the same order. For comparing moments of *one* run such a judge may do. Its precision
# is of no use here, because it exceeds that of the held-out pictures, and a judge that can't tell a 3 from an 8 won't miss
# either. So, for your own pictures:
#
# - **Hold some out.** Ten in a hundred, never trained on, give you the floor, and the yardstick for copies.
# - **Same number of samples, same judge, floor beside it**, as always. With 500 pictures trust only large differences.
# - **Copies need no judge:** `metrics.nearest_training_distance` compares pictures of any shape, pixel by pixel. With few
#   training pictures it is the first figure to look at, because few are soon learned by heart.
# - **And look**, at fakes beside reals, with the labels hidden.
#
# <details><summary>A better judge</summary>
#
# *Your pictures have labels:* train a small classifier on them and take the values of its last hidden layer. For grey
# pictures of 28 x 28 in up to ten kinds the course's own will do: `judge = classifier.DigitClassifier()`, then
# `list(classifier.train(judge, images, labels))`, then `figures(fakes, lambda images: judge.extract(images)[0])`, with your
# pictures in `real`.
#
# *No labels, photographs:* take the last hidden layer of a network trained on ImageNet, for instance
# `torchvision.models.resnet18(weights="DEFAULT")` with its `fc` replaced by `torch.nn.Identity()`. It is downloaded once
# (45 MB), and wants colour pictures of about 224 x 224.
#
# *No labels, nothing to download:* coarse pixels, as above, or the features of an *untrained* convolutional network (M.
# Naeem and others, 2020, compare trained and untrained ones). Its numbers mean nothing by themselves, but can order moments.
#
# </details>
#
# ## Quiz · 4 minutes
#
# Seven questions: do you read the figures, or do they fool you? Each answer explains itself, the wrong ones too, and
# nothing you choose is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("measuring")

# %% [markdown]
# ## Recap
#
# ==The losses of a GAN are a score between two players and say nothing about quality; a look at samples says little about
# variety and nothing about novelty.== ==What you measure are distributions, through the features of a judge: the Frechet
# distance compares their clouds, precision and recall tell bad pictures from missing ones, and the distance to the nearest
# training image can tell that pictures were copied.== ==Truncation buys precision and pays with recall.== ==Each figure is
# blind somewhere, so read them together, at one number of samples, beside the floor:==
#
# | figure | asks | is blind to |
# | --- | --- | --- |
# | classes, entropy | which kinds are missing? | everything inside a kind |
# | Frechet distance | how far apart are the clouds? | all but mean and covariance |
# | precision | which pictures are bad? | what lies where reals are sparse |
# | recall | what is missing? | how often it occurs |
# | copies | which fakes are too near to training images? | copies shifted by a pixel |

# %% [markdown] tags=["way-out"]
# ==**Next:** [Faster and bigger](lesson:faster_and_bigger) takes a recipe apart, and judges each part by these figures.== To
# judge a generator of your own, train it in [The adversarial loop](lesson:the_adversarial_loop), and add two cells there:
# `from gan_lesson import metrics`, then `metrics.evaluate(loop.best_generator)`, the network that a loop takes its pictures
# from.
#
# *Sources.* Frechet distance of normal distributions: D. Dowson and B. Landau, 1982. FID: M. Heusel and others, 2017; its bias: M.
# Binkowski and others, 2018, and M. Chong and D. Forsyth, 2020. Precision and recall: T. Kynkaanniemi and others, 2019. Truncation: M.
# Marchesi, 2017, and A. Brock and others (BigGAN), 2019; by a factor: T. Karras and others (StyleGAN), 2019. Untrained features: M. Naeem and
# others, "Reliable Fidelity and Diversity Metrics for Generative Models", 2020. A survey of such
# figures and their faults: A. Borji, "Pros and Cons of GAN Evaluation Measures", 2019.
