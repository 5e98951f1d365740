# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how does a network say "real" or "fake"?
#
# At the end you can
# - *build* the article's discriminator and *say* what each part is for,
# - *turn* a logit into a score and back, and *explain* why the network returns logits,
# - *write* the step by which it learns, *train* it against a generator that stands still, and *read* its scores,
# - *show* what the discriminator's gradient tells the generator.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## 784 numbers in, one out · 13 minutes
#
# The discriminator is the generator turned round: 784 pixels become 1024 hidden values, and these narrow to 512, 256 and
# at last a single one.

# %%
from gan_lesson import diagrams, plots

diagrams.layer_widths(
    [784, 1024, 512, 256, 1],
    names=["pixels", "hidden", "hidden", "hidden", "logit"],
    colour=plots.DISCRIMINATOR,
    alt="The discriminator's layers as bars: 784 pixels, then 1024, 512 and 256 hidden values, and one logit",
)

# %% [markdown]
# ==That one number is the **logit**.== It may have any value: far above 0 means "surely real", far below 0 "surely fake", and 0
# "can't tell". ==The **sigmoid** turns it into the **score**, a probability from 0 to 1.== The larger the logit, the higher
# the score: a logit of 1 gives 0.73. And a logit of -1 is as sure of "fake" as a logit of 1 is of "real".

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

two_scores = Prediction(
    "Which scores belong to the logits 0 and 4?", ["0 and 0.4", "0.5 and 0.75", "0.5 and 0.98", "0 and 1"]
)
two_scores

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

# %%
logits = torch.tensor([-4.0, 0.0, 4.0, 6.0, 8.0])
for logit, score in zip(logits, logits.sigmoid()):
    print(f"logit {logit:4.0f}  score {score:.4f}  and back {torch.log(score / (1 - score)):5.2f}")
two_scores.came_out(f"{logits[1].sigmoid():.3f} and {logits[2].sigmoid():.3f}")

# %% [markdown]
# Move the slider to both ends. There the curve is flat: from 6 to 8 the score hardly moves. Keep that flatness in mind, it
# returns in [The losses](lesson:the_losses).
#
# As a formula, with t for the logit and D for the score:
#
# $$ D = \frac{1}{1 + e^{-t}} \qquad\text{and back}\qquad t = \log\frac{D}{1 - D} $$
#
# In words: take the exponential of minus the logit, add 1, and divide 1 by that. The way back is the logarithm of the
# odds: how many times as probable "real" is as "fake".

# %% [markdown] tags=["task"]
# **Your turn.** `to_scores(logits)` takes the logits of a batch, shape (N, 1), and returns their scores in the same
# shape. Write the formula, or use the method that the cell above uses.


# %% tags=["exercise"]
def to_scores(logits):
    ### BEGIN SOLUTION
    ### HINT torch.exp works on all logits at once, and so does the method
    return logits.sigmoid()
    ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_to_scores(to_scores)

# %% [markdown] tags=["why"]
# The sigmoid looks at each logit by itself, so a picture's score doesn't depend on which others are in its batch. A softmax
# over the batch gives numbers between 0 and 1 too, but they add up to 1: with a hundred reals each would get about 0.01. That is
# an answer to another question, "which of these is most real?". A sigmoid of the sigmoid never goes below 0.5, and nothing
# could be called a fake. And exp(t) / (1 + exp(t)) is the same formula on paper, but exp(100) is more than 32 bits can hold, and
# infinite divided by infinite is no number.

# %% [markdown]
# ### Why the sigmoid is not in the network
#
# The article puts a `Sigmoid` at the end of the discriminator. Ours returns logits and leaves the sigmoid to the loss.
# The mathematics is the same. The arithmetic is not, because a computer's numbers are not endless. Take a fake with a logit
# of 20, "surely real": the discriminator is badly wrong. Its loss for a fake is -log(1 - score): near 0 where the score
# is near 0, and larger and larger as the score goes to 1.

# %% tags=["prediction"]
loss_of_fake = Prediction(
    "The logit is 20, and your computer works out -log(1 - score), in 32 bits. What comes out?",
    ["20", "infinity", "0", "about 1"],
)
loss_of_fake

# %% tags=["nbval-check-output"]
logit = torch.tensor(20.0)
print("score:           ", logit.sigmoid().item())
print("-log(1 - score): ", -torch.log(1 - logit.sigmoid()).item())
print("from the logit:  ", torch.nn.functional.softplus(logit).item())
loss_of_fake.came_out(f"{-torch.log(1 - logit.sigmoid()).item()}, where {logit:.0f} would be right")

# %% [markdown]
# Numbers of 32 bits can't hold 0.999999998: the score becomes exactly 1, and the logarithm of 0 is minus infinity.
# (`nn.BCELoss`, PyTorch's loss for scores, caps that at 100, which is still wrong, and its gradient here is 0: where D
# is most wrong it learns nothing.) Computed from the logit in one piece, as softplus(t) = log(1 + exp(t)), the right
# answer comes out: 20. ==So: **logits out of the network, sigmoid into the loss.**==
#
# ## Build it · 10 minutes

# %% [markdown] tags=["task"]
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
checks.check_discriminator(make_discriminator)

# %% [markdown] tags=["why"]
# `nn.Flatten()` keeps dimension 0, the pictures, and joins the rest to 784 values. Without it the Linear layer would work on the
# rows of 28. After the last Linear layer comes nothing: a Sigmoid would take the logits away that the loss needs, a
# LeakyReLU would leave only a fifth of each logit below 0, and a Dropout would set some pictures to "can't tell" at random. The activations between are what make four layers more than one, as in the generator. `nn.LeakyReLU()` without
# its number has a leak of 0.01, and `nn.Dropout()` drops a half: write the article's 0.2 and 0.3.

# %% [markdown]
# ==While the network trains, **dropout** sets each hidden value to 0 with a probability p, here 0.3, other values each time.
# So the discriminator can't rely on any single one of them. The values that are kept are divided by 1 - p, here 0.7, so
# that on average the next layer gets as much as without dropout. `eval()` turns dropout off, `train()` turns it on.== Since
# the kept values have made up for the dropped ones all along, nothing else changes then.

# %% tags=["prediction"]
modes = Prediction(
    "The same network, the same picture, asked three times in each mode. How many different answers are there?",
    [
        "3 in train(), 3 in eval()",
        "1 in train(), 3 in eval()",
        "1 in train(), 1 in eval()",
        "3 in train(), 1 in eval()",
    ],
)
modes

# %%
from gan_lesson.data import image_tensor, to_range
from gan_lesson.models import Discriminator

print("ten ones after dropout:", [round(value, 2) for value in nn.Dropout(0.3)(torch.ones(10)).tolist()])

torch.manual_seed(0)
discriminator = Discriminator()
reals = to_range(image_tensor()[:10])

different = {}
for mode in (discriminator.train, discriminator.eval):
    mode()
    scores = [discriminator(reals[:1]).sigmoid().item() for _ in range(3)]
    print(f"{mode.__name__:6}", [f"{score:.4f}" for score in scores])
    different[mode.__name__] = len(set(scores))
modes.came_out(f"{different['train']} in train(), {different['eval']} in eval()")

# %% [markdown]
# Kept ones have become 1.43, which is 1 / 0.7. In training each look drops other values; in evaluation nothing is
# dropped. Whoever measures scores calls `eval()` first, or measures dropout too.
#
# And notice where all these scores lie: a brand-new discriminator says about 0.5 to everything. It can't tell.
#
# ## Teach it · 16 minutes
#
# How does it learn? By labels: 1 for a real, 0 for a fake. The loss compares them with the logits, and it is one number
# for the whole batch:
#
# `nn.functional.binary_cross_entropy_with_logits(logits, labels)`
#
# It takes the sigmoid itself, in one piece, as you saw above. For a fake it is that softplus(t), for a real softplus(-t),
# and over the batch it takes the mean. (Why this one? That is a question for [The losses](lesson:the_losses).) It wants
# labels of the shape of the logits, (N, 1), and as floats.
#
# ==The rest of a **step** is as for every network: clear the old gradients, compute the new ones, and let the optimizer
# move the weights (`zero_grad` of the optimizer, `backward` of the loss, `step` of the optimizer).==

# %% [markdown] tags=["task"]
# **Your turn.** `teach(discriminator, optimizer, images, is_real)` makes one such step. `images` are reals and fakes, mixed;
# `is_real` says of each whether it is real: N values, True or False, of the shape (N,). It need not return anything.


# %% tags=["exercise"]
def teach(discriminator, optimizer, images, is_real):
    ### BEGIN SOLUTION
    ### HINT is_real.float() makes 1 and 0 of True and False; .unsqueeze(1) makes (N, 1) of (N,)
    labels = is_real.float().unsqueeze(1)
    loss = nn.functional.binary_cross_entropy_with_logits(discriminator(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    ### END SOLUTION


# %% tags=["check"]
checks.check_teach(teach)

# %% [markdown] tags=["why"]
# The loss must see a label beside each logit. With labels of shape (N,) PyTorch's own function stops; a formula written by
# hand would not: it would set every logit against every label, (N, N) of them, and a discriminator that is shown as many reals as
# fakes would learn to say "can't tell". The sigmoid is in the loss already: taken twice, the score could not fall below 0.5.
# Without `zero_grad` the gradients of all steps before would be added to this one's. And if you put `step` before
# `backward`, the optimizer moves along whatever gradients it finds, those of the step before or none. Both of these run
# without an error, and neither does what you mean.

# %% [markdown]
# Now the discriminator gets an opponent that stands still: the trained generator that you met in [The
# generator](lesson:the_generator). Each step shows it 100 reals and 100 fakes. (`update_discriminator` is the library's
# `teach`. It makes the fakes itself, adds up the means over reals and over fakes, and returns the scores that it saw.)
# Of its forty pictures there you could read most.

# %% tags=["prediction"]
time_it_takes = Prediction(
    "After how many steps will the mean scores of reals and fakes be more than 0.5 apart?",
    ["fewer than 10", "some dozens", "150 or so", "200 won't be enough"],
)
time_it_takes

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

apart = [number for number, (real, fake) in enumerate(history, start=1) if real - fake > 0.5]
time_it_takes.came_out(f"{apart[0]} steps" if apart else "200 weren't enough")

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
# ==As in *The game*, **D(x)** is the score of reals and **D(G(z))** that of fakes.== The two numbers tell how the game
# stands, and they stand beside every pair of losses.
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
# The upper row is real, the lower is fake. Ten of each are few, so count how often it is on the right side of 0.5 with a
# thousand of each.

# %%
with torch.no_grad():
    reals_found = discriminator(to_range(image_tensor(train=False)[:1000])).sigmoid() > 0.5
    fakes_found = discriminator(generate(generator, torch.randn(1000, 100))).sigmoid() < 0.5
print(f"right about {reals_found.float().mean():.1%} of the reals and {fakes_found.float().mean():.1%} of the fakes")

# %% [markdown]
# It is right nearly always. Here and there a fake slips through, as one of the ten above did in our run.
#
# ## What the score teaches · 7 minutes
#
# The generator never sees a real digit. What it gets is this: *how would the logit change, and the score with it, if that
# pixel had a little more ink?* It is the gradient of the logit with respect to the picture, and backpropagation
# computes it for all 784 pixels at once. Pixels that should have more ink will be teal, those that should have less
# magenta.

# %% tags=["prediction"]
wishes = Prediction(
    "Where will the discriminator want more ink or less, for five different fakes?",
    [
        "along the strokes, to make a better digit of each",
        "at dots all over the middle, much the same for each",
        "at the loose dots and ragged edges of each",
    ],
)
wishes

# %%
fake = fakes[:5].clone().requires_grad_()
discriminator(fake).sum().backward()  # a pixel changes no logit but its own picture's, so one sum does for all
wish = fake.grad / fake.grad.abs().amax(dim=(1, 2, 3), keepdim=True)  # the strongest pixel of each: 1 or -1

figure = plots.Picture("Above five fakes, below what the discriminator wishes: teal more ink, magenta less", 7, 3)
for column in range(5):
    for row, (picture, colours) in enumerate([(fake.detach(), "gray_r"), (wish, plots.SCORE_COLOURS)]):
        axes = figure.add_subplot(2, 5, 1 + column + 5 * row)
        axes.imshow(picture[column, 0], cmap=colours, vmin=-1, vmax=1)
        axes.set_axis_off()
figure

# %%
rows = nn.functional.normalize(wish.flatten(1))
alike = (rows @ rows.T).min().item()
wishes.came_out(f"dots all over the middle, much the same for each; no two of the five are less alike than {alike:.2f}")

# %% [markdown]
# (1 would be the same map twice, 0 two maps that have nothing to do with each other: it is the cosine of the angle
# between them.) To us it looks like noise, densest in the middle where digits have their strokes, with single strong pixels
# elsewhere, and nearly the same for all five. This young discriminator judges by many small clues at once, not by
# shapes. Yet this map is all that the generator ever learns from, and its next step moves the fakes a little in that
# direction, as far as weights shared by all of them allow.
#
# Does it help? We move the pictures themselves as the wish says, a small step at a time, and watch the score. A step takes
# only the *sign* of each pixel's wish: up by 0.01 where it wants more ink, down by 0.01 where it wants less, however
# strongly.

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
    xlabel="small steps, each by the sign of the wish",
    ylabel="mean score of the fakes",
    ylim=(0, 1),
    colours={"mean score": plots.FAKE},
    alt="The mean score of ten fakes rises from near 0 to near 1 within a dozen small steps",
)

# %% [markdown]
# About five such steps, each changing a pixel by at most 1/200 of the range, bring the mean score to one half, and a
# dozen to nearly 1. The signs alone show the way, and a discriminator that stands still is easily fooled, as in *The game*.
#
# ## Quiz · 5 minutes
#
# Seven questions. Each answer explains itself, so a wrong one is no loss. Nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_discriminator")

# %% [markdown]
# ## Recap
#
# ==The discriminator turns a picture into one logit, and the sigmoid of the logit is the score, its probability of
# "real".== ==The sigmoid belongs to the loss, where nothing is lost by rounding.== ==A discriminator learns fast against a
# generator that stands still, and its gradient, pixel by pixel, is the only lesson that the generator gets.==

# %% [markdown] tags=["way-out"]
# ==**Next:** what each player wants, written down: [The losses](lesson:the_losses).==
#
# *Sources.* Dropout: N. Srivastava and others, 2014. Fooling a network by the sign of its gradient: I. Goodfellow, J. Shlens and C.
# Szegedy, "Explaining and Harnessing Adversarial Examples", 2015.
