# %% [markdown]
# # 3 · The generator
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** how does a vector of 100 random numbers become a picture?
#
# At the end you can
# - *draw* noise and *say* what its 100 numbers stand for,
# - *follow* the shape of the data through the generator, layer by layer,
# - *explain* what LeakyReLU and Tanh are there for,
# - *build* the article's generator,
# - *turn* single numbers of z on a trained generator and see what they do.
#
# About 35 minutes.

# %% [markdown]
# ## Where pictures come from: noise · 4 minutes
#
# A network like this always gives the same answer to the same question. To make a *new* picture each time, the generator
# must be asked a new question each time. That question is the **noise** z: 100 numbers, drawn at random from the
# normal distribution. The length, 100, is called `latent_dim`. For a whole batch of N pictures the noise has the
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
# A bell around 0, nearly everything between -3 and 3. Nobody says what the 100 numbers mean. The generator gives them a
# meaning while it learns.
#
# ## From 100 numbers to 784 · 8 minutes
#
# The article's generator is a chain of four linear layers that widen: 100 to 256 to 512 to 1024 to 784. And 784 is 28
# times 28, a picture.

# %%
plots.layer_widths(
    [100, 256, 512, 1024, 784],
    names=["noise", "hidden", "hidden", "hidden", "pixels"],
    colour=plots.GENERATOR,
    alt="The generator's layers as bars: 100 numbers of noise, 256, 512 and 1024 hidden values, 784 pixels",
)

# %% [markdown]
# A **linear layer** gives each of its outputs as a weighted sum of all its inputs. Between two of them stands an
# **activation**, here `LeakyReLU(0.2)`: it leaves positive numbers alone and multiplies negative ones by 0.2.
#
# **Predict:** what would four linear layers be worth without activations between them?

# %%
from gan_lesson.models import Generator

torch.manual_seed(0)
generator = Generator(latent_dim=100)
values = noise[:10]
print(f"{'noise':12}{tuple(values.shape)!s:12}")
for layer in generator.layers:
    values = layer(values)
    print(f"{type(layer).__name__:12}{tuple(values.shape)!s:12} from {values.min():6.2f} to {values.max():5.2f}")

# %% [markdown]
# Alone they would be worth one layer. A weighted sum of weighted sums is again a weighted sum, so four linear layers in a
# row could do no more than a single one. The bend in the activation is what lets the network make shapes that no straight rule makes. And why leaky?
# A plain ReLU sends all negative numbers to 0 and passes no gradient there. The leak keeps a fifth of the gradient alive, and
# the generator lives on the gradient that reaches it.
#
# The last activation is a **Tanh**. It squeezes any number into -1 to 1, the range of the reals from lesson 2. Last of
# all the 784 numbers are laid out as a picture: (N, 784) becomes (N, 1, 28, 28).

# %% tags=["nbval-check-output"]
fakes = generator(noise)
print("fakes:", tuple(fakes.shape))
print("weights:", f"{sum(weight.numel() for weight in generator.parameters()):,}")

# %% [markdown]
# A million and a half weights. A brand-new generator has random ones.
#
# **Predict:** what do its pictures look like?

# %%
plots.image_grid(
    fakes[:20].detach(), columns=10, alt="Twenty pictures of an untrained generator: nearly even grey noise"
)

# %% [markdown]
# Grey: small random weights give sums near 0, and 0 is half-way between paper and ink.
#
# ## Build it · 10 minutes
#
# **Your turn.** `make_generator(latent_dim)` returns the article's generator as one `nn.Sequential`: four `nn.Linear`
# layers of the widths above, `nn.LeakyReLU(0.2)` between them, `nn.Tanh()`, and at the end `nn.Unflatten(1, (1, 28, 28))`
# for the shape. The first two lines and the last are there. Fill in the middle.

# %% tags=["exercise"]
from torch import nn


def make_generator(latent_dim):
    layers = [nn.Linear(latent_dim, 256), nn.LeakyReLU(0.2)]
    ### BEGIN SOLUTION
    ### HINT three more Linear layers: to 512, to 1024, to 784; after the last one Tanh
    layers += [nn.Linear(256, 512), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(512, 1024), nn.LeakyReLU(0.2)]
    layers += [nn.Linear(1024, 784), nn.Tanh()]
    ### END SOLUTION
    layers += [nn.Unflatten(1, (1, 28, 28))]
    return nn.Sequential(*layers)


# %% tags=["check"]
from gan_lesson import checks

checks.check_generator(make_generator)

# %% [markdown]
# What the check looked at is what a generator owes its game: the right shape, the right range, another picture for another
# z, and activations that keep it from being one straight rule.
#
# ## The same network, trained · 8 minutes
#
# This is what 40 epochs of the game make of it. (`load_generator` opens weights that come with the course. They are the
# outcome of the training in lesson 6, made by the command that stands in `gan_lesson/bundled/article.json`.)
#
# **Predict:** the same noise as before, the same network. Will all pictures be digits now?

# %%
from gan_lesson.checkpoints import load_generator
from gan_lesson.training import generate

trained = load_generator("article")
plots.image_grid(
    generate(trained, noise[:40]),
    columns=10,
    alt="Forty pictures of the trained generator: most are digits, some are smudges",
)

# %% [markdown]
# Most are. Some could be two digits at once, and there are loose dots of ink.
#
# Now turn the knobs. The next cell runs the generator while you drag. Press **Random** a few times: each press draws a
# new z. Then tick **raw coordinates** and move `z0`, `z1`, ..., one number of the hundred at a time. Then move the
# sliders **direction 1**, **direction 2**, ...: each changes all hundred numbers at once. These ten are the directions
# to which the first layer answers most strongly. The sliders count in standard deviations, σ; most numbers of the noise
# lie between -2 and 2. (The score of D you know from lesson 1. All else in the widget belongs to lesson 7.)
#
# **Predict:** which will change the picture more, one number or one direction?

# %%
from gan_lesson.widgets import LatentExplorer

LatentExplorer("article", seed=0)

# %% [markdown]
# A direction. One number alone changes the picture a little more than half as much, and most of the time the digit stays
# what it is; along a direction one digit turns into another. Either way the picture changes smoothly: a small step in z
# is a small step in the picture, since no layer makes a jump. But no slider means "slant" or "thickness". Each does a
# little of everything, because nothing in the game asked for more order than that. Lesson 7 comes back to these
# directions.
#
# Another generator, another map. The next explorer holds the one of the **quick recipe**, which you will train yourself in
# lesson 6: five minutes of training, convolutions instead of the widening chain (each looks at a small patch at a time), and a z of 16
# numbers instead of 100.
#
# **Predict:** with 16 numbers in all, how much will a single one of them change?

# %%
LatentExplorer("quick", seed=0)

# %% [markdown]
# Much more than one of a hundred did: no number is idle here. And the digits are cleaner. How much cleaner, in
# numbers, is the question of [lesson 9](09_measuring.ipynb).
#
# Now a walk from one z all the way to another, in a straight line.
#
# **Predict:** half-way between two digits, is there a digit?

# %%
from gan_lesson.latent import lerp

walk = lerp(noise[3], noise[7], steps=20)
plots.image_grid(
    generate(trained, walk),
    columns=20,
    size=0.45,
    alt="Twenty pictures that change step by step from one digit into another",
)

# %% [markdown]
# Something that keeps trying to be one, most of the way. Nobody drew these in-between pictures for it. It made them
# up by connecting what it knows.
#
# > **Same z, same picture.** All chance is in z. Keep a z and you keep its picture; that is how we will follow "the same"
# > digit through a training, epoch by epoch.
#
# ## Recap
#
# The generator turns noise of shape (N, 100) into images of shape (N, 1, 28, 28) through four linear layers that widen to
# 784 values. LeakyReLU between them makes it more than one straight rule, and the Tanh at the end keeps the pictures in
# the range of the reals. All chance is in z; what its numbers mean is up to the training.
#
# **Next:** [lesson 4](04_the_discriminator.ipynb) builds the player that judges these pictures.
#
# *Sources.* LeakyReLU: A. Maas, A. Hannun and A. Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
# 2013. In GANs: A. Radford, L. Metz and S. Chintala, 2016.
