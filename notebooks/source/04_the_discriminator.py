# %% [markdown]
# # 4 · The discriminator
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how does a network say "real" or "fake"?
#
# At the end you can
# - *build* the article's discriminator and *say* what each part is for,
# - *turn* a logit into a score and back, and *explain* why the network returns logits,
# - *train* a discriminator against a generator that stands still, and *read* its scores,
# - *show* what the discriminator's gradient tells the generator.
#
# About 35 minutes.

# %% [markdown]
# ## 784 numbers in, one out · 6 minutes
#
# The discriminator is the generator turned round: it narrows from 784 pixels to 1024, 512, 256 values and then to a single
# one.

# %%
from gan_lesson import plots

plots.layer_widths(
    [784, 1024, 512, 256, 1],
    names=["pixels", "hidden", "hidden", "hidden", "logit"],
    colour=plots.DISCRIMINATOR,
    alt="The discriminator's layers as bars: 784 pixels, then 1024, 512 and 256 hidden values, and one logit",
)

# %% [markdown]
# That one number is the **logit**. It may have any value: far above 0 means "surely real", far below 0 "surely fake", and 0
# "can't tell". The **sigmoid** turns it into the **score**, a probability from 0 to 1.
#
# **Predict:** which score belongs to a logit of 0? And of 4? Then move the slider.

# %%
import torch

from gan_lesson.widgets import interact

grid = torch.linspace(-8, 8, 161)


def show(logit):
    score = torch.tensor(logit).sigmoid().item()
    return plots.lines(
        grid,
        {"score": grid.sigmoid()},
        xlabel="logit",
        ylabel="score",
        marker=logit,
        colours={"score": plots.DISCRIMINATOR},
        guides={f"score {score:.3f}": score},
        alt=f"The sigmoid curve. A logit of {logit} gives a score of {score:.3f}",
    )


interact(show, logit=(-8.0, 8.0, 0.5))

# %% [markdown]
# A logit of 0 is a score of 0.5, and 4 is already 0.982. At both ends the curve is flat: from 6 to 8 the score hardly moves.
# Keep that flatness in mind, it returns in lesson 5.
#
# ### Why the sigmoid is not in the network
#
# The article puts a `Sigmoid` at the end of the discriminator. Ours returns logits and leaves the sigmoid to the loss.
# The mathematics is the same. The arithmetic is not, because a computer's numbers are not endless.
#
# **Predict:** for a fake with a logit of 20, the loss is -log(1 - score). What comes out?

# %% tags=["nbval-check-output"]
logit = torch.tensor(20.0)
print("score:           ", logit.sigmoid().item())
print("-log(1 - score): ", -torch.log(1 - logit.sigmoid()).item())
print("from the logit:  ", torch.nn.functional.softplus(logit).item())

# %% [markdown]
# Numbers of 32 bits can't hold 0.999999998: the score becomes exactly 1, and the logarithm of 0 is minus infinity.
# (`nn.BCELoss` caps that at 100, which is still wrong, and its gradient here is 0: where D is most wrong it learns
# nothing.) Computed from the logit in one piece, as softplus(t) = log(1 + exp(t)), the right answer comes out: 20.
# So: **logits out of the network, sigmoid into the loss.**
#
# ## Build it · 10 minutes
#
# **Your turn.** `make_discriminator()` returns the article's discriminator as one `nn.Sequential`. A picture of shape
# (1, 28, 28) must first become a row of 784 values. Then come four `nn.Linear` layers of the widths above, with
# `nn.LeakyReLU(0.2)` and `nn.Dropout(0.3)` after each but the last.

# %% tags=["exercise"]
from torch import nn


def make_discriminator():
    layers = []
    ### BEGIN SOLUTION
    ### HINT Flatten, then three times Linear, LeakyReLU and Dropout
    layers += [nn.Flatten()]
    layers += [nn.Linear(784, 1024), nn.LeakyReLU(0.2), nn.Dropout(0.3)]
    layers += [nn.Linear(1024, 512), nn.LeakyReLU(0.2), nn.Dropout(0.3)]
    layers += [nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3)]
    ### END SOLUTION
    layers += [nn.Linear(256, 1)]
    return nn.Sequential(*layers)


# %% tags=["check"]
from gan_lesson import checks

checks.check_discriminator(make_discriminator)

# %% [markdown]
# **Dropout** sets 30 % of the values to 0, others each time, while the network trains. The discriminator can't lean on a few
# tell-tale pixels then and stays a less perfect, and so more helpful, opponent. `eval()` turns dropout off, `train()` turns
# it on.
#
# **Predict:** ask the same network about the same picture three times, in both modes. How many different answers?

# %%
from gan_lesson.data import image_tensor, to_range
from gan_lesson.models import Discriminator

torch.manual_seed(0)
discriminator = Discriminator()
reals = to_range(image_tensor()[:10])

for mode in (discriminator.train, discriminator.eval):
    mode()
    scores = [discriminator(reals[:1]).sigmoid().item() for _ in range(3)]
    print(f"{mode.__name__:6}", [f"{score:.4f}" for score in scores])

# %% [markdown]
# Three in training, one in evaluation. Whoever measures scores calls `eval()` first, or measures dropout too.
#
# And notice where all these scores lie: a brand-new discriminator says about 0.5 to everything. It can't tell.
#
# ## Teach it · 8 minutes
#
# Now the discriminator gets an opponent that stands still: the trained generator of lesson 3. Each step shows it 100 reals
# and 100 fakes.
#
# **Predict:** the fakes of lesson 3 looked rather good to you. How long will a network take to tell them from real digits?

# %%
import sys

from tqdm import tqdm

from gan_lesson.checkpoints import load_generator
from gan_lesson.data import mnist_batches
from gan_lesson.training import adam, update_discriminator

generator = load_generator("article")
optimizer = adam(discriminator.train(), 2e-4)
batches = mnist_batches(100, device="cpu")
history = []
for _ in tqdm(range(200), file=sys.stdout):
    seen = update_discriminator(generator, discriminator, optimizer, next(batches), torch.randn(100, 100))
    history.append((seen.real_score.item(), seen.fake_score.item()))

# %%
curves = dict(zip(["D(x), reals", "D(G(z)), fakes"], zip(*history)))
plots.lines(
    range(200),
    curves,
    xlabel="step",
    ylabel="mean score",
    ylim=(0, 1),
    guides={"can't tell": 0.5},
    colours={"D(x), reals": plots.REAL, "D(G(z)), fakes": plots.FAKE},
    alt="Mean scores over 200 steps: both start at 0.5; reals rise towards 1, fakes fall towards 0",
)

# %% [markdown]
# Both start near 0.5, then they part: within some dozens of steps, a few seconds, the discriminator sees through most
# fakes. It may use what you hardly look at: a loose dot of ink, an edge a shade too soft.
#
# We write **D(x)** for the score of reals and **D(G(z))** for the score of fakes. The two numbers tell how the game stands,
# and from now on they stand beside every pair of losses.
#
# How does it judge reals and fakes that it never saw? Above each picture is its score.

# %%
from gan_lesson.training import generate

discriminator.eval()
unseen = to_range(image_tensor(train=False)[:10])
fakes = generate(generator, torch.randn(10, 100))
both = torch.cat([unseen, fakes])
plots.scores(
    both,
    discriminator(both).detach().sigmoid(),
    alt="Ten reals above, most with high scores, and ten fakes below, most with low scores",
)

# %% [markdown]
# The upper row is real, the lower is fake. It is right nearly always, and with great confidence. Perhaps a fake slipped
# through in your run, as one did in ours.
#
# ## What the score teaches · 7 minutes
#
# The generator never sees a real digit. What it gets is this: *how would the score change, if that pixel had a little more
# ink?* It is the gradient of the logit with respect to the picture, and backpropagation computes it for all 784 pixels at
# once.
#
# **Predict:** for a fake, where will the discriminator want more ink (teal), where less (magenta)?

# %%
fake = fakes[:5].clone().requires_grad_()
discriminator(fake).sum().backward()
wish = fake.grad / fake.grad.abs().amax(dim=(1, 2, 3), keepdim=True)

figure = plots.Picture("Above five fakes, below what the discriminator wishes: teal more ink, magenta less", 7, 3)
for column in range(5):
    for row, (picture, colours) in enumerate([(fake.detach(), "gray_r"), (wish, plots.SCORE_COLOURS)]):
        axes = figure.add_subplot(2, 5, 1 + column + 5 * row)
        axes.imshow(picture[column, 0], cmap=colours, vmin=-1, vmax=1)
        axes.set_axis_off()
figure

# %% [markdown]
# To us it looks like noise, densest in the middle where digits have their strokes, with single strong pixels
# elsewhere, and nearly the same for all five. This young discriminator judges by many small clues at once, not by
# shapes. Yet this map is all that the generator ever learns from, and its next step moves the fakes a little in that
# direction, as far as weights shared by all of them allow.
#
# Does it help? We move the pictures themselves along the wish, a small step at a time, and watch the score.

# %%
picture = fakes.clone().requires_grad_()
scores = []
for _ in range(20):
    logits = discriminator(picture)
    scores.append(logits.sigmoid().mean().item())
    (gradient,) = torch.autograd.grad(logits.sum(), picture)
    picture = (picture + 0.01 * gradient.sign()).clamp(-1, 1).detach().requires_grad_()

plots.lines(
    range(20),
    {"mean score": scores},
    xlabel="small steps along the wish",
    ylabel="mean score of the fakes",
    ylim=(0, 1),
    colours={"mean score": plots.FAKE},
    alt="The mean score of ten fakes rises from near 0 to near 1 within a few small steps",
)

# %% [markdown]
# About five such steps, each changing a pixel by at most 1/200 of the range, bring the mean score to one half, and a
# dozen to nearly 1. The gradient points the way, and a discriminator that stands still is easily fooled, as in lesson
# 1.
#
# ## Recap
#
# The discriminator narrows a picture down to one logit, and the sigmoid of the logit is the score, its probability of
# "real". The sigmoid belongs to the loss, where nothing is lost by rounding. A discriminator learns fast against a
# generator that stands still, and its gradient, pixel by pixel, is the only lesson that the generator gets.
#
# **Next:** [lesson 5](05_the_losses.ipynb) writes down what each player wants.
#
# *Sources.* Dropout: N. Srivastava and others, 2014. Fooling a network along its gradient: I. Goodfellow, J. Shlens and C.
# Szegedy, "Explaining and Harnessing Adversarial Examples", 2015.
