# %% [markdown]
# # 2 · The data
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what does the generator have to imitate?
#
# At the end you can
# - *describe* MNIST: how many pictures, of what size, of which digits, with how many channels,
# - *cut* it into batches and *count* the steps of an epoch,
# - *explain* which labels a GAN uses (not the ones you might think),
# - *bring* pictures into the range [-1, 1] and *say* what a wrong range gives away.
#
# About 25 minutes.

# %% [markdown]
# ## Sixty thousand digits · 6 minutes
#
# MNIST is a collection of handwritten digits, put together by Yann LeCun, Corinna Cortes and Christopher Burges. It
# comes bundled with this course, so nothing is downloaded. `load_mnist` gives the data set class of torchvision.

# %% tags=["nbval-check-output"]
from gan_lesson.data import load_mnist

mnist = load_mnist()
images, labels = mnist.data, mnist.targets
print(images.shape, images.dtype)
print("pixels from", images.min().item(), "to", images.max().item())
print("digits from", labels.min().item(), "to", labels.max().item())

# %% [markdown]
# 60,000 pictures for training (another 10,000 are kept apart for testing), 28 x 28 pixels each, whole numbers from 0 to
# 255. There is **one channel**: grey, no colours. The digits are **0 to 9**, ten of them. This course grew out of a
# well-known article, in Chinese, that trains a GAN on these digits; from here on we call it *the article*. It says 1 to 9
# at one place; the zeros are there too.
#
# **Predict:** are there equally many of each digit?

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

# %% [markdown]
# Nearly, not quite: there are more ones than fives. A perfect generator would make them in these very shares, so it
# should draw a one a little more often than a five.
#
# Here are the first forty.

# %%
from gan_lesson.data import image_tensor, to_range

first = to_range(image_tensor()[:40])
plots.image_grid(first, columns=10, alt="The first forty training images: digits in many handwritings")

# %% [markdown]
# ## What valid means here · 3 minutes
#
# A picture of 28 x 28 pixels is a point too, not in the plane, but in a space of 784 dimensions. Lesson 1's ring has
# become a thin, crooked shape somewhere in there. To get a feeling for how thin, draw points of that space at random.
#
# **Predict:** how many of the following ten will look like a digit?

# %%
import torch

torch.manual_seed(0)
anywhere = torch.rand(10, 1, 28, 28) * 2 - 1
plots.image_grid(anywhere, columns=10, alt="Ten pictures of random pixels: grey noise, none looks like a digit")

# %% [markdown]
# None, and it would be none of a billion. That is the task: from the 60,000 examples alone, learn to hit this shape.
#
# ## Minus one to one · 6 minutes
#
# The last layer of our generator will be a **Tanh**, which gives numbers between -1 and 1. So the reals must lie
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
plots.histogram(
    {"real": wrong_range, "fake": fakes},
    xlabel="value of a pixel",
    alt="Histogram of pixel values. Reals left at 0 to 1 lie at 0 and above; fakes lie around 0 on both sides",
)

# %% [markdown]
# Every fake has pixels below 0, no real does: any such pixel gives a fake away.
#
# **Your turn.** Write `to_range`: it takes pixels 0 to 255 as whole numbers (dtype uint8) and gives floats from -1 to 1.
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

# %% [markdown]
# Half the range is 127.5, so dividing by it gives 0 to 2, and subtracting 1 gives -1 to 1. So 127.5 becomes 0, a
# value that no pixel has. `.float()` first is a good habit: dividing whole numbers gives floats anyway, but `images -
# 1` on uint8 can't hold a -1 and gives 255 instead.
#
# ## Batches · 6 minutes
#
# A network doesn't learn from one picture at a time, and not from all 60,000 either, but from a **batch**. The article
# takes 100 with PyTorch's `DataLoader`, which shuffles the pictures and cuts them into batches. One pass over all of
# them is an **epoch**.

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
# The loader also gives labels: this picture is a seven. **The GAN ignores them.** It learns what digits look like
# without being told which is which.
#
# It uses labels of its own, and these cost nothing, since we know where each picture came from: a batch of **ones** for
# reals, a batch of **zeros** for fakes.

# %% tags=["nbval-check-output"]
real_labels = torch.ones(batch.size(0), 1)
fake_labels = torch.zeros(batch.size(0), 1)
print(tuple(real_labels.shape), real_labels[:3].flatten().tolist())
print(tuple(fake_labels.shape), fake_labels[:3].flatten().tolist())

# %% [markdown]
# The shape is (100, 1), one label for each picture, in a column: the same shape as the discriminator's answers. A label of
# shape (100,) is the source of a famous mistake: a loss written by hand stretches it to 100 x 100 without a word, and
# compares every picture with every label.
#
# ## The same batches, sooner · 3 minutes
#
# The DataLoader unpacks, converts and stacks each picture on its own. The 60,000 training pictures fit into 47 MB, so
# the library cuts its batches from memory instead. `mnist_batches` is an endless iterator: no epochs to start over by
# hand.
#
# **Predict:** how many times as fast is it?

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
print(f"DataLoader {slow:.2f} ms a batch, from memory {fast:.2f} ms: {slow / fast:.0f} times as fast")

# %% [markdown]
# The pictures are the same, in another order. From here on the course takes its batches from memory.
#
# ## Recap
#
# MNIST has 60,000 grey pictures of the digits 0 to 9, 28 x 28 pixels each, in batches of shape (100, 1, 28, 28), 600
# of which make an epoch. The GAN doesn't use the digits' labels but its own: ones for reals, zeros for fakes. Reals
# and fakes share the range [-1, 1], so that the range itself gives no clue.
#
# **Next:** [lesson 3](03_the_generator.ipynb) turns 100 random numbers into such a picture.
#
# *Sources.* MNIST: Y. LeCun, C. Cortes and C. Burges, under CC BY-SA 3.0. Scaling to the range of the Tanh: A. Radford, L.
# Metz and S. Chintala, "Unsupervised Representation Learning with Deep Convolutional GANs", 2016, section 4.
