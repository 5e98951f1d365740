# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what does the generator have to imitate?
#
# At the end you can
# - *describe* MNIST: how many pictures, of what size, of which digits, with how many channels,
# - *bring* pictures into the range [-1, 1] and *say* what a wrong range gives away,
# - *count* the steps of an epoch, and *make* the labels that a GAN uses (not the ones you might think),
# - *cut* batches from pictures of your own, and *say* what a dozen of them can't teach.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Sixty thousand digits · 5 minutes
#
# MNIST is a collection of handwritten digits, put together by Yann LeCun, Corinna Cortes and Christopher Burges. It
# comes bundled with this course, so nothing is downloaded. `load_mnist` gives it as a torchvision data set.

# %% tags=["nbval-check-output"]
from gan_lesson.data import load_mnist

mnist = load_mnist()
images, labels = mnist.data, mnist.targets
print(images.shape, images.dtype)
print("pixels from", images.min().item(), "to", images.max().item())
print("digits from", labels.min().item(), "to", labels.max().item())

# %% [markdown]
# 60,000 pictures for training (another 10,000 are kept apart for testing), 28 x 28 pixels each, whole numbers from 0,
# which is paper, to 255, which is ink. ==There is **one channel**: grey, no colours.== ==The digits are **0 to 9**, ten
# of them.==
#
# The next cell counts how often each digit occurs.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

shares = Prediction(
    "Are there equally many of each digit?",
    ["exactly 6,000 of each", "nearly, some a little more often", "no, some twice as often as others"],
)
shares

# %%
from gan_lesson import plots

counts = labels.bincount().tolist()
plots.bars(
    range(10),
    counts,
    xlabel="digit",
    ylabel="pictures",
    alt=f"Number of pictures of each digit, 0 to 9: {', '.join(map(str, counts))}",
)

# %%
fewest, most = min(counts), max(counts)
shares.came_out(f"from {fewest:,} (digit {counts.index(fewest)}) to {most:,} (digit {counts.index(most)})")

# %% [markdown]
# A perfect generator would draw the digits in these very shares: about five ones for every four fives.
#
# Here are the first forty. (`image_tensor()` is all pictures in one tensor, (60000, 1, 28, 28). You will write `to_range`
# yourself.)

# %%
from gan_lesson.data import image_tensor, to_range

first = to_range(image_tensor()[:40])
plots.image_grid(first, columns=10, alt="The first forty training images: digits in many handwritings")

# %% [markdown]
# ## What valid means here · 4 minutes
#
# In [The game](lesson:the_game) a real was a point in the plane, and all of them lay on a ring. A picture of 28 x 28
# pixels is a point too, in a space of 784 dimensions, and the digits are a thin, crooked shape somewhere in there. Here
# are ten points of that space, drawn at random.

# %%
import torch

torch.manual_seed(0)
anywhere = torch.rand(10, 1, 28, 28) * 2 - 1
plots.image_grid(anywhere, columns=10, alt="Ten pictures of random pixels: grey noise, none looks like a digit")

# %% [markdown]
# Would a digit come if you went on drawing? To see how far a random picture is from a digit, count its pale pixels, those
# in the palest tenth of the range. It has about 78 of them, a tenth of its 784.

# %% tags=["prediction"]
palest = Prediction(
    "How many pale pixels does even the blackest digit have?",
    ["about as many, 78", "twice as many", "more than five times as many"],
)
palest

# %%
at_random = (torch.rand(10_000, 784) < 0.1).sum(dim=1)  # pale pixels of each of 10,000 random pictures
in_digits = torch.tensor([(digit < 26).sum().item() for digit in images])  # one by one: all at once would take 400 MB
for name, pale in {"random pictures": at_random, "digits": in_digits}.items():
    print(f"{name:15} have {pale.min()} to {pale.max()} pale pixels")
palest.came_out(f"at least {in_digits.min()}")

# %% [markdown]
# None of 10,000 random pictures comes near even the blackest digit. By the binomial distribution, the chance that one
# does is below 1 in 10²⁰⁰. If you drew a picture a second, you wouldn't see a digit in a lifetime.
#
# So here is the task of a generator: from nothing but the 60,000 examples, learn to hit this shape.
#
# ## Minus one to one · 7 minutes
#
# ==The last layer of our generator will be a **Tanh**, which gives numbers between -1 and 1.== So the reals must lie
# there as well, with paper at -1 and ink at 1. What would happen if they were left at 0 to 1?
#
# In teal are the pixels of such reals. In magenta, in place of fakes, is what a Tanh makes of random numbers; the
# generator itself comes in the next lesson.

# %%
torch.manual_seed(0)
fakes = torch.randn(200, 1, 28, 28).tanh()
wrong_range = image_tensor()[:200].float() / 255
for name, pictures in {"reals": wrong_range, "fakes": fakes}.items():
    print(f"{name} with a pixel below 0: {(pictures.flatten(1) < 0).any(dim=1).sum()} of {len(pictures)}")
plots.histogram(
    {"real": wrong_range, "fake": fakes},
    xlabel="value of a pixel",
    bins=21,
    alt="Histogram of pixel values. Reals left at 0 to 1 lie at 0 and above; what the Tanh gives lies on both sides of 0",
)

# %% [markdown]
# Every fake has pixels below 0, and no real does: any such pixel gives a fake away. The discriminator would have a clue
# that has nothing to do with digits, and the generator would first have to learn not to use half of its range.

# %% [markdown] tags=["task"]
# **Your turn.** Write `my_to_range`: it takes pixels 0 to 255 as whole numbers (dtype uint8) and returns floats from -1 to 1.


# %% tags=["exercise"]
def my_to_range(images):
    ### BEGIN SOLUTION
    ### HINT first to floats, then to a range of width 2, then down by 1
    images = images.float() / 127.5 - 1
    ### END SOLUTION
    return images


# %% tags=["check"]
from gan_lesson import checks

checks.check_to_range(my_to_range)

# %% [markdown] tags=["why"]
# Half the range is 127.5, so dividing by it gives 0 to 2, and subtracting 1 gives -1 to 1. What becomes 0 is 127.5, a
# value that no pixel has. Dividing by 255 looks more natural and gives 0 to 1, the very clue of the histogram; subtract 1
# from that, and ink ends at 0. Dividing by 128 is wrong by a hair: ink becomes 0.992 and never quite 1. `.float()` first
# is a good habit: dividing whole numbers gives floats anyway, but subtracting in whole numbers doesn't, as the next
# cell shows.

# %% [markdown]
# Why floats first? Here is a pixel of 0 that stays uint8, minus 1.

# %% tags=["nbval-check-output"]
pixel = torch.tensor([0], dtype=torch.uint8)
print((pixel - 1).item())

# %% [markdown]
# The type holds whole numbers from 0 to 255 and no others. Below 0 it starts over from its other end, without an error
# message, and paper becomes ink.
#
# ## Batches · 6 minutes
#
# ==A network doesn't learn from one picture at a time, nor from all 60,000 at once, but from a **batch**.== *The
# article*, as we call the one in Chinese that this course grew out of, takes batches of 100 from PyTorch's `DataLoader`,
# which shuffles the pictures and cuts them. ==One pass over all of them is an **epoch**.==

# %% tags=["nbval-check-output"]
from gan_lesson.data import mnist_loader

loader = mnist_loader(batch_size=100)
batch, digits = next(iter(loader))
print("images:", tuple(batch.shape), "from", batch.min().item(), "to", batch.max().item())
print("labels:", tuple(digits.shape))
print("batches in an epoch:", len(loader))

# %% [markdown]
# (100, 1, 28, 28): 100 pictures, one channel, 28 rows, 28 columns. You will see this shape often. A step takes one
# batch, so an epoch has 600 steps. The article trains for 40 epochs, 24,000 steps.
#
# ### Which labels does a GAN use?
#
# The loader also gives labels: this picture is a seven. ==**The GAN ignores them.**== It learns what digits look like
# without being told which is which.
#
# ==It uses labels of its own, and these cost nothing, since we know where each picture came from: a batch of **ones** for
# reals, a batch of **zeros** for fakes.==
#
# The discriminator will answer with one number for each picture, in a column: shape (N, 1), for a batch of N. The labels
# are compared with these answers one by one, so they need the same shape and the same type, floats. And they must lie
# where the pictures lie. On your machine that may be the memory of a graphics card; `device=pictures.device` tells
# `torch.ones` and `torch.zeros` where to put what they make.

# %% [markdown] tags=["task"]
# **Your turn.** Write `my_labels`: it is given a batch, and returns the labels that call these pictures real and the labels
# that call them fake. An epoch may end with a batch that is smaller than the others, so ask the batch for its length.


# %% tags=["exercise"]
def my_labels(pictures):
    ### BEGIN SOLUTION
    ### HINT one label a picture, in a column, where the pictures are
    ones = torch.ones(len(pictures), 1, device=pictures.device)
    zeros = torch.zeros(len(pictures), 1, device=pictures.device)
    ### END SOLUTION
    return ones, zeros


# %% tags=["check"]
checks.check_labels(my_labels)

# %% [markdown] tags=["why"]
# A label says something about a whole picture, so there are as many as pictures, and not one for each pixel, as
# `torch.ones_like(pictures)` would give. `len(pictures)` fits every batch; a 100 written by hand fits all but a smaller
# last one. `torch.ones` makes floats if you don't say otherwise; whole numbers, as from `torch.tensor([[1]])`, are
# refused by the loss that the discriminator will learn from. If the labels aren't where the answers are, training stops
# with an error on the first machine with a graphics card. The worst mistake is the quiet one, the shape (N,).

# %% [markdown]
# Why so strict about the column? Subtract labels from answers, as a loss written by hand may do, and look at the shape.

# %% tags=["nbval-check-output"]
answers = torch.rand(100, 1)
print("answers - labels of shape (100, 1):", tuple((answers - torch.ones(100, 1)).shape))
print("answers - labels of shape (100,):  ", tuple((answers - torch.ones(100)).shape))

# %% [markdown]
# In a column each answer meets its own label. Labels of shape (100,) are the source of a famous mistake: a loss written
# by hand stretches them to 100 x 100 without a word, and compares every picture with every label.
#
# ## Your own pictures · 4 minutes
#
# Nothing in a GAN is made for digits only. `batches_of` cuts batches from what you have: a folder of pictures, an array,
# a torchvision data set. It gives one batch after another without end, so no epoch has to be started by hand.
# (`mnist_batches` does the same with MNIST, and the course uses it from here on.) The course brings an example: a folder
# with a dozen little houses, drawn by a program.

# %% tags=["nbval-check-output"]
from gan_lesson.data import batches_of, example_pictures

batches = batches_of(example_pictures(), batch_size=12)
houses = next(batches)
print(tuple(houses.shape), houses.dtype)

# %%
plots.image_grid(
    houses, columns=6, size=1, alt="A dozen small houses in colour, each with its own walls, roof, door and sun"
)

# %% [markdown]
# Three channels this time, red, green and blue, and the range is [-1, 1] again. For pictures of your own, it is
# `batches_of("my_pictures", batch_size=12, size=32)`, with the path of your folder; `size` brings them all to 32 x 32
# pixels. The networks must make and take that shape; how they train each other stays the same.
#
# But what can be learned from a dozen? We trained a small GAN on these houses for 4,000 steps, three times. Each time we
# then showed its discriminator the twelve mirrored, and 100 new houses by the same program, as real as the twelve.

# %% tags=["prediction"]
new_houses = Prediction(
    "What does the discriminator say to the new houses?",
    ["real, as to the twelve", "it can't tell: scores near 0.5", "fake"],
)
new_houses

# %% tags=["nbval-check-output"]
from gan_lesson import measured

runs = measured.load("dozen")["mean_scores"]
print("mean score of each kind, in three runs")
for kind in runs[0]:
    print(f"{kind:24}", "  ".join(f"{run[kind][-1]:.2f}" for run in runs))
new_houses.came_out("scores of " + ", ".join(f"{run['new houses'][-1]:.2f}" for run in runs))

# %% [markdown]
# It has learned the twelve by heart: even their mirror images are fakes to it. (The expert in *The game* who knew 24
# points by heart took about half of the new reals for real, since its fakes came from the same clouds. Here everything
# but the twelve was fake.) All that such a discriminator can teach a generator is to come closer to these very
# pictures, and so to copy them. ==A dozen pictures are enough to try things out. Learning what they have in common
# takes thousands.== MNIST has 60,000.
#
# ## Quiz · 4 minutes
#
# Seven questions, one of them with a number to work out. Each answer is explained, and nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_data")

# %% [markdown]
# ## Recap
#
# ==MNIST has 60,000 grey pictures of the digits 0 to 9, 28 x 28 pixels each, in batches of shape (100, 1, 28, 28), 600
# of which make an epoch.== ==Reals and fakes share the range [-1, 1], so that the range itself gives no clue.== ==The GAN
# doesn't use the digits' labels but its own: ones for reals, zeros for fakes.== ==`batches_of` cuts batches from
# pictures of your own; a dozen are learned by heart.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The generator](lesson:the_generator) turns 100 random numbers into a picture of a digit.==
#
# *Sources.* MNIST: Y. LeCun, C. Cortes and C. Burges, under CC BY-SA 3.0. Scaling to the range of the Tanh: A. Radford, L.
# Metz and S. Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", 2016, section 4. Few
# pictures, and the discriminator that learns them by heart: T. Karras et al., "Training Generative Adversarial Networks
# with Limited Data", 2020, which trains on a few thousand (arXiv 2006.06676). What a dozen teach was measured by
# `python -m benchmarks.dozen`.
