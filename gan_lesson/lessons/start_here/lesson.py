# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what draws digits on your machine within seconds, and how does this course work?
#
# At the end you can
# - *say* what happened in your first training run, and whether this machine is ready,
# - *run* a cell, *predict* before you do, and *read* what a check tells you,
# - *choose* your path through the course, and *come back* to it another day.
#
# About {{MINUTES}} minutes. You need Python and a first idea of what a neural network is: layers, weights, a loss, a
# gradient.

# %% [markdown]
# ## Digits within seconds · 3 minutes
#
# Run the set-up cell at the very top, whose code is folded away: click on it, and press Shift and Enter together. It
# should answer that gan_lesson is ready. Then run the code cell below in the same way, and watch its picture. Two
# networks begin with random weights and train on this machine; nothing leaves it. The picture is redrawn about once a
# second: blots become strokes, and strokes become digits.
#
# On two cores the run takes ten to twenty-five seconds, the longer the more else they have to do, and most of its digits
# can be read at the end. On a slower machine it ends after 25 seconds, however far it has come. The lines under the
# picture say what was found about your machine: ✓ means that all is well, and a line with ! says what to do.

# %%
from gan_lesson import machine

print(machine.look())

# %% [markdown]
# > **Did the cell fail?** Then the course isn't installed where this notebook runs. The set-up cell at the very top
# > says what to do; when you have done it, run both cells again.
# >
# > **Blots but no digits?** Other programs were using the machine. Close what you don't need, and run the cell again.
#
# ## What was that? · 2 minutes
#
# Nobody drew these digits, and no line of the program says what a 7 looks like. You watched two neural networks play
# against each other. The *generator* turns random numbers into pictures. The *discriminator* is shown those pictures
# and handwritten ones, and says which is which. Each has to improve because the other does.
#
# This is a **GAN**, a generative adversarial network. In [The adversarial loop](lesson:the_adversarial_loop) you write
# such a run yourself.

# %% [markdown]
# ## Three paths · 3 minutes
#
# This is the map of the course. The arrows show the order; lessons in one column can be taken in any order. The code of
# each lesson runs by itself.

# %%
from gan_lesson import standing

standing.course_map()

# %% [markdown]
# Choose how far you want to go. You can change your mind at any time: a longer path has all the lessons of the
# shorter one, and more.
#
# {{PATHS}}
#
# <details><summary>All lessons, and the question that each answers</summary>
#
# {{LESSONS}}
#
# </details>
#
# ## How a lesson works · 3 minutes
#
# Text and code take turns. Shift and Enter run a cell and go on to the next one. Run the cells from the top to the
# bottom: later ones use what earlier ones have made. If you get lost, choose *Restart Kernel and Run All Cells* in the
# menu *Kernel*.
#
# Before many pictures you are asked what you expect. Answer first, then run the cells below the question: the last of
# them tells you what came out. A prediction that turns out wrong is worth more than one that turns out right, because
# that is where you learn something. (The code of the question is folded away, and so is what tells the outcome; run both
# like any other cell.) Here is one to begin with.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

signs = Prediction(
    "A trained generator makes ten pictures from ten vectors of random numbers. Then every number changes its sign: 0.7 "
    "becomes -0.7. What does it draw now?",
    ["the same digits, white on black", "the same digits, upside down", "other digits"],
)
signs

# %%
import torch

from gan_lesson import checkpoints, latent, plots
from gan_lesson.training import generate

generator = checkpoints.load_generator("quick")  # the network above, trained for five minutes
noise = latent.sample(10, generator.latent_dim, seed=0)
plots.image_grid(
    generate(generator, torch.cat([noise, -noise])),
    columns=10,
    rows=["noise", "-noise"],
    alt="Two rows of ten pictures: what the generator makes of ten vectors, and of the same with other signs",
)

# %%
signs.came_out("other digits, most of which can be read")

# %% [markdown]
# To the generator a vector is a question, and a vector with other signs is another question. Run the cell of the
# picture again: the same vectors (`seed=0`) give the same pictures. All chance is in the random numbers. How a vector
# becomes a picture is the subject of [The generator](lesson:the_generator).
#
# ## Your first exercise · 2 minutes
#
# This lesson has one exercise; the others have two to four. Replace the line that says *your turn*, run the cell, then
# run the check under it. A check runs your code and says what it sees. If your code fails, the check names the likely
# mistake, and it says more each time. The solution is folded under the check.

# %% [markdown] tags=["task"]
# The discriminator gives each image a score: the probability that it is real. Return the probability that it is fake.
# (Make a mistake on purpose, too, and see what the check says.)


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
# number, it needs no loop: most of the code in this course is written like that.

# %% [markdown]
# ## When you come back · 2 minutes
#
# The exercises and quizzes that you pass are noted in a small file in your home folder. It stays there, and nobody else
# sees it. In the next cell this lesson should have its tick by now; on the map above, a finished lesson is filled in.

# %%
print(standing.report())

# %% [markdown]
# When you close a lesson for the day, save it. Its text, your code and its pictures stay; what the cells have made,
# networks and variables, goes with the kernel. So when you come back:
#
# - Pictures show what you last saw. Where there was something to press, you mostly find a picture of it, and a line that
#   says so.
# - To go on in the middle, click on the cell that you want to do next, and choose *Run All Above Selected Cell* in the menu
#   *Run*. To bring a picture back to life, do the same for its cell, and then run it.
# - What you have passed still counts.
#
# Colab deletes the progress file along with its machine, so there the count starts again; notebooks that you saved
# stay. To start over on purpose, run `from gan_lesson import progress`, then `progress.forget()`.

# %% [markdown]
# ## Recap
#
# ==Two networks, one that draws and one that judges, made digits out of random numbers while you watched.== ==Predict,
# run, read, and let the check tell you what to look at next.== ==Your machine is ready if no line above begins with an
# exclamation mark, or once you have done what such a line says.== ==Pictures and progress stay when you close a lesson;
# to go on, run all cells above.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The game](lesson:the_game), in which two networks play and you can make the moves for both.==
#
# *Sources.* The course grew out of an article in Chinese that trains two small networks on MNIST, a collection of
# handwritten digits. We call it *the article*; *The adversarial loop* follows its six steps. Words are explained where
# they first occur, and in the glossary (`docs/glossary.md`), in English and Chinese.
