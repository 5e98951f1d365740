# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what will you learn here, is your machine ready for it, and how does a lesson work?
#
# At the end you can
# - *run* a cell, *predict* before you do, and *read* what a check tells you,
# - *say* whether this machine is ready, and what to do if it isn't,
# - *find* the lesson that you want, and see how far you have come.
#
# About {{MINUTES}} minutes. You need Python and a first idea of what a neural network is: layers, weights, a loss, a gradient.

# %% [markdown]
# ## Where this leads · 3 minutes
#
# Two neural networks play against each other. The generator draws digits, the discriminator tells drawn ones from
# handwritten ones. Neither is told how to do it. In [The adversarial loop](lesson:the_adversarial_loop) you watch noise
# turn into strokes, and strokes into digits. This is a GAN, a generative adversarial network, and at the end of that
# lesson you will have built and trained one.
#
# This is the map of the course. Lessons in one column can be taken in any order, and each runs by itself.

# %%
from gan_lesson import standing

standing.course_map()

# %% [markdown]
# {{LESSONS}}
#
# In a hurry? *The game* and *The adversarial loop* tell the whole story; the others say why.
#
# ## Is this machine ready? · 2 minutes
#
# The next cell looks at your machine and trains for a second or two to see how fast it is. Nothing leaves the machine.
# Lines with ✓ are fine; a line with ! says what to do.

# %%
from gan_lesson import machine

print(machine.look())

# %% [markdown]
# > **Did the cell fail?** Then the course isn't installed where this notebook runs. The set-up cell at the very top
# > says what to do; run it once more after that.
#
# ## How a lesson works · 5 minutes
#
# Text and code take turns. To run a cell, click on it and press Shift and Enter together; the next one is selected then.
# Run the cells from the top to the bottom: later ones use what earlier ones have made. If you get lost, choose
# *Restart Kernel and Run All Cells* in the menu.
#
# Before most pictures you are asked what you expect. Answer first, then run the next cell. The code of such a question is
# folded away, but run it like any other cell: then the question can be answered. A prediction that turns out wrong is worth
# more than one that turns out right, because that is where you learn something. Here is one to begin with.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

coin = Prediction(
    "A discriminator has learned nothing yet. Which mean score, from 0 (surely fake) to 1 (surely real), does it give?",
    ["near 0: everything looks fake to it", "near one half: it can't tell", "near 1: everything looks real to it"],
)
coin

# %%
import torch

from gan_lesson.models import Discriminator

torch.manual_seed(0)
images = torch.rand(100, 1, 28, 28) * 2 - 1
score = Discriminator()(images).sigmoid().mean().item()  # sigmoid: any number becomes one between 0 and 1
coin.came_out(f"{score:.2f}, near one half: it can't tell")

# %% [markdown]
# Its weights are random and small, so it has no opinion yet. (How a network gets one is the subject of [The
# discriminator](lesson:the_discriminator).)
#
# ## Your first exercise · 3 minutes
#
# This lesson has one exercise, the others have two to four. Replace the line that says *your turn*, run the cell, then run the
# check under it. A check runs your code and says what it sees. If it fails it names the likely mistake, and with each
# further failure it says more. The solution is folded under the check.

# %% [markdown] tags=["task"]
# A score is the probability that an image is real. Write the probability that it is fake. (Make a mistake on purpose,
# too, and see what the check says.)


# %% tags=["exercise"]
def probability_fake(score):
    ### BEGIN SOLUTION
    ### HINT real or fake: the two probabilities add up to 1
    return 1 - score
    ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_probability_fake(probability_fake)

# %% [markdown] tags=["why"]
# An image is either real or fake, so the two probabilities add up to 1. `return` hands the number to whoever called the
# function; `print` would show it and hand over nothing. And because `1 - score` works on a whole tensor as well as on a
# number, it needs no loop: most of the code of this course is written like that.

# %% [markdown]
# ## How far you have come · 2 minutes
#
# What you pass, exercises and quizzes, is noted in a small file in your home folder. It stays there, and nobody else sees
# it. Come back to this cell whenever you like; it counts all lessons but this one, and the map above shows a lesson
# that is done. (Colab deletes the file with its machine, so there the count starts anew; notebooks that you saved
# stay.)

# %%
print(standing.report())

# %% [markdown]
# `progress.forget()` deletes the notes, if you want to start over: `from gan_lesson import progress`.

# %% [markdown]
# ## Recap
#
# ==Predict, run, read, and let the check tell you what to look at next.== ==Your machine is ready if no line above begins with
# an exclamation mark, or once you have done what such a line says.== ==What you pass is noted only on this machine.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The game](lesson:the_game), in which two networks play, and you may move both.==
#
# *Sources.* The course grew out of an article in Chinese that trains two small networks on MNIST; *The adversarial
# loop* follows its six steps. Words are explained where they first occur, and in the glossary, in English and Chinese.
