# %% [markdown]
# # 11 · Faster and bigger
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** the article's 40 epochs take more than twenty minutes on two cores. Where does the time go, and how
# little would do?
#
# At the end you can
# - *find* where the time of a training step goes,
# - *write* batches that cost next to nothing, and a moving average,
# - *tell* what makes a step faster from what makes fewer steps enough,
# - *measure* what a part of a recipe is worth, by taking it away,
# - *say* how far a step is from what the machine could do,
# - *estimate* what more machines would bring.
#
# About 70 minutes. The longest cell trains for about 25 seconds.
#
# > **Your times will differ** from those in the text, and from run to run. Ratios are steadier than seconds.

# %% [markdown]
# ## Where do 22 minutes go? · 8 minutes
#
# 40 epochs are 24,000 steps. Here is one step of the article, written as there: a DataLoader, two plain networks, a
# Sigmoid at the end, `BCELoss`, two Adams. A clock stands between the parts.
#
# **Predict:** which part takes longest: fetching the images, the discriminator's update, or the generator's?

# %%
import torch
from torch import nn

from gan_lesson.data import mnist_loader

torch.manual_seed(0)
leaky = nn.LeakyReLU(0.2)
generator = nn.Sequential(
    nn.Linear(100, 256), leaky, nn.Linear(256, 512), leaky, nn.Linear(512, 1024), leaky, nn.Linear(1024, 784), nn.Tanh()
)
hidden = [nn.Linear(784, 1024), nn.Linear(1024, 512), nn.Linear(512, 256)]
layers = [part for layer in hidden for part in (layer, leaky, nn.Dropout(0.3))]
discriminator = nn.Sequential(*layers, nn.Linear(256, 1), nn.Sigmoid())
optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4)
optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
bce, ones, zeros = nn.BCELoss(), torch.ones(100, 1), torch.zeros(100, 1)
loader = iter(mnist_loader(100))

# %%
from time import perf_counter

parts = {"images": 0.0, "D: forward, backward": 0.0, "G: forward, backward": 0.0, "two Adams": 0.0}


def clocked(name, work):
    start = perf_counter()
    result = work()
    parts[name] += perf_counter() - start
    return result


def learn(optimizer, loss):
    optimizer.zero_grad()
    loss().backward()


def step():
    real = clocked("images", lambda: next(loader)[0].view(100, 784))
    fake = generator(torch.randn(100, 100))
    loss_d = lambda: bce(discriminator(real), ones) + bce(discriminator(fake), zeros)  # noqa: E731
    clocked("D: forward, backward", lambda: learn(optimizer_d, loss_d))
    clocked("two Adams", optimizer_d.step)
    loss_g = lambda: bce(discriminator(generator(torch.randn(100, 100))), ones)  # noqa: E731
    clocked("G: forward, backward", lambda: learn(optimizer_g, loss_g))
    clocked("two Adams", optimizer_g.step)


# %%
for _ in range(5):
    step()  # the first steps only warm up
parts = dict.fromkeys(parts, 0.0)
for _ in range(40):
    step()
milliseconds = {name: 1000 * seconds / 40 for name, seconds in parts.items()}
total = sum(milliseconds.values())
print(f"{total:.0f} ms a step: {24_000 * total / 60_000:.0f} minutes for 40 epochs")
plots_of = list(milliseconds)

# %%
from gan_lesson import plots

plots.bars(
    plots_of,
    list(milliseconds.values()),
    xlabel="part of a step",
    ylabel="milliseconds",
    value_format="{:.1f}",
    alt="Milliseconds of a step spent on images, on both networks and on the optimizers. No part is small",
)

# %% [markdown]
# No single culprit. Fetching a hundred images that lie in memory costs a good part of the whole, and so do the two
# optimizers, which do no more than nudge three million numbers. Let us take them in turn.
#
# ## Images from memory · 8 minutes
#
# The DataLoader takes each of the hundred images by itself: makes a picture object of it, turns that into a tensor,
# normalises it, and stacks the hundred at the end. But all of MNIST is 47 MB. It fits into memory as one uint8 tensor,
# and a batch is a single indexing operation.
#
# **Your turn.** `batches(images, batch_size)` is a generator function (with `yield`): it gives shuffled float batches in
# [-1, 1], in a fresh order each epoch, without end. An incomplete batch at the end of an epoch is left out.


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
from gan_lesson import checks

checks.check_batches(batches)

# %%
from gan_lesson.data import mnist_batches


def milliseconds_a_call(work, calls=50):
    work()
    start = perf_counter()
    for _ in range(calls):
        work()
    return 1000 * (perf_counter() - start) / calls


from_loader = milliseconds_a_call(lambda: next(loader))
memory = mnist_batches(100, device="cpu")
from_memory = milliseconds_a_call(lambda: next(memory))
print(f"a batch from the DataLoader {from_loader:.1f} ms, from memory {from_memory:.2f} ms")

# %% [markdown]
# ## The optimizer · 4 minutes
#
# Adam reads and writes four numbers for each weight. PyTorch's default goes over all weights once for each of its dozen
# operations; with `fused=True` it goes over them once. The arithmetic is the same.

# %%
from gan_lesson.models import Discriminator

for fused in (False, True):
    network = Discriminator()
    network(torch.randn(8, 1, 28, 28)).sum().backward()
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-4, fused=fused)
    print(f"fused={fused!s:5} {milliseconds_a_call(optimizer.step):.2f} ms")

# %% [markdown]
# ## Dropout's hidden price · 4 minutes
#
# Dropout looks like nothing: some activations become 0. But on a CPU each activation needs a random number, and
# random numbers are dear.
#
# **Predict:** which costs more: the matrix multiplication of a hidden layer, or the dropout behind it?

# %%
x = torch.randn(200, 784)
linear, dropout = nn.Linear(784, 1024), nn.Dropout(0.3)
hidden_values = linear(x).detach()
with torch.no_grad():
    print(f"200 x 784 times 784 x 1024: {milliseconds_a_call(lambda: linear(x)):.2f} ms")
    print(f"dropout of 200 x 1024:      {milliseconds_a_call(lambda: dropout(hidden_values)):.2f} ms")

# %% [markdown]
# 160 million multiplications and additions on one side, 200,000 coins on the other, and the coins cost as much or more. (The
# library's own `Dropout` gets four coins out of one random number.) Whether dropout is worth it is another question. You
# will find the answer in the table below.
#
# All these change *how long* a step takes and not *what* it does. This is the library's loop with the article's recipe:

# %%
from gan_lesson import recipes

loop = recipes.get("article").loop(seed=0, device="cpu")
library = milliseconds_a_call(lambda: next(loop), calls=30)
print(f"the article's step as written: {total:.0f} ms; the library's: {library:.0f} ms")

# %% [markdown]
# ## Fewer multiplications · 6 minutes
#
# The rest is mostly matrix multiplication, and it is what the article's networks *are*. A fully connected layer joins
# every pixel to every other one, and learns each place of the picture anew. A **convolution** uses the same few weights
# at every place: a stroke is a stroke wherever it stands. The quick recipe's pair:

# %% tags=["nbval-check-output"]
for name in ("article", "quick"):
    recipe = recipes.get(name)
    networks = {"generator": recipe.generator(), "discriminator": recipe.discriminator()}
    counts = {player: sum(w.numel() for w in network.parameters()) for player, network in networks.items()}
    print(f"{name:8}", ", ".join(f"{player} {count:,} weights" for player, count in counts.items()))

# %%
networks["generator"].layers

# %% [markdown]
# The linear layer paints 32 small maps of 7 x 7. A convolution lets neighbouring places agree, and two **transposed
# convolutions** double the size, to 14 and to 28. `BatchNorm2d` keeps the values of each map in a good range. And
# `Truncation` belongs to lesson 7: once training is over it draws z in towards 0, which trades variety for quality.
#
# The discriminator looks at 49 overlapping patches with one convolution, and then, with linear layers, at the digit as a
# whole. In the search for this recipe that mattered most for precision: a discriminator made of convolutions alone
# knows strokes well and digits badly.
#
# ## A moving average · 8 minutes
#
# From here on we change what is learned. A generator in a game never settles: each step pulls it about. Its *average*
# over the last hundred steps or so is steadier, and draws better digits. Nothing in the training changes; the
# average only watches.
#
# $$\bar w \leftarrow \beta\,\bar w + (1 - \beta)\,w$$
#
# In words: keep $\beta$ of the old average (0.99, say) and add $1 - \beta$ of the weight as it is now.
#
# **Your turn.** `update_average(averaged, generator, decay)` does this for all weights of the network `averaged`, in place. BatchNorm keeps
# numbers that aren't weights (`buffers()`): copy those.


# %% tags=["exercise"]
@torch.no_grad()
def update_average(averaged, generator, decay):
    ### BEGIN SOLUTION
    ### HINT zip both networks' parameters(); weight.lerp_(other, share) moves in place by that share towards other
    for mean, weight in zip(averaged.parameters(), generator.parameters()):
        mean.lerp_(weight, 1 - decay)
    for mean, value in zip(averaged.buffers(), generator.buffers()):
        mean.copy_(value)
    ### END SOLUTION


# %% tags=["check"]
checks.check_update_average(update_average)

# %% [markdown]
# ## What each part is worth · 10 minutes
#
# The quick recipe has a dozen parts. Which of them matter? There is one honest way to know: take *one* away, leave the rest, train
# again, measure. `benchmarks/quick_parts.py` did it for 1,000 steps and two seeds each; this is its table.
#
# **Predict:** which change will hurt most: Adam's betas as in the article, the article's learning rates, no moving
# average, or dropout?

# %%
from statistics import mean

from gan_lesson import measured

tried = measured.load("quick_parts")
print(tried["command"], "\n")
print(f"{'':44}{'time':>7}{'distance':>10}{'precision':>11}{'recall':>8}")
for name, variant in tried["variants"].items():
    good = [run for run in variant["runs"] if "blew_up" not in run]
    figures = [mean(run[key] for run in good) for key in ("frechet_distance", "precision", "recall")]
    print(f"{name:44}{variant['times_as_long']:7.2f}{figures[0]:10.0f}{figures[1]:11.2f}{figures[2]:8.2f}")

# %% [markdown]
# *Time* is that of a step, compared with the whole recipe's. Read it line by line: what happens to the distance, what to
# precision, what to recall? Some things to see:
#
# - **Adam's first beta** is the large one. Momentum remembers where the slope led ten steps ago, and in a game the
#   slope turns all the time. With beta 0 the rates can be far higher than anybody dares otherwise.
# - **The rates** themselves: with the article's, a thousand steps lead nowhere yet.
# - **Truncation** costs distance and recall and buys precision.
# - **Dropout** makes a step longer and the result no better.
# - **A single part rarely decides.** Two seeds tell little about differences of a few per cent, so the table is silent about them.
#
# **Your turn, a free experiment.** Change a part, train for 500 steps, measure with 2,000 pictures. Look at the fields of
# `recipes.QUICK`, and ask a question that the table doesn't answer. (About 15 seconds.)

# %%
from dataclasses import replace
from itertools import islice

from gan_lesson import metrics
from gan_lesson.latent import sample
from gan_lesson.training import generate


def try_out(steps=500, **changes):
    loop = replace(recipes.QUICK, **changes).loop(seed=0, steps=steps, device="cpu")
    for _ in islice(loop, steps):
        pass
    return metrics.quality(generate(loop.best_generator, sample(2000, loop.latent_dim, seed=0)))


print(try_out(batch_size=32))
print(try_out(batch_size=16))

# %% [markdown]
# ## The race · 8 minutes
#
# Now all of it together, live. 1,500 steps:

# %%
from gan_lesson.monitor import monitor

loop = recipes.get("quick").loop(seed=0, steps=1500, device="cpu")
history = monitor(loop, steps=1500)

# %%
quality = metrics.quality(generate(loop.best_generator, sample(10_000, loop.latent_dim, seed=0)))
race = measured.load("time_to_quality")
of_the_article = race["article"]["quality"]
for name in quality._fields:
    print(f"{name:18} yours {getattr(quality, name):8.3f}   the article after 40 epochs {of_the_article[name]:8.3f}")

# %% [markdown]
# How much sooner is that? Time on one machine at one moment says little, so `benchmarks/time_to_quality.py` let both run in turns of
# a few seconds, the article's loop for all of its 24,000 steps, the quick recipe with five seeds that had no part in the
# search, and measured both with 10,000 pictures again and again.

# %%
from gan_lesson.plots import quality as quality_picture

quality_picture(
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


print(race["command"], "on", race["date"])
print(f"the article's 40 epochs: {found['article_seconds'] / 60:.1f} minutes")
print("a sprint of 1,500 steps, in seconds:", spread("sprint_seconds"))
print("times sooner:", spread("times_sooner_at_the_end_of_a_sprint"))
print("each of them as good in distance, precision, recall, digits:", found["every_sprint_as_good_as_the_article"])
print("as good for the first time, in seconds:", spread("seconds_until_as_good"))
print("share of the article's distance after a minute:", spread("share_of_the_articles_distance_after_a_minute"))
print("after five minutes:", spread("share_of_the_articles_distance_after_five_minutes"))

# %% [markdown]
# ## How fast could it be? · 5 minutes
#
# A machine can do only so many multiplications a second. Its peak is what a large matrix multiplication reaches.

# %%
a = torch.randn(1024, 1024)
peak = 2 * 1024**3 / (milliseconds_a_call(lambda: a @ a, calls=20) / 1000) / 1e9
print(f"this machine, now: {peak:.0f} billion multiplications and additions a second")
print(f"of its machine's {found['peak_gflop_per_second']:.0f} the benchmark's quick step used {found['quick_share_of_peak']:.0%}")

# %% [markdown]
# What eats the rest? Many small operations: some three hundred a step, each of which PyTorch must look up and start. Convolutions with one
# channel, at the first layer of D and the last of G, which leave most of the arithmetic units idle. And memory. One step
# makes and frees the same tensors as the last one, but under Linux the C library hands freed memory back to the system
# and gets it again, filled with zeros, page by page. The library switches that off; giving memory back would make a
# step this much slower:

# %%
print(f"{tried['memory_given_back_times_slower']:.2f} times as long")

# %% [markdown]
# ## More than one machine · 12 minutes
#
# What if you had eight? In **data parallel** training each process, called a *rank*, holds both networks whole. Each draws its
# own noise and takes its own slice of every batch. After `backward()` the gradients of all ranks are averaged, so every rank makes the
# same step, and all have the same weights for ever. Two cores can play two machines:
#
#     torchrun --nproc-per-node 2 -m gan_lesson train --recipe quick --steps 1500 --seed 0 --out run/two
#
# It needs `pip install "gan-lesson[distributed]"`. It is the same loop as everywhere in this course; PyTorch's distributed data
# parallel, by way of Hugging Face `accelerate`, is wrapped around the network that learns. Only rank 0 writes. When a
# rank dies, the job ends, and the last checkpoint is whole; `--resume` goes on, with any number of ranks.
#
# A model of what a step costs with N ranks:
#
# $$\text{seconds}(N) = \frac{\text{compute}}{N} + \frac{\text{bytes of gradients}}{\text{bandwidth}} \qquad (N > 1)$$
#
# In words: the work is shared, and then all gradients must travel, however many you are. One rank alone sends nothing.
#
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

# %% [markdown]
# What two processes on two cores do, measured, and beside it what the model says:

# %%
ranks = measured.load("ranks")
print(ranks["command"])

# %% [markdown]
# ## Recap
#
# A step gets faster when it does the same with less: images from memory, one pass of the optimizer, no coins, fewer multiplications. A training gets
# shorter when fewer steps are enough: convolutions, livelier rates without momentum, an average of the weights. Which part is worth what can
# only be told by taking it away and measuring. And more machines share the work, but not the letters they must send each other.
#
# **Where to go next:** beat the recipe. Change a part, run `benchmarks/quick_parts.py`, and look at more than one figure.
#
# *Sources.* Transposed convolutions in GANs: A. Radford and others, 2016. Two learning rates: M. Heusel and others, 2017. Momentum in
# games: G. Gidel and others, 2019. The moving average: Y. Yazici and others, 2019. Smoothed labels: T. Salimans and others, 2016. Truncation: A. Brock and
# others, 2019. Data parallel training: S. Li and others, 2020.
