# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what does the generator have to imitate?
#
# At the end you can
# - *describe* MNIST: how many pictures, of what size, of which digits, with how many channels,
# - *cut* it into shuffled batches and *count* the steps of an epoch,
# - *make* the labels that a GAN uses (not the ones you might think), in the right shape,
# - *bring* pictures into the range [-1, 1] and *say* what a wrong range gives away.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Sixty thousand digits · 7 minutes
#
# MNIST is a collection of handwritten digits, put together by Yann LeCun, Corinna Cortes and Christopher Burges. It
# comes bundled with this course, so nothing is downloaded. `load_mnist` gives it as a data set of torchvision.

# %% tags=["nbval-check-output"]
from gan_lesson.data import load_mnist

mnist = load_mnist()
images, labels = mnist.data, mnist.targets
print(images.shape, images.dtype)
print("pixels from", images.min().item(), "to", images.max().item())
print("digits from", labels.min().item(), "to", labels.max().item())

# %% [markdown]
# 60,000 pictures for training (another 10,000 are kept apart for testing), 28 x 28 pixels each, whole numbers from 0,
# which is paper, to 255, which is ink. ==There is **one channel**: grey, no colours.== ==The digits are **0 to 9**, ten of them.==
# This course grew out of a well-known article, in Chinese, that trains a GAN on these digits; from here on we call it *the
# article*. It says 1 to 9 at one place; the zeros are there too.
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
    alt="Number of pictures of each digit: between 5,421 (fives) and 6,742 (ones), so roughly but not exactly equal",
)

# %%
fewest, most = min(counts), max(counts)
shares.came_out(f"from {fewest:,} (digit {counts.index(fewest)}) to {most:,} (digit {counts.index(most)})")

# %% [markdown]
# Nearly, not quite: there are more ones than fives. A perfect generator would make them in these very shares, so it
# should draw about five ones to every four fives.
#
# Here are the first forty. (`image_tensor` holds all pictures as (60000, 1, 28, 28); `to_range` you will write yourself.)

# %%
from gan_lesson.data import image_tensor, to_range

first = to_range(image_tensor()[:40])
plots.image_grid(first, columns=10, alt="The first forty training images: digits in many handwritings")

# %% [markdown]
# ## What valid means here · 4 minutes
#
# A picture of 28 x 28 pixels is a point too, not in the plane, but in a space of 784 dimensions. The ring of *The game*
# has become a thin, crooked shape somewhere in there. To get a feeling for how thin, draw ten points of that space at
# random.

# %% tags=["prediction"]
hits = Prediction("How many of the ten will look like a digit?", ["about half", "one or two", "none"])
hits

# %%
import torch

torch.manual_seed(0)
anywhere = torch.rand(10, 1, 28, 28) * 2 - 1
plots.image_grid(anywhere, columns=10, alt="Ten pictures of random pixels: grey noise, none looks like a digit")

# %%
hits.came_out("none")

# %% [markdown]
# And it would be none of a billion. Count the pixels that are as pale as the palest tenth of the range: a random picture
# has about 78 of them, a tenth of its 784 pixels. And a digit?

# %% tags=["nbval-check-output"]
pale = (images < 26).sum(dim=(1, 2)).float()
print(f"pale pixels of a digit: {pale.mean():.0f} on average, {pale.min():.0f} in the one with the most ink")

# %% [markdown]
# For a random picture, whose 78 vary by some eight up or down, that is out of reach. So here is the task of a generator:
# from nothing but the 60,000 examples, learn to hit this shape.
#
# ## Minus one to one · 10 minutes
#
# ==The last layer of our generator will be a **Tanh**, which gives numbers between -1 and 1.== So the reals must lie
# there as well, with paper at -1 and ink at 1. Were they left at 0 to 1, the discriminator would get a clue that has
# nothing to do with digits: whatever has a pixel below 0 is fake. The generator would first have to learn to leave
# half of its range alone.
#
# Look at that clue. In teal are the pixels of reals wrongly left in [0, 1], in magenta those of a brand-new generator.

# %%
from gan_lesson.models import Generator

torch.manual_seed(0)
fakes = Generator()(torch.randn(200, 100)).detach()
wrong_range = image_tensor()[:200].float() / 255
for name, pictures in {"reals": wrong_range, "fakes": fakes}.items():
    print(f"{name} with a pixel below 0: {(pictures.flatten(1) < 0).any(dim=1).sum()} of {len(pictures)}")
plots.histogram(
    {"real": wrong_range, "fake": fakes},
    xlabel="value of a pixel",
    alt="Histogram of pixel values. Reals left at 0 to 1 lie at 0 and above; fakes lie around 0 on both sides",
)

# %% [markdown]
# Every fake has pixels below 0, no real does: any such pixel gives a fake away.

# %% [markdown] tags=["task"]
# **Your turn.** Write `my_to_range`: it takes pixels 0 to 255 as whole numbers (dtype uint8) and gives floats from -1 to 1.
# Which number becomes 0?


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
# Half the range is 127.5, so dividing by it gives 0 to 2, and subtracting 1 gives -1 to 1. So 127.5 becomes 0, a value
# that no pixel has. Dividing by 255 looks more natural and gives 0 to 1, the very clue of the histogram; with `- 1` after
# it, ink ends at 0. Dividing by 128 is wrong by a hair: ink becomes 0.992 and never quite 1. `.float()` first is a good
# habit: dividing whole numbers gives floats anyway, but subtracting in uint8 goes wrong, as the next cell shows.

# %% [markdown]
# Why first to floats? One line shows what may happen if you stay with the type of the pixels, uint8.

# %% tags=["prediction"]
below_zero = Prediction("What is a pixel of 0 minus 1, in uint8?", ["-1", "0", "255", "an error message"])
below_zero

# %% tags=["nbval-check-output"]
pixel = torch.tensor([0], dtype=torch.uint8)
below_zero.came_out((pixel - 1).item())

# %% [markdown]
# The type holds whole numbers from 0 to 255 and no others. Below 0 it starts over at its other end, without an error
# message, and paper becomes ink. With `.float()` before you subtract this can't happen.
#
# ## Batches · 10 minutes
#
# ==A network doesn't learn from one picture at a time, and not from all 60,000 either, but from a **batch**.== The article
# takes 100 with PyTorch's `DataLoader`, which shuffles the pictures and cuts them into batches. ==One pass over all of
# them is an **epoch**.==

# %% tags=["nbval-check-output"]
from gan_lesson.data import mnist_loader

loader = mnist_loader(batch_size=100)
batch, digits = next(iter(loader))
print("images:", tuple(batch.shape), "from", batch.min().item(), "to", batch.max().item())
print("labels:", tuple(digits.shape))
print("batches in an epoch:", len(loader))

# %% [markdown]
# (100, 1, 28, 28): 100 pictures, one channel, 28 rows, 28 columns. You will read this shape often. 600 batches are one
# epoch, so 40 epochs will be 24,000 steps.
#
# Move the slider to leaf through the training set, one batch at a time.

# %%
from gan_lesson.widgets import interact


def show(batch_index):
    start = 100 * batch_index
    pictures = to_range(image_tensor()[start : start + 100])
    alt = f"Batch {batch_index}: the training images {start} to {start + 99}"
    return plots.image_grid(pictures, columns=20, size=0.4, alt=alt)


interact(show, batch_index=(0, 599))

# %% [markdown]
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
# that call them fake. An epoch may end with a batch that is smaller than the others, so ask the batch how many it has.


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
# refused by PyTorch's binary cross-entropy, the loss that the article uses. Labels on another device than the answers
# stop with an error, on the first machine with a graphics card. The worst mistake is the quiet one, the shape (N,), and
# the next cell shows it.

# %% [markdown]
# Why so strict about the column? Take labels from answers, as a loss written by hand may do, and look at the shape.

# %% tags=["nbval-check-output"]
answers = torch.rand(100, 1)
print("answers - labels of shape (100, 1):", tuple((answers - torch.ones(100, 1)).shape))
print("answers - labels of shape (100,):  ", tuple((answers - torch.ones(100)).shape))

# %% [markdown]
# In a column each answer meets its own label. A label of shape (100,) is the source of a famous mistake: a loss written
# by hand stretches it to 100 x 100 without a word, and compares every picture with every label.
#
# ## An epoch by hand · 7 minutes
#
# The DataLoader does for you what you could do yourself: shuffle, then cut. Two tools are enough. `torch.randperm(6)`
# gives the numbers from 0 to 5 in random order. And where `some` holds several numbers, `images[some]` picks the images
# with these numbers.

# %% tags=["nbval-check-output"]
some = torch.tensor([3, 0, 59999])
print("three images:", tuple(images[some].shape))
print("their digits:", labels[some].tolist())

# %% [markdown] tags=["task"]
# **Your turn.** `my_epoch(images, digits, batch_size)` returns one epoch: a list of batches, each a pair (images, digits).
#
# - Each image comes exactly once, and its own digit beside it.
# - The order is another one at each call.
# - If the batch size doesn't divide the number of images, the last batch is smaller.
#
# Leave the pixels as they are.


# %% tags=["exercise"]
def my_epoch(images, digits, batch_size):
    ### BEGIN SOLUTION
    ### HINT one random order for the whole epoch, cut into pieces; each piece picks images and digits
    order = torch.randperm(len(images))
    batches = [(images[piece], digits[piece]) for piece in order.split(batch_size)]
    ### END SOLUTION
    return batches


# %% tags=["check"]
checks.check_epoch(my_epoch)

# %% [markdown] tags=["why"]
# `torch.randperm` names each image once, and one such order serves the whole epoch. With `torch.randint`, or a new order
# for each batch, images come twice while others are left out: of 60,000 that are drawn 60,000 times with replacement some
# 37 % never come, since each is missed with probability (1 - 1/60,000) to the power 60,000. Images and digits are picked
# with the same numbers; shuffled apart they are out of step, and no error says so. A GAN wouldn't notice, as it ignores
# the digits, but a classifier would learn nonsense. `split` leaves a smaller last batch. Many loops drop it instead,
# which harms little when each epoch is shuffled anew; but then an epoch isn't each image once.

# %% [markdown]
# ## The same batches, sooner · 3 minutes
#
# The DataLoader unpacks, converts and stacks each picture on its own. The 60,000 training pictures fit into 47 MB, so
# the library cuts its batches from memory instead. `mnist_batches` is an endless iterator: no epochs to start over by
# hand.

# %% tags=["prediction"]
speed = Prediction("How many times as fast is it?", ["less than twice as fast", "2 to 10 times", "more than 10 times"])
speed

# %%
from time import perf_counter

from gan_lesson.data import mnist_batches


def milliseconds_per_batch(batches, count=30):
    start = perf_counter()
    for _ in range(count):
        next(batches)
    return (perf_counter() - start) / count * 1000


slow = milliseconds_per_batch(iter(loader))
fast = milliseconds_per_batch(mnist_batches(100))
print(f"DataLoader {slow:.2f} ms a batch, from memory {fast:.2f} ms")
speed.came_out(f"{slow / fast:.0f} times as fast")

# %% [markdown]
# The pictures are the same, in another order. From here on the course takes its batches from memory.
#
# ## Quiz · 5 minutes
#
# Seven questions, one of them with a number to work out. Each answer explains itself, and nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_data")

# %% [markdown]
# ## Recap
#
# ==MNIST has 60,000 grey pictures of the digits 0 to 9, 28 x 28 pixels each, in batches of shape (100, 1, 28, 28), 600
# of which make an epoch.== ==The GAN doesn't use the digits' labels but its own: ones for reals, zeros for fakes.== ==Reals
# and fakes share the range [-1, 1], so that the range itself gives no clue.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The generator](lesson:the_generator) turns 100 random numbers into such a picture.==
#
# *Sources.* MNIST: Y. LeCun, C. Cortes and C. Burges, under CC BY-SA 3.0. Scaling to the range of the Tanh: A. Radford, L.
# Metz and S. Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", 2016, section 4.
