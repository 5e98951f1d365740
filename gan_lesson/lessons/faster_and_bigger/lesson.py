# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** the quick recipe draws clean digits within half a minute; the article's needs forty epochs and
# doesn't get as far. Which of the quick recipe's tricks is worth what, and how fast could it be?
#
# This lesson says how good a generator is by the figures of [Measuring](lesson:measuring): the *Frechet distance* from its
# pictures to real digits (less is better), *precision* (what share of them is good) and *recall* (how much of what there is
# they cover). The *floor* is what real test images get: a yardstick and no bound.
#
# At the end you can
# - *write* a moving average of a generator's weights,
# - *read* a penalty on the discriminator's gradient,
# - *measure* what a part of a recipe is worth, by taking it away,
# - *start* with pictures of your own, and *say* which settings to change first,
# - *find* where the time of a step goes, and *estimate* what more machines would bring.
#
# About {{MINUTES}} minutes. The longest cell trains for about a quarter of a minute. The four sections called *Appendix* are about
# the machine and not about learning: leave them out if your time is short, and with them two exercises and three questions of
# the quiz.
#
# > **Your times will differ** from those in the text, and from run to run. Ratios are steadier than seconds.
#
# ## What is in the quick recipe? · 5 minutes
#
# You watched it at work in [The adversarial loop](lesson:the_adversarial_loop). It differs from the article's recipe in about
# a dozen parts, and each was put in because somebody hoped for something from it.
#
# | part | the article's recipe | the quick recipe | hoped for |
# | --- | --- | --- | --- |
# | networks | fully connected | convolutional | less to learn: a stroke is a stroke wherever it stands |
# | length of z | 100 | 16 | a smaller space to fill |
# | batch | 100 | 32; 64 from step 2,000, 128 from step 6,000 | many steps at first, steadier ones later |
# | learning rates of G and D | 0.0002 both | 0.012 and 0.001 | speed, and a G that keeps up |
# | Adam's betas, the first of which is its momentum | 0.9 and 0.999 | 0 and 0.99 | no momentum, where the slope turns all the time |
# | warm-up | none | rates rise over 50 steps | no wild first steps |
# | label of the reals | 1 | 0.9 | a D that is never quite sure |
# | dropout in D | 0.3 | none | time |
# | fakes of a step | fresh for G | the same for both updates | time |
# | moving average of G | none | of about a hundred steps | steadier pictures |
# | R1 penalty | none | in every fourth step | a D without steep slopes |
# | truncation | none | z times 0.75 | precision (see [Measuring](lesson:measuring)) |
#
# ==A **convolution** uses the same few weights at every place of a picture.== In the quick generator a linear layer paints 32
# small maps of 7 x 7, a convolution lets neighbouring places agree, and ==two **transposed convolutions** double the size, to
# 14 and then to 28.== The discriminator looks at 49 overlapping patches with one convolution, and then, with linear layers, at
# the digit as a whole. Two of the parts deserve a closer look before we take the recipe apart: the average and the penalty.
#
# ## A moving average · 8 minutes
#
# A generator in a game never settles: each step pulls it about. Its *average* over the last hundred steps or so is
# steadier, and so may draw better digits. Nothing in the training changes; the average only watches.
#
# $$\bar w \leftarrow \beta\,\bar w + (1 - \beta)\,w$$
#
# In words: keep $\beta$ of the old average (0.99, say) and add $1 - \beta$ of the weight as it is now.

# %% [markdown] tags=["task"]
# **Your turn.** `update_average(averaged, generator, decay)` does this for all weights of the network `averaged`, in
# place. The quick generator also has layers called BatchNorm. They keep numbers that aren't weights (`buffers()`): the mean
# and the variance of the values that came through, by which they rescale these when the generator draws. Such numbers belong
# to the weights that made them, so average them too. (Many copy them instead; the table below says what that costs here.)
# BatchNorm also counts its batches, in a whole number, and that one you copy: `is_floating_point()` tells them apart, and
# `a.copy_(b)` copies in place.


# %% tags=["exercise"]
import torch


@torch.no_grad()
def update_average(averaged, generator, decay):
    ### BEGIN SOLUTION
    ### HINT averaged.state_dict() holds the weights and buffers themselves; a.lerp_(b, share) moves a towards b, in place
    new = generator.state_dict()
    for name, average in averaged.state_dict().items():
        if average.is_floating_point():
            average.lerp_(new[name], 1 - decay)
        else:
            average.copy_(new[name])
    ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_update_average(update_average)

# %% [markdown] tags=["why"]
# `lerp_` writes into the tensor that the network itself uses; `average = ...` would make a new tensor, give it the name, and
# leave the network as it was. The second argument of `lerp_` is the share of the *new* value: $1 - \beta$. With `decay`
# there, the average would be nearly the generator itself, and as unsteady. `state_dict()` brings the buffers along; with
# `parameters()` only, the averaged weights would work with the mean and the variance of a network long gone. The number of
# batches is whole and can't be averaged, so it is copied. And `no_grad` is there because nothing is learned here: without it,
# `parameters()` would make autograd record every step of the average.

# %% [markdown]
# ## A gradient penalty · 8 minutes
#
# When fakes are as good as reals, the discriminator can't tell them apart, and its logit should be flat. But the loss by
# itself hardly asks for that. The discriminator goes on making much of small differences, and those steep slopes push the
# generator about. ==The **R1 penalty** keeps the slopes low: it adds to the discriminator's loss how steep the logit is at
# the reals.== (The penalty of [The losses](lesson:the_losses) asked for a slope of 1, between reals and fakes; this one asks
# for 0, at the reals.)
#
# $$\tfrac{1}{2}\;\text{mean of}\;\lVert \nabla_x\, t(x) \rVert^2$$
#
# In words: take the gradient of the logit $t$ with respect to the *pixels* of a real $x$; square its length; average over the
# reals, and halve. `create_graph=True` keeps the gradient differentiable, so that the discriminator can learn from it.

# %%
from gan_lesson.data import mnist_batches
from gan_lesson.models import ConvDiscriminator

torch.manual_seed(0)
discriminator = ConvDiscriminator()
real = next(mnist_batches(64, device="cpu")).requires_grad_()
for factor in (1, 10):
    logits = factor * discriminator(real)
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    penalty = gradient.flatten(1).square().sum(dim=1).mean() / 2
    print(f"logits {factor:2} times as large: penalty {penalty.item():.6f}")

# %% [markdown]
# Ten times as steep costs a hundred times as much. The penalty takes time as well, for a second pass through the discriminator
# and a gradient of a gradient. So it is added only in every fourth step, four times as strong. What does it bring?
# `benchmarks/quick_parts.py` trained for 8,000 steps with it and without it, once each, from the same seed.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

without_penalty = Prediction(
    "What does the Frechet distance do in the 8,000 steps without the penalty?",
    [
        "from the start it stays above that of the other run",
        "it falls to the end, as in the other run",
        "it falls at first, and then rises again",
    ],
)
without_penalty

# %%
from gan_lesson import measured, plots

tried = measured.load("quick_parts")
plots.quality(
    {name: [moments] for name, moments in tried["long_runs"].items()},
    x="step",
    xlabel="steps",
    floor=tried["floor"],
    alt="Frechet distance, precision and recall over 8,000 steps, with the penalty and without it",
)

# %%
bare_run = [moment["frechet_distance"] for moment in tried["long_runs"]["no penalty"]]
without_penalty.came_out(f"from {bare_run[0]:.0f} down to {min(bare_run):.0f}, and at the end {bare_run[-1]:.0f}")

# %% [markdown]
# This is an example of what can happen, not a law. Precision hardly notices, because each digit by itself looks good. But how
# many are there of each?

# %% tags=["answers"]
for name, moments in tried["long_runs"].items():
    shares = ", ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(moments[-1]["shares"]))
    print(f"{name}, after {moments[-1]['step']:,} steps\n  {shares}")

# %% [markdown]
# A tenth would be about right for each. Without the penalty some kinds have become rare. Is that all that went wrong? Let us
# give *real* test digits the same shares, and see how far from the training images that puts them.

# %% tags=["answers"]
from gan_lesson import metrics
from gan_lesson.data import image_tensor, label_tensor, to_range

seen_by = metrics.bundled()
digits, labels = image_tensor(train=False), label_tensor(train=False)
kinds = [(labels == digit).nonzero().flatten() for digit in range(10)]
random = torch.Generator().manual_seed(0)
for name, step in [("no penalty", 4000), ("no penalty", 8000), ("the whole recipe", 8000)]:
    moment = next(moment for moment in tried["long_runs"][name] if moment["step"] == step)
    counts = [round(share * 10_000) for share in moment["shares"]]
    drawn = [kind[torch.randint(len(kind), (n,), generator=random)] for kind, n in zip(kinds, counts, strict=True)]
    features, _ = seen_by.classifier.extract(to_range(digits[torch.cat(drawn)]))
    of_reals = metrics.frechet_distance(metrics.gaussian(features), seen_by.training_gaussian)
    print(
        f"{name}, {step:,} steps: distance {moment['frechet_distance']:.1f}; "
        f"of real digits with these shares {of_reals:.1f}"
    )

# %% [markdown]
# Without the penalty the distance rises from 4,000 steps to 8,000, and the shares account for most of that rise: real digits
# with these shares move away nearly as far. At the end, though, the shares make up less than half of the whole distance; the
# larger part lies within the kinds. No loss curve would have told you either, nor would a look at 64 samples.
#
# ## What each part is worth · 9 minutes
#
# Which of the dozen parts matter? There is one honest way to know: take *one* away, leave the rest, train again, measure.
# ==An experiment that does this for part after part is called an **ablation**.== `benchmarks/quick_parts.py` did it, for 1,000
# steps and two seeds each. (The recipe was tuned on these two seeds, which may flatter it a little.)

# %% tags=["prediction"]
worst_change = Prediction(
    "Which of these changes to the quick recipe hurts most?",
    [
        "dropout in the discriminator",
        "no moving average",
        "the article's learning rates",
        "Adam as in the article (0.9, 0.999)",
    ],
)
worst_change

# %%
from statistics import mean

print(f"{'':44}{'time':>6}{'distance':>10}{'seeds apart':>13}{'precision':>11}{'recall':>8}")
for name, variant in tried["variants"].items():
    figures = [mean(run[key] for run in variant["runs"]) for key in ("frechet_distance", "precision", "recall")]
    one, other = (run["frechet_distance"] for run in variant["runs"])
    print(
        f"{name:44}{variant['times_as_long']:6.2f}{figures[0]:10.0f}{abs(one - other):13.0f}"
        f"{figures[1]:11.2f}{figures[2]:8.2f}"
    )

# %%
asked = {name: tried["variants"][name]["runs"] for name in worst_change.choices}
by_distance = max(asked, key=lambda name: mean(run["frechet_distance"] for run in asked[name]))
by_precision = min(asked, key=lambda name: mean(run["precision"] for run in asked[name]))
worst_change.came_out(f"{by_distance} by the distance, {by_precision} by precision")

# %% [markdown]
# *Time* is that of a step, compared with the whole recipe's. (Against itself the whole recipe takes 1.02: so much is chance.)
# *Seeds apart* is how far the distances of the two seeds lie from each other. Read the table line by line: what happens to the
# distance, what to precision, what to recall?
#
# - **Adam's betas**: of your four changes this is one of two that do great harm, and precision shows it. The article's row
#   changes both of them. The row above it changes only the momentum, to 0.5, and even that more than doubles the distance.
#   The usual explanation: momentum remembers where the slope led some steps ago, and in a game the slope turns all the time.
# - **The rates** are the other, and precision doesn't show it: with the article's rates a thousand steps bring hardly any
#   variety yet. Which of the two hurts more depends on the figure. That is why the table has three.
# - **The average** counts, and so does *what* is averaged: with BatchNorm's statistics copied, most of its gain in distance
#   is lost.
# - **Truncation** costs distance and recall and buys precision, as in [Measuring](lesson:measuring).
# - **Dropout** makes a step longer and the result worse.
# - **A batch of 64** is better after the same number of steps, but its steps take half as long again. Which comparison is fair
#   depends on what you pay for.
# - **The penalty** costs about an eighth of the time and brings nothing yet. The table can't see what you saw above.
# - **The article's networks** come to nothing with these settings: recall 0. Settings belong to the networks they were found
#   for.
# - **Labels, other losses, half of G's rate** change the distance hardly more than another seed does. There the table is
#   silent.
#
# ## A question of your own · 5 minutes
#
# ==**Your turn, a free experiment.** Change a part, train for 500 steps, measure with 2,000 pictures.== (The average draws them:
# `loop.best_generator`.) The names of the parts are `rate_g`, `rate_d`, `betas`, `average`, `warm_up`, `penalty`,
# `penalty_every`, `batch_size`, `reuse_fakes`, `loss`; `None` takes the average or the penalty away. Ask a question that the
# table doesn't answer: what does `average=0.999` do, or `warm_up=0`?

# %%
from dataclasses import replace
from itertools import islice

from gan_lesson import recipes
from gan_lesson.latent import sample
from gan_lesson.training import generate


def try_out(steps=500, seed=0, **changes):
    loop = replace(recipes.QUICK, **changes).loop(seed=seed, device="cpu")
    for _ in islice(loop, steps):
        pass
    found = metrics.quality(generate(loop.best_generator, sample(2000, loop.latent_dim, seed=0)))
    print(f"distance {found.frechet_distance:.0f}, precision {found.precision:.2f}, recall {found.recall:.2f}", changes)


try_out()

# %%
try_out(average=0.999)

# %% [markdown]
# An average over a thousand steps comes too late for a run of 500: $0.999^{500} = 0.61$ of it is still the generator as it began,
# and its blurs count as precise again, as in [Measuring](lesson:measuring). Most changes do far less. Is their difference larger
# than that between two seeds? `try_out(seed=1)` says how large that is.
#
# ## The race · 7 minutes
#
# Now all of it together, live, for a sprint of 1,000 steps.

# %%
from gan_lesson.monitor import monitor

loop = recipes.get("quick").loop(seed=11, device="cpu")
history = monitor(loop, steps=1000)

# %%
quality = metrics.quality(generate(loop.best_generator, sample(10_000, loop.latent_dim, seed=0)))
race = measured.load("time_to_quality")
of_the_article = race["article"]["quality"]
for name in quality._fields:
    print(f"{name:18} yours {getattr(quality, name):6.2f}   the article after 40 epochs {of_the_article[name]:6.2f}")

# %% [markdown]
# How much sooner is that? One time on one machine says little. So `benchmarks/time_to_quality.py` let both run in turns of a
# few seconds: the article's loop for all of its 24,000 steps, the quick recipe for five minutes with each of five seeds that
# had no part in the search for its settings. Both were measured again and again, with 10,000 pictures. (The article's run was
# made anew for this, so its figures differ a little from those in [Measuring](lesson:measuring).)

# %%
plots.quality(
    {
        "quick, five seeds": [run["moments"] for run in race["quick"]],
        "article": [race["article"]["moments"]],
    },
    x="seconds",
    xlabel="seconds of training",
    floor=race["floor"],
    logarithmic="xy",
    alt="Quality against seconds on a logarithmic axis. The quick recipe's curves lie far to the left of the article's",
)

# %%
found = race["summary"]


def spread(name):
    return "{median:.3g} ({min:.3g} to {max:.3g} over five seeds)".format(**found[name])


shares = [found[f"share_of_the_articles_distance_after_{time}"]["median"] for time in ("a_minute", "five_minutes")]
as_good = "yes" if found["every_sprint_as_good_as_the_article"] else "no"
print(f"The article's 40 epochs took {found['article_seconds'] / 60:.0f} minutes.")
print(f"A sprint of the quick recipe, in seconds: {spread('sprint_seconds')}.")
print(f"Is it then as good in distance, precision, recall and digits, on every seed? {as_good}.")
print(f"Times sooner, by the article's speed in the same minutes: {spread('times_sooner_at_the_end_of_a_sprint')}.")
print("After a minute its distance is {:.0%} of the article's, after five {:.0%}.".format(*shares))

# %% [markdown]
# ## How fast could it be? · 6 minutes
#
# The quick recipe needs fewer steps, and its steps are shorter. How short could they be? Each has far fewer multiplications than
# one of the article's. PyTorch can count them; how long a step took is known from the race.

# %%
from torch.utils.flop_counter import FlopCounterMode

multiplications = {}
for name in ("article", "quick"):
    recipe = recipes.get(name)
    loop = recipe.loop(seed=0, device="cpu")
    next(loop)  # the first step of the quick recipe has a penalty, inside which PyTorch can't count
    with FlopCounterMode(display=False) as counter:
        next(loop)
    multiplications[name] = counter.get_total_flops() / 2
    print(
        f"{name:8} batches of {recipe.batch_size:3}: {multiplications[name] / 1e6:5,.0f} million multiplications a step"
    )
fewer = multiplications["quick"] / multiplications["article"]

# %%
shorter = found["article_steps_a_second"] / found["quick_steps_a_second"]
bare, whole = (tried["variants"][name]["times_as_long"] for name in ("no penalty", "the whole recipe"))
print(f"A step of quick has {fewer:.2f} of the article's multiplications, the penalty's not counted,")
print(f"and took {shorter:.2f} of the time; without the penalty, by the table, {shorter * bare / whole:.2f}.")
print(f"The race's machine has a peak of {found['peak_gflop_per_second']:.0f} billion operations a second;")
print(f"a step of quick uses {found['quick_share_of_peak']:.0%} of it, the penalty's not counted.")

# %% [markdown]
# The step is shorter, but not by as much as its multiplications are fewer. (The peak is what one large matrix multiplication
# reaches.) What takes up the rest? PyTorch must look up and start each operation, however small it is. The table shows the
# same: with batches of 64, twice the images take half as long again, not twice as long. A few large operations use a machine
# better than many small ones.
#
# ## Your own pictures · 3 minutes
#
# What of all this carries over to other pictures? The habit does: one change at a time, two seeds, more than one figure. The
# settings don't: the table's last line shows what these do to other networks. So:
#
# 1. **Begin with what is known to learn.** Grey pictures of 28 x 28 fit both pairs of the course: give the quick loop your batches
#    (`data.batches_of`, in [The data](lesson:the_data)). Anything else needs networks of another shape. For new networks begin with
#    DCGAN's settings: low and equal rates (0.0002), betas of 0.5 and 0.999, batches of 128.
# 2. **Keep the steadying parts:** the moving average costs next to nothing, and the penalty may keep a long run alive.
# 3. **Change the rates first**, by factors of two or three, D's and G's separately. Then the batch. Truncation comes last: it is no
#    part of training.
# 4. **Judge without a judge** as in the section *Pictures of your own* of [Measuring](lesson:measuring). With fewer than a few thousand
#    pictures watch for copies: a discriminator learns a small collection by heart.
#
# <details><summary>The quick settings with batches of your own</summary>
#
# ```python
# from gan_lesson import data, losses, models
# from gan_lesson.monitor import monitor
# from gan_lesson.training import AdversarialLoop, adam
#
# generator, discriminator = models.ConvGenerator(), models.ConvDiscriminator()
# loop = AdversarialLoop(
#     generator,
#     discriminator,
#     data.batches_of("my_pictures", 32, size=28, channels=1),
#     loss=losses.smooth_real_labels(losses.NON_SATURATING, 0.9),
#     optimizer_g=adam(generator, 12e-3, (0.0, 0.99)),
#     optimizer_d=adam(discriminator, 1e-3, (0.0, 0.99)),
#     schedule=lambda done: min(1, (done + 1) / 50),
#     average=0.99,
#     penalty=losses.r1_penalty,
#     penalty_every=4,
#     reuse_fakes=True,
# )
# monitor(loop, steps=1000)
# ```
#
# </details>
#
# ## Appendix: where a step's time goes · 6 minutes
#
# Three things in the usual way of writing a step cost more than they seem to. *Images:* a DataLoader makes a picture object of
# each image, turns it into a tensor, normalises it, and stacks the hundred at the end. *Adam* goes over all weights once for
# each of its operations. *Dropout* needs a random number for each activation. Each has a cheaper way, which changes *how long*
# a step takes and not *what* it does: images from memory, `fused=True` (one pass), and the library's `Dropout` (four coins out
# of one random number).

# %%
from functools import partial
from time import perf_counter

from torch import nn

from gan_lesson import models
from gan_lesson.data import mnist_loader


def milliseconds_a_call(work, calls=50):
    work()
    start = perf_counter()
    for _ in range(calls):
        work()
    return 1000 * (perf_counter() - start) / calls


# %%
def adams(fused):
    pair = [models.Generator(), models.Discriminator()]
    for weight in (weight for network in pair for weight in network.parameters()):
        weight.grad = torch.randn_like(weight)
    both = [torch.optim.Adam(network.parameters(), lr=2e-4, fused=fused) for network in pair]
    return lambda: [optimizer.step() for optimizer in both]


def coins(dropout):
    return lambda: [dropout(torch.ones(200, width)) for width in (1024, 512, 256)]


# %% tags=["prediction"]
most_to_save = Prediction(
    "Where is the most to be saved in a step of the article's recipe?",
    ["images", "Adam, both networks", "dropout, three layers of D, 200 pictures"],
)
most_to_save

# %%
ways = {  # functions that make them, so that memory holds one at a time
    "images": (lambda: partial(next, iter(mnist_loader(100))), lambda: partial(next, mnist_batches(100, device="cpu"))),
    "Adam, both networks": (lambda: adams(False), lambda: adams(True)),
    "dropout, three layers of D, 200 pictures": (lambda: coins(nn.Dropout(0.3)), lambda: coins(models.Dropout(0.3))),
}
saved = {}
for part, (usual, cheaper) in ways.items():
    slow, quick = milliseconds_a_call(usual()), milliseconds_a_call(cheaper())
    saved[part] = slow - quick
    print(f"{part:46} {slow:5.2f} ms, the cheaper way {quick:5.2f} ms")
loop = recipes.get("article").loop(seed=0, device="cpu")
print(f"{'a whole step of the library, all three cheap':46} {milliseconds_a_call(lambda: next(loop), 20):5.2f} ms")
most_to_save.came_out(max(saved, key=saved.get))

# %% [markdown]
# What remains is the work of the networks themselves. For data that don't fit into memory a DataLoader is the right tool.
#
# ## Appendix: images from memory · 7 minutes
#
# All of MNIST is 60,000 times 784 bytes, or 47 MB. It fits into memory as one tensor of bytes (`uint8`), and then a batch is a
# single indexing operation.

# %% [markdown] tags=["task"]
# **Your turn.** `batches(images, batch_size)` is a generator function (one with `yield`). It gives shuffled batches of
# floats in [-1, 1] (byte 0 becomes -1 and byte 255 becomes 1, as in *The data*), in a fresh order each epoch, without
# end. An incomplete batch at the end of an epoch is left out.


# %% tags=["exercise"]
def batches(images, batch_size):
    while True:
        ### BEGIN SOLUTION
        ### HINT torch.randperm(len(images)) is a shuffled order; cut it into pieces of batch_size
        order = torch.randperm(len(images))
        for start in range(0, len(images) - batch_size + 1, batch_size):
            chosen = images[order[start : start + batch_size]]
            yield chosen.float() / 127.5 - 1
        ### END SOLUTION


# %% tags=["check"]
checks.check_batches(batches)

# %% [markdown] tags=["why"]
# The order is drawn inside `while True`, so each epoch has its own. Drawn once, above the loop, it would send the same
# images into the same batch for ever, and no error would tell you. All batches of an epoch are cut from *one* shuffled
# order, so no image comes twice. A fresh `randperm` for each batch would show some of them twice and others not at all. The
# `+ 1` lets the last whole batch in, because a range leaves its end out. And the bytes become floats after they are chosen:
# turning all 60,000 into floats first is right as well, and takes four times the memory.

# %% [markdown]
# ## Appendix: beside other programs · 6 minutes
#
# You seldom have all cores to yourself: a browser plays a video, or others work on the same machine. PyTorch shares the work of
# an operation: each **thread** does a part of it, at best on a core of its own. ==At the end of every operation the threads meet,
# and go on when the last one has come.== Falling asleep and waking up would take longer than many a small operation. So whoever
# comes early stays awake for a while, and asks again and again whether the others are there. This **spinning** keeps a core busy,
# too.
#
# How fast is the quick recipe with one thread, and with all that PyTorch has here? The third line is the library's own way, which
# `monitor` took all along: the number *follows* the machine. Below you read how. Then we measure again, beside two programs that
# `programs.busy` starts. They end with the block, and after 20 seconds even if the notebook is gone.

# %%
from gan_lesson import device, programs
from gan_lesson.threads import Threads


def steps_a_second(threads, seconds=2):
    steps = threads.steps(recipes.get("quick").loop(seed=0, device="cpu"))
    next(steps)
    start = perf_counter()
    for count, _ in enumerate(steps, start=1):
        if perf_counter() - start >= seconds:
            return count / (perf_counter() - start)


ways = {"one thread": Threads(1), "all threads": Threads(follow=False), "following": Threads()}
alone = {name: steps_a_second(threads) for name, threads in ways.items()}
print(f"cores for this notebook: {device.cores()}; threads that PyTorch has: {ways['all threads'].most}")
for name, steps in alone.items():
    print(f"{name:12}{steps:6.1f} steps a second")

# %% tags=["prediction"]
all_threads = Prediction(
    "Now two other programs want a core each. How many steps do all threads make beside them, compared with one thread?",
    ["more", "about as many", "half as many", "a fourth or fewer"],
)
all_threads

# %%
with programs.busy(1.0, 1.0, seconds=20):
    beside = {name: steps_a_second(threads) for name, threads in ways.items()}
print(f"{'steps a second':16}{'alone':>8}{'beside two busy programs':>27}")
for name in ways:
    print(f"{name:16}{alone[name]:8.1f}{beside[name]:27.1f}")
as_many = [steps["all threads"] / steps["one thread"] for steps in (beside, alone)]
all_threads.came_out("{:.2f} times as many as one thread; alone it was {:.2f} times".format(*as_many))

# %% [markdown]
# On two cores two threads lose far more than the others take. Whenever one of these has the core of one thread, the other thread
# waits, at the end of the operation, however small that was. One thread by itself waits for nobody.
#
# **Does your machine show nothing of this?** With many cores the system may find a free one for each thread. With one core, or
# where PyTorch has one thread, nobody waits at a meeting, and the programs take a share of the time. And if all threads were
# slower than one before our programs started, then others were already at work, and you saw it earlier. Two quiet cores show it;
# there `benchmarks/busy.py` measured it in four conditions:

# %% tags=["answers"]
busy = measured.load("busy")
columns = ["1 thread", "2 threads", "following"]
print(f"steps a second on two cores ({busy['machine']['processor']})")
for name, conditions in busy["steps_a_second"]["2 cores"].items():
    print(f"{name:34}" + "".join(f"{column:>11}" for column in columns))
    for others, rates in conditions.items():
        print(f"  {others:32}" + "".join(f"{rates[column]:11.1f}" for column in columns))

# %% [markdown]
# No number of threads is the best in every line: alone the article's recipe wants two, and beside busy programs both recipes
# want one. So from time to time the library looks, between two steps, how much of the cores other programs take and how long
# the steps take, and chooses anew. (In your own measurement its figure includes the moment until it noticed.) The price: with
# another number of threads, sums are added in another order and round differently. From that step on a training run no longer
# repeats to the bit, unless you keep the number: on the command line by `--threads 2`.
#
# ## Appendix: more than one machine · 11 minutes
#
# What if you had eight machines? ==In **data parallel** training each process, called a **rank**, holds both networks whole.==
# It draws its own noise and takes its own slice of every batch. After `backward()` the gradients of all ranks are averaged.
# So every rank makes the same step, and all keep the same weights.
#
# <details><summary>Try it: two processes on two cores</summary>
#
#     torchrun --nproc-per-node 2 -m gan_lesson train --recipe quick --steps 1000 --seed 0 --out run/two
#
# It needs `pip install "gan-lesson[distributed]"`. The loop is the one that you have used all along. Hugging Face's
# `accelerate` lets the ranks talk, and before each step of an optimizer a hook averages the gradients. Only rank 0 writes
# files. When a rank dies, the job ends, and the last checkpoint is whole; `--resume` goes on from it, with any number of ranks.
#
# </details>
#
# Here is a model of what a step costs with N ranks:
#
# $$\text{seconds}(N) = \frac{\text{compute}}{N} + \frac{\text{bytes of gradients}}{\text{bandwidth}} \qquad (N > 1)$$
#
# In words: the work is shared, and then all gradients must travel, however many ranks there are. A single rank sends nothing.

# %% [markdown] tags=["task"]
# **Your turn.** Write it as `seconds_a_step(ranks, compute, gradient_bytes, bandwidth)`.


# %% tags=["exercise"]
def seconds_a_step(ranks, compute, gradient_bytes, bandwidth):
    ### BEGIN SOLUTION
    ### HINT compute shared by the ranks; plus, if there is more than one rank, bytes over bandwidth
    travel = gradient_bytes / bandwidth if ranks > 1 else 0
    return compute / ranks + travel
    ### END SOLUTION


# %% tags=["check"]
checks.check_seconds_a_step(seconds_a_step)

# %% [markdown] tags=["why"]
# Only the first term gets shorter with more ranks. So the gain levels off: however many there are, a step can't take less
# time than the gradients need to travel. To divide the whole sum by N is to promise N times the speed for N times the machines,
# and to multiply the second term by N is to forget that all send at the same time. (In a ring of N ranks each sends
# $2 (N - 1) / N$ times the gradients: P. Patarasuk and X. Yuan, 2009. That is nearer to the truth, and stays below 2 for any
# N.) A single rank has nobody to send to. Without the condition it would pay for what it never sends, and every gain, measured
# against it, would look larger than it is.

# %% [markdown]
# Now two processes of one thread each, on two cores, with one batch shared between them.

# %% tags=["prediction"]
two_processes = Prediction(
    "How long does a step of two processes take, compared with one?",
    ["half as long", "longer", "as long as the model says", "longer than the model says, but less than one"],
)
two_processes

# %%
ranks = measured.load("ranks")
columns = {
    "one rank": "seconds_a_step_one_rank",
    "half a batch": "seconds_a_step_on_a_slice_without_exchange",
    "exchange": "seconds_of_exchange",
    "two ranks": "seconds_a_step_two_ranks",
    "model": "seconds_a_step_two_ranks_predicted",
}
print("milliseconds a step:")
print(" " * 8 + "".join(f"{column:>14}" for column in columns))
for name, row in ranks["recipes"].items():
    print(f"{name:8}" + "".join(f"{1000 * row[key]:14.1f}" for key in columns.values()))
as_long = {name: row[columns["two ranks"]] / row[columns["one rank"]] for name, row in ranks["recipes"].items()}
two_processes.came_out(
    f"{as_long['article']:.2f} times as long for the article, {as_long['quick']:.2f} times for quick"
)

# %% [markdown]
# Here two processes are *slower* than one. Where is the model too kind? The table tells you: *half a batch*, with both
# ranks at work and nothing exchanged, takes more than half the time. Each rank makes the optimizer's pass over all weights
# and starts each operation itself, and the two share one memory. The *exchange* takes a good part of what was saved, and then
# the two still have to wait for each other. On one machine there is a better way to use two free cores: one process with two
# threads shares the work and sends nothing. Data parallel training pays where a step is long and the connection fast.
#
# Now eight GPUs. Nobody measured these: the figures come from the model, and what it assumes is printed beside them.

# %% tags=["prediction"]
slow_network = Prediction(
    "Which of the two recipes suffers more where the connection between the GPUs is slow?",
    [
        "quick: small networks have less work to share",
        "article: it has more gradients to send",
        "that depends on how long each computes",
    ],
)
slow_network

# %% tags=["nbval-check-output"]
eight = ranks["eight_gpus_assumed"]
as_the_article = eight["compute_seconds_a_step_on_one_gpu"]
assumptions = {
    "equal compute": {"article": as_the_article, "quick": as_the_article},
    "compute by multiplications": {"article": as_the_article, "quick": as_the_article * fewer},
}
suffers = {}
for assumption, computes in assumptions.items():
    print(assumption)
    faster = {}
    for name, compute in computes.items():
        size = ranks["recipes"][name]["gradient_bytes"]
        for network, bandwidth in eight["bytes_a_second"].items():  # the slow one comes last
            faster[name] = compute / (compute / eight["ranks"] + size / bandwidth)
            print(
                f"  {name:8}{1000 * compute:5.2f} ms, {size / 1e6 / (1000 * compute):4.1f} MB to send for each ms; "
                f"over {network.replace('_', ' ')} ({bandwidth / 1e9:g} GB a second) {faster[name]:.2f} times as fast"
            )
    suffers[assumption] = min(faster, key=faster.get)
slow_network.came_out("; ".join(f"{name}, with {assumption}" for assumption, name in suffers.items()))

# %% [markdown]
# A gain below 1 is a loss: eight machines that wait for each other's gradients can be slower than one by itself. How long one
# GPU computes a step is assumed in two ways. The first takes it to be the same for both recipes, because small operations
# mostly wait to be started; the second takes it in proportion to the multiplications that you counted. The answer flips, and
# the column in the middle says why: what counts is how many bytes of gradients must travel for each unit of compute. A small
# network has few bytes, and perhaps as little to compute. Fast connections help, and so do larger batches, which leave more
# work between two exchanges.
#
# ## Quiz · 5 minutes
#
# Eight questions, three of them about the appendix. Each answer explains itself, so a wrong one is worth trying, too. Nothing you
# choose is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("faster_and_bigger")

# %% [markdown]
# ## Recap
#
# ==What a part of a recipe is worth shows only when you take it away and measure, with more than one seed and more than one
# figure.== ==Here learning rates and Adam's betas were worth most, a moving average of the weights helped, and the penalty paid
# only in a long run.== ==Appendix: a step gets faster with images from memory, one pass of the optimizer and a cheaper
# dropout; beside a busy program fewer threads can be faster, because threads wait for each other; more machines share the work,
# but not the gradients that they must send each other.==

# %% [markdown] tags=["way-out"]
# This is the last lesson. You have built both players, their losses and their loop, walked through what the generator learned,
# measured it, and taken it apart.
#
# ==**Where to go next:** beat the recipe. In a copy of the repository change a part, run `benchmarks/quick_parts.py` (about a
# quarter of an hour on two cores), and look at more than one figure.==
#
# *Sources.* Transposed convolutions in GANs, and DCGAN's settings: A. Radford and others, 2016. Two learning rates: M. Heusel and
# others, 2017. Momentum in games: G. Gidel and others, 2019. The moving average: Y. Yazici and others, 2019. The R1 penalty: L.
# Mescheder and others, 2018; only once in several steps: T. Karras and others (StyleGAN2), 2020. Smoothed labels: T. Salimans
# and others, 2016. Truncation: A. Brock and others, 2019; by a factor: T. Karras and others, 2019. Few training pictures, learned
# by heart: T. Karras and others, "Training Generative Adversarial Networks with Limited Data", 2020. Data parallel training: S.
# Li and others, 2020.
