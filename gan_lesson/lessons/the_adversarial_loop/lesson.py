# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how do the two networks train each other, step by step?
#
# At the end you can
# - *name* the four decisions that come before every training run,
# - *do* the six steps of the article by hand, on one batch, and *say* what each one changes,
# - *write* the two updates yourself, and at the end a whole GAN from an empty cell,
# - *train* a GAN and *read* its picture while it trains,
# - *judge* 40 epochs: what got better, what didn't, and what a healthy pair of losses looks like.
#
# About {{MINUTES}} minutes. The longest cell trains for about half a minute.

# %% [markdown]
# ## Four decisions · 4 minutes
#
# | decision | the article | why |
# | --- | --- | --- |
# | loss | binary cross-entropy ([The losses](lesson:the_losses)) | one price list for both players |
# | optimizer | Adam, one for each player, learning rate 0.0002 | each moves the weights that it was given, and no others |
# | batch size | 100 | 600 steps are one epoch |
# | epochs | 40 | 24,000 steps; you will judge whether all were needed |

# %%
import torch

from gan_lesson import plots
from gan_lesson.data import mnist_batches
from gan_lesson.models import Discriminator, Generator

torch.manual_seed(0)
generator, discriminator = Generator(), Discriminator()
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4)
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
batches = mnist_batches(100, device="cpu")

# %% [markdown]
# ## The six steps, one by one · 15 minutes
#
# ==**Step 1.** Take a batch of real images, and labels of ones for them.==
#
# ==**Step 2.** Draw noise, one vector for each real image: its shape is (images.size(0), 100).==
#
# ==**Step 3.** Make fakes from it, and labels of zeros for them.==

# %% tags=["nbval-check-output"]
images = next(batches)
ones = torch.ones(images.size(0), 1)

noise = torch.randn(images.size(0), 100)

fakes = generator(noise)
zeros = torch.zeros(images.size(0), 1)
for name, tensor in [("reals", images), ("noise", noise), ("fakes", fakes), ("labels", ones)]:
    print(f"{name:7}", tuple(tensor.shape))

# %% [markdown]
# Nothing has been learned so far. Here is what the discriminator will get to see.

# %%
both = torch.cat([images[:10], fakes[:10].detach()])
plots.image_grid(
    both,
    columns=10,
    rows=["reals", "fakes"],
    alt="A row of ten real digits, and a row of ten fakes of the untrained generator, which are grey",
)

# %% [markdown]
# ==**Step 4.** The discriminator's loss is its loss on the fakes plus its loss on the reals. Its optimizer takes a step.==
#
# The cell below the question says `fakes.detach()`: the same fakes, cut off from the generator that made them.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

without_detach = Prediction(
    "What would change in step 4 without .detach()?",
    [
        "the generator would learn to be recognised",
        "the step would take longer, and nothing else",
        "nothing at all",
        "the discriminator would not learn",
    ],
)
without_detach

# %%
from torch.nn.functional import binary_cross_entropy_with_logits as bce

before = discriminator.layers[1].weight.clone()
discriminator_loss = bce(discriminator(fakes.detach()), zeros) + bce(discriminator(images), ones)
optimizer_d.zero_grad()
discriminator_loss.backward()
optimizer_d.step()

moved = (discriminator.layers[1].weight - before).abs().mean().item()
print(f"discriminator's loss {discriminator_loss.item():.3f}; its first weights moved by {moved:.6f} on average")
print("gradients in the generator:", generator.layers[0].weight.grad)

# %% [markdown]
# Now the backward pass on the fakes alone, many times over: once as it would be without `detach`, once with it.

# %%
from time import perf_counter


def milliseconds(fakes_for_d, repeats=20):
    start = perf_counter()
    for _ in range(repeats):
        bce(discriminator(fakes_for_d()), zeros).backward()
    return (perf_counter() - start) / repeats * 1000


attached = milliseconds(lambda: generator(noise))
print("gradient in the generator without detach:", generator.layers[0].weight.grad is not None)
detached = milliseconds(lambda: generator(noise).detach())
print(f"{attached:.1f} ms without detach, {detached:.1f} ms with it")
without_detach.came_out(
    f"the weights move as before, and the work on the fakes takes {attached / detached:.1f} times as long"
)

# %% [markdown]
# Would the generator learn something wrong without `detach`? No: `optimizer_d` holds only the discriminator's weights, so
# no step of it can move the generator. The generator's `.grad` did fill up, but its own update begins with `zero_grad()`.
# ==What `detach` saves is **work**:== `backward()` stops at the fakes, instead of going all the way through the generator
# to fill gradients that nobody wants now.
#
# ==**Step 5.** (a) Fresh noise, fresh fakes, this time attached to the generator. (b) They are judged by the discriminator
# as it is *now*, after its update.==
#
# ==**Step 6.** The generator's loss compares that judgement with labels of **ones**. Its optimizer takes a step.==

# %%
noise = torch.randn(images.size(0), 100)
judgement = discriminator(generator(noise))

before = generator.layers[0].weight.clone()
generator_loss = bce(judgement, ones)
optimizer_g.zero_grad()
generator_loss.backward()
optimizer_g.step()

moved = (generator.layers[0].weight - before).abs().mean().item()
print(f"generator's loss {generator_loss.item():.3f}; its first weights moved by {moved:.6f} on average")

# %% [markdown]
# That is one step of the game. Go through it once more, at your own pace: each numbered button of the widget below does one
# of the six on sixteen pictures. You see shapes, labels and scores, which weights have a gradient and how long it is, and
# which of them moved. First say what you expect of step 6.

# %% tags=["prediction"]
when_g_learns = Prediction(
    "Step 6: where do gradients appear, and where do weights move?",
    ["gradients in both, G moves", "gradients in G only, G moves", "gradients in both, both move"],
)
when_g_learns

# %% [markdown]
# Now press the buttons up to **6 G learns**. Then press **Start over**, untick **detach the fakes in step 4**, run the
# first four steps again, and see what changes.

# %%
from gan_lesson.widgets import SixSteps

SixSteps(seed=0)

# %%
when_g_learns.came_out("gradients in both, and only G moves")

# %% [markdown]
# In step 4 gradients appear only in the discriminator; without `detach` they fill the generator's layers as well. Either
# way only the discriminator's weights move. In step 6 the gradient passes through the discriminator on its way to the
# generator: gradients in both, and only the generator moves. Everything else is repetition: 600 times for an epoch, 40
# epochs.
#
# ## Write the two updates · 12 minutes

# %% [markdown] tags=["task"]
# **Your turn.** Steps 1 to 4 are the discriminator's update, steps 5 and 6 the generator's. `loss` has three parts:
# `loss.real`, `loss.fake` (what the discriminator pays) and `loss.generator`. Each takes logits. There are two gaps:
# the first must give `real_logits` and `fake_logits`, the second makes the optimizer's step. Remove the `raise` line
# when you fill the first. If you are stuck, look at the cell of step 4.


# %% tags=["exercise"]
def my_update_discriminator(generator, discriminator, optimizer, real, noise, loss):
    ### BEGIN SOLUTION
    ### HINT fakes from the noise, cut off from the generator; then the logits of reals and of fakes
    fake = generator(noise).detach()
    real_logits, fake_logits = discriminator(real), discriminator(fake)
    ### END SOLUTION
    real_loss, fake_loss = loss.real(real_logits), loss.fake(fake_logits)
    ### BEGIN SOLUTION
    ### HINT clear old gradients, go backward from the sum of both losses, take a step
    optimizer.zero_grad()
    (real_loss + fake_loss).backward()
    optimizer.step()
    ### END SOLUTION
    scores = real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()
    return real_loss.detach(), fake_loss.detach(), scores[0].detach(), scores[1].detach()


# %% tags=["check"]
from gan_lesson import checks

checks.check_update_discriminator(my_update_discriminator)

# %% [markdown] tags=["why"]
# The fakes come from the generator, but this is the discriminator's lesson, so the way back is cut with `detach`; without
# it the same weights would move, but it would take longer. Both parts are added before `backward()`: trained only on
# reals, the discriminator would learn to call everything real. `zero_grad()` comes before `backward()`, because
# `backward()` adds to whatever is in `.grad`; after it, it would wipe out what the step needs. And the optimizer is the
# one that was passed in: it holds only the discriminator's weights, and Adam keeps averages from one step to the next. An
# optimizer made inside the function would forget them each time.

# %% [markdown] tags=["task"]
# Now the generator. Its gradient comes through the discriminator, so here nothing is detached.


# %% tags=["exercise"]
def my_update_generator(generator, discriminator, optimizer, noise, loss):
    ### BEGIN SOLUTION
    ### HINT the generator's loss on the logits of its fakes; then the same three lines as above
    generator_loss = loss.generator(discriminator(generator(noise)))
    optimizer.zero_grad()
    generator_loss.backward()
    optimizer.step()
    ### END SOLUTION
    return generator_loss.detach()


# %% tags=["check"]
checks.check_update_generator(my_update_generator)

# %% [markdown] tags=["why"]
# The gradient must find its way from the loss through the discriminator to the generator, so nothing on this way may be
# detached; with a `detach` no error would appear, and the generator would never move. The fakes are made here, of this
# function's own noise: those of step 3 were cut off, and judged by the discriminator as it was before its update.
# `loss.generator` is the price with labels of ones; `loss.fake` has labels of zeros and would teach the generator to be
# caught. On the way gradients also fill the discriminator. They do no harm, because this optimizer doesn't hold its
# weights, and its own update begins with `zero_grad()`.

# %% [markdown]
# Here are the library's own two, with which the lesson goes on. They save work in two places where yours don't: reals and
# fakes go through the discriminator in one pass, and its weights are `frozen` while the generator learns, so no gradients
# are computed for them. (`penalty` and `fake` are those of [The losses](lesson:the_losses); nothing here uses them.)

# %%
import inspect

from gan_lesson import training

for update in (training.update_discriminator, training.update_generator):
    print(f"{update.__name__}:", inspect.getsource(update).split('"""')[2])  # what stands below its description

# %% [markdown]
# ## The whole loop · 3 minutes
#
# What is left is to call the two in turn, again and again. Each step takes a new batch of reals, and each update fresh
# noise: if it were drawn only once, the generator would learn what to make of a hundred points, and of no others.

# %%
for _ in range(3):
    real = next(batches)
    seen = training.update_discriminator(generator, discriminator, optimizer_d, real, torch.randn(len(real), 100))
    generator_loss = training.update_generator(generator, discriminator, optimizer_g, torch.randn(len(real), 100))
    print(f"losses: discriminator {seen.real_loss + seen.fake_loss:.3f}, generator {generator_loss:.3f}")

# %% [markdown]
# The library's `AdversarialLoop` is this loop as an iterator: each `next(loop)` does one step. So between two steps you can
# look at the networks, save them, or stop.
#
# ## Live · 14 minutes
#
# `AdversarialLoop` takes both networks and the batches; `monitor` runs it and draws what happens. The next cell trains the
# article's pair for its first ten seconds. The right part of its picture shows both mean scores, D(x) and D(G(z)).

# %% tags=["prediction"]
ahead_at_first = Prediction(
    "Which player is ahead in the first ten seconds, and how do the scores show it?",
    [
        "nobody: both scores stay near 0.5",
        "mostly the generator, with D(G(z)) above D(x)",
        "mostly the discriminator, with D(x) above D(G(z))",
    ],
)
ahead_at_first

# %%
from gan_lesson.monitor import monitor
from gan_lesson.training import AdversarialLoop

loop = AdversarialLoop(Generator(), Discriminator(), mnist_batches(100, device="cpu"))
history = monitor(loop, seconds=10)

# %%
ahead = sum(step.real_score > step.fake_score for step in history) / len(history)
ahead_at_first.came_out(f"in {ahead:.0%} of {len(history)} steps D(x) was above D(G(z))")

# %% [markdown]
# At first the players overtake each other: the scores swing, now one is ahead, now the other. More often than not it is the
# discriminator, with D(x) far above D(G(z)). The generator's loss is then far above its dotted line, the ln 2 = 0.693 that
# it pays when every score is one half. For fakes as obvious as these the article's loss is steep, not flat or *saturated*;
# hence its name, *non-saturating* (see [The losses](lesson:the_losses)). What has the generator learned so far? Paper at
# the edges, ink in the middle, and much the same picture for every z.
#
# > **Stopped too early?** Nothing is lost: the loop is a variable of yours, and
# > `monitor(loop, seconds=10, history=history)` goes on where it stood.
#
# The article's pair needs its 40 epochs. ==The **quick recipe** is a small pair of convolutional networks with higher
# learning rates.== In half a minute it gets a long way.

# %%
from gan_lesson import recipes

quick = recipes.get("quick")
steps = quick.steps_in(25)  # what this machine does in about 25 seconds
loop = quick.loop(seed=0)
history = monitor(loop, steps)

# %% [markdown]
# From noise to strokes, and from strokes to digits, while you watched. Now read the picture, as in [The
# game](lesson:the_game).
#
# - **The losses settle.** After the first few hundred steps they hardly move any more. The discriminator's lies a little
#   below its dotted line, the generator's a little above its own: the discriminator is ahead, but not far. From there
#   both creep a little *away* from their lines, and still the digits get better. (This recipe labels reals 0.9 instead of
#   1, so its lines lie elsewhere than the article's, 2 ln 2 = 1.386 and ln 2.)
# - **The scores** of reals and fakes lie close together, near 0.45, half of that 0.9. Those of a blind discriminator would
#   look the same; only the samples tell you that this one sees.
# - **The samples** always come from the same noise, so you can follow a single digit as it takes shape.
#
# What would be unhealthy? D(x) near 1 and D(G(z)) near 0 for thousands of steps: the generator has lost touch. Samples
# that all look the same: mode collapse.

# %% [markdown]
# ### With your hands on it
#
# ==The **training studio** runs any loop while you turn its knobs.== It holds your variable `loop`, so whatever the loop
# learns there is still there in the next cell. Close the tab, or run `TrainingStudio(loop)` again: the loop goes on where
# it stood, and its curves are back.
#
# 1. Press **Play**, and **Pause** when you have seen enough. Look at earlier samples with the slider **look back**
#    under them; at its right end it follows the training again.
# 2. Let the generator learn ten times as fast. Press **Save a checkpoint** first (it writes a file of 35 MB beside this
#    notebook). Then move its learning rate from `2.0e-4` to `2.0e-3`, play for a while, and press **Go back to the
#    checkpoint**.
# 3. Change the **loss** to *minimax*, log(1 - D(G(z))) for the generator, in the middle of the run. Does anything break? To
#    undo it choose *the loop's own* again, then go back to the checkpoint, which doesn't hold the loss.
#
# It starts with the article's pair, and with *your* two updates in it. If you haven't written them yet, it will say so
# when you press *Play*: then take out the two lines that begin with `update_`.

# %% tags=["prediction"]
ten_times_the_rate = Prediction(
    "Task 2: what happens if the generator learns ten times as fast?",
    ["good pictures come sooner", "the discriminator pulls away", "the generator pulls away, and D(G(z)) nears 1"],
)
ten_times_the_rate

# %%
loop = AdversarialLoop(
    Generator(),
    Discriminator(),
    mnist_batches(100, device="cpu"),
    update_discriminator=my_update_discriminator,
    update_generator=my_update_generator,
)

# %%
from gan_lesson.widgets import TrainingStudio

TrainingStudio(loop)

# %% [markdown]
# The next cell does task 2 once more, without the studio: 120 steps of a fresh pair at each of the two rates. It notes
# the mean scores of the second half, how far a step moves the pictures of 64 fixed z, and how many pixels end up at -1 or
# 1, where the generator's Tanh is flat. (Ten to twenty seconds.)

# %%
from statistics import fmean

from gan_lesson.latent import sample

z = sample(64, 100, seed=0)


def try_rate(rate):
    pair = recipes.get("article").loop(seed=0, device="cpu")
    pair.optimizer_g.param_groups[0]["lr"] = rate
    drawn, furthest, steps = training.generate(pair.generator, z), 0.0, []
    for _ in range(120):
        steps.append(next(pair))
        before, drawn = drawn, training.generate(pair.generator, z)
        furthest = max(furthest, (drawn - before).abs().mean().item())
    real, fake = fmean(step.real_score for step in steps[60:]), fmean(step.fake_score for step in steps[60:])
    flat = (drawn.abs() > 0.999).float().mean().item()
    print(f"rate {rate}: D(x) {real:.2f}, D(G(z)) {fake:.2f}")
    print(f"  one step moved the pixels by up to {furthest:.2f} on average; {flat:.0%} of them are at -1 or 1")
    return real, fake


for rate in (2e-4, 2e-3):
    real, fake = try_rate(rate)
ten_times_the_rate.came_out(f"with ten times the rate D(x) was {real:.2f} and D(G(z)) {fake:.2f}")

# %% [markdown]
# Why doesn't a faster generator win? At the higher rate a step overshoots: it carries the pictures several times as far,
# past the place where the discriminator's gradient would have helped. Soon nearly all pixels stand where Tanh is flat.
# Hardly any gradient gets back to the weights from there, so the generator is stuck and the discriminator pulls away.
#
# All the same, a generator may learn at a higher rate than its discriminator. In the quick recipe, which has other
# networks, it is twelve times as high: `recipes.QUICK` has `rate_g` = 0.012 and `rate_d` = 0.001. ==A learning rate belongs
# to the pair for which it was found.==

# %% [markdown]
# **And task 3?** With minimax no error appears, but so early in a run the game all but dies: most of the time D(x) is
# nearly 1, D(G(z)) nearly 0, both losses and the generator's gradient are nearly 0, and the samples hardly change. Where
# fakes are obvious the curve of minimax is flat (see [The losses](lesson:the_losses)), here in a run of your own.

# %% [markdown]
# The playground of [The game](lesson:the_game) takes your updates, too. There you see within seconds what a wrong line
# does: leave out `optimizer.zero_grad()` in `my_update_discriminator`, run that exercise's cell again, then the cell
# below, and press *Play*. The gradients of all earlier steps pile up, and soon the discriminator's loss is in the tens.
# Put the line back afterwards, and run the exercise's cell once more.

# %%
from gan_lesson.widgets import Playground

Playground("ring", update_discriminator=my_update_discriminator, update_generator=my_update_generator)

# %% [markdown]
# ## Forty epochs · 9 minutes
#
# The article trains for 40 epochs. On two cores that takes longer than you want to wait, so it was done for you, by the
# command printed below, and everything it left behind comes with the course.

# %%
from gan_lesson import runs

article = runs.load("article")
print(article.about["command"])
print(
    f"{article.about['done']:,} steps in {article.about['seconds'] / 60:.0f} minutes, with the library's loop on",
    f"{article.about['machine']['processor']} (threads: {article.about['machine']['threads']})",
)

# %% [markdown]
# Below you can go to any of the 40 epochs: move the slider **moment**, or press **Play**. To see two epochs side by side,
# tick **compare two moments** and choose the second one with **compared with**. The curves show the mean over all steps of
# an epoch; the line under the samples is only about these 64.

# %% tags=["prediction"]
first_digits = Prediction(
    "After how many epochs could you read the first digits?",
    ["1 epoch: that is 60,000 digits", "about 5", "about 20, half of the way", "only near the end"],
)
first_digits

# %%
from gan_lesson.widgets import TimeMachine

TimeMachine("article")

# %% [markdown]
# Before the first digits something goes wrong. How many different things does the generator draw at those moments? The
# course's own classifier, a network that was trained to name digits, calls each picture one of the ten, even a blur.

# %% tags=["nbval-check-output"]
from gan_lesson import classifier

names_digits = classifier.bundled()
for epoch in (1, 2, 3, 10, 40):
    moment = article.sample_steps.tolist().index(600 * epoch)
    pictures = torch.from_numpy(article.samples[moment]).float()[:, None] / 127.5 - 1
    counts = names_digits(pictures).argmax(dim=1).bincount(minlength=10)
    print(f"epoch {epoch:2}: {(counts > 0).sum()} of ten digits; the most frequent one {counts.max():2} times of 64")

# %%
first_digits.came_out("about 5, a 1 or a 9 among grey blurs")

# %% [markdown]
# For three epochs every z gives nearly the same picture, first a patch of dots, then a grey blur. That is ==**mode
# collapse**==, which you caused in [The game](lesson:the_game), now on digits. This generator gets over it by itself; not
# every one does. By epoch 10 you can read many of the pictures. After epoch 20 the progress is harder to see;
# [Measuring](lesson:measuring) says in numbers what it is. And many noise vectors change their digit on the way: the
# generator doesn't only polish its pictures, it goes on changing which z becomes which digit.
#
# Now the losses of all 24,000 steps, each point the mean of an epoch.


# %%
def by_epoch(column):
    return article.steps[column].reshape(40, 600).mean(axis=1)


curves = {"discriminator": by_epoch("discriminator_loss"), "generator": by_epoch("generator_loss")}
d_colour, g_colour = plots.DISCRIMINATOR, plots.GENERATOR
plots.lines(
    range(1, 41),
    curves,
    xlabel="epoch",
    ylabel="loss",
    guides={"2 ln 2, for D": 1.386, "ln 2, for G": 0.693},
    colours={"discriminator": d_colour, "2 ln 2, for D": d_colour, "generator": g_colour, "ln 2, for G": g_colour},
    alt="Losses over 40 epochs. The discriminator's sinks to 0.65 by epoch 5, then rises to 1.09; the generator's falls from 2.5 to 1.2",
)

# %%
scores = {"D(x), reals": by_epoch("real_score"), "D(G(z)), fakes": by_epoch("fake_score")}
print("in epoch 40:", *(f"{name} {curve[-1]:.2f};" for name, curve in {**curves, **scores}.items()))
plots.lines(
    range(1, 41),
    scores,
    xlabel="epoch",
    ylabel="mean score",
    ylim=(0, 1),
    guides={"can't tell": 0.5},
    colours={"D(x), reals": plots.REAL, "D(G(z)), fakes": plots.FAKE},
    alt="Mean scores over 40 epochs: reals and fakes part until epoch 7, then both move towards one half, to 0.64 and 0.37",
)

# %% [markdown]
# If you looked only at the losses, you would say that the discriminator gets *worse* with every epoch. It doesn't:
# its task gets harder, because the fakes get better. From about epoch 9 on both losses creep towards their dotted
# lines and both scores towards one half. They don't arrive: in epoch 40 the discriminator is still ahead.
#
# And here are 64 fresh pictures by the generator of epoch 40, whose digits you counted in [The
# generator](lesson:the_generator). How many of these can you read?

# %%
from gan_lesson.checkpoints import load_generator

pictures = training.generate(load_generator("article"), sample(64, 100, seed=1))
plots.image_grid(pictures, columns=16, size=0.45, alt="64 samples of the article's generator after 40 epochs")

# %% [markdown]
# ## Save and resume · 3 minutes
#
# A checkpoint holds everything that the next step depends on: both networks, both optimizers, the random state. A run that
# is resumed equals one that was never stopped, to the last bit. Let us put that to the test.

# %% tags=["nbval-check-output"]
from tempfile import TemporaryDirectory

from gan_lesson import checkpoints

loop = quick.loop(seed=0, device="cpu")
next(loop)
with TemporaryDirectory() as folder:  # use a folder of your own to keep it
    path = checkpoints.save(loop, f"{folder}/mine.safetensors")
    resumed = checkpoints.resume(path)
uninterrupted = [next(loop) for _ in range(3)]
print("the next three steps are the same:", [next(resumed) for _ in range(3)] == uninterrupted)

# %% [markdown]
# From the command line, the 40 epochs are `gan-lesson train --recipe article --epochs 40 --seed 0 --out run`, and
# `gan-lesson animate --run run --out movie.gif` makes a film of them.
#
# ## Where the road led · 2 minutes
#
# ==**Progressive growing** (2018) trains on small pictures first and adds layers for larger ones; **StyleGAN** (2019) lets
# the latent z, remade by a small network of its own, steer each layer. Its faces pass for photographs.== ==Since about 2021
# **diffusion models** have taken over most picture making: they learn to remove noise in many small steps, which is slower
# but steadier than a game.== GANs live on where one fast step must be enough.
#
# <details><summary>If you read older code for GANs</summary>
#
# - `Variable(...)` around each tensor: needed until PyTorch 0.4 (2018), now without effect.
# - a `Sigmoid` at the end of the discriminator: it rounds to exactly 1 where `binary_cross_entropy_with_logits` stays
#   exact ([The discriminator](lesson:the_discriminator)).
# - no `detach` in the discriminator's update: right, but slow, as you measured.
#
# </details>
#
# ## From an empty cell · 14 minutes
#
# You have met every part of a GAN. Now write all of it yourself, in three cells and about thirty lines of PyTorch, without
# any help from `gan_lesson`. Layers, loss and rates are up to you; 100-256-784 and 784-256-1, cross-entropy and the
# article's rates make a good start. The check comes after the third cell: it looks at each part by itself, and then it
# trains your GAN on zeros and ones until its fakes come near to them. While that takes longer than a moment, it says how
# far it is.

# %% [markdown] tags=["task"]
# **Your turn: the networks.** `my_networks()` returns a generator and a discriminator, both new. The generator turns noise
# of shape (N, 100) into images of shape (N, 1, 28, 28) in [-1, 1]. The discriminator turns such images into one number
# each, of shape (N, 1).


# %% tags=["exercise"]
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def my_networks():
    ### BEGIN SOLUTION
    ### HINT for each of the two an nn.Sequential: nn.Linear, an activation, nn.Linear, and what its ends need
    generator = nn.Sequential(
        nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.Linear(256, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
    )
    discriminator = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(256, 1)
    )
    ### END SOLUTION
    return generator, discriminator


# %% [markdown] tags=["task"]
# **Your turn: a step.** `my_step` is given both networks, an optimizer for each and a batch of reals. It draws noise and
# teaches each player once, the discriminator first.


# %% tags=["exercise"]
def my_step(generator, discriminator, optimizer_g, optimizer_d, real):
    ### BEGIN SOLUTION
    ### HINT for each player: its loss, then zero_grad, backward, step; only the discriminator's fakes are detached
    ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
    fake = generator(torch.randn(len(real), 100)).detach()
    loss = bce(discriminator(real), ones) + bce(discriminator(fake), zeros)
    optimizer_d.zero_grad()
    loss.backward()
    optimizer_d.step()

    fake = generator(torch.randn(len(real), 100))
    loss = bce(discriminator(fake), ones)
    optimizer_g.zero_grad()
    loss.backward()
    optimizer_g.step()
    ### END SOLUTION


# %% [markdown] tags=["task"]
# **Your turn: the training run.** `my_training` is given both networks and batches of reals. It makes the two optimizers,
# goes through the batches to their end (`for real in batches`), and returns the generator.


# %% tags=["exercise"]
def my_training(generator, discriminator, batches):
    ### BEGIN SOLUTION
    ### HINT two Adams before the loop; in it a step for each batch; after it the return
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    for real in batches:
        my_step(generator, discriminator, optimizer_g, optimizer_d, real)
    ### END SOLUTION
    return generator


# %% tags=["check"]
checks.check_gan(my_networks, my_step, my_training)

# %% [markdown] tags=["why"]
# - **Optimizers are made once,** before the loop, because Adam keeps averages from step to step.
# - **The discriminator's fakes are detached;** the generator's are not, or no gradient would reach it. Both draw fresh noise.
# - **`zero_grad()` comes before each `backward()`:** on its way to the generator the gradient fills the discriminator's, too.
# - **The rest is a matter of taste.** With a first beta of 0.5 Adam follows the newest gradients more closely than with its
#   usual 0.9. The check passes with either, without dropout, with other widths and rates, another loss, convolutions. What
#   comes sooner, and what looks better, is for you to find out.

# %% [markdown]
# When it passes, let your GAN learn all ten digits. The next cell hands it batches three times, for eight seconds each. It
# draws pictures from the same sixteen noise vectors before training and after each part. (Each call makes its optimizers
# anew. Three times in half a minute that does no harm.)

# %%
z, digits, picture = sample(16, 100, seed=0), mnist_batches(64, device="cpu"), None


def for_seconds(seconds):
    end = perf_counter() + seconds
    while perf_counter() < end:
        yield next(digits)


try:
    mine, opponent = my_networks()
    drawn = [training.generate(mine, z)]
    for _ in range(3):
        my_training(mine, opponent, for_seconds(8))
        drawn.append(training.generate(mine, z))
    alt = "Four rows of what your generator makes of the same sixteen noise vectors: before training, after 8, 16 and 24 s"
    picture = plots.image_grid(torch.cat(drawn), columns=16, rows=["untrained", "8 s", "16 s", "24 s"], alt=alt)
except NotImplementedError:
    print("Write your three functions first: then this cell shows what your GAN learns in 24 seconds.")
picture

# %% [markdown]
# What now? Make a layer wider, try another loss, or take the convolutions of the quick pair as a model
# (`print(quick.loop(seed=0).generator)` lists its layers). Run the check again after each change: it tells you whether the
# two still teach each other.
#
# ## Quiz · 4 minutes
#
# Seven questions about who moves when, and about reading a run. Each answer is explained, so a wrong one is worth
# choosing, too. Nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_adversarial_loop")

# %% [markdown]
# ## Recap
#
# ==Each step is two updates: the discriminator learns from reals labelled one and detached fakes labelled zero, then
# the generator learns, through the updated discriminator, from fresh fakes labelled one.== ==Two optimizers keep the
# players apart; `detach` saves work.== ==In a healthy game the two losses don't both fall: here the discriminator's rose
# and the generator's fell, towards 2 ln 2 and ln 2, while the pictures got better.==

# %% [markdown] tags=["way-out"]
# ==**Where to go next:** make the loop with your own updates once more (the cell above the training studio), and let it run
# for ten minutes with `monitor(loop, seconds=600)`. Then leave out one of their lines and watch what happens. [The latent
# space](lesson:the_latent_space) asks what the generator has made of the space that its noise comes from. README says
# how to use the library in projects of your own.==
#
# *Sources.* The algorithm: I. Goodfellow and others, 2014, algorithm 1. Adam: D. Kingma and J. Ba, 2015. Progressive
# growing: T. Karras and others, 2018. StyleGAN: T. Karras, S. Laine and T. Aila, 2019. Diffusion: J. Ho, A. Jain and P.
# Abbeel, 2020; P. Dhariwal and A. Nichol, "Diffusion Models Beat GANs on Image Synthesis", 2021.
