# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how does a network say "real" or "fake", and what would the perfect one say?
#
# At the end you can
# - *build* the article's discriminator and *say* what each part is for,
# - *turn* a logit into a score and back, and *explain* why the network returns logits,
# - *write* the step by which it learns, *train* it against a generator that stands still, and *read* its scores,
# - *show* what the discriminator's gradient tells the generator,
# - *say* what the perfect discriminator would answer, and *compare* a trained one with it.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## 784 numbers in, one out · 11 minutes
#
# The discriminator goes the opposite way to the generator. It begins with the 784 pixels of a picture, which become 1024
# hidden values, then 512, then 256, and it ends with a single number.

# %%
from gan_lesson import diagrams, plots, toy

diagrams.layer_widths(
    [784, 1024, 512, 256, 1],
    names=["pixels", "hidden", "hidden", "hidden", "logit"],
    colour=plots.DISCRIMINATOR,
    alt="The discriminator's layers as bars: 784 pixels, then 1024, 512 and 256 hidden values, and one logit",
)

# %% [markdown]
# ==That one number is the **logit**.== It may have any value: far above 0 means "surely real", far below 0 "surely fake",
# and 0 "can't tell". ==The **sigmoid** turns it into the **score**, a probability from 0 to 1.== The larger the logit, the
# higher the score: a logit of 1 gives 0.73. And a logit of -1 is as sure of "fake" as a logit of 1 is of "real".

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
# Move the slider to both ends. There the curve is flat: from 6 to 8 the score hardly moves. Keep that flatness in mind: it
# comes back in [The losses](lesson:the_losses).
#
# As a formula, with t for the logit and D for the score:
#
# $$ D = \frac{1}{1 + e^{-t}} \qquad\text{and back}\qquad t = \log\frac{D}{1 - D} $$
#
# In words: take the exponential of minus the logit, add 1, and divide 1 by that. The way back is the logarithm of the
# **odds**, which say how many times as likely "real" is as "fake".

# %% [markdown] tags=["task"]
# **Your turn.** `to_scores(logits)` takes the logits of a batch, shape (N, 1), and returns their scores in the same
# shape. Write the formula, or let PyTorch do it.


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
# over the batch gives numbers between 0 and 1 too, but they add up to 1: with a hundred reals each would get about 0.01. That
# answers another question, "which of these is most real?". A sigmoid of the sigmoid never goes below 0.5, so nothing could
# be called a fake. And exp(t) / (1 + exp(t)) is the same formula on paper, but exp(100) is more than 32 bits can hold, and
# infinity divided by infinity is not a number.

# %% [markdown]
# ### Why the sigmoid is not in the network
#
# Many discriminators end with a `Sigmoid`, and so does the article's. Ours returns logits and leaves the sigmoid to the
# loss. On paper that makes no difference; in a computer it does. Take a fake with a logit of 20, "surely real": the
# discriminator is badly wrong. The loss for a fake is -log(1 - score): near 0 where the score is near 0, and growing without
# limit as the score goes to 1.

# %% tags=["prediction"]
loss_of_fake = Prediction(
    "The logit is 20, and your computer works out -log(1 - score) in 32 bits. What comes out?",
    ["20", "infinity", "0", "about 1"],
)
loss_of_fake

# %% tags=["nbval-check-output"]
logit = torch.tensor(20.0)
print("score:           ", logit.sigmoid().item())
print("score in 64 bits:", f"{logit.double().sigmoid():.9f}")
print("-log(1 - score): ", -torch.log(1 - logit.sigmoid()).item())
print("from the logit:  ", torch.nn.functional.softplus(logit).item())  # log(1 + exp(logit)), in one piece
loss_of_fake.came_out(f"{-torch.log(1 - logit.sigmoid()).item()}, where {logit:.0f} would be right")

# %% [markdown]
# 32 bits can't hold 0.999999998: the score becomes exactly 1, and the logarithm of 0 is minus infinity. Computed from
# the logit in one piece, as softplus(t) = log(1 + exp(t)), the loss comes out right: 20. ==So: **logits out of the
# network, sigmoid into the loss.**==
#
# <details><summary>But PyTorch has a loss for scores, <code>nn.BCELoss</code>. Doesn't it work?</summary>
#
# It caps the infinite loss at 100, so nothing breaks. But the score was rounded to exactly 1, where the sigmoid is flat, and
# the gradient that comes back is 0: where the discriminator is most wrong, it learns nothing at all.
#
# </details>
#
# ## Build it · 9 minutes
#
# The article's discriminator needs one kind of layer that is new here. ==**Dropout** sets each hidden value to 0 with a
# probability p, and draws anew which ones whenever pictures go through. So the network can't rely on any single one of
# them. The values that are kept are divided by 1 - p: on average the next layer gets as much as without dropout.== With p =
# 0.3, a 1 that is kept becomes 1 / 0.7:

# %%
from torch import nn

print("ten ones after dropout:", [round(value, 2) for value in nn.Dropout(0.3)(torch.ones(10)).tolist()])

# %% [markdown] tags=["task"]
# **Your turn.** `make_discriminator()` returns the article's discriminator as one `nn.Sequential`. First `nn.Flatten()`
# turns each picture, (1, 28, 28), into a row of 784 values. Then come four `nn.Linear` layers of the widths in the first
# picture, with `nn.LeakyReLU(0.2)` and `nn.Dropout(0.3)` after each but the last.


# %% tags=["exercise"]
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
# `nn.Flatten()` keeps dimension 0, which counts the pictures, and joins the rest into 784 values. Without it the Linear
# layer would work on rows of 28. Nothing comes after the last Linear layer: a Sigmoid would take away the logits that the
# loss needs, a LeakyReLU would leave only a fifth of each logit below 0, and a Dropout would set some pictures to "can't
# tell" at random. As in the generator, four layers with no activation between them would be worth no more than one.
# `nn.LeakyReLU()` without its number has a leak of 0.01, and `nn.Dropout()` drops half of the values: write the article's
# 0.2 and 0.3.

# %% [markdown]
# A PyTorch network has two modes. It starts in training mode, and `discriminator.eval()` and `discriminator.train()` switch
# between the two. What do they mean for a discriminator with dropout?

# %% tags=["prediction"]
modes = Prediction(
    "You ask the same network about the same picture, three times in each mode. How many different answers do you get?",
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

torch.manual_seed(0)
discriminator = Discriminator()
reals = to_range(image_tensor()[:10])  # pixels from -1, paper, to 1, ink

different = {}
for mode in (discriminator.train, discriminator.eval):
    mode()
    scores = [discriminator(reals[:1]).sigmoid().item() for _ in range(3)]
    print(f"{mode.__name__:6}", [f"{score:.4f}" for score in scores])
    different[mode.__name__] = len(set(scores))
modes.came_out(f"{different['train']} in train(), {different['eval']} in eval()")

# %% [markdown]
# In training mode each look at the picture drops different values. ==`eval()` turns dropout off, and `train()` turns it on
# again.== Nothing else needs to change: the kept values have made up for the dropped ones all along. So call `eval()` before
# you measure scores, or you measure the dropout as well.
#
# And look at the scores themselves: brand-new, the discriminator says about 0.5. It can't tell.
#
# ## Teach it · 14 minutes
#
# How does it learn? From labels: 1 for a real, 0 for a fake. The loss compares them with the logits, and gives one number
# for the whole batch:
#
# `nn.functional.binary_cross_entropy_with_logits(logits, labels)`
#
# It takes the sigmoid itself, in one piece, as you saw above. A fake costs softplus(t), a real softplus(-t), and the loss
# is the mean over the batch. It wants labels that are floats and have the shape of the logits, (N, 1). (Why this loss and
# no other? You will see under *What the perfect one would say*.)
#
# ==The rest of a **step** is the same for every network: clear the old gradients, compute the new ones, and let the
# optimizer move the weights (`zero_grad` of the optimizer, `backward` of the loss, `step` of the optimizer).==

# %% [markdown] tags=["task"]
# **Your turn.** `teach(discriminator, optimizer, images, is_real)` makes one such step. `images` holds reals and fakes,
# mixed, and `is_real`, of shape (N,), tells them apart: True for a real, False for a fake. Your function need not return
# anything.


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
# The loss must see a label beside each logit. With labels of shape (N,) PyTorch's own function stops. A formula written by
# hand would not: it would compare every logit with every label, and a discriminator that is shown as many reals as fakes
# would learn to say "can't tell". The sigmoid is in the loss already. Without `zero_grad` the gradients of all earlier steps
# would be added to this one's. And with `step` before `backward` the optimizer moves along whatever gradients it finds,
# those of the step before or none. Both of these run without an error, and neither does what you mean.

# %% [markdown]
# Now the discriminator gets an opponent that stands still: the trained generator that you met in [The
# generator](lesson:the_generator). Each step shows it 100 reals and 100 fakes. (`update_discriminator` is the library's
# `teach`. It makes the fakes itself, adds the mean loss of the reals to that of the fakes, and returns the scores that it
# saw.) Many of these fakes are digits that you can read.

# %% tags=["prediction"]
time_it_takes = Prediction(
    "After how many steps will the mean scores of reals and fakes be more than 0.5 apart?",
    ["fewer than 10", "a few dozen", "about 150", "200 won't be enough"],
)
time_it_takes

# %%
import sys

from tqdm import tqdm

from gan_lesson.checkpoints import load_generator
from gan_lesson.data import mnist_batches
from gan_lesson.training import adam, update_discriminator

generator = load_generator("article")
optimizer = adam(discriminator.train(), 2e-4)  # Adam, with the article's learning rate
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
    alt="The mean score of the reals and that of the fakes, over 200 steps, with a dotted line at 0.5",
)

# %%
apart = [number for number, (real, fake) in enumerate(history, start=1) if real - fake > 0.5]
time_it_takes.came_out(f"{apart[0]} steps" if apart else "200 weren't enough")

# %% [markdown]
# Both start near 0.5, then they part: within a few dozen steps the discriminator sees through most of the fakes. What gives
# them away? That is the question of the next section. (D(x) is the score of reals and D(G(z)) that of fakes, as in *The
# game*.)
#
# How does it judge reals and fakes that it has never seen? The score is above each picture.

# %%
from gan_lesson.training import generate

discriminator.eval()
unseen = to_range(image_tensor(train=False)[:10])
fakes = generate(generator, torch.randn(10, 100))
both = torch.cat([unseen, fakes])
plots.scores(
    both,
    discriminator(both).detach().sigmoid(),
    rows=["reals", "fakes"],
    alt="Ten reals above, most with high scores, and ten fakes below, most with low scores",
)

# %% [markdown]
# Ten of each is not many. Try a thousand of each: how often is the score on the right side of 0.5?

# %%
with torch.no_grad():
    reals_found = discriminator(to_range(image_tensor(train=False)[:1000])).sigmoid() > 0.5
    fakes_found = discriminator(generate(generator, torch.randn(1000, 100))).sigmoid() < 0.5
print(f"right about {reals_found.float().mean():.1%} of the reals and {fakes_found.float().mean():.1%} of the fakes")

# %% [markdown]
# It is nearly always right. Here and there a fake slips through.
#
# ## What the score teaches · 7 minutes
#
# The generator never sees a real digit. All it gets is an answer to this question: *how would the logit change, and the
# score with it, if this pixel had a little more ink?* That is the gradient of the logit with respect to the picture, and
# backpropagation computes it for all 784 pixels at once. It shows how to fool this discriminator.

# %% tags=["prediction"]
where_to_change = Prediction(
    "Where would more ink, or less, change the logit most, in five different fakes?",
    [
        "along the strokes of each digit",
        "at dots all over the middle, much the same in each",
        "at the loose dots and ragged edges of each digit",
    ],
)
where_to_change

# %%
fake = fakes[:5].clone().requires_grad_()
discriminator(fake).sum().backward()  # a pixel changes no logit but its own picture's, so one sum does for all
gradient = fake.grad / fake.grad.abs().amax(dim=(1, 2, 3), keepdim=True)  # the strongest pixel of each: 1 or -1
plots.image_grid(
    torch.cat([fake.detach(), gradient]),
    columns=5,
    rows=["fakes", "gradients"],
    size=1.3,
    alt="Five fakes, and below each its gradient: dark where more ink raises the logit, light where less does",
)

# %% [markdown]
# A gradient is dark where more ink would raise the logit, and light where less ink would; at the grey pixels it hardly
# matters. How much do the five agree? The **cosine** of the angle between two of them is 1 where they point the same way,
# and 0 where they have nothing in common.

# %%
directions = nn.functional.normalize(gradient.flatten(1))
alike = (directions @ directions.T).min().item()
where_to_change.came_out(
    f"{'much the same' if alike > 0.7 else 'not the same'} in each: the cosine between any two is {alike:.2f} or more"
)

# %% [markdown]
# To us a gradient looks like noise: dots all over the middle, where digits have their strokes, with a strong pixel here and
# there elsewhere. This young discriminator goes by many small clues at once, not by shapes. Yet such a gradient is all that
# the generator ever learns from. Its next step moves the fakes a little that way, as far as the weights that they all share
# allow.
#
# Does it help? Move the pictures themselves along their gradients, a small step at a time, and watch the score. A step
# uses only the *sign* of each pixel's gradient, not its size: up by 0.01 for more ink, down by 0.01 for less.

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
    xlabel="small steps, each by the sign of the gradient",
    ylabel="mean score of the fakes",
    ylim=(0, 1),
    colours={"mean score": plots.FAKE},
    alt="The mean score of ten fakes rises from near 0.1 to near 1 within a dozen small steps",
)

# %% [markdown]
# About five such steps, each changing a pixel by at most 1/200 of its range from -1 to 1, bring the mean score to one half,
# and a dozen to nearly 1. The signs are enough, and a discriminator that stands still is quickly fooled, as in *The game*.
#
# ## What the perfect one would say · 14 minutes
#
# Your discriminator is nearly always right. What would the best possible one say? For digits nobody knows, so go back to the
# plane of *The game*. Throw 1,000 reals and 1,000 fakes into it and look at one small spot. Say 30 reals and 10 fakes have
# landed there. To the discriminator all forty are the same: one spot, one logit, one score. Each real costs -log(score),
# each fake -log(1 - score). Which score costs least?

# %% tags=["prediction"]
cheapest = Prediction(
    "30 reals and 10 fakes get one score. Which one makes the loss of all forty together lowest?",
    ["1: most of them are real", "0.75", "0.5: nobody can tell them apart"],
)
cheapest

# %%
scores = torch.linspace(0.01, 0.99, 99)
loss = -30 * torch.log(scores) - 10 * torch.log(1 - scores)
distance = 30 * (1 - scores) + 10 * scores  # how far the scores are from the labels, 1 and 0
plots.lines(
    scores,
    {"binary cross-entropy": loss, "distance from the label": distance},
    xlabel="the score that all forty get",
    ylabel="loss of the forty together",
    ylim=(0, 100),
    marker=scores[loss.argmin()],
    colours={"binary cross-entropy": plots.DISCRIMINATOR, "distance from the label": plots.INK},
    alt="The loss of forty points by the score that all of them get: binary cross-entropy, and the distance from the label",
)

# %%
cheapest.came_out(f"{scores[loss.argmin()]:.2f}")

# %% [markdown]
# The honest answer is the cheapest: of the forty, three in four are real. A score nearer to 1 saves a little on each real
# and loses more on the fakes, whose cost, -log(1 - score), grows without limit near 1. Not every loss rewards honesty. The
# second curve is the plain distance between score and label: with that as the loss it would pay to exaggerate, and no score
# could be read as a probability.
#
# With ever smaller spots and ever more points, as many reals as fakes, each count becomes a **density**: p(x) says how
# frequent reals are at x, q(x) how frequent fakes are. At each place the same reasoning holds. ==So the **perfect
# discriminator** says what share of all the points that land at x is real:==
#
# $$ D^*(x) = \frac{p(x)}{p(x) + q(x)} $$
#
# In words: how frequent reals are there, divided by how frequent reals and fakes are together.
#
# <details><summary>The same with a derivative</summary>
#
# At x the loss is $-p \log D - q \log(1 - D)$. Its slope in D is $-p/D + q/(1 - D)$, which is 0 where $p\,(1 - D) = q\,D$,
# and that is at $D = p/(p + q)$. To the left of it the slope is negative, to the right positive: it is the lowest point.
#
# </details>

# %% [markdown] tags=["task"]
# **Your turn.** `best_score(real_density, fake_density)` is given two tensors of the same shape, any shape: how frequent
# reals and fakes are at some places, as densities or as counts. It returns the best score for each place. Where both are
# 0 nothing ever lands, and any score would do: return 0.5 there, "can't tell". (`torch.where(condition, a, b)` takes `a`
# where the condition holds, and `b` elsewhere.)


# %% tags=["exercise"]
def best_score(real_density, fake_density):
    ### BEGIN SOLUTION
    ### HINT divide by what lands there in all; where that is 0, the division gives nan
    total = real_density + fake_density
    return torch.where(total > 0, real_density / total, 0.5)
    ### END SOLUTION


# %% tags=["check"]
checks.check_best_score(best_score)

# %% [markdown] tags=["why"]
# Only the ratio counts: with counts ten times as large, or with densities in place of counts, each share stays what it is.
# That is also why a tiny number added to the denominator, a common cure for 0 / 0, does harm here. Densities may be smaller
# still, and then the cure decides, not the data. `p / q` gives the odds and not the share: 3 for the spot above. Their
# logarithm is the logit, so `torch.sigmoid(torch.log(p / q))` gives the right scores as well, except at 0 / 0.

# %% [markdown]
# On a line you see the whole formula at once. The reals lie around -1, and the slider says where the fakes lie. Move them
# away from the reals, then all the way onto them. What becomes of the best score?

# %%
x = torch.linspace(-4, 4, 161)


def bell(centre):
    return torch.distributions.Normal(centre, 1.0).log_prob(x).exp()


def show_best(fakes_around):
    p, q = bell(-1.0), bell(fakes_around)
    return plots.lines(
        x,
        {"reals, p": p, "fakes, q": q, "best score": p / (p + q)},
        xlabel="x",
        ylabel="density, score",
        ylim=(0, 1),
        guides={"one half": 0.5},
        colours={"reals, p": plots.REAL, "fakes, q": plots.FAKE, "best score": plots.DISCRIMINATOR},
        alt=f"Two bells, reals around -1 and fakes around {fakes_around}, and p / (p + q), one half where they cross",
    )


interact(show_best, fakes_around=(-1.0, 3.0, 0.25))

# %% [markdown]
# Where the bells cross, the best score is one half. The farther apart they are, the steeper it falls from 1 to 0. And with
# the fakes on top of the reals it is flat. ==At the equilibrium fakes are as frequent as reals, at every place, and then even
# the perfect discriminator says one half to each of them.== To each, and not only on average.
#
# <details><summary>What are its logit and its gradient?</summary>
#
# Its logit is the logarithm of the odds, $\log(p/q)$: 0 where both are equally frequent, and log 3 = 1.1 where reals are
# three times as frequent. And its gradient leads from where fakes crowd to where reals outnumber them.
#
# </details>
#
# ### How near does a trained one come?
#
# In the plane we can compare it with the truth. Reals are the eight clouds of *The game*, only wider; fakes are one broad
# cloud in the middle that stands still. `toy.density` gives p and q. Train for a thousand steps, with the same lines as in
# `teach`:


# %%
def draw_reals(count):
    return toy.ring_centres()[torch.randint(8, (count,))] + 0.2 * torch.randn(count, 2)


torch.manual_seed(0)
in_the_plane = toy.PointDiscriminator()
optimizer = adam(in_the_plane, 2e-3)
labels = torch.cat([torch.ones(256, 1), torch.zeros(256, 1)])
for _ in range(1000):
    points = torch.cat([draw_reals(256), 0.5 * torch.randn(256, 2)])
    loss = nn.functional.binary_cross_entropy_with_logits(in_the_plane(points), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% tags=["prediction"]
how_near = Prediction(
    "Where points lie, how far will its scores be from the best ones, on average?",
    ["less than 0.1", "about 0.25", "about 0.5: nobody told it the formula"],
)
how_near


# %%
def truth(points):
    p, q = toy.density(points, toy.ring_centres(), 0.2), toy.density(points, torch.zeros(1, 2), 0.5)
    return p / (p + q)


best, trained = truth(toy.map_points()).view(60, 60), toy.score_map(in_the_plane)
plots.score_maps(
    {"the best scores, p / (p + q)": best, "the trained discriminator's": trained},
    alt="Two maps of scores in the plane: the best ones, and those of the trained discriminator",
)

# %%
points = torch.cat([draw_reals(5000), 0.5 * torch.randn(5000, 2)])
off = (in_the_plane(points).sigmoid().flatten() - truth(points)).abs().mean().item()
how_near.came_out(f"{off:.2f}")

# %% [markdown]
# Where points lie it has come close to a formula that it was never told. (Not in every detail: its eight clouds have run
# together into a ring.) And in the corners of the map, where hardly any point lies?

# %%
corners = (toy.map_points().abs() > 1.4).all(dim=1).view(60, 60)
here = (points.abs() > 1.4).all(dim=1).sum().item()
print(f"in the corners, where {here} of 10,000 points lie, it says {trained[corners].mean():.2f}")
print(f"the best score there is {best[corners].mean():.3f}")

# %% [markdown]
# There it is far off, since nothing corrects it, as in *The game*. And since nobody knows p and q of digits, nobody can
# write their D* down. Training comes close to it, where there are examples.
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
# generator that stands still, and its gradient, pixel by pixel, is the only lesson that the generator gets.== ==The perfect
# one would say p / (p + q); a trained one comes close to that where there are examples.==

# %% [markdown] tags=["way-out"]
# ==**Next:** what each player wants, written down: [The losses](lesson:the_losses).==
#
# *Sources.* The perfect discriminator: I. Goodfellow and others, "Generative Adversarial Nets", 2014, proposition 1.
# Dropout: N. Srivastava and others, 2014. The cap of 100: PyTorch's documentation of `nn.BCELoss`. Fooling a network by the
# sign of its gradient: I. Goodfellow, J. Shlens and C. Szegedy, "Explaining and Harnessing Adversarial Examples", 2015.
