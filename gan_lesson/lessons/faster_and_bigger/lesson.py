# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** the quick recipe draws clean digits within a minute, the article's needs forty epochs and
# doesn't get as far. Which of its tricks is worth what, and how fast could it be?
#
# This lesson says how good a generator is by the figures of [Measuring](lesson:measuring): the *Frechet distance* of its
# pictures to real digits (less is better), *precision* (which share of them is good), *recall* (which share of what there
# is they cover). The *floor* is what real test images get: a yardstick and no bound.
#
# At the end you can
# - *write* a moving average of a generator's weights,
# - *read* a penalty that keeps a discriminator quiet,
# - *measure* what a part of a recipe is worth, by taking it away,
# - *start* with pictures of your own, and *say* which settings to change first,
# - *find* where the time of a step goes, and *estimate* what more machines would bring.
#
# About {{MINUTES}} minutes. The longest cell trains for about a quarter of a minute. The three sections called *Appendix* are about
# the machine and not about learning: leave them out if your time is short, and two questions of the quiz with them.
#
# > **Your times will differ** from those in the text, and from run to run. Ratios are steadier than seconds.
#
# ## What is in the quick recipe? · 5 minutes
#
# You watched it in [The adversarial loop](lesson:the_adversarial_loop). It differs from the article's recipe in about a dozen
# parts, and each was put in because somebody hoped for something from it.
#
# | part | the article's recipe | the quick recipe | hoped for |
# | --- | --- | --- | --- |
# | networks | fully connected | convolutional | less to learn: a stroke is a stroke wherever it stands |
# | length of z | 100 | 16 | a smaller space to fill |
# | batch | 100 | 32; 64 from step 2,000, 128 from step 6,000 | many steps at first, calm ones later |
# | learning rates of G and D | 0.0002 both | 0.012 and 0.001 | speed, and a G that keeps up |
# | Adam's betas | 0.9 and 0.999 | 0 and 0.99 | no momentum, where the slope turns all the time |
# | warm-up | none | rates rise over 50 steps | no wild first steps |
# | label of the reals | 1 | 0.9 | a D that is never quite sure |
# | dropout in D | 0.3 | none | time |
# | fakes of a step | fresh for G | the same for both updates | time |
# | moving average of G | none | of about a hundred steps | a steady hand |
# | R1 penalty | none | in every fourth step | a quiet D |
# | truncation | none | z times 0.75 | precision (see [Measuring](lesson:measuring)) |
#
# ==A **convolution** uses the same few weights at every place of a picture.== The quick generator paints 32 small maps of 7 x 7
# with a linear layer, lets neighbouring places agree by a convolution, and ==two **transposed convolutions** double the size, to
# 14 and to 28.== The discriminator looks at 49 overlapping patches with one convolution, and then, with linear layers, at the
# digit as a whole. Two of the parts deserve a closer look before we take the recipe apart: the average and the penalty.
#
# ## A moving average · 8 minutes
#
# A generator in a game never settles: each step pulls it about. Its *average*
# over the last hundred steps or so is steadier, and draws better digits. Nothing in the training changes; the
# average only watches.
#
# $$\bar w \leftarrow \beta\,\bar w + (1 - \beta)\,w$$
#
# In words: keep $\beta$ of the old average (0.99, say) and add $1 - \beta$ of the weight as it is now.

# %% [markdown] tags=["task"]
# **Your turn.** `update_average(averaged, generator, decay)` does this for all weights of the network `averaged`, in
# place. BatchNorm keeps numbers that aren't weights, the mean and the variance of the values it saw (`buffers()`).
# They belong to the weights that made them, so average them too. (Many copy them instead; the table below says what that
# costs here.) It also counts its batches, in whole numbers, and those you copy: `is_floating_point()` tells them apart,
# and `a.copy_(b)` copies in place.


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
# `lerp_` writes into the tensor that the network itself uses. `average = ...` would make a new tensor, give it the name, and
# leave the network as it was. Its second argument is the share of the *new* value: $1 - \beta$. With `decay` there, the average
# would be nearly the generator itself, as unsteady as that is. `state_dict()` brings the buffers along; with only `parameters()`
# the averaged weights would work with the mean and the variance of a network long gone. The number of batches is a
# whole number and can't be averaged, so it is copied. `state_dict()` also hands
# its tensors out without their history, so autograd would keep nothing of this in any case. With `parameters()` it is another
# matter: there `lerp_` stops with an error, or, if the average needs no gradients, autograd keeps what it takes to go back
# through every step since the first. So `no_grad` stands above: nothing is learned here.

# %% [markdown]
# ## A penalty for talking too loud · 8 minutes
#
# When fakes are as good as reals, the discriminator has nothing to say, and its logit should be flat. But the loss by itself
# hardly asks for that. The discriminator goes on finding small differences and shouting about them, and the generator runs
# from one to the next. ==The **R1 penalty** asks for quiet: it adds to the discriminator's loss how steep the logit is at the reals.==
#
# $$\tfrac{1}{2}\;\text{mean of}\;\lVert \nabla_x\, t(x) \rVert^2$$
#
# In words: take the gradient of the logit $t$ with respect to the *pixels* of a real $x$; square its length; average
# over the reals. `create_graph=True` keeps the gradient differentiable, because the discriminator is to learn from it.

# %%
from gan_lesson.data import mnist_batches
from gan_lesson.models import ConvDiscriminator

torch.manual_seed(0)
discriminator = ConvDiscriminator()
real = next(mnist_batches(64, device="cpu")).requires_grad_()
for loudness in (1, 10):
    logits = loudness * discriminator(real)
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    penalty = gradient.flatten(1).square().sum(dim=1).mean() / 2
    print(f"logits {loudness:2} times as large: penalty {penalty.item():.4f}")

# %% [markdown]
# Ten times as loud costs a hundred times as much. The penalty itself costs a second pass through the discriminator and a gradient of a gradient. So it is added only in every fourth step,
# four times as strong. What does it bring? `benchmarks/quick_parts.py` trained with and without it, for 1,000 steps and, one run
# each from one seed, for 8,000.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

without_penalty = Prediction(
    "What does the Frechet distance do without the penalty?",
    [
        "it stays above the other from the start",
        "it falls as the other does",
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
    alt="Quality over 8,000 steps. With the penalty the Frechet distance goes on falling; without it, it rises again",
)

# %%
bare_run = [moment["frechet_distance"] for moment in tried["long_runs"]["no penalty"]]
without_penalty.came_out(f"from {bare_run[0]:.0f} down to {min(bare_run):.0f}, and at the end {bare_run[-1]:.0f}")

# %% [markdown]
# An example of what can happen, no law. Precision hardly says so: each digit by itself looks good. How many are there of each?

# %%
for name, moments in tried["long_runs"].items():
    shares = ", ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(moments[-1]["shares"]))
    print(f"{name}, after {moments[-1]['step']:,} steps\n  {shares}")

# %% [markdown]
# A tenth would be about right for each. Some kinds have become rare. Is that all that has gone wrong? Let us give *real* test
# digits the same shares, and see how far from the training images that puts them.

# %%
from gan_lesson import metrics
from gan_lesson.data import image_tensor, load_mnist, to_range

seen_by = metrics.bundled()
digits, labels = to_range(image_tensor(train=False)), load_mnist(train=False).targets
kinds = [(labels == digit).nonzero().flatten() for digit in range(10)]
random = torch.Generator().manual_seed(0)
for name, number in [("no penalty", 4), ("no penalty", -1), ("the whole recipe", -1)]:
    moment = tried["long_runs"][name][number]
    counts = [round(share * 10_000) for share in moment["shares"]]
    drawn = [kind[torch.randint(len(kind), (n,), generator=random)] for kind, n in zip(kinds, counts, strict=True)]
    features, _ = seen_by.classifier.extract(digits[torch.cat(drawn)])
    of_reals = metrics.frechet_distance(metrics.gaussian(features), seen_by.training_gaussian)
    print(
        f"{name}, {moment['step']:,} steps: distance {moment['frechet_distance']:.1f}; "
        f"of real digits with these shares {of_reals:.1f}"
    )

# %% [markdown]
# From 4,000 steps to 8,000 the distance without the penalty rises by 16, and the shares by themselves account for 13 of it. At
# the end, though, they account for less than half of the whole distance: the larger part lies within the kinds. No loss curve
# would have told you either, nor would a look at 64 samples.
#
# ## What each part is worth · 9 minutes
#
# Which of the dozen parts matter? There is one honest way to know: take *one* away, leave the rest, train again, measure.
# ==An experiment that does this for part after part is called an **ablation**.== `benchmarks/quick_parts.py` did it, for 1,000
# steps and two seeds each.

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

print(f"{'':44}{'time':>6}{'distance':>10}{'precision':>11}{'recall':>8}")
for name, variant in tried["variants"].items():
    if any("blew_up" in run for run in variant["runs"]):
        print(f"{name:44}{variant['times_as_long']:6.2f}   blew up")
        continue
    figures = [mean(run[key] for run in variant["runs"]) for key in ("frechet_distance", "precision", "recall")]
    print(f"{name:44}{variant['times_as_long']:6.2f}{figures[0]:10.0f}{figures[1]:11.2f}{figures[2]:8.2f}")

# %%
asked = {name: tried["variants"][name]["runs"] for name in worst_change.choices}
by_distance = max(asked, key=lambda name: mean(run["frechet_distance"] for run in asked[name]))
by_precision = min(asked, key=lambda name: mean(run["precision"] for run in asked[name]))
worst_change.came_out(f"{by_distance} by the distance, {by_precision} by precision")

# %% [markdown]
# *Time* is that of a step, compared with the whole recipe's. Read it line by line: what happens to the distance, what to
# precision, what to recall?
#
# - **Adam's betas** do one of the two great harms among your four, and precision sees it. The article's row changes both of
#   them; the row above it changes only the first, the momentum, to 0.5, and the distance is more than twice as large. The
#   usual explanation: momentum remembers where the slope led some steps ago, and in a game the slope turns all the time.
# - **The rates** themselves are the other, and precision doesn't see it: with the article's, a thousand steps bring hardly any
#   variety yet. Which of the two hurts more depends on the figure. That is why the table has three.
# - **The average** counts, and so does *what* is averaged: with BatchNorm's statistics copied, most of its gain in distance
#   is lost.
# - **Truncation** costs distance and recall and buys precision, as in [Measuring](lesson:measuring). Without it precision
#   falls below the article's.
# - **The discriminator:** with two convolutions and a single linear layer on top, precision falls to a half.
# - **Dropout** makes a step longer and the result worse.
# - **A batch of 64** is better after as many steps, but its steps take half as long again. Which comparison is fair depends
#   on what you pay for.
# - **The penalty** costs an eighth of the time and brings nothing yet. The table can't see what you saw above.
# - **The article's networks** draw no digits at all with these settings. Settings belong to the networks they were found for.
# - **Labels, other losses, half of G's rate** differ hardly more than two seeds of one line do. There the table is silent.
#
# ## A question of your own · 5 minutes
#
# ==**Your turn, a free experiment.** Change a part, train for 500 steps, measure with 2,000 pictures.== The names of the parts are
# `rate_g`, `rate_d`, `betas`, `average`, `warm_up`, `penalty`, `penalty_every`, `batch_size`, `reuse_fakes`, `loss`. Ask a
# question that the table doesn't answer: what does `average=0.999` do, or `warm_up=0`?

# %%
from dataclasses import replace
from itertools import islice

from gan_lesson import recipes
from gan_lesson.latent import sample
from gan_lesson.training import generate


def try_out(steps=500, **changes):
    loop = replace(recipes.QUICK, **changes).loop(seed=0, device="cpu")
    for _ in islice(loop, steps):
        pass
    found = metrics.quality(generate(loop.best_generator, sample(2000, loop.latent_dim, seed=0)))
    print(f"distance {found.frechet_distance:.0f}, precision {found.precision:.2f}, recall {found.recall:.2f}", changes)


try_out()

# %%
try_out(rate_g=4e-3)

# %% [markdown]
# Is the difference larger than that between two seeds? The table's lines have two each: for the whole recipe they lie 5 apart in
# distance, after twice the steps.
#
# ## The race · 7 minutes
#
# Now all of it together, live, for 1,000 steps.

# %%
from gan_lesson.monitor import monitor

loop = recipes.get("quick").loop(seed=0, device="cpu")
history = monitor(loop, steps=1000)

# %%
quality = metrics.quality(generate(loop.best_generator, sample(10_000, loop.latent_dim, seed=0)))
race = measured.load("time_to_quality")
of_the_article = race["article"]["quality"]
for name in quality._fields:
    print(f"{name:18} yours {getattr(quality, name):8.3f}   the article after 40 epochs {of_the_article[name]:8.3f}")

# %% [markdown]
# How much sooner is that? Time on one machine at one moment says little. So `benchmarks/time_to_quality.py` let both run
# in turns of a few seconds: the article's loop for all of its 24,000 steps, the quick recipe for five minutes with each
# of five seeds that had no part in the search. Both were measured again and again, with 10,000 pictures.

# %%
plots.quality(
    {
        "article": [race["article"]["moments"]],
        "quick, five seeds": [run["moments"] for run in race["quick"]],
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


print(f"the article's 40 epochs: {found['article_seconds'] / 60:.1f} minutes")
print(f"a sprint of {race['settings']['sprint_steps']:,} steps, in seconds:", spread("sprint_seconds"))
print("times sooner:", spread("times_sooner_at_the_end_of_a_sprint"))
print("as good in distance, precision, recall and digits, on every seed:", found["every_sprint_as_good_as_the_article"])
print("as good for the first time, in seconds:", spread("seconds_until_as_good"))
print("share of the article's distance after a minute:", spread("share_of_the_articles_distance_after_a_minute"))
print("after five minutes:", spread("share_of_the_articles_distance_after_five_minutes"))

# %% [markdown]
# ## How fast could it be? · 6 minutes
#
# A step of the quick recipe has far fewer multiplications than one of the article's. How many fewer? PyTorch can count them.

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

# %% tags=["prediction"]
time_of_a_step = Prediction(
    "A step of the quick recipe has about a seventh of the multiplications. How long did it take in the race?",
    ["about a tenth as long as one of the article's", "about a seventh", "about a fifth", "about half as long"],
)
time_of_a_step

# %%
shorter = found["article_steps_a_second"] / found["quick_steps_a_second"]
bare, whole = (tried["variants"][name]["times_as_long"] for name in ("no penalty", "the whole recipe"))
print(f"of the multiplications: {fewer:.2f}, the penalty's not counted")
print(f"of the time, in the race: {shorter:.2f}; by the table without the penalty: {shorter * bare / whole:.2f}")
print(f"peak of the race's machine: {found['peak_gflop_per_second']:.0f} billion operations a second")
print(f"of which a step of the quick recipe uses {found['quick_share_of_peak']:.0%}, the penalty's not counted")
time_of_a_step.came_out(f"{shorter:.2f} of the article's")

# %% [markdown]
# (The peak is what one large matrix multiplication reaches.) What eats the rest? PyTorch must look up and start each operation,
# however small it is. The table shows the same: with batches of 64, twice the images take half as long again, not twice as long.
# A few large operations use a machine better than many small ones.
#
# ## Your own pictures · 3 minutes
#
# What of all this carries over to other pictures? The habit does: one change at a time, two seeds, more than one figure. The
# settings don't: the table's last line shows what these do to other networks. So:
#
# 1. **Begin with what is known to learn.** Grey pictures of 28 x 28 fit both pairs of the course: give the quick loop your batches
#    (`data.batches_of`, in [The data](lesson:the_data)). Anything else needs networks of another shape, and with new networks begin
#    with a pair of equal and low rates (0.0002), betas of 0.5 and 0.999, and batches of 128: DCGAN's.
# 2. **Keep what watches or calms:** the moving average costs next to nothing, and the penalty keeps a long run alive.
# 3. **Change the rates first**, by factors of two or three, D's and G's apart. Then the batch. Truncation comes last: it is no part
#    of training.
# 4. **Judge without a judge** as in the section *Pictures of your own* of [Measuring](lesson:measuring). With fewer than a few thousand
#    pictures watch the copies: a discriminator learns a small collection by heart.
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
# Three things in the usual way to write a step cost more than they look. *Images:* a DataLoader makes a picture object of each
# image, turns it into a tensor, normalises it, and stacks the hundred at the end. *Adam* goes over all weights once for
# each of its dozen operations. *Dropout* needs a random number for each activation. Each has a cheaper way, which changes *how long*
# a step takes and not *what* it does: images from memory, `fused=True` (one pass), and the library's `Dropout` (four
# coins out of one random number).

# %%
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
loader, memory = iter(mnist_loader(100)), mnist_batches(100, device="cpu")
usual_and_cheaper = {
    "images": (lambda: next(loader), lambda: next(memory)),
    "Adam, both networks": (adams(False), adams(True)),
    "dropout, three layers of D, 200 pictures": (coins(nn.Dropout(0.3)), coins(models.Dropout(0.3))),
}
saved = {}
for part, (usual, cheaper) in usual_and_cheaper.items():
    slow, quick = milliseconds_a_call(usual), milliseconds_a_call(cheaper)
    saved[part] = slow - quick
    print(f"{part:46} {slow:5.2f} ms, the cheaper way {quick:5.2f} ms")
loop = recipes.get("article").loop(seed=0, device="cpu")
print(f"{'a whole step of the library, all three cheap':46} {milliseconds_a_call(lambda: next(loop), 20):5.2f} ms")
most_to_save.came_out(max(saved, key=saved.get))

# %% [markdown]
# All that remains is mostly matrix multiplication. For data larger than the memory a DataLoader is the right tool. But all of
# MNIST is 47 MB.
#
# ## Appendix: images from memory · 7 minutes
#
# All of MNIST fits into memory as one tensor of bytes (`uint8`), and a batch is a single indexing operation.

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
# order: so no image comes twice. A fresh `randperm` for each batch would show some of them twice and others not at all. The
# `+ 1` lets the last whole batch in, because a range leaves its end out. And the bytes become floats after they are chosen:
# to turn all 60,000 into floats first is right as well, and takes four times the memory.

# %% [markdown]
# ## Appendix: more than one machine · 11 minutes
#
# What if you had eight? ==In **data parallel** training each process, called a **rank**, holds both networks whole.== Each
# draws its own noise and takes its own slice of every batch. After `backward()` the gradients of all ranks are averaged.
# So every rank makes the same step, and all have the same weights for ever. Two cores can play two machines:
#
#     torchrun --nproc-per-node 2 -m gan_lesson train --recipe quick --steps 1000 --seed 0 --out run/two
#
# It needs `pip install "gan-lesson[distributed]"`. The loop is the one that you have used all along. Hugging
# Face `accelerate` lets the ranks talk, and before each step of an optimizer a hook averages the gradients. Only rank 0
# writes. When a rank dies, the job ends, and the last checkpoint is whole; `--resume` goes on, with any number of ranks.
#
# A model of what a step costs with N ranks:
#
# $$\text{seconds}(N) = \frac{\text{compute}}{N} + \frac{\text{bytes of gradients}}{\text{bandwidth}} \qquad (N > 1)$$
#
# In words: the work is shared, and then all gradients must travel, however many you are. One rank alone sends nothing.

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
# than the gradients' way. To divide the whole sum by N is to promise N times the speed for N times the machines, and to
# multiply the second term by N forgets that all send at the same time. (A ring of N ranks sends $2 (N - 1) / N$ times the
# gradients from each: P. Patarasuk and X. Yuan, 2009. That is nearer to the truth, and stays below 2 for any N.) One rank
# alone has nobody to write to. Without the condition it would pay for a letter that it never sends, and every gain, which
# is measured against it, would look larger than it is.

# %% [markdown]
# Now two processes of one thread each, on two cores, with the same batch shared between them. Your function says: faster
# than one rank.

# %% tags=["prediction"]
two_processes = Prediction(
    "How long does a step of two processes take, measured, compared with one?",
    ["half as long", "longer", "as long as the model says", "somewhat longer than the model says, and still less"],
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
# Here two processes are *slower* than one. Where is the model too kind? The table says it: *half a batch*, with both
# ranks at work and nothing exchanged, takes more than half the time. Each rank makes the optimizer's pass over all weights
# and starts each operation itself, and the two share one memory. The *exchange* takes a good part of what was saved, and then the two still have to wait for each other. On
# one machine there is a better way to use two cores: one process with two threads shares the work and sends nothing.
# Data parallel training pays where a step is long and the wire is fast.
#
# Now eight GPUs. Nobody measured this; the model says it, with what it assumes printed beside it. How long does a step
# compute on one GPU? Two assumptions: as long for either recipe (small operations mostly wait to be started), or in
# proportion to the multiplications that you have counted.

# %% tags=["prediction"]
slow_network = Prediction(
    "Which of the two recipes suffers more where the network between the GPUs is slow?",
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
                f"  {name:8}{1000 * compute:5.2f} ms, {size / 1e6 / (1000 * compute):4.1f} MB to send for each of them; "
                f"over {network.replace('_', ' ')} ({bandwidth / 1e9:g} GB a second) {faster[name]:.2f} times as fast"
            )
    suffers[assumption] = min(faster, key=faster.get)
slow_network.came_out("; ".join(f"{name}, with {assumption}" for assumption, name in suffers.items()))

# %% [markdown]
# A gain below 1 is a loss: eight machines that wait for each other's gradients can be slower than one by itself. The
# answer flips with the assumption, and the column in the middle says why: what counts is how many bytes of gradients must
# travel for each unit of compute. A small network has few bytes, and perhaps as little to compute. Fast wires help, and so do
# larger batches, which leave more work between two exchanges.
#
# ## Quiz · 5 minutes
#
# Seven questions, two of them about the appendix. Each answer explains itself, so a wrong one is worth trying, too; nothing you
# choose is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("faster_and_bigger")

# %% [markdown]
# ## Recap
#
# ==Which part of a recipe is worth what can be told only by taking it away and measuring, with more than one seed and more than
# one figure.== ==Here learning rates and Adam's betas were worth most, a moving average of the weights steadied the hand, and
# the penalty paid only in a long run.== ==Appendix: a step gets faster with images from memory, one pass of the optimizer and cheaper
# coins; more machines share the work, but not the gradients that they must send each other.==

# %% [markdown] tags=["way-out"]
# ==**Where to go next:** beat the recipe. Change a part, run `benchmarks/quick_parts.py`, and look at more than one figure.==
#
# *Sources.* Transposed convolutions in GANs: A. Radford and others, 2016. Two learning rates: M. Heusel and others,
# 2017. Momentum in games: G. Gidel and others, 2019. The moving average: Y. Yazici and others, 2019. The R1 penalty: L.
# Mescheder and others, 2018; only in every so many-th step: T. Karras and others, 2020. Smoothed labels: T. Salimans and
# others, 2016. Truncation: A. Brock and others, 2019; by a factor: T. Karras and others, 2019. Data parallel training: S. Li and others, 2020.
