# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what has the generator made of the space that its noise comes from?
#
# At the end you can
# - *say* where in 100 dimensions the noise lives, and why a straight walk leaves that place,
# - *write* slerp, the walk that stays, and *measure* what the difference is worth,
# - *find* the few directions to which a generator listens, and *play* with them,
# - *calculate* with digits: this one, minus what makes it a 1, plus what makes it a 0,
# - *trade* variety away by truncation, and *judge* whether you get anything for it,
# - *test* whether a generator has learned its training images by heart.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Where the noise lives · 8 minutes
#
# Every z is a picture. ==The space of all z is called the **latent space**: latent means hidden, for nobody ever sees
# z, only what is made of it.== Here are both players of the article's 40 epochs again.

# %%
from gan_lesson import plots
from gan_lesson.checkpoints import load_discriminator, load_generator
from gan_lesson.latent import sample
from gan_lesson.training import generate, in_evaluation

generator, discriminator = load_generator("article"), load_discriminator("article")


def draw(z):
    return generate(generator, z)


def score(images):
    return in_evaluation(discriminator, images).sigmoid()


noise = sample(120, 100, seed=0)
pictures = draw(noise[:10])
plots.scores(
    pictures, score(pictures), alt="Ten pictures of the generator, each with the discriminator's score above it"
)

# %% [markdown]
# ==A z is also a point, and a point has a distance from the origin, its **norm**.== In two dimensions you know the picture:
# a cloud, densest in the middle. In 100 dimensions each number is still most often near 0. So where are most points?

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

distance = Prediction(
    "Where are most points z of 100 dimensions?",
    ["close to the origin, within 3 of it", "in a narrow band, far from it", "at all distances, from 0 to 13"],
)
distance

# %%
norms = {f"{size} numbers": sample(10_000, size, seed=0).norm(dim=1) for size in (2, 100)}
plots.histogram(
    norms,
    xlabel="norm of z: its distance from the origin",
    alt="Norms of 10,000 z. With 2 numbers they spread from 0 to 4; with 100 numbers they form a narrow hill around 10",
)

# %% tags=["nbval-check-output"]
shell = norms["100 numbers"]
distance.came_out(
    f"around {shell.mean():.1f}; of 10,000 the nearest is at {shell.min():.0f}, the farthest at {shell.max():.0f}"
)
squares = shell.square()
print(f"the norm: {shell.mean():.1f} give or take {shell.std():.1f}")
print(f"its square: {squares.mean():.0f} give or take {squares.std():.0f}")

# %% [markdown]
# ==They lie in a thin **shell** around 10, and of 10,000 points not one is near the origin.== ("Give or take" is the standard
# deviation.) The square of the norm says why:
#
# $$\|z\|^2 = z_1^2 + z_2^2 + \dots + z_{100}^2.$$
#
# In words: the squared norm is the sum of 100 squares. Each of them is 1 on average, so the sum is about 100, and its
# root about 10: that is where the shell lies. It is *thin* because in a sum of a hundred independent numbers large and small
# ones nearly make up for each other. Each square has a standard deviation of 1.4; the sum's is not a hundred times that but
# ten times, 14. A sum of 100 give or take 14 has a root of 10 give or take 0.7. For the sum to be near 0 all hundred would
# have to be small at once.
#
# And the origin itself, where z is all zeros? Say what you expect there. Then move the slider that follows to 0: it
# keeps the directions of ten z and changes their norm.

# %% tags=["prediction"]
origin = Prediction(
    "What does the generator draw at the origin?",
    ["white paper", "the ten digits, paler", "one very clean digit", "one grey smudge"],
)
origin

# %%
from gan_lesson.widgets import interact

directions = noise[:10] / noise[:10].norm(dim=1, keepdim=True)


def at_norm(norm):
    return plots.image_grid(draw(norm * directions), columns=10, alt=f"Pictures of ten z whose norm is set to {norm}")


interact(at_norm, norm=(0, 20))

# %%
origin.came_out("one grey smudge, the same for all ten")

# %% [markdown]
# At 0 there is one picture for all, a grey smudge that is a bit of a 3, a 5 and an 8. The generator was never asked there:
# 40 epochs of noise, and none of it came close. Towards 10 the ten become themselves. Beyond 10 most stay what
# they are, with harder edges.
#
# ## Two ways to walk · 13 minutes
#
# ==In [The generator](lesson:the_generator) you walked from one z to another in a straight line: **lerp**, for linear
# interpolation.== Both ends of such a walk have a norm of about 10.

# %% tags=["prediction"]
middle = Prediction(
    "What is the norm half-way between the two, on the straight line?",
    ["about 10, as at both ends", "about 7", "about 5", "near 0"],
)
middle

# %% tags=["nbval-check-output"]
import torch

from gan_lesson.latent import lerp

starts, ends = sample(300, 100, seed=1), sample(300, 100, seed=2)
halfway = torch.stack([lerp(start, end, steps=3)[1] for start, end in zip(starts, ends, strict=True)])
middle.came_out(
    f"{halfway.norm(dim=1).mean():.1f}, the mean of 300 walks; at their starts it is {starts.norm(dim=1).mean():.1f}"
)

# %% [markdown]
# It dips to 7. Two z drawn at random are nearly at right angles: in their dot product a hundred positive and negative
# terms all but cancel. Now take two points on a circle of radius 10, a right angle apart. The middle of the straight
# line between them is 10 divided by the root of 2 from the centre, and that is 7.1. The straight line is a short cut
# through the empty inside of the shell.
#
# ==The way round is called **slerp**, for spherical linear interpolation.== With the angle $\theta$ between start and end,
#
# $$\text{slerp}(s) = \frac{\sin((1-s)\,\theta)}{\sin\theta}\;\text{start} \;+\; \frac{\sin(s\,\theta)}{\sin\theta}\;\text{end}.$$
#
# In words: at a share s of the way, start has the weight of the sine of the angle still to go, end that of the sine of the
# angle behind you, and both are divided by the sine of the whole angle. The angle comes from its cosine: divide both
# vectors by their norms, take the dot product, then the arccosine.

# %% [markdown] tags=["task"]
# **Your turn.** `start` and `end` have shape (100,), `share` is a number from 0 to 1. `a @ b` is the dot product, and
# there are `torch.acos` and `torch.sin`.


# %% tags=["exercise"]
def my_slerp(start, end, share):
    ### BEGIN SOLUTION
    ### HINT first the cosine of the angle, from vectors divided by their norms; then the angle; then the two weights
    cosine = (start / start.norm()) @ (end / end.norm())
    angle = torch.acos(cosine)
    weight_start = torch.sin((1 - share) * angle) / torch.sin(angle)
    weight_end = torch.sin(share * angle) / torch.sin(angle)
    ### END SOLUTION
    return weight_start * start + weight_end * end


# %% tags=["check"]
from gan_lesson import checks

checks.check_slerp(my_slerp)

# %% [markdown] tags=["why"]
# With these weights the angle grows evenly, and two ends of one norm keep that norm all the way. Half-way, at a right
# angle, both weights are sin 45° / sin 90° = 0.71. Lerp has 0.5 there, and that is why it dips. One could
# also walk straight and stretch each point back to norm 10. That stays on the shell, but it doesn't turn evenly: it
# hurries in the middle. Without the division by the norms, the dot product of two such z is a number like 12 or -7. That
# is no cosine, and its arccosine is nan. And if the angle is 0, sin θ is 0, too, and the formula divides by it. The
# library walks straight then.

# %% [markdown]
# The lesson goes on with the library's version, which returns all the points of a walk at once.

# %%
from gan_lesson.latent import slerp

line, arc = lerp(starts[4], ends[4], steps=11), slerp(starts[4], ends[4], steps=11)
plots.lines(
    range(11),
    {"lerp": line.norm(dim=1), "slerp": arc.norm(dim=1)},
    xlabel="step of the walk",
    ylabel="norm of z",
    ylim=(0, 12),
    guides={"the shell": 10},
    alt="Norm along both walks: lerp dips from about 10 to 6 and comes back, slerp stays near 10",
)

# %% [markdown]
# In numbers the two walks differ a lot. What does the generator make of it? The next picture shows both walks for two
# pairs of ends.

# %% tags=["prediction"]
visible = Prediction(
    "Will you be able to tell from the pictures which walk is which?",
    ["yes, in both pairs", "in one of them", "no, in neither"],
)
visible

# %%
walks = torch.cat([lerp(starts[1], ends[1], 11), slerp(starts[1], ends[1], 11), line, arc])
plots.image_grid(
    draw(walks),
    columns=11,
    alt="Four walks. The first two, lerp and slerp between the same ends, look alike; in the third, lerp, the middle is a grey smudge, in the fourth, slerp, it is sharper",
)

# %%
visible.came_out("in one of them, the second")

# %% [markdown]
# Lerp above slerp, twice. The first pair looks much the same on both ways. In the second the straight line goes through a
# grey smudge, and on the arc there is ink. But I chose that pair *because* you can see it. A picture that was chosen proves
# nothing, so let us measure all 300 pairs: how many pixels are neither paper nor ink, and what does the discriminator say?


# %%
def grey(images):
    return (images.abs() < 0.8).float().mean().item()


def along(walk):
    steps = torch.stack([walk(a, b, 11) for a, b in zip(starts, ends, strict=True)], dim=1)
    images = [draw(step) for step in steps]
    return [grey(image) for image in images], [score(image).mean().item() for image in images]


(grey_lerp, score_lerp), (grey_slerp, score_slerp) = along(lerp), along(slerp)
print(f"D's score half-way: lerp {score_lerp[5]:.2f}, slerp {score_slerp[5]:.2f}; at the ends {score_lerp[0]:.2f}")
plots.lines(
    range(11),
    {"lerp": grey_lerp, "slerp": grey_slerp},
    xlabel="step of the walk",
    ylabel="share of grey pixels",
    ylim=(0, 0.2),
    alt="Share of grey pixels, mean of 300 walks: lerp rises from 0.09 to 0.13 in the middle, slerp stays near 0.09",
)

# %% [markdown]
# So there is a difference, and it is small. On the straight line the share of grey pixels rises by two fifths
# and falls again; on the arc it stays where it is. The discriminator hardly minds either way. Walk on the arc when
# every step should look like a sample; but a generator as small as this one forgives a short cut.
#
# ## The directions that matter · 7 minutes
#
# In *The generator* you turned z0, z1 and z2, and each did a little of everything. There are better knobs. z first
# meets a linear layer, and a linear layer may stretch z more along one direction than along another. ==The **singular
# values** of its weights are these stretches, one for each of 100 directions.== Do all of them count?

# %% tags=["prediction"]
weakest = Prediction(
    "How strongly does the layer stretch along the weakest direction, beside the strongest?",
    ["as strongly: a layer treats all alike", "half as strongly", "less than a tenth as strongly", "not at all"],
)
weakest

# %%
from gan_lesson.latent import principal_directions
from gan_lesson.models import Generator

principal = principal_directions(generator)
stretch = (generator.layers[0].weight @ principal.T).norm(dim=0)
torch.manual_seed(0)
untrained = torch.linalg.svdvals(Generator().layers[0].weight)
plots.lines(
    range(1, 101),
    {"after 40 epochs": stretch.detach(), "before training": untrained.detach()},
    xlabel="direction, strongest first",
    ylabel="singular value",
    ylim=(0, 1.6),
    alt="100 singular values. Trained: from 1.5 to 0.33 within the first 30, then slowly to 0.1. Untrained: from 1.5 in an almost straight line to 0.4",
)

# %% tags=["nbval-check-output"]
weakest.came_out(f"{(stretch[-1] / stretch[0]).item():.0%} of the strongest stretch")
for name, values in [("before training", untrained), ("after 40 epochs", stretch)]:
    print(f"{name}: strongest {values[0]:.2f}, number 50 {values[49]:.2f}, weakest {values[-1]:.2f}")

# %% [markdown]
# Along the weakest the layer nearly loses z. A layer of random weights stretches unevenly as well, but not like this: training
# kept a few directions strong and let all the others fade. ==The directions in this order are called **principal
# directions**.== Each is
# a z of norm 1, and all are at right angles to each other. To move along one, set how far z goes in that direction and
# leave all else as it is: take away what z has of it, then put in the new amount. In the picture each row is one
# direction, from -3 to 3: the four strongest, then number 50, then the weakest.


# %%
def set_along(z, direction, amounts):
    return z - (z @ direction) * direction + amounts[:, None] * direction


amounts = torch.linspace(-3, 3, 13)
rows = [set_along(noise[3], principal[k], amounts) for k in (0, 1, 2, 3, 49, 99)]
plots.image_grid(
    draw(torch.cat(rows)),
    columns=13,
    alt="A 1 moved along six directions. Strongest: it becomes a 0. Second: a 7. Third: it leans over. Fourth: it begins to grow a loop. Number 50 and the weakest: nothing changes",
)

# %% [markdown]
# Along the strongest a 1 becomes a 0, along the second a 7. Along the third it leans over. In the last two rows you see
# nothing move.
#
# > **Do your rows run the other way?** A direction and its opposite are equally strong, and which of the two you get depends
# > on your machine. The digits are the same.
#
# Is that so for every z? Here is how much a picture changes along each direction, as a mean over 50 z.

# %%
change = []
for direction in principal:
    along_it = noise[:50] - (noise[:50] @ direction)[:, None] * direction
    change.append(
        (draw(along_it + 3 * direction) - draw(along_it - 3 * direction)).flatten(1).norm(dim=1).mean().item()
    )
strangers = torch.pdist(draw(noise).flatten(1)).mean().item()
plots.lines(
    range(1, 101),
    {"change": change},
    xlabel="direction, strongest first",
    ylabel="change of the picture",
    ylim=(0, 28),
    guides={"between two pictures of unrelated z": strangers},
    alt="Change of the picture from -3 to 3: the first few directions change it as much as two unrelated pictures differ; from the 40th on hardly at all",
)

# %% [markdown]
# The strongest handful replaces the whole picture. From about the 40th on, 60 directions do next to nothing. The
# generator was given 100 numbers and uses a few dozen.
#
# ## With your hands · 8 minutes
#
# Now they are yours. The sliders **direction 1** to **direction 10** are the strongest directions, **Random** draws a z,
# **Mutate** takes a step to a neighbour with the same norm, **Back** undoes.
#
# 1. *Name the knobs.* Move one slider from end to end and say in one word what it does. Then press **Random** and
#    move it again. Is your word still right?
# 2. *Walk.* Press **Pin as A**, find a picture that you like better, press **Pin as B**, and move the slider **A to B**.
#    Change the **walk** from slerp to lerp and watch the norm. Then look for a pair where the pictures tell you which is
#    which.
# 3. *Breed.* Press **Mutate** again and again, and **Back** whenever the **score of D** has fallen. How high can you get
#    it? Is the picture with the best score the best digit? Then press **Nearest real digits**: these are the five
#    training images whose pixels come nearest to your picture.

# %%
from gan_lesson.widgets import LatentExplorer

LatentExplorer("article", seed=0)

# %% [markdown]
# ==And the same with the generator of the **quick recipe** ([The adversarial loop](lesson:the_adversarial_loop)).== Its z
# has 16 numbers, so its shell lies at 4.

# %% tags=["prediction"]
same_words = Prediction(
    "Will your words for the knobs hold for this generator?",
    ["yes, all of them", "those for the strongest directions", "no, none of them"],
)
same_words

# %%
LatentExplorer("quick", seed=0)

# %%
same_words.came_out("no; there direction 1 led from a smudged 8 to a 1, here it leads from a 9 to a 3")

# %% [markdown]
# The second generator has another first layer, and so it has other directions. But one word seldom holds even within one
# generator. The third direction of the article's leaned our 1 over. What does it do to an 8? A network that was trained to tell
# the ten digits apart ([Measuring](lesson:measuring) introduces it) reads the pictures of 2,000 z; those that it takes for
# an 8 are moved to both ends of the third direction, and read again.

# %%
from gan_lesson.classifier import bundled


def read(images):
    return bundled().extract(images)[1].argmax(dim=1)


many = sample(2000, 100, seed=0)
an_8 = many[read(draw(many)) == 8]
third = principal[2]
without_it = an_8 - (an_8 @ third)[:, None] * third
for end in (-3, 3):
    digits = read(draw(without_it + end * third)).bincount(minlength=10)
    most = ", ".join(f"{digits[digit]} read as {digit}" for digit in digits.argsort(descending=True)[:4].tolist())
    print(f"of {len(an_8)} eights, moved to {end:2}: {most}")

# %% [markdown]
# Towards one end most stay what they are. Towards the other hardly any does: most become a 9 or a 4, some a 7 or a 1. The
# directions were read off only the first layer, and what the three layers after it make of a push depends on where z
# already is. And the score is the opinion of one opponent: one can please it without drawing well.
# [Measuring](lesson:measuring) finds a better judge.
#
# ## Calculating with digits · 10 minutes
#
# Where is "being a 0" in this space? Collect z that draw one digit and take their mean: what they don't share
# averages out. The difference between two such means should lead from one digit to the other.
#
# Find ones and zeros among these 120. Note the numbers of at least eight good ones each.

# %%
plots.image_grid(
    draw(noise), columns=12, titles=[str(number) for number in range(120)], alt="120 pictures, numbered from 0 to 119"
)

# %% [markdown]
# These are mine; write yours in their place. (Same z, same picture: on every machine number 3 is a 1.)

# %%
ones = noise[[3, 5, 68, 70, 71, 76, 95, 97]]
zeros = noise[[18, 20, 43, 46, 62, 73, 98, 118]]
plots.image_grid(draw(torch.cat([ones, zeros])), columns=8, alt="Above eight ones, below eight zeros")

# %% [markdown] tags=["task"]
# **Your turn.** `my_turn_into(z, source, target)` moves every row of `z`, shape (N, 100), by the direction from the mean
# of the group `source` to the mean of the group `target`. Both groups have shape (their count, 100).


# %% tags=["exercise"]
def my_turn_into(z, source, target):
    ### BEGIN SOLUTION
    ### HINT the mean over the rows of a group is .mean(dim=0), of shape (100,)
    direction = target.mean(dim=0) - source.mean(dim=0)
    ### END SOLUTION
    return z + direction


# %% tags=["check"]
checks.check_turn_into(my_turn_into)

# %% [markdown] tags=["why"]
# The ones of a group differ in slant, thickness and much else. In their mean this cancels as far as it can, and what they
# share stays. With one z of each group instead of the mean, the slant of these two would travel along. `.mean()` without
# `dim` leaves a single number; PyTorch adds it everywhere without complaint, and so the mistake is silent. Adding the
# mean of the zeros and no more forgets to take away what makes a 1. And `z += direction` would give the right result and write
# it into the z that was passed in; then the ones from before the step would be lost.

# %% [markdown]
# The lesson goes on with the library's `turn_into`. A fair test takes ones that had no part in the mean, and more of them
# than anyone wants to pick by eye. So here is a modest judge: it finds the five real digits nearest to a picture, among
# 10,000, and if all five have the same label, that is its verdict. Otherwise it says -1, for "unclear". How good is it on
# test digits, whose labels are known?

# %%
from gan_lesson.data import image_tensor, load_mnist, to_range
from gan_lesson.latent import nearest_real, turn_into

reals, labels = to_range(image_tensor()[:10_000]), load_mnist().targets[:10_000]


def judge(images):
    found = labels[nearest_real(images, reals, count=5)[1]]
    return torch.where((found == found[:, :1]).all(dim=1), found[:, 0], -1)


test_images, test_labels = to_range(image_tensor(False)[:300]), load_mnist(False).targets[:300]
verdicts = judge(test_images)
clear = verdicts >= 0
right = (verdicts == test_labels)[clear].float().mean().item()
print(f"of 300 test digits it judges {clear.sum().item()}, and {right:.0%} of these rightly")

# %% [markdown]
# It keeps silent on about every fifth, but on digits its word can be trusted. (On smudges nobody has tested it. They have
# little ink, as a 1 has, and it calls some of them a 1.) Now 400 fresh z. Those that it calls a 1 are moved.

# %% tags=["prediction"]
new_zeros = Prediction(
    "How many of these ones will become zeros?",
    ["nearly none", "about a quarter", "about three quarters", "all of them"],
)
new_zeros

# %%
fresh = sample(400, 100, seed=2)
fresh_ones = fresh[judge(draw(fresh)) == 1]
moved = turn_into(fresh_ones, ones, zeros)
plots.image_grid(
    draw(torch.cat([fresh_ones[:15], moved[:15]])),
    columns=15,
    alt="Above fifteen ones that had no part in the mean, below what they become: about two thirds are clear zeros, some look like a 5 or a 6",
)

# %% [markdown]
# Most have become zeros, and some got stuck on the way, at something like a 5 or a 6. The smudges in the upper row became
# zeros too. Let us count, and put two yardsticks beside it: a step of the same length in a random direction,
# and a harder wish, an 8.

# %%
eights = noise[[0, 4, 7, 39, 74, 87]]
aside = sample(1, 100, seed=5)
aside *= (zeros.mean(dim=0) - ones.mean(dim=0)).norm() / aside.norm()
print(f"of {len(fresh_ones)} ones")
for name, z, digit in [
    ("a random direction makes zeros:", fresh_ones + aside, 0),
    ("the direction makes zeros:", moved, 0),
    ("half of it makes zeros:", (fresh_ones + moved) / 2, 0),
    ("the direction to the eights makes eights:", turn_into(fresh_ones, ones, eights), 8),
]:
    print(f"{name:42}", (judge(draw(z)) == digit).sum().item())
new_zeros.came_out(f"{(judge(draw(moved)) == 0).float().mean().item():.0%} of them")

# %% [markdown]
# The direction works. A step of the same length elsewhere makes no zeros. But the two groups were an easy case:
# from 1 to 0 is what the strongest direction does anyway. For the 8 it works much less often. The rule that
# a difference of means carries one property and leaves the rest as it is: a tendency, not a law.
#
# ## Less variety, better pictures? · 9 minutes
#
# All z lie in the shell, but single numbers of a z may be rare: only one in twenty is beyond 2 (or -2), and of such values the
# generator has seen few. ==**Truncation** keeps to the frequent ones: each number of z that is beyond a limit is drawn again,
# until none is.== BigGAN, the best painter of photographs in 2018, made its sharpest pictures so: less variety, higher
# quality.

# %% [markdown] tags=["task"]
# **Your turn.** Write `my_truncate(noise, limit)`. Values within the limit stay as they are, and the noise that was
# passed in stays untouched.


# %% tags=["exercise"]
def my_truncate(noise, limit):
    noise = noise.clone()
    ### BEGIN SOLUTION
    ### HINT beyond = noise.abs() > limit is True where a value must go; as long as there are any, draw these again
    beyond = noise.abs() > limit
    while beyond.any():
        noise[beyond] = torch.randn(int(beyond.sum()))
        beyond = noise.abs() > limit
    ### END SOLUTION
    return noise


# %% tags=["check"]
checks.check_truncate(my_truncate)

# %% [markdown] tags=["why"]
# A new draw may lie beyond the limit as well, so one round isn't enough, and the loop has to look again after each. What
# comes out is the normal distribution, cut off at the limit. `clamp` is shorter and gives something else: all that lay
# beyond piles up on the limit itself. To multiply by the limit would change the values within it, too. To draw a whole row
# again until all its hundred numbers fit would hardly ever end: with a limit of 0.5 a single number fits in 38 of 100
# cases, and all hundred fit with a chance of 0.38 to the power of 100. `clone` keeps the caller's noise as it was.

# %% [markdown]
# Our generator now gets such z. Think of the shell before you run the cell.

# %% tags=["prediction"]
small_norm = Prediction(
    "What is the norm of z when no number may be beyond 1?",
    ["about 10: few numbers change", "about 8", "about 5", "1 or less"],
)
small_norm

# %% tags=["prediction"]
drawn_there = Prediction(
    "And what will the generator draw there?",
    ["greyer digits", "sharper digits", "digits as sharp as before"],
)
drawn_there

# %%
from gan_lesson.latent import truncate

limits = [4, 2, 1, 0.5]
truncated = {limit: truncate(fresh, limit, seed=0) for limit in limits}
plots.image_grid(
    draw(torch.cat([truncated[limit][:15] for limit in limits])),
    columns=15,
    alt="Four rows of fifteen pictures, with limits 4, 2, 1 and 0.5. The first two rows hold varied digits, the third is greyer, and in the last all are nearly the same grey smudge",
)

# %% [markdown]
# From top to bottom the limit is 4 (almost nothing is drawn again), 2, 1 and 0.5. Now in numbers: variety as the mean
# distance between two pictures, quality, for lack of a better judge, as the discriminator's score.

# %%
print("limit  norm  variety  grey  D's score")
for limit, z in truncated.items():
    images = draw(z)
    variety = torch.pdist(images.flatten(1)).mean().item()
    print(f"{limit:5}{z.norm(dim=1).mean():6.1f}{variety:9.1f}{grey(images):6.2f}{score(images).mean():11.2f}")
small_norm.came_out(f"{truncated[1].norm(dim=1).mean():.1f}")
drawn_there.came_out(f"the share of grey pixels is {grey(draw(truncated[1])):.2f}, and was {grey(draw(fresh)):.2f}")

# %% [markdown]
# The variety goes, as promised. The quality doesn't come: with limit 1 the pictures are greyer and the discriminator likes
# them less, and with 0.5 nearly all are the smudge that you met at the origin. In 100 dimensions small numbers mean a
# small norm, deep inside the shell, and there this generator knows nothing.
#
# It isn't the only one. The authors of BigGAN found that many of their models fell apart under truncation, and added a
# penalty to the training that makes generators bear it. Whether the trick helps has to be measured for each generator.
# For ours the answer is: leave z as it is.
#
# Another generator answers differently. The quick one was trained in a space of 16 numbers, and it comes with a milder
# truncation. Nothing is drawn again: when it draws, it multiplies z by 0.75, so that all of z moves towards the middle.
# (StyleGAN does so, in a latent space of its own behind z.) ==[Measuring](lesson:measuring)
# explains two figures that say what this does: **precision**, the share of pictures that are good, and **recall**, the
# share of what there is that occurs.== Here they are for the generator as it was early in its five minutes, and at the
# end, with other factors, too.

# %%
from gan_lesson import metrics
from gan_lesson.checkpoints import load_moments

moments = load_moments("quick")
steps = list(moments)
for step in (steps[3], steps[-1]):
    quick = moments[step]
    for factor in (1, 0.75, 0.5):
        quick.layers[0].factor = factor
        result = metrics.quality(generate(quick, sample(2000, quick.latent_dim, seed=0)))
        print(f"step {step:6,}, factor {factor:4}: precision {result.precision:.2f}, recall {result.recall:.2f}")

# %% [markdown]
# Early on you get what was promised: the smaller the factor, the higher the precision and the less variety. Later the
# pictures are good without it, so there is less to buy, and variety is still what one pays. It is a trade, and its price
# changes.
#
# > **What the score is worth.** The discriminator knows the fakes of its training, which came from the shell. Of
# > pictures from elsewhere it may think anything. That it and your eye agree here is good luck, not proof.
#
# ## Does it learn by heart? · 7 minutes
#
# A generator that had stored the training images could play the game perfectly, and would have made nothing new. So
# look for the nearest of all 60,000 training images beside each fake. The better a generator draws, the more the question
# matters: we ask it of the quick one first. What would you see if it copied? And what do you expect?

# %% tags=["prediction"]
neighbours = Prediction(
    "What will you see when each fake stands above its nearest training image?",
    [
        "twice the same strokes",
        "mostly the same digit, in other strokes",
        "often two different digits, far from each other",
    ],
)
neighbours

# %%
real = to_range(image_tensor())
quick = load_generator("quick")
fakes = generate(quick, sample(100, quick.latent_dim, seed=3))
quick_distances, nearest = nearest_real(fakes, real)
plots.image_grid(
    torch.cat([fakes[:12], real[nearest[:12, 0]]]),
    columns=12,
    alt="Above twelve fakes, below the nearest training image of each: nearly always the same digit in a similar pose, never the same strokes",
)

# %%
neighbours.came_out("mostly the same digit, in other strokes")

# %% [markdown]
# Above the fakes, below the nearest reals. A copy would have the same strokes below. These are relatives, not copies. But how
# near is near? A distance needs a yardstick. Take test digits, written by people and never shown to the generator. They
# can't be copies.

# %% tags=["prediction"]
nearest_of_all = Prediction(
    "Which lie nearest to the training images, on average?",
    [
        "the fakes of the quick generator",
        "the fakes of the article's generator",
        "the test digits",
        "two of these, equally",
    ],
)
nearest_of_all

# %%
article_distances, _ = nearest_real(draw(sample(100, 100, seed=3)), real)
test_distances, _ = nearest_real(test_images[:100], real)
plots.histogram(
    {"fake": quick_distances, "real": test_distances},
    bins=20,
    xlabel="distance to the nearest training image (fake: quick; real: test digits)",
    alt="Distances to the nearest training image: those of the quick generator's fakes and of test digits lie over each other, from 2 to 16, most between 6 and 11",
)

# %%
for name, found in [("quick", quick_distances), ("article", article_distances), ("test digits", test_distances)]:
    print(f"{name:12} mean distance {found.mean():.1f}")
nearest_of_all.came_out(f"quick fakes at {quick_distances.mean():.1f}, test digits at {test_distances.mean():.1f}")

# %% [markdown]
# A copy would stand at 0, or a little above it with a few stray dots, and far to the left of the test digits. No fake
# does. Those of the quick generator lie as far away as new handwriting does, which is where new digits should lie.
# Those of the article's lie farther away: if anything, they are farther from real ones than they should be. Nothing
# here says that either learned its images by heart.
#
# What can't this test see? It compares pixel by pixel. Let us cheat: take training images and shift them by one pixel.

# %%
shifted = real[:20].roll(1, dims=3)
print(f"mean distance of shifted copies: {nearest_real(shifted, real)[0].mean():.1f}")

# %% [markdown]
# Plain copies, and they pass as easily as the test digits. Distances in pixels catch only the lazy thief.
#
# ## Quiz · 5 minutes
#
# Seven questions about the whole walk. Each answer explains itself, right or wrong, and nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_latent_space")

# %% [markdown]
# ## Recap
#
# ==Noise of 100 numbers lives in a thin shell of radius 10: a straight walk cuts through its empty inside and slerp stays
# on it, which is worth a little sharpness here.== ==The article's generator listens to a few dozen of 100 directions; the
# strongest change the digit, and a difference of group means turns most ones into zeros, but fewer into eights.== ==Truncation
# costs variety and buys quality only from the quick generator, and neither of the two copies, as far as pixels can tell.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [Measuring](lesson:measuring) puts figures on quality and variety, with a better judge than the
# discriminator and the eye. And play: `LatentExplorer` takes any generator of yours.==
#
# *Sources.* Slerp: K. Shoemake, "Animating Rotation with Quaternion Curves", 1985; for latent spaces T. White, "Sampling Generative
# Networks", 2016. Directions in weights: Y. Shen and B. Zhou, "Closed-Form Factorization of Latent Semantics in GANs",
# 2021; in activations: E. Härkönen and others, "GANSpace", 2020. Arithmetic with means: A. Radford, L. Metz and S.
# Chintala, 2016. Truncation: M. Marchesi, "Megapixel Size Image Creation using Generative Adversarial Networks", 2017; A.
# Brock, J. Donahue and K. Simonyan, "Large Scale GAN Training for High Fidelity Natural Image Synthesis" (BigGAN), 2019; by a
# factor T. Karras, S. Laine and T. Aila, "A Style-Based Generator Architecture" (StyleGAN), 2019.
