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
# - *find* the directions to which a generator listens most, and *play* with them,
# - *calculate* with digits: this one, minus what makes it a 1, plus what makes it a 0,
# - *search* for the z of a given picture, and *see* what a generator cannot draw.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Where the noise lives · 7 minutes
#
# Every z is a picture. ==The space of all z is called the **latent space**: latent means hidden, for nobody ever sees
# z, only what is made of it.== The walk through it begins with the generator of the article's 40 epochs, whose z has
# 100 numbers.

# %%
from gan_lesson import plots
from gan_lesson.checkpoints import load_generator
from gan_lesson.latent import sample
from gan_lesson.training import generate

article = load_generator("article")
noise = sample(10, 100, seed=0)
plots.image_grid(
    generate(article, noise), columns=10, alt="Ten pictures of the article's generator, most of them digits"
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

directions = noise / noise.norm(dim=1, keepdim=True)


def at_norm(norm):
    return plots.image_grid(
        generate(article, norm * directions), columns=10, alt=f"Pictures of ten z whose norm is set to {norm}"
    )


interact(at_norm, norm=(0, 20))

# %%
origin.came_out("one grey smudge, the same for all ten")

# %% [markdown]
# At 0 there is one picture for all, a grey smudge that is a bit of a 3, a 5 and an 8. The generator was never asked there:
# 40 epochs of noise, and none of it came close. Towards 10 the ten become themselves.
#
# ## Two ways to walk · 12 minutes
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
    "In which of the two pairs will you see that lerp and slerp go different ways?",
    ["in both", "in one of them", "in neither"],
)
visible

# %%
walks = torch.cat([lerp(starts[1], ends[1], 11), slerp(starts[1], ends[1], 11), line, arc])
plots.image_grid(
    generate(article, walks),
    columns=11,
    rows=["lerp", "slerp", "lerp", "slerp"],
    alt="Four walks. The first two, lerp and slerp between the same ends, look alike; in the third, lerp, the middle is a grey smudge, in the fourth, slerp, it is sharper",
)

# %%
visible.came_out("in one of them, the second")

# %% [markdown]
# The first pair looks much the same on both ways. In the second the straight line goes through a grey smudge, and on the
# arc there is ink. But I chose that pair *because* you can see it. A picture that was chosen proves nothing, so let us
# measure all 300 pairs: how many pixels are neither paper nor ink?


# %%
def grey(walk):
    steps = torch.stack([walk(a, b, 11) for a, b in zip(starts, ends, strict=True)], dim=1)
    return [(generate(article, step).abs() < 0.8).float().mean().item() for step in steps]


plots.lines(
    range(11),
    {"lerp": grey(lerp), "slerp": grey(slerp)},
    xlabel="step of the walk",
    ylabel="share of grey pixels",
    ylim=(0, 0.2),
    alt="Share of grey pixels, mean of 300 walks: lerp rises from 0.09 to 0.13 in the middle, slerp stays near 0.09",
)

# %% [markdown]
# So there is a difference, and it is small. On the straight line the share of grey pixels rises by two fifths and falls
# again; on the arc it stays where it is. Walk on the arc when every step should look like a sample; but a generator as
# small as this one forgives a short cut.
#
# ## The directions that matter · 8 minutes
#
# For the rest of the lesson the generator is that of the **quick recipe**, with its cleaner digits. Its z has 16 numbers, so
# its shell lies at 4. Two helpers: `draw` makes pictures, and `read` says which digit each of them is. It asks a
# classifier, a network that was trained to tell the ten digits apart. ([Measuring](lesson:measuring) says how well it
# reads.)

# %%
from gan_lesson.classifier import bundled

quick = load_generator("quick")


def draw(z):
    return generate(quick, z)


def read(images):
    return bundled().extract(images)[1].argmax(dim=1)


noise = sample(120, 16, seed=0)
plots.image_grid(
    draw(noise[:12]),
    columns=12,
    titles=[str(digit) for digit in read(draw(noise[:12])).tolist()],
    alt="Twelve pictures of the quick generator, each with the digit that the classifier reads",
)

# %% [markdown]
# Which way should you go from a z to see something happen? z first meets a linear layer, and a linear layer may stretch z
# more along one direction than along another. ==The **singular values** of its weights are these stretches, one for each
# of 16 directions.== Before training they are nearly equal. And afterwards?

# %% tags=["prediction"]
weakest = Prediction(
    "After training, how much does the layer stretch along the weakest direction, beside the strongest?",
    ["as much", "half as much", "a fifth as much", "not at all"],
)
weakest

# %%
from gan_lesson.latent import first_linear
from gan_lesson.models import ConvGenerator

trained, untrained = [
    torch.linalg.svdvals(first_linear(generator).weight.detach()) for generator in (quick, ConvGenerator())
]
plots.lines(
    range(1, 17),
    {"after training": trained / trained[0], "before training": untrained / untrained[0]},
    xlabel="direction, strongest first",
    ylabel="stretch, beside the strongest",
    ylim=(0, 1.1),
    alt="16 stretches beside the strongest. Before training they fall only to 0.8; after training to 0.2",
)

# %%
weakest.came_out(f"{(trained[-1] / trained[0]).item():.2f} of the strongest stretch")

# %% [markdown]
# ==The directions in this order are called **principal directions**.== Each is a z of norm 1, and all are at right angles
# to each other. To move along one, set how far z goes in that direction and leave all else as it is: take away what z
# has of it, then put in the new amount. In the picture each row is one direction, from -3 to 3: the three strongest, then
# the three weakest.

# %%
from gan_lesson.latent import principal_directions

principal = principal_directions(quick)


def set_along(z, direction, amounts):
    return z - (z @ direction)[..., None] * direction + amounts * direction


amounts = torch.linspace(-3, 3, 13)[:, None]
shown = [0, 1, 2, 13, 14, 15]
plots.image_grid(
    draw(torch.cat([set_along(noise[8], principal[k], amounts) for k in shown])),
    columns=13,
    rows=[f"direction {k + 1}" for k in shown],
    alt="A 3 moved along six directions. Along the three strongest it becomes a 9, a 1, a 5 or a 2; along the three weakest it stays a 3 in another hand",
)

# %% [markdown]
# Along each of the strongest the 3 becomes another digit. Along the weakest it stays a 3, with other ends to its strokes.
#
# > **Do your rows run the other way?** A direction and its opposite are equally strong, and which of the two you get depends
# > on your machine. The digits are the same.
#
# But that was one z. Now 200 of them: how often is the digit at -3 another one than at 3? The dotted line says the same
# of directions drawn at random.

# %%
many = sample(200, 16, seed=0)


def changes_digit(direction):
    low, high = [read(draw(set_along(many, direction, amount))) for amount in (-3, 3)]
    return (low != high).float().mean().item()


at_random = torch.nn.functional.normalize(sample(16, 16, seed=2))
plots.lines(
    range(1, 17),
    {"principal directions": [changes_digit(direction) for direction in principal]},
    xlabel="direction, strongest first",
    ylabel="share of z whose digit changes",
    ylim=(0, 1.1),
    guides={"directions drawn at random": sum(changes_digit(direction) for direction in at_random) / 16},
    alt="Share of z whose digit changes: nearly 1 along the strongest seven directions, from there on falling to about 0.2",
)

# %% [markdown]
# ==Along the strongest directions it is the digit that changes, along the weakest, most of the time, only the
# handwriting.== A direction drawn at random has a part of the strong ones in it, so it changes most digits, too. Nobody asked
# for this order. It came of the training.
#
# ## With your hands · 7 minutes
#
# Now they are yours, all 16. **Random** draws a z, **Mutate** takes a step to a neighbour with the same norm, **Back**
# undoes.
#
# 1. *Name the knobs.* Move **direction 1** from end to end and say in one word what it does, then **direction 16**. Press
#    **Random** and move them again. Are your words still right?
# 2. *Walk.* Press **Pin as A**, find a picture that you like better, press **Pin as B**, and move the slider **A to B**.
#    Change the **walk** from slerp to lerp and watch the norm.
# 3. *Breed.* Press **Mutate** again and again, and **Back** whenever you liked the picture better before. How many steps
#    lead you to an 8? Then press **Nearest real digits**: these are the five training images whose pixels come nearest.

# %%
from gan_lesson.widgets import LatentExplorer

LatentExplorer("quick", directions=16, seed=3)

# %% [markdown]
# A word for direction 1 is hard to find. Let us look at what 200 z become at its two ends.

# %% tags=["prediction"]
one_end = Prediction(
    "At one end of direction 1, which digits will the 200 z draw?",
    ["one and the same digit", "some of the digits", "all ten digits"],
)
one_end

# %%
for k in (0, 15):
    for end in (-3, 3):
        counts = read(draw(set_along(many, principal[k], end))).bincount(minlength=10).tolist()
        drawn = ", ".join(f"{count} x {digit}" for digit, count in enumerate(counts) if count)
        print(f"direction {k + 1:2}, at {end:2}: {drawn}")

# %%
one_end.came_out("at one end 4, 7 and 9; at the other mostly 3, and else 5, 0, 6 and 8")

# %% [markdown]
# So direction 1 doesn't mean one digit, and it doesn't mean nothing. It divides the digits: 4, 7 and 9, which resemble each
# other, lie on one side, and hardly any of them on the other. Which digit of its side you get depends on the rest of z.
# At both ends of direction 16 there are all ten.
#
# ## Calculating with digits · 8 minutes
#
# Where is "being a 0" in this space? Collect z that draw a 0 and take their mean: what they don't share averages out.
# The difference between two such means should lead from one digit to the other. `read` collects them; take two other
# digits if you like.

# %%
many = sample(1000, 16, seed=0)
digits = read(draw(many))
ones, zeros = many[digits == 1], many[digits == 0]
plots.image_grid(
    draw(torch.cat([ones[:12], zeros[:12]])),
    columns=12,
    rows=["ones", "zeros"],
    alt="Above twelve ones, below twelve zeros",
)

# %% [markdown] tags=["task"]
# **Your turn.** `my_turn_into(z, source, target)` moves every row of `z`, shape (N, 16), by the direction from the mean
# of the group `source` to the mean of the group `target`. Both groups have shape (their count, 16).


# %% tags=["exercise"]
def my_turn_into(z, source, target):
    ### BEGIN SOLUTION
    ### HINT the mean over the rows of a group is .mean(dim=0), of shape (16,)
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
# The lesson goes on with the library's `turn_into`. A fair test takes ones that had no part in the mean.

# %% tags=["prediction"]
new_zeros = Prediction(
    "How many of these new ones will become zeros?",
    ["nearly none", "about one in three", "about two in three", "all of them"],
)
new_zeros

# %%
from gan_lesson.latent import turn_into

fresh = sample(1000, 16, seed=1)
fresh_ones = fresh[read(draw(fresh)) == 1]
moved = turn_into(fresh_ones, ones, zeros)
plots.image_grid(
    draw(torch.cat([fresh_ones[:14], moved[:14]])),
    columns=14,
    rows=["before", "after"],
    alt="Above fourteen ones that had no part in the mean, below what they become: most are zeros, some another digit",
)

# %%
step = zeros.mean(dim=0) - ones.mean(dim=0)
aside = sample(1, 16, seed=5)
aside *= step.norm() / aside.norm()
for name, z in [("the step", moved), ("half of it", fresh_ones + step / 2), ("another direction", fresh_ones + aside)]:
    zeros_now = (read(draw(z)) == 0).float().mean().item()
    print(f"{name:18} turns {zeros_now:4.0%} of {len(fresh_ones)} ones into zeros")
new_zeros.came_out(f"{(read(draw(moved)) == 0).float().mean().item():.0%} of them")

# %% [markdown]
# The step works for most, and a step of the same length in another direction does nothing of the kind. Nor are these
# two digits special: over all 90 pairs such a step turned about 65 of 100, in each of three draws of z, and in the worst
# pair still 28. That a difference of means carries one property and leaves the rest as it is: a tendency, not a law.
#
# ## The z of a picture · 12 minutes
#
# So far z came first. Now turn it round: here is a picture, which z draws it? No formula says so. But you have what the
# generator itself learned by: a gradient. ==In training the weights move and z is given. Here the weights are given and
# **z moves**, downhill, until the picture is near. The search is called **inversion**.==

# %% [markdown] tags=["task"]
# **Your turn.** `find_z(generator, picture, start, steps)` moves every row of `start`, shape (S, latent_dim), so that its
# picture comes nearer to `picture`, shape (1, 1, 28, 28). The optimizer is there, and it owns z. Write what one round of
# the loop does: the distance between the generator's pictures and the picture, as a sum of squares; then a step of
# gradient descent, as in [The adversarial loop](lesson:the_adversarial_loop).


# %% tags=["exercise"]
def find_z(generator, picture, start, steps):
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        ### BEGIN SOLUTION
        ### HINT generator(z) has shape (S, 1, 28, 28), and minus picture works for all S at once
        distance = (generator(z) - picture).square().sum()
        optimizer.zero_grad()
        distance.backward()
        optimizer.step()
        ### END SOLUTION
    return z.detach()


# %% tags=["check"]
checks.check_find_z(find_z)

# %% [markdown] tags=["why"]
# It is the loop that trains a network, with z in the weights' place: `[z]` is all that the optimizer may move. The sum adds
# up over the rows as well, and yet each row goes its own way, for no other row's distance depends on it. `backward` computes
# gradients for the weights, too, but no optimizer uses them.
#
# `generate` or `draw` in the place of `generator(z)` would compute without gradients, and PyTorch would stop: "does not
# require grad". Without `zero_grad` the gradients of all rounds add up, and z shoots past its aim. Without the square,
# pixels that are too dark and pixels that are too light would make up for each other.

# %% [markdown]
# The lesson goes on with the library's `invert`, which is the same loop. Two pictures first of which you know that they
# have a z, since the generator drew them: eight searches for each, every one from a place of its own.

# %% tags=["prediction"]
arrive = Prediction("How many of the 16 searches will arrive?", ["all of them", "some of them", "none of them"])
arrive

# %%
from gan_lesson.latent import invert


def apart(z, pictures):
    return (draw(z) - pictures).flatten(1).norm(dim=1)


targets = draw(noise[[1, 27]]).repeat_interleave(8, dim=0)
found = invert(quick, targets, starts=1, seed=3)
far = apart(found, targets)
titles = [f"{one:.1f}" for one in far.tolist()]
plots.image_grid(
    torch.cat([targets[:1], draw(found[:8]), targets[8:9], draw(found[8:])]),
    columns=9,
    titles=["target", *titles[:8], "target", *titles[8:]],
    alt="Two targets, a 0 and a 7, and what eight searches for each found, with the distances: most are the same digit, some another",
)

# %%
arrive.came_out(
    f"some of them: {(far < 3).sum().item()} of 16 come nearer than 3; the farthest stops at {far.max():.0f}"
)

# %% [markdown]
# Above each picture is its distance from the target. Who goes downhill stops in the first valley, and some valleys belong
# to another digit. That is why `invert` starts from eight places unless you say otherwise, and keeps the z that ends
# nearest. So much for the generator's own pictures. Now for pictures from elsewhere.

# %% tags=["prediction"]
hardest = Prediction(
    "Which of these will be the hardest to draw for the generator?",
    [
        "a test digit, which it has never seen",
        "the digit turned upside down",
        "the digit, moved four pixels to the right",
    ],
)
hardest

# %%
from gan_lesson.data import image_tensor, to_range

# ten test digits that stay on their paper when they move
test = to_range(image_tensor(False)[[0, 4, 30, 35, 15, 3, 11, 7, 44, 2]])
letter = torch.full((1, 1, 28, 28), -1.0)
letter[..., 6:22, 4:7] = letter[..., 6:22, 21:24] = 1
for k in range(8):  # an M
    letter[..., 6 + k, 6 + k : 9 + k] = letter[..., 6 + k, 19 - k : 22 - k] = 1
pictures = torch.cat([test, test.flip(2, 3), test.roll(4, dims=3), letter])
z = invert(quick, pictures, seed=0)

# %%
shown = [0, 1, 2, 10, 11, 12, 20, 21, 22, 30]
wanted, drawn = pictures[shown], draw(z[shown])
plots.image_grid(
    torch.cat([wanted, drawn, (drawn - wanted) / 2]),
    columns=10,
    rows=["target", "found", "difference"],
    alt="Three test digits, found nearly exactly; upside down, found roughly; moved to the right, found as smudges; a letter M, found roughly",
)

# %%
from gan_lesson.latent import nearest_real

far = apart(z, pictures)
for name, part in zip(["test digits", "upside down", "moved", "the letter"], far.split(10), strict=True):
    print(f"{name:12} found at a mean distance of {part.mean():4.1f}")
nearest = nearest_real(test, to_range(image_tensor()))[0].mean()
print(f"from a test digit to the nearest of 60,000 training images: {nearest:.1f}")
hardest.came_out(
    f"the moved digits: {far[20:30].mean():.1f}; upside down {far[10:20].mean():.1f}; as they are {far[:10].mean():.1f}"
)

# %% [markdown]
# Grey in the last row is "no difference". ==A handwriting that the generator has never seen has its z, nearly==: the
# picture that was found is much nearer to it than any training image. ==A digit that was moved by four pixels hardly has
# one.== To you it is the same digit. But every training image stood in the middle of its paper, and the latent space
# holds only what the generator had reason to draw. A digit upside down stands in the middle, too, and its strokes are
# those of others. (You can read the M all the same: a distance in pixels is not what the eye sees.)
#
# So inversion asks the question that samples can't answer: what does it *not* draw? [Measuring](lesson:measuring) puts a
# number to it. And a picture that has a z can do all that this lesson did with z. Here is a walk from one person's
# handwriting to another's.

# %%
walk = draw(slerp(z[5], z[7], 11))
plots.image_grid(
    torch.cat([test[5:6], walk, test[7:8]]),
    columns=13,
    titles=["real", *[""] * 11, "real"],
    alt="A handwritten 0, eleven pictures that lead from it to a 9 by small steps, and the handwritten 9",
)

# %% [markdown]
# ## Quiz · 5 minutes
#
# Seven questions about the whole walk. Each answer explains itself, right or wrong.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_latent_space")

# %% [markdown]
# ## Recap
#
# ==Noise of 100 numbers lives in a thin shell of radius 10: a straight walk cuts through its empty inside and slerp stays
# on it, which is worth a little sharpness here.== ==The strongest directions of the quick generator change the digit, the
# weakest its handwriting, and a difference of group means turns about two thirds of one digit into another.== ==Gradient
# descent on z finds the z of a picture, if it has one: a new handwriting has one, nearly, and a digit that was moved to
# the side hardly.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [Measuring](lesson:measuring) puts figures on quality and variety. And play: `LatentExplorer` and `invert` take
# any generator of yours.==
#
# *Sources.* Slerp: K. Shoemake, "Animating Rotation with Quaternion Curves", 1985; for latent spaces T. White, "Sampling Generative
# Networks", 2016. Directions in weights: Y. Shen and B. Zhou, "Closed-Form Factorization of Latent Semantics in GANs",
# 2021; in activations: E. Härkönen and others, "GANSpace", 2020. Arithmetic with means: A. Radford, L. Metz and S.
# Chintala, 2016. Inversion: J.-Y. Zhu and others, "Generative Visual Manipulation on the Natural Image Manifold", 2016; A.
# Creswell and A. A. Bharath, "Inverting the Generator of a Generative Adversarial Network", 2018.
