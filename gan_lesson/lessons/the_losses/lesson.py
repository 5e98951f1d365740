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
# - *show* where the first idea for the generator's loss stops working, and what replaced it,
# - *compare* five losses by what counts: the gradient they give the generator,
# - *measure* that gradient yourself, at any place.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## A price for a wrong score · 8 minutes
#
# The discriminator says: "real, with probability 0.9". How wrong is that? If the picture is real, not very. If it is fake,
# badly. ==**Binary cross-entropy** (BCE) puts a price on it.== With a label y, 1 for real and 0 for fake, and the score D,
#
# $$\text{loss} = -\,y \log D \;-\; (1 - y) \log (1 - D).$$
#
# In words: for a real, pay minus the logarithm of the score. For a fake, pay minus the logarithm of one minus the score.
# The right answer given with certainty costs nothing, the wrong one costs without limit. What lies between, you see in
# a moment: say what you expect, then run the next cell and move its slider.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

cant_tell = Prediction(
    "What does “can't tell” cost, a score of 0.5?",
    ["nothing: it accuses nobody", "0.5, half of the way", "about 0.7", "without limit, as any wrong answer"],
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
        xlabel="score D",
        ylabel="price",
        ylim=(0, 5),
        marker=score,
        colours={"if it is real": plots.REAL, "if it is fake": plots.FAKE},
        guides={"ln 2 = 0.693": math.log(2)},
        alt=f"Price of a score of {score}: {-math.log(score):.2f} if the picture is real, {-math.log(1 - score):.2f} if it is fake",
    )


interact(show, score=(0.01, 0.99, 0.01))

# %%
cant_tell.came_out(f"{-math.log(0.5):.3f}, whether it is real or fake")

# %% [markdown]
# The curves cross at 0.5, where both cost ln 2 = 0.693. Remember this number, it will be on every picture of a training run.

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
# ## Two players, two wishes · 10 minutes
#
# ==**The discriminator** wants reals to score 1 and fakes 0. Its loss is the sum of both prices: reals with labels of ones,
# fakes with labels of zeros.==
#
# ==**The generator** wants *its fakes* to score 1. Its loss is the price of its fakes with labels of **ones**. These labels
# are a lie, and that is the point: they say what the generator wishes were true. A generator loss of 0 would mean
# that the discriminator says "real" to every single fake.==

# %% [markdown] tags=["task"]
# **Your turn.** Write both. `F.binary_cross_entropy_with_logits(logits, labels)` takes logits, the sigmoid is inside.
# `torch.ones_like(logits)` makes labels of the right shape, and `torch.zeros_like(logits)` makes zeros.

# %% tags=["exercise"]
import torch.nn.functional as F


def discriminator_loss(real_logits, fake_logits):
    ### BEGIN SOLUTION
    ### HINT real_loss: the price of real_logits with labels of ones; fake_loss: of fake_logits with zeros
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
# want the same, but each of its gradients would be half as long, and its value at rest would be ln 2. The generator's loss
# has no part for reals, because nothing that the generator does changes them. With labels of zeros it would be lowest
# where every fake is called fake: the generator would work for its opponent. `F.binary_cross_entropy`, without
# `_with_logits`, expects scores, and stops at a logit below 0 or above 1. A sigmoid before `_with_logits` is worse, since
# nothing stops: the sigmoid is taken twice, and to the loss no score lies below 0.5.

# %% [markdown]
# Labels of ones leave only -log D, labels of zeros only -log(1 - D). That is all that labels do in a GAN.
#
# The lesson goes on with the library's version, `NON_SATURATING` (the name will explain itself). It computes the same
# from the logits t: -log D is softplus(-t), and -log(1 - D) is softplus(t).

# %% tags=["nbval-check-output"]
from gan_lesson.losses import NON_SATURATING

torch.manual_seed(0)
real_logits, fake_logits = torch.randn(100, 1) + 1, torch.randn(100, 1) - 1
by_labels = F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
print(f"generator's loss: {NON_SATURATING.generator(fake_logits):.4f} from logits, {by_labels:.4f} from labels of ones")

# %% [markdown]
# ## When the game is at rest · 5 minutes
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
# digits are cleaner. (The quick recipe labels reals 0.9 instead of 1, so its values at rest are a little different.)

# %% tags=["nbval-check-output"]
from gan_lesson import recipes, runs

for name in ("article", "quick"):
    d, g = recipes.get(name).loss.equilibrium()
    steps = runs.load(name).steps
    of_d, of_g = (torch.from_numpy(steps[f"{player}_loss"]) for player in ("discriminator", "generator"))
    print(f"{name}: at rest {d:.3f} and {g:.3f}")
    for quarter_d, quarter_g in zip(of_d.chunk(4), of_g.chunk(4)):
        print(f"    mean over a quarter of the run: {quarter_d.mean():.3f} and {quarter_g.mean():.3f}")
    below, above = (of_d < d).float().mean(), (of_g > g).float().mean()
    print(f"    discriminator below rest in {below:.0%} of the steps, generator above in {above:.0%}")

# %% [markdown]
# The article's run comes nearer to rest, quarter by quarter. In the quick recipe's the discriminator moves slowly away from
# it, and this is the run with the better digits, as [Measuring](lesson:measuring) will show. So how near the losses are to
# rest doesn't say how good the fakes are. In both runs the discriminator is nearly always a little ahead: its own loss lies
# below the value at rest, the generator's above.
#
# > **"The discriminator's loss is 0. Is that good?"** No. Then it is always right and the generator fools nobody. How
# > much the generator can still learn from that depends on its loss, as you will see next.
# >
# > **"It is 1.386. Then we are done?"** Not necessarily. A discriminator that is blind, or brand-new, says 0.5 to
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
# ## Why the obvious loss stalls · 10 minutes
#
# There is a more obvious wish for the generator: the *opposite* of the discriminator's. What the one pays for fakes, the
# other gains. ==That is the **minimax** loss, the first formula of the paper that invented GANs: the generator minimises
# log(1 - D(G(z))).== You wrote another one, -log D(G(z)).
#
# Both are lowest where D(G(z)) is 1. What differs is the way there. A network learns from the *gradient*: how steep is the
# loss at the place where I am? Where a curve is flat there is nothing to learn.
#
# Early in training the fakes are obvious, and a discriminator that has learned a little gives them logits far below 0.
# There the generator needs help most.

# %% tags=["prediction"]
steep_at_first = Prediction(
    "A fake is obvious, its logit is -6. Which of the two losses is steep there?",
    ["minimax", "the loss that you wrote", "both: they want the same", "neither: a sigmoid is flat at its ends"],
)
steep_at_first

# %%
from gan_lesson.losses import LOSSES

wishes = {name: loss.generator for name, loss in LOSSES.items()}
plots.generator_losses({name: wishes[name] for name in ("minimax", "non_saturating")}, logit=-6)

# %%
steep_at_first.came_out("the loss that you wrote; minimax is almost flat")

# %% [markdown]
# Look at the right picture, on its left side. ==At a logit of -6, the vertical line, the gradient of **minimax** has
# nearly vanished: the worse the fakes, the less it teaches.== ==Its curve is flat there, or **saturated**.== The loss that you
# wrote is steepest there: the worse the fakes, the harder it pulls. ==Hence its name, **non-saturating**, and hence the
# advice of that paper, to train with it and not with minimax.== It flattens on the other side, where the discriminator is
# fooled already and there is little left to learn.
#
# (Should you read somewhere that the minimax loss saturates where D(G(z)) is near 1: it is the other way round, as you see.)
#
# A drawing is one thing. Let us measure it in the network: how long is the gradient that reaches the generator's weights,
# with both losses, while a discriminator learns to see through an untrained generator?

# %%
import sys

from tqdm import tqdm

from gan_lesson.data import mnist_batches
from gan_lesson.losses import MINIMAX
from gan_lesson.training import adam, update_discriminator


def gradient_length(loss):
    value = loss.generator(discriminator(generator(noise[:100])))
    gradients = torch.autograd.grad(value, list(generator.parameters()))
    return math.sqrt(sum(gradient.square().sum().item() for gradient in gradients))


optimizer, batches = adam(discriminator, 2e-4), mnist_batches(100, device="cpu")
lengths = {"minimax": [], "non-saturating": []}
for _ in tqdm(range(60), file=sys.stdout):
    update_discriminator(generator, discriminator, optimizer, next(batches), torch.randn(100, 100))
    lengths["minimax"].append(gradient_length(MINIMAX))
    lengths["non-saturating"].append(gradient_length(NON_SATURATING))

# %%
ratio = lengths["non-saturating"][-1] / lengths["minimax"][-1]
print(f"after 60 steps the non-saturating gradient is {ratio:.0f} times as long")
print(f"and minimax has fallen to 1/{max(lengths['minimax']) / lengths['minimax'][-1]:.0f} of its highest value")
logs = {name: [math.log10(value) for value in values] for name, values in lengths.items()}
plots.lines(
    range(60),
    logs,
    xlabel="steps of the discriminator, while the generator rests",
    ylabel="log10 of the gradient's length",
    alt="Both rise at first; from step 30 minimax falls by almost two powers of ten, while non-saturating keeps rising",
)

# %% [markdown]
# The vertical axis counts powers of ten. At first, while the discriminator is unsure, the two are nearly equal, and both
# grow. From about step 30 the discriminator sees through the fakes: the minimax gradient falls, and the other one keeps
# growing.
#
# But here the generator rested, and in a game it answers. It has Adam, too, which divides each gradient by its recent
# size and so makes up for a part of the difference. So play the article's game twice from the same start, once with each
# loss, for eighty steps.

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
from dataclasses import replace

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
    alt="Mean score of the fakes. Both games swing alike at first; then minimax falls to 0 and stays, the other swings on",
)

# %%
ends = {name: sum(scores[-20:]) / 20 for name, scores in games.items()}
two_games.came_out(
    f"they fall behind, and stay there: in the last 20 steps their mean score is {ends['minimax']:.5f}, with the other "
    f"loss {ends['non-saturating']:.2f}"
)

# %% [markdown]
# The first time that the discriminator gets far ahead, the game with minimax is over. The fakes' gradient is nearly 0, so
# they hardly change; the discriminator goes on learning, and the gradient shrinks further. Adam doesn't undo that. With the
# non-saturating loss the fakes fall behind at the same place, and come back.
#
# ## Five losses · 7 minutes
#
# Many other losses have been tried since. Three of them are worth knowing by sight. They use the raw logit, without a sigmoid.
#
# In the table D is the score of a fake and t its logit. The gradient is taken with respect to t, since that is what the
# discriminator puts out.
#
# | loss | the generator minimises | size of its gradient by t on an obvious fake |
# | --- | --- | --- |
# | minimax | log(1 - D) | vanishes |
# | non-saturating | -log D | at full strength, nearly 1 |
# | least squares | ½ (t - 1)² | grows with the distance |
# | hinge | -t | always 1 |
# | Wasserstein | -t | always 1 |
#
# The next cell is for playing. Drag the point, a single fake, along the curves, or move the slider **logit t of the
# fake**. Where a curve is marked as *flat*, with a gradient below 0.05 in size, the loss teaches next to nothing. Then go
# through 40 epochs of training with the slider **moment of the run**: small ticks on the curves are the logits of 64 fakes
# of that moment, so that you see where a generator really stands, early and late. The table tells about obvious fakes.
# Before you touch anything, think of the other end.

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
# Minimax is the only one that is flat at -6, where fakes are obvious. At 6, where a fake passes for real, only the
# non-saturating loss is flat: it has what it wants. Minimax is at its steepest there, where no help is needed. Least
# squares comes to rest at its target, 1, and beyond it pulls the logit back, the harder the farther it is.
#
# And where do the fakes of a training run stand? LossLab shows the article's run, which learned from the non-saturating
# loss. At epoch 0, before the first step, all 64 fakes lie at 0.1, and no loss is flat. At epoch 12 their mean is -2.3: the
# discriminator is far ahead. At epoch 40 it is -0.2, and minimax would teach nearly as much as the non-saturating loss:
# compare their bars. How often would minimax have been flat? Its gradient is as large as the fake's score, as the next
# section will show. So count the scores below 0.05, for the 64 fakes after each epoch, and for the mean of the fakes at
# every single step.

# %% tags=["nbval-check-output"]
run = runs.load("article")
flat = (torch.tensor(run.fake_logits).sigmoid() < 0.05).sum(dim=1)
print(f"flat for {flat.sum() / run.fake_logits.size:.1%} of the fakes after all epochs; ", end="")
print(f"at most for {flat.max()} of 64, after epoch {flat.argmax()}")
early, late = (int((scores < 0.05).sum()) for scores in (run.steps["fake_score"][:600], run.steps["fake_score"][600:]))
print(f"steps with a mean score below 0.05: {early} of 600 in epoch 1, {late} of 23,400 later")

# %% [markdown]
# Epoch 12 is the worst moment, and even there minimax would be flat for less than a fifth of the fakes. The danger lies
# at the very start, inside epoch 1. There the non-saturating loss leads out of it, and minimax, as you have seen, doesn't: the obvious
# loss fails where help is needed most.
#
# Hinge and Wasserstein have the same curve, since the generator pays the same in both. They differ in the
# *discriminator's* part. Hinge stops rewarding it once a logit is on the right side by 1. Wasserstein rewards it
# without end, so it needs a fence: the gradient of its logit with respect to the picture must not be longer than 1
# anywhere. ==A common fence is the **gradient penalty**: (length of that gradient - 1)², in the mean over random points on
# the lines from reals to fakes.== It doesn't look anywhere else, and it does more than a fence would: where the gradient
# is shorter than 1, it pulls it up.
#
# ## The slope at one place · 7 minutes
#
# LossLab writes the gradients beside the curves. In a training run of your own there is no LossLab, so measure them
# yourself.

# %% [markdown] tags=["task"]
# **Your turn.** Write `slope(loss, logit)`: the gradient of the generator's loss at a single logit, returned as one
# number. `loss` is one of the five in `LOSSES`, and `loss.generator` takes a tensor of logits of shape (N, 1). There are
# two ways, and both are right:
#
# - *Ask PyTorch.* A tensor made by `torch.tensor([[float(logit)]], requires_grad=True)` notes what is computed from it.
#   Then `torch.autograd.grad(value, t)` returns the gradient of `value` with respect to this tensor `t`, packed in a tuple.
# - *Go and look.* Compute the loss a little to the right of the logit and a little to its left, and divide the difference
#   by the distance.
#
# When it passes, try it out in a cell of your own: at which logit do `LOSSES["minimax"]` and `LOSSES["non_saturating"]` pull
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
# Here are all five at a logit of -6, deep in the land of obvious fakes. This cell goes and looks: a little to the left,
# a little to the right.

# %% tags=["nbval-check-output"]
for name, loss in LOSSES.items():
    left, right = (torch.tensor([[-6.0 + way]], dtype=torch.float64) for way in (-0.001, 0.001))
    steepness = (loss.generator(right) - loss.generator(left)) / 0.002
    print(f"{name:15} slope {steepness.item():8.4f}")

# %% [markdown]
# Minimax: -0.0025. Non-saturating: 400 times as much. That factor is what "saturates" means in numbers.
#
# ## Quiz · 5 minutes
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
# obvious; the non-saturating one pulls hardest there.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The adversarial loop](lesson:the_adversarial_loop) puts everything together.==
#
# *Sources.* Minimax and non-saturating: I. Goodfellow and others, 2014, sections 3 and 4. Least squares: X. Mao and others,
# 2017. Hinge: J. H. Lim and J. C. Ye, 2017. Wasserstein: M. Arjovsky, S. Chintala and L. Bottou, 2017; the gradient
# penalty: I. Gulrajani and others, 2017.
