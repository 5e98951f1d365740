# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what has the generator made of the space that its noise comes from?
#
# At the end you can
# - *say* where in 100 dimensions the noise lives,
# - *write* slerp, a walk along an arc, and *measure* what it is worth,
# - *find* the directions that a generator responds to most, and *play* with them,
# - *calculate* with digits: this one, minus what makes it a 1, plus what makes it a 0,
# - *search* for the z of a given picture, and *see* what a generator cannot draw.
#
# About {{MINUTES}} minutes.

# %% [markdown]
# ## Where the noise lives · 7 minutes
#
# Every z is a picture. ==The space of all z is called the **latent space**: latent means hidden, since nobody sees z, only
# what is made of it.== Our walk through it begins with the article's generator after 40 epochs; its z has 100 numbers.

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
    "Where are most points z in 100 dimensions?",
    ["close to the origin, within 3 of it", "in a narrow band, far from it", "at all distances, from 0 to 13"],
)
distance

# %%
norms = {f"{size} numbers": sample(10_000, size, seed=0).norm(dim=1) for size in (2, 100)}
plots.histogram(
    norms,
    xlabel="norm of z: its distance from the origin",
    alt="Histogram of the norms of 10,000 z, once with 2 numbers each and once with 100",
)

# %% tags=["nbval-check-output"]
shell = norms["100 numbers"]
squares = shell.square()
print(f"the norm: {shell.mean():.1f} give or take {shell.std():.1f}")
print(f"its square: {squares.mean():.0f} give or take {squares.std():.0f}")
distance.came_out(
    f"in a band around {shell.mean():.1f}; of 10,000 the nearest is at {shell.min():.0f}, the farthest at {shell.max():.0f}"
)

# %% [markdown]
# ==They lie in a thin **shell** of radius 10, and of 10,000 points not one is near the origin.== ("Give or take" is the
# standard deviation.) The square of the norm says why:
#
# $$\|z\|^2 = z_1^2 + z_2^2 + \dots + z_{100}^2.$$
#
# In words: the squared norm is the sum of 100 squares. Each of them is 1 on average, so the sum is about 100, and its
# root about 10: that is where the shell lies. It is *thin* because in a sum of a hundred independent numbers large and small
# ones nearly make up for each other: the sum is mostly between 86 and 114, and the roots of these are 9.3 and 10.7. For the
# sum to be near 0, all hundred would have to be small at once.
#
# And at the origin itself, where z is all zeros? Say what you expect. Then move the slider below to 0: it keeps the
# directions of ten z and changes only their norm.

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
# At 0 there is one picture for all, a grey smudge that could be a 3, a 5 or an 8. The generator was never asked for it: in 40
# epochs no z came close to the origin. On the way to 10 each of the ten becomes a picture of its own.
#
# ## Two ways to walk · 12 minutes
#
# ==In [The generator](lesson:the_generator) you walked from one z to another in a straight line. This is called **lerp**,
# for linear interpolation.== Both ends of such a walk have a norm of about 10.

# %% tags=["prediction"]
middle = Prediction(
    "What is the norm half-way along the straight line?",
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
# line between them lies 10 divided by the root of 2 from the centre, which is 7.1. The straight line is a short cut
# through the empty inside of the shell.
#
# ==The way round is called **slerp**, for spherical linear interpolation.== Many papers use it; whether it matters here,
# you will measure at the end of this section. With the angle $\theta$ between start and end,
#
# $$\text{slerp}(s) = \frac{\sin((1-s)\,\theta)}{\sin\theta}\;\text{start} \;+\; \frac{\sin(s\,\theta)}{\sin\theta}\;\text{end}.$$
#
# In words: at a share s of the way, the weight of start is the sine of the angle still to go, the weight of end is the
# sine of the angle behind you, and both are divided by the sine of the whole angle. That angle comes from its cosine:
# divide both vectors by their norms, take the dot product, then the arccosine.

# %% [markdown] tags=["task"]
# **Your turn.** `my_slerp(start, end, share)` returns the point at `share` of the way, a number from 0 to 1. `start` and
# `end` have shape (100,). The last line is there; find the two weights. `a @ b` is the dot product, and you will need
# `torch.acos` and `torch.sin`.


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
# With these weights the angle grows evenly, and where both ends have the same norm, it stays the same all the way.
# Half-way, at a right angle, both weights are sin 45° / sin 90° = 0.71. Lerp has 0.5 there, and that is why it dips. You
# could also walk straight and stretch each point back to norm 10. That stays on the shell, but it doesn't turn evenly: it
# hurries in the middle. Without the division by the norms, the dot product of two such z is a number like 12 or -7. That
# is no cosine, and its arccosine is nan. And if the angle is 0, the formula divides by sin θ = 0; there the library walks
# straight.

# %% [markdown]
# The lesson goes on with the library's version, which returns all the points of a walk at once.

# %%
from gan_lesson.latent import slerp

line, arc = lerp(starts[4], ends[4], steps=11), slerp(starts[4], ends[4], steps=11)
plots.lines(
    range(11),
    {"lerp": line.norm(dim=1), "slerp": arc.norm(dim=1)},
    xlabel="point of the walk",
    ylabel="norm of z",
    ylim=(0, 12),
    guides={"the shell": 10},
    alt="Norm along both walks: lerp dips from about 10 to 6 and comes back, slerp stays near 10",
)

# %% [markdown]
# In numbers the two walks differ a lot. What does the generator make of that? Here are both walks for two pairs of ends.

# %%
walks = torch.cat([lerp(starts[1], ends[1], 11), slerp(starts[1], ends[1], 11), line, arc])
plots.image_grid(
    generate(article, walks),
    columns=11,
    rows=["lerp", "slerp", "lerp", "slerp"],
    alt="Four walks. The first two, lerp and slerp between the same ends, look alike; in the third, lerp, the middle is a grey smudge, in the fourth, slerp, it is sharper",
)

# %% [markdown]
# The first pair looks much the same both ways. In the second, the straight line goes through a grey smudge, and on the
# arc there is ink. But we chose that pair *because* you can see it there, and a picture that was chosen proves nothing. So
# take all 300 pairs, and count the pixels that are neither paper nor ink.

# %% tags=["prediction"]
greyer = Prediction(
    "Half-way along the walks, how many grey pixels does lerp give for each one that slerp gives?",
    ["about one", "about one and a half", "three or more"],
)
greyer


# %%
def grey(walk):
    points = torch.stack([walk(a, b, 11) for a, b in zip(starts, ends, strict=True)], dim=1)
    return [(generate(article, z).abs() < 0.8).float().mean().item() for z in points]


shares = {"lerp": grey(lerp), "slerp": grey(slerp)}
plots.lines(
    range(11),
    shares,
    xlabel="point of the walk",
    ylabel="share of grey pixels",
    ylim=(0, 0.2),
    alt="The share of grey pixels along lerp and along slerp, mean of 300 walks",
)

# %%
line_grey, arc_grey = shares["lerp"][5], shares["slerp"][5]
greyer.came_out(
    f"{line_grey / arc_grey:.1f}: half-way {line_grey:.0%} of lerp's pixels are grey, and {arc_grey:.0%} of slerp's"
)

# %% [markdown]
# So there is a difference, and it is small. Walk on the arc when every point of it should look like a sample; but this
# generator forgives a short cut.
#
# ## The directions that matter · 8 minutes
#
# The rest of the lesson uses the generator of the **quick recipe**, whose digits are cleaner. Its z has 16 numbers, so its
# shell has radius 4. Two helpers: `draw` makes pictures, and `digits_of` says which digit each of them shows. It asks the
# classifier that counted digits in [The adversarial loop](lesson:the_adversarial_loop). ([Measuring](lesson:measuring) says
# how often it is right.)

# %%
from gan_lesson.classifier import bundled

quick = load_generator("quick")


def draw(z):
    return generate(quick, z)


def digits_of(images):
    return bundled()(images).argmax(dim=1)


noise = sample(120, 16, seed=0)
plots.image_grid(
    draw(noise[:12]),
    columns=12,
    titles=[str(digit) for digit in digits_of(draw(noise[:12])).tolist()],
    alt="Twelve pictures of the quick generator, each with the digit that the classifier reads",
)

# %% [markdown]
# In [The generator](lesson:the_generator) a single number of z had no meaning by itself. Is there a direction that has
# one? The first thing z meets is a linear layer, and a linear layer may stretch z more along one direction than along
# another. ==The **singular values** of its weights are these stretches, one for each of 16 directions.== Before training
# they are nearly equal. And afterwards?

# %% tags=["prediction"]
weakest = Prediction(
    "After training, how much does the layer stretch along the weakest direction, compared with the strongest?",
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
    ylabel="stretch, as a share of the strongest",
    ylim=(0, 1.1),
    alt="The 16 stretches as shares of the strongest, before and after training",
)

# %%
weakest.came_out(f"{(trained[-1] / trained[0]).item():.2f} of the strongest stretch")

# %% [markdown]
# ==These directions, strongest first, are called **principal directions**.== Each is a z of norm 1, and all are at right
# angles to each other. To move along one, set how far z goes in that direction and leave everything else as it is: take
# away what z has of it, then put in the new amount. In the picture each row is one direction, from -3 to 3: the three
# strongest, then the three weakest.

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
# Along each of the strongest the 3 becomes another digit. Along the weakest it stays a 3, and only the ends of its strokes
# change. But that was one z. Now 200 of them: how often does the digit at -3 differ from the digit at 3? The dotted line is
# the mean of 16 directions drawn at random.

# %%
many = sample(200, 16, seed=0)


def changes_digit(direction):
    low, high = [digits_of(draw(set_along(many, direction, amount))) for amount in (-3, 3)]
    return (low != high).float().mean().item()


at_random = torch.nn.functional.normalize(sample(16, 16, seed=2))
plots.lines(
    range(1, 17),
    {"principal directions": [changes_digit(direction) for direction in principal]},
    xlabel="direction, strongest first",
    ylabel="share of z whose digit changes",
    ylim=(0, 1.1),
    guides={"directions drawn at random": sum(changes_digit(direction) for direction in at_random) / 16},
    alt="Share of z whose digit changes: 0.8 to 1 along the strongest seven directions, from there on falling to about 0.2",
)

# %% [markdown]
# ==Along the strongest directions the digit changes; along the weakest, most of the time, only the handwriting does.== A
# direction drawn at random has some of the strong ones in it, so it changes most digits, too. Nobody asked for this order.
# It came out of the training.
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
#    does it take you to reach an 8? Then press **Nearest real digits** to see the five training images whose pixels come
#    nearest.

# %%
from gan_lesson.widgets import LatentExplorer

LatentExplorer("quick", directions=16, seed=15)

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
        counts = digits_of(draw(set_along(many, principal[k], end))).bincount(minlength=10).tolist()
        drawn = ", ".join(f"{count} x {digit}" for digit, count in enumerate(counts) if count)
        print(f"direction {k + 1:2}, at {end:2}: {drawn}")

# %%
at_ends = [digits_of(draw(set_along(many, principal[0], end))).unique().tolist() for end in (-3, 3)]
one_end.came_out(f"at one end {at_ends[0]}, at the other {at_ends[1]}")

# %% [markdown]
# So direction 1 doesn't mean one digit, but it means more than a single number of z did. It divides the digits: 4, 7 and
# 9, which resemble each other, lie on one side, and hardly any of them on the other. Which of the three you get depends
# on the rest of z. Along direction 16 all ten appear at both ends.
#
# ## Calculating with digits · 8 minutes
#
# Where is "being a 0" in this space? Collect many z that draw a 0 and take their mean: what they don't share averages out.
# The difference between two such means should lead from one digit to the other. Here `digits_of`
# picks out ones and zeros.

# %%
many = sample(1000, 16, seed=0)
digits = digits_of(draw(many))
ones, zeros = many[digits == 1], many[digits == 0]
plots.image_grid(
    draw(torch.cat([ones[:12], zeros[:12]])),
    columns=12,
    rows=["ones", "zeros"],
    alt="Above twelve ones, below twelve zeros",
)

# %% [markdown] tags=["task"]
# **Your turn.** `my_turn_into(z, source, target)` moves every row of `z`, shape (N, 16), by the direction from the mean
# of the group `source` to the mean of the group `target`. Each group has shape (its count, 16).


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
# share stays. With one z of each group instead of the mean, the slant of these two would come along. `.mean()` without
# `dim` leaves a single number, which PyTorch adds everywhere without complaint: a silent mistake. If you only add the mean
# of the zeros, you forget to take away what makes a 1. And `z += direction` would give the right result, but write it into
# the z that was passed in; the ones from before the step would be lost.

# %% [markdown]
# The lesson goes on with the library's `turn_into`. A fair test takes new ones, which had no part in the mean.

# %% tags=["prediction"]
new_zeros = Prediction(
    "How many of these new ones will become zeros?",
    ["nearly none", "about one in three", "about two in three", "all of them"],
)
new_zeros

# %%
from gan_lesson.latent import turn_into

fresh = sample(1000, 16, seed=1)
fresh_ones = fresh[digits_of(draw(fresh)) == 1]
moved = turn_into(fresh_ones, ones, zeros)
plots.image_grid(
    draw(torch.cat([fresh_ones[:14], moved[:14]])),
    columns=14,
    rows=["before", "after"],
    alt="Above fourteen ones that had no part in the mean, below what each of them becomes",
)

# %%
way = zeros.mean(dim=0) - ones.mean(dim=0)
aside = sample(1, 16, seed=5)
aside *= way.norm() / aside.norm()


def share_of_zeros(z):
    return (digits_of(draw(z)) == 0).float().mean().item()


print(f"half of the way: {share_of_zeros(fresh_ones + way / 2):.0%} of the {len(fresh_ones)} ones become zeros")
print(f"as far, in another direction: {share_of_zeros(fresh_ones + aside):.0%}")
new_zeros.came_out(f"{share_of_zeros(moved):.0%} of {len(fresh_ones)}")

# %% [markdown]
# The whole way works for most of them; as far in another direction does nothing of the kind. But we chose these two digits.
# There are 90 such pairs, from each digit to each other one.

# %% tags=["answers"]
from itertools import permutations

groups = [many[digits == digit] for digit in range(10)]
fresh_digits = digits_of(draw(fresh))
turned = {}
for source, target in permutations(range(10), 2):
    moved = turn_into(fresh[fresh_digits == source], groups[source], groups[target])
    turned[source, target] = (digits_of(draw(moved)) == target).float().mean().item()
best, worst = max(turned, key=turned.get), min(turned, key=turned.get)
print(f"all 90 pairs: {sum(turned.values()) / 90:.0%} on average")
for name, (source, target) in [("best", best), ("worst", worst)]:
    print(f"the {name} pair: {turned[source, target]:.0%} of the {source}s into {target}s")

# %% [markdown]
# That a difference of means carries over one property, and leaves the rest as it is, is a tendency and not a law.
#
# ## The z of a picture · 12 minutes
#
# So far z came first. Now turn it round: given a picture, which z draws it? No formula says. But you have what the generator
# itself learned from: a gradient. ==In training the weights move and z is given. Here the weights are given and **z moves**,
# downhill, until its picture comes near. This search is called **inversion**.==

# %% [markdown] tags=["task"]
# **Your turn.** `find_z(generator, picture, start, steps)` moves every row of `start`, shape (S, latent_dim), so that its
# picture comes nearer to `picture`, shape (1, 1, 28, 28). The optimizer is given, and it owns z. Write what one round of
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
# It is the loop that trains a network, with z in the weights' place: `[z]` is all that the optimizer may move. The sum runs
# over the rows as well, and yet each row goes its own way, because no other row's distance depends on it. `backward`
# computes gradients for the weights, too, but no optimizer uses them.
#
# `generate` or `draw` in place of `generator(z)` would compute without gradients, and PyTorch would stop: "does not
# require grad". Without `zero_grad` the gradients of all rounds add up, and z overshoots. Without the square, pixels that
# are too dark and pixels that are too light would make up for each other.

# %% [markdown]
# The lesson goes on with the library's `invert`, which is the same loop. First come two pictures that are sure to have a z,
# since the generator drew them. Each gets eight searches, every one from its own place.

# %% tags=["prediction"]
arrive = Prediction("How many of the 16 searches will find their picture?", ["all", "some of them", "none"])
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
    alt="Two targets, a 0 and a 7, each followed by what its eight searches found, with the distances above",
)

# %%
arrive.came_out(f"{(far < 3).sum().item()} of 16 come nearer than 3; the farthest stops at {far.max():.0f}")

# %% [markdown]
# Above each picture is its distance from the target, the root of the sum of squares; below 3 you hardly see a difference. A
# search downhill stops in the first valley, and some valleys belong to another digit. That is why `invert` starts from eight
# places unless you say otherwise, and keeps the z that ends nearest. So much for the generator's own pictures. Now for
# pictures from elsewhere.

# %% tags=["prediction"]
hardest = Prediction(
    "Which of these will the generator find hardest to draw?",
    [
        "a test digit, which it has never seen",
        "the same digit, upside down",
        "the same digit, moved four pixels to the right",
    ],
)
hardest

# %%
from gan_lesson.data import image_tensor, to_range

images = image_tensor(train=False)
room = (images[..., -4:] == 0).flatten(1).all(dim=1)  # for a move of four pixels
test = to_range(images[room][:10])
letter = torch.full((1, 1, 28, 28), -1.0)
letter[..., 5:23, 7:10] = letter[..., 5:23, 18:21] = letter[..., 12:15, 7:21] = 1  # an H
pictures = torch.cat([test, test.flip(2, 3), test.roll(4, dims=3), letter])
z = invert(quick, pictures, seed=0)

# %%
shown = [0, 3, 6, 10, 13, 16, 20, 23, 26, 30]
wanted, drawn = pictures[shown], draw(z[shown])
plots.image_grid(
    torch.cat([wanted, drawn, (drawn - wanted) / 2]),
    columns=10,
    rows=["target", "found", "difference"],
    alt="Three test digits, the same upside down, the same moved to the right, and a letter H; below each what was found, and the difference",
)

# %%
from gan_lesson import measured
from gan_lesson.latent import nearest_real

far = apart(z, pictures)
names = ["test digits", "upside down", "moved", "the letter"]
for name, distances, found in zip(names, far.split(10), z.split(10), strict=True):
    print(f"{name:12} mean distance {distances.mean():4.1f}, mean norm of z {found.norm(dim=1).mean():.1f}")
nearest = nearest_real(test, image_tensor())[0].mean()
print(f"from a test digit to the nearest of 60,000 training images: {nearest:.1f}")
print("\nmean distances of three times 40 random digits, measured once by benchmarks/inversion.py:")
for kind, distances in measured.load("inversion")["mean_distances"].items():
    print(f"{kind:22}", *[f"{distance:6.1f}" for distance in distances])
hardest.came_out(
    f"the moved digits: {far[20:30].mean():.1f}; upside down {far[10:20].mean():.1f}; as they are {far[:10].mean():.1f}"
)

# %% [markdown]
# Grey in the last row means "no difference". ==Handwriting that the generator has never seen has a z, or nearly==: the
# picture that was found is much nearer to it than any training image. ==A digit moved by four pixels hardly has one.== To
# you it is the same digit. But every training image stood in the middle of its paper, and the latent space holds only what
# the generator had reason to draw. An upside-down digit stands in the middle, too, and its strokes are those of other
# digits. (You can read the H all the same: a distance in pixels is not what the eye sees.) Notice the norms as well: the
# search is free to leave the shell, and it does. Ten digits are few; three times 40 others, drawn at random, say the same.
#
# So inversion asks the question that samples can't answer: what does the generator *not* draw? [Measuring](lesson:measuring)
# puts a number to it, the recall. And once a picture has a z, you can do with it all that this lesson did. Here is a walk
# from one real digit to another.

# %%
walk = draw(slerp(z[2], z[6], 11))
plots.image_grid(
    torch.cat([test[2:3], walk, test[6:7]]),
    columns=13,
    titles=["real", *[""] * 11, "real"],
    alt="A handwritten 0, eleven pictures that lead from it to a 9 by small steps, and the handwritten 9",
)

# %% [markdown]
# ## Quiz · 5 minutes
#
# Seven questions about the whole lesson. Each answer explains itself, right or wrong.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_latent_space")

# %% [markdown]
# ## Recap
#
# ==Noise of 100 numbers lives in a thin shell of radius 10: a straight walk cuts through its empty inside and slerp stays on
# it, which makes its pictures a little less grey.== ==The strongest directions of the quick generator change the digit, the
# weakest its handwriting, and a difference of group means turns about two in three pictures of one digit into another.==
# ==Gradient descent on z finds the z of a picture, if it has one: new handwriting nearly does, and a digit that was moved to
# the side hardly.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [Measuring](lesson:measuring) puts figures on quality and variety. And play: `LatentExplorer` and `invert` take
# any generator you have trained.==
#
# *Sources.* Slerp: K. Shoemake, "Animating Rotation with Quaternion Curves", 1985; for latent spaces T. White, "Sampling Generative
# Networks", 2016. Directions in weights: Y. Shen and B. Zhou, "Closed-Form Factorization of Latent Semantics in GANs",
# 2021; in activations: E. Härkönen and others, "GANSpace", 2020. Arithmetic with means: A. Radford, L. Metz and S.
# Chintala, 2016. Inversion: J.-Y. Zhu and others, "Generative Visual Manipulation on the Natural Image Manifold", 2016; A.
# Creswell and A. A. Bharath, "Inverting the Generator of a Generative Adversarial Network", 2018.
