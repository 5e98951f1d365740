# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what does each player want, and why does the obvious loss stall?
#
# At the end you can
# - *write* both losses of the article from logits and labels,
# - *say* which values they have when the game is at rest, and why those values alone prove nothing,
# - *explain* what the perfect discriminator's loss measures,
# - *show* where a loss stops teaching, and *choose* one that goes on,
# - *compare* five losses by the gradient that they give the generator, and *measure* it anywhere,
# - *train* with the Wasserstein distance and a gradient penalty, and *say* what they buy.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## A price for a wrong score · 8 minutes
#
# The discriminator says: "real, with probability 0.9". How wrong is that? If the picture is real, not very. If it is fake,
# badly. ==**Binary cross-entropy** (BCE), the loss of [The discriminator](lesson:the_discriminator), puts a price on it.==
# As one formula, with a label y, 1 for real and 0 for fake, and the score D:
#
# $$\text{loss} = -\,y \log D \;-\; (1 - y) \log (1 - D).$$
#
# In words: for a real, pay minus the logarithm of the score. For a fake, pay minus the logarithm of one minus the score.
# The right answer, given with certainty, costs nothing; the wrong one costs without limit. And what lies between? Say what
# you expect, then run the cell with the curves and move its slider.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

cant_tell = Prediction(
    "What does “can't tell” cost, a score of 0.5?",
    ["nothing: it accuses nobody", "0.5, half-way", "about 0.7", "without limit, like any wrong answer"],
)
cant_tell

# %%
import math

import torch

from gan_lesson import plots
from gan_lesson.widgets import interact

scores = torch.linspace(0.005, 0.995, 199)
prices = {"if it is real": -scores.log(), "if it is fake": -(1 - scores).log()}


def show(score):
    return plots.lines(
        scores,
        prices,
        xlabel=f"score D (at {score:.2f}: {-math.log(score):.2f} if it is real, {-math.log(1 - score):.2f} if it is fake)",
        ylabel="price",
        ylim=(0, 5),
        marker=score,
        colours={"if it is real": plots.REAL, "if it is fake": plots.FAKE},
        alt=f"Price of a score of {score}: {-math.log(score):.2f} if the picture is real, {-math.log(1 - score):.2f} if it is fake",
    )


interact(show, score=(0.01, 0.99, 0.01))

# %%
cant_tell.came_out(f"{-math.log(0.5):.3f}, whether it is real or fake")

# %% [markdown]
# The curves cross at 0.5, where both cost ln 2 = 0.693. Remember this number: you will need it whenever you watch a
# training run.

# %% [markdown] tags=["task"]
# **Your turn.** Write the formula as a function: `price(score, label)` is what one score D costs, with a label y of 1 for
# real and 0 for fake. Both are plain numbers. The score lies between 0 and 1 and is never exactly 0 or 1. The logarithm
# is the natural one, `math.log`.


# %% tags=["exercise"]
def price(score, label):
    ### BEGIN SOLUTION
    ### HINT both terms of the formula; y is the label, D the score
    cost = -label * math.log(score) - (1 - label) * math.log(1 - score)
    ### END SOLUTION
    return cost


# %% tags=["check"]
from gan_lesson import checks

checks.check_price(price)

# %% [markdown] tags=["why"]
# With a label of 1 the factor (1 - y) is 0, and only -log D is left; with a label of 0 only -log(1 - D). So one formula
# holds both curves of the picture. Without the minus signs every price would be negative, and whoever makes the price
# small would be rewarded for wrong scores. Another logarithm, `math.log10` say, would multiply all prices by the same
# factor, but then 0.693 would no longer be the mark of "can't tell". `-math.log(score if label else 1 - score)` is right
# as well. It even copes with a score of exactly 1 for a real, where the formula stops with an error: it asks for the
# logarithm of 0, although that would then be multiplied by 0.

# %% [markdown]
# ## Two players, two wishes · 8 minutes
#
# ==**The discriminator** wants reals to score 1 and fakes 0. Its loss is the sum of both prices: reals with labels of ones,
# fakes with labels of zeros.==
#
# ==**The generator** wants *its fakes* to score 1. Its loss is the price of its fakes with labels of **ones**. These labels
# are a lie, and that is the point: they say what the generator wishes were true. A generator loss of 0 would mean
# that the discriminator says "real" to every single fake.==

# %% [markdown] tags=["task"]
# **Your turn.** Write both. `F.binary_cross_entropy_with_logits(logits, labels)` takes logits: the sigmoid is inside.
# `torch.ones_like(logits)` and `torch.zeros_like(logits)` make labels of the right shape.

# %% tags=["exercise"]
import torch.nn.functional as F


def discriminator_loss(real_logits, fake_logits):
    ### BEGIN SOLUTION
    ### HINT two prices, real_loss and fake_loss: which labels does the discriminator want for each?
    real_loss = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake_loss = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    ### END SOLUTION
    return real_loss + fake_loss


def generator_loss(fake_logits):
    ### BEGIN SOLUTION
    ### HINT labels: what the generator wishes were true
    labels = torch.ones_like(fake_logits)
    ### END SOLUTION
    return F.binary_cross_entropy_with_logits(fake_logits, labels)


# %% tags=["check"]
checks.check_losses(discriminator_loss, generator_loss)

# %% [markdown] tags=["why"]
# The discriminator pays for reals and for fakes, so its loss is the sum of both prices. With the mean of the two it would
# want the same, but each of its gradients would be half as long. The generator's loss has no part for reals, because
# nothing that the generator does changes them. With labels of zeros it would be lowest where every fake is called fake: the
# generator would work for its opponent. `F.binary_cross_entropy`, without `_with_logits`, expects scores, and stops at a
# logit below 0 or above 1. A sigmoid before `_with_logits` is worse, since nothing stops: the sigmoid is taken twice, and
# to the loss no score lies below 0.5.

# %% [markdown]
# Labels of ones leave only -log D, labels of zeros only -log(1 - D). That is all that labels do in a GAN.
#
# The lesson goes on with the library's version, `NON_SATURATING` (the name will explain itself). It computes the same
# from the logits t: -log D is softplus(-t), and -log(1 - D) is softplus(t).

# %% tags=["nbval-check-output"]
from gan_lesson.losses import NON_SATURATING

torch.manual_seed(0)
fake_logits = torch.randn(100, 1) - 2
by_labels = F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
print(f"generator's loss: {NON_SATURATING.generator(fake_logits):.4f} from logits, {by_labels:.4f} from labels of ones")

# %% [markdown]
# ## When the game is at rest · 4 minutes
#
# At the equilibrium of [The game](lesson:the_game) the discriminator can only guess: every score is 0.5, every logit 0.
# The number that you remembered is enough to say what both losses are then.

# %% tags=["prediction"]
losses_at_rest = Prediction(
    "The game is at rest. How large are the losses of discriminator and generator?",
    ["0 and 0", "0.693 and 0.693", "1.386 and 0.693", "0 and 0.693"],
)
losses_at_rest

# %% tags=["nbval-check-output"]
d, g = NON_SATURATING.equilibrium()
print(f"discriminator {d:.3f} = 2 ln 2, generator {g:.3f} = ln 2")
losses_at_rest.came_out(f"{d:.3f} and {g:.3f}")

# %% [markdown]
# 1.386 and 0.693. ==These are the values at rest, and **the two losses never both fall to 0**.== Does a healthy game move
# towards them? Look at two training runs that come with the course: the article's, and that of the quick recipe, whose
# digits are cleaner. (The quick recipe labels reals 0.9 instead of 1, to keep its discriminator from being too sure, and so
# its values at rest are a little different.)

# %% tags=["nbval-check-output"]
from gan_lesson import recipes, runs

for name in ("article", "quick"):
    d, g = recipes.get(name).loss.equilibrium()
    print(f"{name}: at rest {d:.3f} and {g:.3f}")
    steps = runs.load(name).steps
    of_d, of_g = steps["discriminator_loss"], steps["generator_loss"]
    quarter = len(of_d) // 4
    print(f"    mean over the first quarter of the run: {of_d[:quarter].mean():.3f} and {of_g[:quarter].mean():.3f}")
    print(f"    mean over the last quarter of the run: {of_d[-quarter:].mean():.3f} and {of_g[-quarter:].mean():.3f}")

# %% [markdown]
# The article's run comes nearer to rest. In the quick recipe's run the discriminator moves away from it, and yet this is
# the run with the better digits, as [Faster and bigger](lesson:faster_and_bigger) will show. So how near the losses are to
# rest doesn't say how good the fakes are.
#
# > **"The discriminator's loss is 0. Is that good?"** No. Then it is always right, and the generator fools nobody. How
# > much the generator can still learn from it depends on its own loss, as *Steep or flat* will show.
# >
# > **"It is 1.386. So are we done?"** Not necessarily. A discriminator that is blind, or brand-new, says 0.5 to
# > everything as well. Here is one.

# %%
from gan_lesson.data import image_tensor, to_range
from gan_lesson.models import Discriminator, Generator

torch.manual_seed(0)
generator, discriminator = Generator(), Discriminator()
reals, noise = to_range(image_tensor()[:500]), torch.randn(500, 100)
with torch.no_grad():
    loss = NON_SATURATING.discriminator(discriminator(reals), discriminator(generator(noise)))
print(f"untrained discriminator against grey noise: loss {loss:.3f}")

# %% [markdown]
# Nearly 1.386, against fakes that a child would spot. So always look at four numbers: both losses, D(x) and D(G(z)), and
# then at the pictures.
#
# ## What a perfect opponent measures · 8 minutes
#
# The generator could also wish for the *opposite* of what the discriminator wants: what the one pays for fakes, the other
# gains. ==That is the **minimax** loss: the generator minimises log(1 - D(G(z))).== You wrote another one, -log D(G(z)). The
# next section compares the two. First: where would minimax lead, if all went well?
#
# Suppose that after each move of the generator the discriminator learned to the end. Then it would be the perfect one of
# [The discriminator](lesson:the_discriminator), $D^* = p / (p + q)$, where p says how frequent reals are at a place and q how
# frequent fakes are. No other discriminator has a lower loss, and this lowest loss is
#
# $$2 \ln 2 - 2\,\text{JS}(p, q).$$
#
# ==JS is the **Jensen-Shannon divergence**, a measure of how different p and q are. It is 0 if fakes are as frequent as
# reals everywhere, and ln 2, its highest value, if no place has both.== With minimax the generator makes the
# discriminator's loss as high as it can. So against a perfect opponent it makes JS small: it moves q towards p.
#
# <details><summary>Where the formula comes from</summary>
#
# Let m = (p + q) / 2. Then $D^* = \tfrac12\, p / m$. A real pays $-\ln D^* = \ln 2 - \ln (p / m)$, and in the mean over all reals
# that is $\ln 2 - \text{KL}(p \| m)$, since the Kullback-Leibler divergence KL(p || m) is defined as the mean of ln(p / m) over
# points from p. In the same way fakes pay $\ln 2 - \text{KL}(q \| m)$. JS is the mean of these two divergences.
#
# </details>
#
# Let us try it in the plane, where both sides of the formula can be measured. The reals are one cloud, the fakes another,
# which moves away from it. For JS we count points in the 400 cells of a grid (`toy.density_grid`) and compare the two
# shares of each cell (`toy.js_divergence`). For the loss we let a discriminator learn for 300 steps at each distance.
# (`None` stands twice where a generator and its noise would: here the fakes are given.)

# %%
from gan_lesson import toy
from gan_lesson.training import adam, update_discriminator


def cloud(count, x, width=0.25):
    return width * torch.randn(count, 2) + torch.tensor([x, 0.0])


torch.manual_seed(0)
in_the_plane = toy.PointDiscriminator()
optimizer = adam(in_the_plane, 2e-3)
print("distance      JS   2 ln 2 - 2 JS   loss of the trained discriminator")
for distance in (0.0, 0.25, 0.5, 0.75, 1.0, 1.5):
    for _ in range(300):
        real, fake = cloud(500, -0.75), cloud(500, distance - 0.75)
        update_discriminator(None, in_the_plane, optimizer, real, None, fake=fake)
    real, fake = cloud(100_000, -0.75), cloud(100_000, distance - 0.75)
    js = toy.js_divergence(toy.density_grid(real), toy.density_grid(fake))
    with torch.no_grad():
        loss = NON_SATURATING.discriminator(in_the_plane(real), in_the_plane(fake)).item()
    print(f"{distance:8.2f}  {js:6.3f}  {2 * math.log(2) - 2 * js:14.3f}  {loss:8.3f}")

# %% [markdown]
# The last two columns agree to a hundredth or two. (The grid is coarse, and blurs a little.) ==So the loss of a
# discriminator that has learned to the end **measures** how different fakes and reals are.== That also says what 1.386 is
# worth: it means "no difference" only if the discriminator can't do any better. The brand-new one could.
#
# ## Steep or flat · 7 minutes
#
# So minimax wants the right thing, and so does the loss that you wrote: both are lowest where D(G(z)) is 1. What differs is
# the way there. A network learns from the *gradient*, which says how steep the loss is where the network stands. Where a
# curve is flat there is nothing to learn.
#
# Early in training the fakes are poor, and a discriminator that has learned a little gives them logits far below 0. That
# is where the generator needs help most.

# %% tags=["prediction"]
steep_at_first = Prediction(
    "A fake is obvious, its logit is -6. Which of the two losses is steep there?",
    ["minimax", "the loss that you wrote", "both: they want the same", "neither: a sigmoid is flat at its ends"],
)
steep_at_first

# %%
from gan_lesson.losses import LOSSES

two = {name: LOSSES[name].generator for name in ("minimax", "non_saturating")}
plots.generator_losses(two, logit=-6)

# %%
steep_at_first.came_out("the loss that you wrote; minimax is almost flat")

# %% [markdown]
# Look at the left half of the right-hand picture. ==At a logit of -6, the vertical line, the gradient of **minimax** has
# nearly vanished: the worse the fakes, the less it teaches.== ==Its curve is flat there, or **saturated**.== The loss that
# you wrote is hundreds of times as steep, as the legend says: the worse the fakes, the harder it pulls. ==Hence its name,
# **non-saturating**.== It flattens on the other side, where the discriminator is fooled already and there is little left to
# learn. (Minimax is the obvious loss, the first formula of the paper that invented GANs. That same paper advises to train
# with the other one.)
#
# So much for the curves. In a game the generator has Adam, which divides each gradient by its recent size and so makes up
# for part of the difference. Play the article's game twice from the same start, for eighty steps, once with
# each loss.

# %% tags=["prediction"]
two_games = Prediction(
    "What becomes of the fakes if the generator learns from the minimax loss?",
    [
        "they fool the discriminator as often as with the other loss",
        "they fall behind, and then catch up",
        "they fall behind, and stay there",
    ],
)
two_games

# %%
import sys
from dataclasses import replace

from tqdm import tqdm

from gan_lesson.losses import MINIMAX

games = {}
for name, loss in {"minimax": MINIMAX, "non-saturating": NON_SATURATING}.items():
    loop = replace(recipes.ARTICLE, loss=loss).loop(seed=0)
    games[name] = [next(loop).fake_score for _ in tqdm(range(80), file=sys.stdout, desc=name)]

plots.lines(
    range(80),
    games,
    xlabel="step",
    ylabel="mean score of the fakes",
    ylim=(0, 1),
    guides={"can't tell": 0.5},
    alt="The mean score of the fakes in two games over 80 steps, minimax and non-saturating, with a dotted line at 0.5",
)

# %%
ends = {name: sum(scores[-20:]) / 20 for name, scores in games.items()}
two_games.came_out(
    f"they fall behind, and {'stay there' if ends['minimax'] < 0.05 else 'catch up'}: in the last 20 steps their mean score "
    f"is {ends['minimax']:.5f}, with the other loss {ends['non-saturating']:.2f}"
)

# %% [markdown]
# The first time that the discriminator gets far ahead, the game with minimax is over. The fakes' gradient is nearly 0, so
# they hardly change; the discriminator goes on learning, and the gradient shrinks further. With the non-saturating loss
# the fakes fall behind at the same moment, and come back.
#
# How long does the danger last? Minimax is flat where scores are near 0, say below 0.05. The article's own run learned from
# the non-saturating loss. In how many of its steps was the mean score of the fakes as low as that?

# %% tags=["nbval-check-output"]
low = torch.from_numpy(runs.load("article").steps["fake_score"]) < 0.05
print(f"in epoch 1: {low[:600].sum()} of 600 steps; later: {low[600:].sum()} of {len(low) - 600:,}")

# %% [markdown]
# Nearly all of them lie in the first epoch, a fortieth of the run. The obvious loss fails at the start, when help is needed
# most.
#
# ## Five losses · 9 minutes
#
# Many other losses have been proposed. Three are worth knowing by sight. They use the raw logit t, without a sigmoid.
#
# | loss | D pays for a real | D pays for a fake | G pays for its fake |
# | --- | --- | --- | --- |
# | minimax | -log D | -log(1 - D) | log(1 - D) |
# | non-saturating | -log D | -log(1 - D) | -log D |
# | least squares | ½ (t - 1)² | ½ t² | ½ (t - 1)² |
# | hinge | max(0, 1 - t) | max(0, 1 + t) | -t |
# | Wasserstein | -t | t | -t |
#
# Only the last column matters now.
#
# LossLab, below, is for playing. Drag the point, a single fake, along the curves, or use its slider. A loss is marked as
# *flat* where its gradient with respect to t is smaller than 0.05 in size: there it teaches next to nothing. The slider
# **moment of the run** shows, as small ticks, where 64 fakes of the article's run really stood, early and late. You know
# one end, a logit of -6. Before you touch anything, think of the other.

# %% tags=["prediction"]
other_end = Prediction(
    "A fake passes for real, its logit is 6. Which loss pulls hardest on it, and to which side?",
    [
        "none: all are flat where a fake passes",
        "minimax, to a still higher logit",
        "least squares, back to a lower logit",
        "hinge and Wasserstein, to a still higher logit",
    ],
)
other_end

# %%
from gan_lesson.widgets import LossLab

LossLab()

# %%
other_end.came_out("least squares, back to a lower logit, with a gradient of 5; minimax and hinge pull with 1")

# %% [markdown]
# At 6, where a fake passes for real, only the non-saturating loss is flat: it has what it wants. Minimax is at its
# steepest, where no help is needed. Least squares rests at its target, 1, and beyond that it pulls the logit back. Hinge
# and Wasserstein are never flat. They differ in what the *discriminator* pays: hinge stops rewarding it once a logit is on
# the right side by 1, Wasserstein rewards it without end.
#
# In a training run of your own there is no LossLab, so measure slopes yourself.

# %% [markdown] tags=["task"]
# **Your turn.** Write `slope(loss, logit)`: the gradient of the generator's loss at a single logit, returned as one
# number. `loss` is one of the five in `LOSSES`, and `loss.generator` takes a tensor of logits of shape (N, 1). There are
# two ways, and both are right:
#
# - *Ask PyTorch.* A tensor made by `torch.tensor([[float(logit)]], requires_grad=True)` notes what is computed from it.
#   Then `torch.autograd.grad(value, t)` returns the gradient of `value` with respect to this tensor `t`, packed in a tuple.
# - *Go and look.* Compute the loss a little to the right of the logit and a little to its left, 0.01 say, and divide the
#   difference by the distance between the two places.
#
# When it passes, ask it in a cell of your own: at which logit do `LOSSES["minimax"]` and `LOSSES["non_saturating"]` pull
# equally hard, and which score is that?


# %% tags=["exercise"]
def slope(loss, logit):
    ### BEGIN SOLUTION
    t = torch.tensor([[float(logit)]], requires_grad=True)
    (gradient,) = torch.autograd.grad(loss.generator(t), t)
    return gradient.item()
    ### END SOLUTION


# %% tags=["check"]
checks.check_slope(slope)

# %% [markdown] tags=["why"]
# The discriminator puts out a logit, so the gradient enters it there; that is why the slope is taken with respect to the
# logit. Minimax has the slope -D, the non-saturating loss -(1 - D): the two sizes always add up to 1, and they are equal
# at a logit of 0, where the score is 0.5. Taken with respect to the score the slopes would be -1 / (1 - D) and -1 / D, and
# at no score would either of them be flat: it is the sigmoid between score and logit that makes them so. The value of a
# loss says nothing of its slope: hinge costs 6 at a logit of -6 and -6 at 6, and pulls with 1 at both. A negative slope
# means that the loss falls when the logit grows, which is what every generator here wants below a logit of 1.

# %% [markdown]
# ## Two clouds that don't touch · 12 minutes
#
# Back to the plane, and to fakes so poor that no place has both fakes and reals. With pictures that is the usual case:
# among all the ways to fill 784 pixels, early fakes and digits hardly ever meet. (The next lesson doesn't need this section;
# many papers on GANs do.)
#
# There is another way to say how different two clouds are. Think of the fakes as heaps of sand.
# ==The **Wasserstein distance** is how far a grain must be carried, on average and by the cheapest plan, until the fakes
# lie as the reals do.== Between points on a line the cheapest plan takes the leftmost to the leftmost, the next to the next,
# and so on: sort both, and take the mean of the differences.

# %% tags=["prediction"]
farther = Prediction(
    "Fakes that lie 1 away from the reals are moved to 3 away. What becomes of JS and of the Wasserstein distance?",
    ["both triple", "JS stays, the distance triples", "JS triples, the distance stays", "both stay"],
)
farther

# %%
distances = torch.linspace(0, 3, 31)
js, carried = [], []
for distance in distances.tolist():
    real, fake = cloud(5000, -1.5, width=0.1), cloud(5000, distance - 1.5, width=0.1)
    js.append(toy.js_divergence(toy.density_grid(real), toy.density_grid(fake)))
    carried.append((real[:, 0].sort().values - fake[:, 0].sort().values).abs().mean().item())

plots.lines(
    distances,
    {"Jensen-Shannon divergence": js, "Wasserstein distance": carried},
    xlabel="how far the fakes lie from the reals",
    ylabel="how different they are",
    guides={"ln 2": math.log(2)},
    alt="Jensen-Shannon divergence and Wasserstein distance of two clouds, from 0 to 3 apart, with a dotted line at ln 2",
)

# %%
farther.came_out(f"JS {js[10]:.3f} and {js[30]:.3f}, the distance {carried[10]:.2f} and {carried[30]:.2f}")

# %% [markdown]
# JS sees that the clouds don't touch, but not how far apart they are. Its curve is flat: it can't tell whether a step has
# brought the fakes nearer. The Wasserstein distance can, however far away they lie.
#
# How can a network measure it? ==Take the Wasserstein loss: the discriminator, now called a **critic**, minimises the mean
# logit of the fakes minus that of the reals. Allow it a slope of at most 1. The largest difference of the two means that it
# can then reach *is* the distance.== It can't be more: over the path of a grain that is carried a distance d the logit
# changes by at most d. And one critic reaches it (a theorem of Kantorovich and Rubinstein). With no bound on the slope it
# could pull the logits apart for ever. ==A common way to bound it is the **gradient penalty**: (length of the critic's
# gradient - 1)², averaged over random points on the lines from reals to fakes.== It asks for a slope of 1 there, no more
# and no less, and looks nowhere else.
#
# What does a fake feel of all this? Train a discriminator and a critic on two clouds, with a weight of 10 on the penalty, as
# in its paper. Then measure the gradient that arrives at the fakes: how strongly are they pulled towards the reals, which
# lie to their left?

# %%
from gan_lesson.losses import WASSERSTEIN, gradient_penalty


def penalty(*seen):
    return 10 * gradient_penalty(*seen)


def pull(loss, network, fake):
    fake.requires_grad_()
    (gradient,) = torch.autograd.grad(len(fake) * loss.generator(network(fake)), fake)  # len(fake) undoes the mean
    return gradient[:, 0].mean().item()


# %%
torch.manual_seed(0)
print("distance  steps   minimax  non-saturating  critic")
for distance in (1.0, 3.0):
    network, critic = toy.PointDiscriminator(), toy.PointDiscriminator()
    optimizer, optimizer_c = adam(network, 2e-3), adam(critic, 2e-3)
    for step in range(1, 901):
        real, fake = cloud(256, 0.0, width=0.1), cloud(256, distance, width=0.1)
        update_discriminator(None, network, optimizer, real, None, fake=fake)
        update_discriminator(None, critic, optimizer_c, real, None, WASSERSTEIN, penalty, fake=fake)
        if step in (300, 900):
            minimax, usual = pull(MINIMAX, network, fake), pull(NON_SATURATING, network, fake)
            print(f"{distance:8.0f}  {step:5}  {minimax:8.5f}  {usual:14.2f}  {pull(WASSERSTEIN, critic, fake):6.2f}")

# %% [markdown]
# With minimax hardly anything arrives, and less the longer the discriminator learns. The non-saturating loss pulls hard, but
# how hard depends on how long the discriminator has learned, and it pulls harder near the reals than far away. The
# critic pulls with about 1 at either distance, after 300 steps and after 900. (A little more than 1: the penalty doesn't
# forbid a steeper slope, it makes it cost something, and the farther away the fakes are, the more there is to gain.)
#
# Now let a generator learn from a critic. `AdversarialLoop` takes the penalty, here with a weight of 1, and the critic
# makes three updates a step. It does no harm if it gets ahead, since its slope doesn't fade. Beside it, from the same start,
# the usual game.

# %%
from gan_lesson.training import AdversarialLoop


def play(loss, updates_d, penalty=None):
    torch.manual_seed(1)
    generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    loop = AdversarialLoop(
        generator,
        discriminator,
        toy.Points("ring"),
        loss=loss,
        penalty=penalty,
        optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.9)),
        optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.9)),
        seed=1,
    )
    loop.updates_d = updates_d
    return loop, [next(loop).discriminator_loss for _ in tqdm(range(600), file=sys.stdout)]


with_critic, critic_losses = play(WASSERSTEIN, 3, gradient_penalty)
usual, usual_losses = play(NON_SATURATING, 1)

# %%
z = torch.randn(2000, 2)
for name, loop in {"the game with a critic": with_critic, "the usual game": usual}.items():
    print(f"{name}: {toy.modes_covered(loop.sample(z), toy.ring_centres())} of 8 clouds found")
plots.points(
    toy.ring(2000),
    with_critic.sample(z),
    title="With a critic",
    alt="The fakes of the game with a critic: most lie on the ring, in the clouds and between them",
)

# %%
plots.lines(
    range(600),
    {"the critic's distance": [-loss for loss in critic_losses], "the usual discriminator's loss": usual_losses},
    xlabel="step",
    ylabel="distance, loss",
    guides={"0": 0},
    alt="The critic's distance shoots up and falls to a tenth while the fakes arrive; the usual loss stays near 1.3",
)

# %% [markdown]
# The fakes arrive, and the critic tells how far they still have to go: minus its loss is its estimate of the distance. At
# first the critic has to learn, and the estimate shoots up; then it falls as the fakes come nearer. The usual
# discriminator's loss says nothing of the kind.
#
# Is it the better game? `benchmarks/critic.py` played both from ten other starts, and each in a second form: the critic
# with the paper's weight of 10, the usual game with three updates a step as well. (A fake is in a cloud if it lies within
# 0.15 of its centre, as in *The game*.)

# %% tags=["nbval-check-output"]
from gan_lesson import measured

print("ten starts of each          clouds found          fakes in a cloud")
for name, game in measured.load("critic")["games"].items():
    shares = game["share_in_clouds"]
    print(f"{name:26}  {' '.join(map(str, game['clouds']))}   {min(shares):.0%} to {max(shares):.0%}")

# %% [markdown]
# Not here. With a weight of 1 the game with a critic found all eight clouds from every start, but so did the usual game,
# with one update of the discriminator a step instead of three. With three updates the usual game was sharper, though twice
# it missed a cloud. And the weight matters: with 10 the fakes had found one cloud or none when the 600 steps were over.
#
# The usual game didn't stall, because its discriminator never learns to the end while both learn in turns. What a critic
# gives is a pull at any distance, and a number that falls as the fakes get better.
#
# ## Quiz · 4 minutes
#
# Seven questions about what the losses want and where they stop teaching. Every answer explains itself, the wrong ones
# too, and nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_losses")

# %% [markdown]
# ## Recap
#
# ==The discriminator pays for low scores of reals and high scores of fakes; the generator pays for fakes that are not called
# real, which is BCE with labels of ones.== ==At rest the losses are 2 ln 2 and ln 2 and all scores one half; but a blind
# discriminator gives the same, and only the pictures tell rest from blindness.== ==The minimax loss saturates where fakes are
# obvious; the non-saturating one pulls hardest there.== ==The loss of a discriminator that has learned to the end measures
# the Jensen-Shannon divergence, which is blind to distance; a critic with a gradient penalty measures the Wasserstein
# distance, and pulls from anywhere.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The adversarial loop](lesson:the_adversarial_loop) puts everything together.==
#
# *Sources.* Minimax, non-saturating and the Jensen-Shannon divergence: I. Goodfellow and others, 2014, sections 3 and 4.
# What a discriminator that has learned to the end teaches: M. Arjovsky and L. Bottou, 2017. Least squares: X. Mao and
# others, 2017. Hinge: J. H. Lim and J. C. Ye, 2017. Wasserstein: M. Arjovsky, S. Chintala and L. Bottou, 2017; the
# gradient penalty: I. Gulrajani and others, 2017.
