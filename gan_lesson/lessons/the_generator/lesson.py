# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how does a vector of 100 random numbers become a picture?
#
# At the end you can
# - *draw* noise and *say* what its 100 numbers are for,
# - *follow* the shape of the data through the generator, layer by layer,
# - *explain* what LeakyReLU and Tanh are there for,
# - *build* the article's generator, and a smaller one of your own,
# - *move* through the z of a trained generator, and *say* what a small step does, and what a single number does.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Where pictures come from: noise · 6 minutes
#
# A network always gives the same answer to the same question. To make a *new* picture each time, the generator must be
# asked a new question each time. ==That question is the **noise** z: 100 numbers, drawn at random from the normal
# distribution.== How many numbers it has, here 100, is called `latent_dim`. For a batch of N pictures the noise has the
# shape (N, latent_dim).

# %%
import torch

from gan_lesson import plots

torch.manual_seed(0)
noise = torch.randn(100, 100)
print("noise:", tuple(noise.shape))
plots.histogram(
    {"noise": noise}, xlabel="value", alt="Histogram of the noise: a bell around 0, nearly all between -3 and 3"
)

# %% [markdown]
# A bell around 0, with nearly everything between -3 and 3. Nobody decides what the 100 numbers mean. What the generator
# makes of them is the outcome of its training.

# %% [markdown] tags=["task"]
# **Your turn.** You will draw noise all through this course. Write `make_noise(count, latent_dim)`, for any two
# numbers: fresh noise at each call, a row for each picture. (`torch` has two functions with nearly the same name.
# `randn` draws from the normal distribution; `rand` spreads its numbers evenly from 0 to 1.)


# %% tags=["exercise"]
def make_noise(count, latent_dim):
    ### BEGIN SOLUTION
    ### HINT one line: return what torch draws
    return torch.randn(count, latent_dim)
    ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_noise(make_noise)

# %% [markdown] tags=["why"]
# `torch.randn` takes the shape and draws every number by itself, so no two rows are alike, and no two calls. The order
# matters: the first dimension counts the pictures, as in every batch. `torch.rand` would run as well, and no error
# would tell you; but a generator that has learned with the bell would be given z unlike any it knows. A fixed seed
# *inside* the function would give the same noise, and so the same pictures, at each call. A seed belongs at the top of
# a program, where it makes the whole run repeatable.

# %% [markdown]
# ## From 100 numbers to 784 · 10 minutes
#
# The article's generator is a chain of four linear layers. Three of them widen, from 100 numbers to 256, 512 and 1024
# hidden values; the last goes from 1024 to 784. And 784 is 28 times 28, a picture.

# %%
from gan_lesson import diagrams

diagrams.layer_widths(
    [100, 256, 512, 1024, 784],
    names=["noise", "hidden", "hidden", "hidden", "pixels"],
    colour=plots.GENERATOR,
    alt="The generator's layers as bars: 100 numbers of noise, 256, 512 and 1024 hidden values, 784 pixels",
)

# %% [markdown]
# ==A **linear layer** computes each of its outputs as a weighted sum of all its inputs, plus a number of its own, the
# bias.== ==Between two of them stands an **activation**, here `LeakyReLU(0.2)`: it leaves positive numbers alone and
# multiplies negative ones by 0.2.==
#
# A brand-new generator has random weights: it hasn't learned anything yet. What does it make of the noise?

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

first_pictures = Prediction(
    "What do the pictures of a brand-new generator look like?",
    ["black and white dots, as wild as the noise", "nearly even grey", "blurred strokes, no digits yet"],
)
first_pictures

# %%
from gan_lesson.models import Generator

torch.manual_seed(0)
generator = Generator(latent_dim=100)
fakes = generator(noise)
lowest, highest = fakes.min().item(), fakes.max().item()
plots.image_grid(fakes[:20].detach(), columns=10, alt="Twenty pictures of an untrained generator, in two rows")

# %%
first_pictures.came_out(f"nearly even grey: pixels lie between {lowest:.1f} and {highest:.1f}; paper is -1, ink is 1")

# %% [markdown]
# Where does that come from? Send ten noise vectors through the generator, layer by layer. Follow the shapes, then the
# ranges.

# %% tags=["answers"]
values = noise[:10]
print(f"{'noise':12}{tuple(values.shape)!s:12}")
for layer in generator.layers[:-1]:  # up to the last linear layer
    values = layer(values)
    print(f"{type(layer).__name__:12}{tuple(values.shape)!s:12} from {values.min():6.2f} to {values.max():5.2f}")

# %% [markdown]
# The rows grow to 1024 numbers and end at 784. From one linear layer to the next the ranges become narrower: small
# random weights give sums near 0, and 0, half-way between paper and ink, is grey.
#
# After each LeakyReLU the lowest value is a fifth of the lowest before it. Do we need these activations? Take them out,
# and keep the four linear layers.

# %% tags=["prediction"]
four_layers = Prediction(
    "What are four linear layers in a row worth, without activations between them?",
    ["nothing: no gradient gets through", "four times as much as one layer", "as much as one layer"],
)
four_layers

# %%
from torch import nn


def taken_apart(network):
    at_zero = network(torch.zeros(1, 100))  # what comes out for z = 0
    return at_zero, network(torch.eye(100)) - at_zero  # and what each of the 100 numbers adds to it


linear = nn.Sequential(*[layer for layer in generator.layers if isinstance(layer, nn.Linear)])
at_zero, added = taken_apart(linear)
four_layers.came_out(
    "as much as one layer, which gives the same numbers to within "
    f"{(linear(noise) - noise @ added - at_zero).abs().max().item():.0e}"
)

# %% [markdown]
# A weighted sum of weighted sums is again a weighted sum: for every z, one layer with the weights `added` and the bias
# `at_zero` gives what the four gave, but for rounding errors. With the activations between them it doesn't.

# %%
bent = generator.layers[:-1]  # the four linear layers, and the activations between them
at_zero, added = taken_apart(bent)
off = (bent(noise) - noise @ added - at_zero).abs().max().item()
print(f"With the activations, one layer in place of all is off by up to {off:.2f}.")

# %% [markdown]
# LeakyReLU bends at 0, and with the bend the network can make what no linear layer makes by itself. And why leaky? A
# plain ReLU sends all negative numbers to 0 and passes no gradient back there; the leak keeps a fifth of the gradient
# alive. (A plain ReLU can do the job, too: the generator of *The game* has it.)
#
# ==The last activation is a **Tanh**.== It squeezes any number into the range from -1 to 1, in which the pixels of the
# reals lie, too (see [The data](lesson:the_data)). Last of all, the 784 numbers are laid out as a picture: (N, 784)
# becomes (N, 1, 28, 28).

# %% tags=["nbval-check-output"]
print("fakes:", tuple(fakes.shape))
print("weights:", f"{sum(weight.numel() for weight in generator.parameters()):,}")

# %% [markdown]
# A million and a half weights, for pictures of 784 pixels.
#
# ## Build it · 10 minutes

# %% [markdown] tags=["task"]
# **Your turn.** `make_generator(latent_dim)` returns the article's generator as one `nn.Sequential`: four `nn.Linear`
# layers of the widths above, `nn.LeakyReLU(0.2)` between them, only `nn.Tanh()` after the last, and at the end
# `nn.Unflatten(1, (1, 28, 28))` for the shape. The first two lines and the last two are there. Fill in the middle.


# %% tags=["exercise"]
def make_generator(latent_dim):
    layers = [nn.Linear(latent_dim, 256), nn.LeakyReLU(0.2)]
    ### BEGIN SOLUTION
    ### HINT three more Linear layers, and what comes after each
    layers += [nn.Linear(256, 512), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(512, 1024), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(1024, 784), nn.Tanh()]
    ### END SOLUTION
    layers += [nn.Unflatten(1, (1, 28, 28))]
    return nn.Sequential(*layers)


# %% tags=["check"]
checks.check_generator(make_generator)

# %% [markdown] tags=["why"]
# Each layer begins at the width at which the one before it ended; otherwise PyTorch stops with "shapes cannot be
# multiplied". After the last layer there is only the Tanh. A LeakyReLU before it would squeeze the whole lower half of
# the range into a fifth, and paper, at -1, would be hard to reach. A Sigmoid would never go below 0, so no fake could
# have white paper, and the discriminator would need to look at nothing else. Without any activation at the end the
# pixels could leave the range of the reals, another sure sign of a fake. `Unflatten(1, ...)` splits dimension 1, the
# 784 values; dimension 0 counts the pictures.

# %% [markdown]
# ## One of your own · 8 minutes
#
# The widths are a choice, not a law. Only the two ends are fixed: `latent_dim` at the start, 784 at the end. Each layer
# costs weights. A linear layer with `a` inputs and `b` outputs has `(a + 1) * b` of them: for each output a weight for
# every input, and the bias.

# %% tags=["nbval-check-output"]
for layer in generator.layers:
    if isinstance(layer, nn.Linear):
        a, b = layer.in_features, layer.out_features
        print(f"from {a:4} to {b:4}: ({a:4} + 1) * {b:4} = {(a + 1) * b:9,} weights")

# %% [markdown]
# More than half of them are in the last layer.

# %% [markdown] tags=["task"]
# **Your turn.** Build a generator that makes do with about a tenth of them, **150,000 weights at most**. You choose how
# many layers it has, how wide they are, and which activations. What every generator needs, yours needs, too: the shape,
# the range, another picture for another z, and an activation between its linear layers. And no weight may be idle: the
# gradient that comes back from the pixels must reach them all.


# %% tags=["exercise"]
def make_small_generator(latent_dim):
    ### BEGIN SOLUTION
    ### HINT the layer that ends at 784 costs most, so begin with it: how many inputs can you afford?
    layers = [nn.Linear(latent_dim, 128), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(128, 128), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(128, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))]
    return nn.Sequential(*layers)
    ### END SOLUTION


# %% tags=["check"]
checks.check_small_generator(make_small_generator)

# %% [markdown] tags=["why"]
# These three layers have 12,928 + 16,512 + 101,136 = 130,576 weights. Many other choices are as good. A single layer
# from 100 to 784 would be cheaper still, but before the Tanh it can only add up 100 fixed pictures and a background;
# the bend between two layers is what changes that. A Tanh only in the middle is a bend, too, but the layer after it can
# leave the range again. A layer that is made but never used counts towards the limit and learns nothing. Nor does one
# whose ReLU gives 0 for every z: no gradient comes back through it. Whether fewer weights draw as well is another
# question, which only training can answer.

# %% [markdown]
# ## The same network, trained · 10 minutes
#
# After forty epochs of the game, forty passes over all the reals, the article's generator has other weights.
# (`load_generator` reads weights that come with the course. They are the outcome of the training run in [The adversarial
# loop](lesson:the_adversarial_loop), made by the command in `gan_lesson/bundled/article.json`. `generate` asks a
# generator for pictures, without gradients.)
#
# Give it the same noise as before.

# %% tags=["prediction"]
trained_pictures = Prediction(
    "How many of forty pictures will be digits that you can read?", ["all of them", "most of them", "about ten"]
)
trained_pictures

# %%
from gan_lesson.checkpoints import load_generator
from gan_lesson.training import generate

trained = load_generator("article")
plots.image_grid(
    generate(trained, noise[:40]),
    columns=10,
    alt="Forty pictures of the trained generator, in four rows",
)

# %%
trained_pictures.came_out("most of them; some could be two digits at once, or none")

# %% [markdown]
# That is how we read them, and you may read a few of them otherwise.
#
# > **Same z, same picture.** All chance is in z. Keep a z and you keep its picture; that is how we will follow "the same"
# > digit through a training run, epoch by epoch.
#
# So z is the only thing to play with. ==Take a generator with cleaner digits for that, the one of the **quick recipe**,
# which you watched in *Start here*: mostly convolutions instead of linear layers (each looks at a small patch at a
# time), and a z of only 16 numbers.== What do they mean? Draw four z. In each, z0 goes from -3 to 3, and the other
# fifteen numbers stay as they are. (`sample` draws noise, the same for the same seed.)

# %% tags=["prediction"]
one_number = Prediction(
    "What does a single number do, z0 for instance?",
    [
        "the same in every picture, slant or thickness for instance",
        "different things in different pictures",
        "nothing you can see",
    ],
)
one_number

# %%
from gan_lesson.latent import sample

quick = load_generator("quick")
z = sample(5, 16, seed=0)[1:]
moved = z.repeat_interleave(13, dim=0)
moved[:, 0] = torch.linspace(-3, 3, 13).repeat(4)
plots.image_grid(
    generate(quick, moved),
    columns=13,
    rows=["one z", "another", "a third", "a fourth"],
    alt="Four rows of thirteen pictures; along each row only z0 changes, from -3 to 3",
)

# %%
one_number.came_out("different things: it turns a 6 into a 0, a 5 into an 8, a 2 into a 7, and a 1 into a 7")

# %% [markdown]
# ==A small step in z is a small step in the picture==, since no layer makes a jump. ==But a single number of z has no
# meaning by itself.== What it does depends on all the others: nothing in the game asked for a number that means "slant"
# or "thickness".
#
# See for yourself. The widget runs the generator while you drag. Press **Random** a few times: each press draws a new
# z. Then tick **raw coordinates** and move `z0`, `z1`, ..., one at a time. Can you find one that does the same to every
# digit? The sliders count in standard deviations, σ; most numbers of the noise lie between -2 and 2. (You know the
# score of D from *The game*. All the rest belongs to [The latent space](lesson:the_latent_space).)

# %%
from gan_lesson.widgets import LatentExplorer

LatentExplorer("quick", seed=4)

# %% [markdown]
# Now move all the numbers at once, along a straight line from the second of the four z above, a 5, to the fourth, a 1.

# %% tags=["prediction"]
half_way = Prediction(
    "Half-way between the two, what does the generator draw?",
    ["the 5 and the 1, one laid over the other", "a blur, and no digit", "another digit, or nearly one"],
)
half_way

# %%
from gan_lesson.latent import lerp

walk = generate(quick, lerp(z[1], z[3], steps=13))
fade = torch.lerp(walk[:1], walk[-1:], torch.linspace(0, 1, 13).view(13, 1, 1, 1))
apart = (walk[6] - fade[6]).abs().mean().item()
plots.image_grid(
    torch.cat([walk, fade]),
    columns=13,
    rows=["walk in z", "fade"],
    alt="Two rows of thirteen pictures: above, the walk in z; below, its first picture fades into its last",
)

# %%
half_way.came_out(f"to our eyes nearly an 8; its pixels differ by {apart:.2f} on average from those of the fade")

# %% [markdown]
# On the walk the strokes move, and the way from the 5 to the 1 leads past an 8. In the row below, one picture fades
# into the other. Nobody drew the pictures in between: the generator made them up.
#
# ## Quiz · 5 minutes
#
# Seven questions. Each answer explains itself, and a wrong one often explains more. Nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_generator")

# %% [markdown]
# ## Recap
#
# ==The generator turns noise of shape (N, 100) into images of shape (N, 1, 28, 28) through four linear layers, the last
# of which gives 784 values.== ==LeakyReLU between them makes it more than one linear layer, and the Tanh at the end
# keeps the pictures in the range of the reals.== ==All chance is in z: a small step in it is a small step in the
# picture, and no single number of it has a meaning by itself.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The discriminator](lesson:the_discriminator) builds the player that judges these pictures.==
#
# *Sources.* LeakyReLU: A. Maas, A. Hannun and A. Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
# 2013. In the discriminator of a GAN, with plain ReLU in the generator: A. Radford, L. Metz and S. Chintala,
# "Unsupervised Representation Learning with Deep Convolutional GANs", 2016, section 3.
