# %% [markdown]
# # {{TITLE}}
#
# [Open this lesson in Colab]({{COLAB}}) · [all lessons]({{REPOSITORY}})
#
# **The question of this lesson:** what is a generative model, and how can two networks teach each other?
#
# At the end you can
# - *say* what a generative model does and what "valid" data means,
# - *name* the two players of a GAN, what each is given and who learns from whose loss,
# - *play* a GAN in the plane, where everything can be seen, and *say* why its fakes move as they do,
# - *write* the loop in which both learn, turn by turn,
# - *read* the scores and the losses of a game, and *say* what a mean score hides,
# - *count* how much of the data a generator makes, and *say* what that depends on,
# - *train* a GAN on a data set that you made up.
#
# About {{MINUTES}} minutes. You need Python and a first idea of what a neural network is, and no knowledge of GANs.

# %% [markdown]
# ## What a generative model does · 3 minutes
#
# A classifier looks at a picture and answers with a label. ==A **generative model** goes the other way: it makes new
# pictures, or sounds, or texts, that could have come from the same source as the examples it was shown.==
#
# ==Could have come from the same source: that is what **valid** means.== There are unimaginably many ways to fill 28 x 28
# pixels, and nearly all of them look like the noise of an old television. If the examples are handwritten digits, the
# few that a person would call a digit are the valid ones. Nobody can write down the rule that picks them out: we only
# have examples.
#
# We begin with a world so small that all of it can be seen. Its "pictures" have only two numbers, so each is a point in
# the plane, and the valid points lie in eight little clouds on a ring.

# %%
from gan_lesson import plots, toy

real = toy.ring(500)
print(real.shape)
plots.points(real, title="Eight clouds of valid points", alt="500 real points in eight small clouds on a circle")

# %% [markdown]
# 500 points, two numbers each. ==We say **real** for a point (or picture) that comes from the data.==
#
# ## Two players · 4 minutes
#
# A GAN is a game between two networks.
#
# - The **generator** G is given random numbers, the **noise** z, and turns them into a **fake**.
# - The **discriminator** D is given reals and fakes, mixed, and gives each a **score** between 0 and 1: how likely it
#   thinks this one is to be real.
#
# They are like a forger of paintings and an art expert. The expert learns from originals and forgeries. The forger
# never sees an original: all that comes back is which small changes to each forgery would have fooled the expert more.

# %%
from gan_lesson import diagrams

diagrams.gan_diagram(noise="(N, 2)", data="(N, 2)")

# %% [markdown]
# ==Follow the two coloured arrows: they are the two ways in which a score is turned into learning.==
#
# | player | what it is given | what its loss asks for | whom that loss teaches |
# | --- | --- | --- | --- |
# | discriminator | reals and fakes | a high score for reals, a low one for fakes | only D |
# | generator | noise | a high score for its fakes | only G, *through* D |
#
# The generator's loss is computed from the discriminator's score, so its gradient passes through D on the way back. D
# shows the way, but only G takes the step.
#
# (In the boxes, (N, 2) says that noise, fakes and reals alike are pairs of numbers here, N of them at a time.)
#
# ## Play · 10 minutes
#
# Now play the game yourself, in the playground below. Nothing in its picture was recorded: each step is PyTorch code
# that runs in this notebook while you watch. Reals are teal dots, fakes magenta crosses, and the heat map behind them
# is the discriminator's score: teal for "real", magenta for "fake", white for "can't tell". For now you need only this
# picture and the line of words beside it.
#
# Before you press anything, predict. What you choose stays in this notebook, and nobody marks it.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

corners = Prediction(
    "Only D learns. What will the map do in the corners, where there is neither a real nor a fake?",
    ["it stays white", "it turns magenta", "it turns teal"],
)
corners

# %% tags=["prediction"]
rest = Prediction(
    "Both learn. Will the fakes come to rest once they have reached the reals?",
    ["yes, each stays where it is", "no, they wander off again", "they stay close, and keep moving"],
)
rest

# %% [markdown]
# 1. Let only the discriminator learn: press **D**, beside *One step*, about twenty times. What does the map do around
#    the fakes, and what in the corners of the picture?
# 2. Look at the blue **arrows**, which have grown meanwhile. Each starts at a fake and points in the direction in which
#    the generator's loss falls. Which colour do they point to? Press **G**, beside *One step*, about twenty times, and
#    see whether the fakes obey. Then press **D** twenty times more: what becomes of the map, and of the arrows?
# 3. Open **Slow motion** and go through one step, part by part, with **Next part**. Five parts belong to the
#    discriminator, five to the generator. **Back to normal** closes it.
# 4. Now both: press **Play**, and watch for half a minute. Do the fakes come to rest once they have reached the reals?
# 5. Choose **draw your own** in the menu *Data*, draw with the mouse or a finger, and press **Use these points**. Then
#    **Play**: can the generator learn your drawing?

# %%
import torch

from gan_lesson.widgets import Playground

torch.set_num_threads(1)  # networks this small run fastest on one core
Playground("ring", seed=0)

# %% [markdown]
# When you have been through the list, run the next cell: it puts what came out beside what you predicted.

# %%
corners.came_out("it turns teal, as everywhere but around the fakes")
rest.came_out("they stay close, and keep moving")

# %% [markdown]
# So that is why the fakes move. ==**The map is the only thing that the generator is ever told.**== It feels the slope of
# the map under each fake and climbs towards teal. No fake climbs alone: all of them are made by the same weights, so
# they move together. The discriminator answers by repainting the map under the new fakes, and the arrows turn.
# (*The same in code* says why the corners look as they do.)
#
# Do they come to rest? They could do so only on a flat map, with no slope left to climb. But both players go on learning,
# so the slopes under the fakes change a little with each step. *Count the clouds* measures how far the fakes go.
#
# (Where no kernel runs, as on the pages of this course, nothing can be pressed, and a picture stands in for the game.
# The next sections show the same in code.)
#
# ## The same in code · 7 minutes
#
# This section and the next write down what the buttons did, so that you can change it. Here are both players, brand-new,
# with random weights. (`latent_dim` is how many numbers of noise the generator is given.)

# %%
torch.manual_seed(0)
generator = toy.PointGenerator(latent_dim=2)
discriminator = toy.PointDiscriminator()

noise = torch.randn(300, 2)
fake = generator(noise).detach()  # only to look at: no gradient is kept
plots.points(
    real,
    fake,
    score_map=toy.score_map(discriminator),
    title="Before the game",
    alt="Reals on a ring, fakes in one lump near the centre, the map of scores nearly white everywhere",
)

# %% [markdown]
# The fakes are one lump: random weights squeeze the noise together and know nothing of rings. The map is nearly white:
# the discriminator can't tell reals from fakes yet.
#
# ==First we let **only the discriminator** learn, for 200 steps.== A step shows it 256 reals and 256 fakes and moves
# its weights a little, so that reals score higher and fakes lower. (`update_discriminator` is short. You will write it
# yourself in [The adversarial loop](lesson:the_adversarial_loop).) `adam` makes the optimizer Adam; its learning rate
# and its two betas are chosen for networks this small.

# %% tags=["answers"]
from gan_lesson.training import adam, update_discriminator, update_generator

optimizer_d = adam(discriminator, 2e-3, betas=(0.5, 0.99))
for _ in range(200):
    update_discriminator(generator, discriminator, optimizer_d, toy.ring(256), torch.randn(256, 2))
plots.points(
    real,
    fake,
    score_map=toy.score_map(discriminator),
    title="Only D has learned",
    alt="The map of scores is magenta where the lump of fakes lies, and teal everywhere else, also far from the reals",
)

# %% tags=["answers"]
# sigmoid turns what the network gives, any number, into a score between 0 and 1
places = {"the fakes": fake, "the reals": real, "a corner of the picture": torch.tensor([[-1.6, -1.6]])}
for place, points in places.items():
    print(f"mean score at {place}: {discriminator(points).sigmoid().mean():.2f}")

# %% [markdown]
# Around the lump the map is magenta, and all the rest is teal, even in the corner, where no real is near. The
# discriminator has learned to tell *these* reals from *these* fakes, and a fence around the fakes is enough for that.
# It was never corrected about places where neither lies.
#
# Read the map as a landscape, and you know what the generator can learn from it: *uphill is teal*. ==So now **only the
# generator** learns, while the map stands still.== We keep the fakes of every tenth step.

# %% tags=["prediction"]
climb = Prediction(
    "Will the fakes spread over all eight clouds?",
    ["yes, over all eight", "no, they run past the clouds", "no, all of them end in one cloud"],
)
climb

# %%
optimizer_g = adam(generator, 1e-3, betas=(0.5, 0.99))
moments = [generator(noise).detach()]
for step in range(1, 201):
    update_generator(generator, discriminator, optimizer_g, torch.randn(256, 2))
    if step % 10 == 0:
        moments.append(generator(noise).detach())

# %%
from gan_lesson.widgets import interact

frozen_map = toy.score_map(discriminator)


def show(moment):
    title = f"Only G learns: {10 * moment} steps"
    return plots.points(real, moments[moment], score_map=frozen_map, title=title, alt=title)


interact(show, moment=(0, 20))

# %%
climb.came_out(
    f"after 200 steps {(torch.cdist(moments[-1], toy.ring_centres()) < 0.15).any(dim=1).float().mean():.0%} of the fakes "
    f"are in a cloud, and {(moments[-1].abs() > 1.6).any(dim=1).float().mean():.0%} have left the picture"
)

# %% [markdown]
# Move the slider. The fakes jump the fence and keep going. They don't stop at the reals: on this map everything out there
# counts as real, so they scatter over it, and many leave the picture. The map was true only where there was something to
# compare, and it stood still.
#
# That is why the game needs both players, turn by turn. As soon as the fakes move, the discriminator must look again,
# mark their new place magenta, and so push them on.
#
# ## The game · 8 minutes

# %% [markdown] tags=["task"]
# **Your turn.** Write what happens in one step of the game: first the discriminator learns once, then the generator. You
# have seen both calls in the last section. Your function is given the two players, an optimizer for each, and
# `draw_reals`, a function like `toy.ring`: `draw_reals(256)` gives 256 fresh reals. You draw the noise yourself,
# again 256 pairs of numbers, anew for each call.


# %% tags=["exercise"]
def my_play(generator, discriminator, optimizer_g, optimizer_d, draw_reals, steps):
    for _ in range(steps):
        ### BEGIN SOLUTION
        ### HINT one line for D, who is shown reals and fakes; one for G, who is given only noise
        update_discriminator(generator, discriminator, optimizer_d, draw_reals(256), torch.randn(256, 2))
        update_generator(generator, discriminator, optimizer_g, torch.randn(256, 2))
        ### END SOLUTION


# %% tags=["check"]
from gan_lesson import checks

checks.check_play(my_play)

# %% [markdown] tags=["why"]
# That D goes first is a convention: in a long game each turn follows one of the other player's, whoever began. What
# counts is that the turns alternate. If D took all its turns before G, you would be back at the slider: a map that
# stands still, and fakes that run past the reals. Each player has its own optimizer because an optimizer moves only the
# weights that it was made for: with `optimizer_d` in both lines G never moves, and no error says so. The noise is drawn
# anew each time; with the same 256 pairs at every step G would learn what to make of these, and of no others. Reals in
# place of the noise run without an error as well, since both are pairs of numbers, but then the forger is handed the
# originals.

# %% [markdown]
# Once your check passes, try it in a cell of its own: `my_play(generator, discriminator, optimizer_g, optimizer_d,
# toy.ring, 1000)`, and then `plots.points(real, generator(noise).detach())`. It fetches the scattered fakes back to the
# ring.
#
# The library's `AdversarialLoop` plays in the same way: each step is one update of the discriminator, then one of the
# generator. We start three games in this lesson, so let us write down once what a game needs.

# %%
from gan_lesson.training import AdversarialLoop


def new_game(data, seed):
    torch.manual_seed(seed)  # decides the first weights
    generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    return AdversarialLoop(
        generator,
        discriminator,
        toy.Points(data),  # 256 fresh reals for each step, without end
        seed=seed,  # decides the noise
        optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.99)),
        optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.99)),
    )


# %% [markdown]
# `monitor` plays such a game and shows, in one picture that redraws itself, the points, the two losses and the mean
# scores: D(x) is the score of reals, D(G(z)) that of fakes.

# %% tags=["prediction"]
two_losses = Prediction(
    "Over the 1,000 steps, what will the two losses do?",
    [
        "both will fall a long way",
        "one will fall a long way, and the other rise",
        "both will end near where they began",
    ],
)
two_losses

# %%
from gan_lesson.monitor import monitor

loop = new_game("ring", seed=1)
history = monitor(loop, steps=1000)

# %%
losses = torch.tensor([(step.discriminator_loss, step.generator_loss) for step in history])
first, last = losses[0].tolist(), losses[-100:].mean(dim=0).tolist()
two_losses.came_out(
    f"D's loss goes from {first[0]:.2f} to {last[0]:.2f}, G's from {first[1]:.2f} to {last[1]:.2f} "
    "(the first step, and the mean of the last 100)"
)

# %% [markdown]
# Look at three things.
#
# 1. **The points.** The fakes found the ring, then the clouds.
# 2. **The map** is white where the points are: where fakes are as frequent as reals, nobody can tell them apart, and no
#    slope is left to climb. But this white differs from that of the start: then the discriminator had learned nothing;
#    now it knows where reals can't be (magenta).
# 3. **The scores** of both end near 0.5. At the **equilibrium** of the game they are exactly that, since the expert can
#    only guess, and the losses lie on the dotted lines.
#
# > **The losses do not both go down.** In other training a falling loss means progress. Here what helps one player
# > raises the other's loss. Two losses that keep each other in check are what a healthy game looks like.
# > [The losses](lesson:the_losses) says which values to expect.
#
# ## Two experts · 5 minutes
#
# Suppose that the forger is perfect: its fakes are new points from the same eight clouds, so nobody can tell them from
# reals. Two experts learn, with 2,000 updates each. The first is shown 12 new reals and 12 new fakes every time, the
# second the same 24 points again and again. Then both score 2,000 reals that neither of them has seen.

# %% tags=["prediction"]
how_sure = Prediction(
    "How sure will the two be of these new reals?",
    [
        "both unsure: scores near one half",
        "only the second sure, with scores near 0 or 1",
        "both sure: scores near 0 or 1",
    ],
)
how_sure

# %%
perfect = torch.nn.Identity()  # a forger that hands on what it is given: other reals


def expert_shown(draw):
    expert = toy.PointDiscriminator()
    optimizer = adam(expert, 1e-2, betas=(0.5, 0.99))
    for _ in range(2000):
        update_discriminator(perfect, expert, optimizer, *draw())
    return expert


torch.manual_seed(2)
few = toy.ring(12), toy.ring(12)
experts = {
    "the same 24 points": expert_shown(lambda: few),
    "new points": expert_shown(lambda: (toy.ring(12), toy.ring(12))),
}

# %%
unseen = toy.ring(2000)
scores = {name: expert(unseen).sigmoid().detach() for name, expert in experts.items()}
sure = [f"{((one < 0.1) | (one > 0.9)).float().mean():.0%} with {name}" for name, one in scores.items()]
plots.histogram(
    scores,
    xlabel="score of a real that it has never seen",
    bins=21,
    alt="Scores of 2,000 reals by the two experts. Below 0.1 or above 0.9 lie " + ", ".join(sure),
)

# %%
print("mean scores:", ", ".join(f"{one.mean():.2f} with {name}" for name, one in scores.items()))
how_sure.came_out("scores below 0.1 or above 0.9: " + ", ".join(sure))

# %% [markdown]
# The first expert is unsure of every point, and rightly so. The second has learned its 24 points by heart, and is sure of
# most others, too. Yet new fakes come from the same clouds and get the same scores, so it is wrong as often as right, and
# its mean score isn't far from one half either. ==A mean score of one half can hide confident scores that are half right.
# So look at single scores, too.==
#
# Was that an unusual expert? Here are ten more who learned 24 points by heart, each its own. Again, sure means a score
# below 0.1 or above 0.9.

# %% tags=["nbval-check-output"]
from gan_lesson import measured

by_heart = [expert["the same 24 points"] for expert in measured.load("plane")["experts"]]
print("mean score:", *[f"{expert['mean_score']:.2f}" for expert in by_heart])
print("sure of:   ", *[f"{expert['sure']:.0%} " for expert in by_heart])

# %% [markdown]
# The mean is a matter of luck, somewhere around one half. That they are sure is not.
#
# ## Count the clouds · 6 minutes
#
# Did the generator of *The game* find *all* eight clouds? Let us count instead of guessing.
#
# Take N fakes. A fake is near a cloud if it lies less than 0.15 from its centre, which is three standard deviations of
# such a cloud. If the eight clouds shared all fakes equally, each would have N / 8 near it: its fair share. ==Even a
# perfect generator gives some clouds a little less, by chance. So a cloud counts as found if it has at least **a
# fifth** of its fair share.==

# %% [markdown] tags=["task"]
# **Your turn.** Write `my_clouds`, which returns the number of clouds that were found. Its first line is there:
# `distances` has a row for each fake and a column for each cloud, and holds how far the one is from the centre of the
# other. It should work for any number of clouds, so write `len(centres)` where you mean 8.


# %% tags=["exercise"]
def my_clouds(fakes, centres):
    distances = torch.cdist(fakes, centres)  # (N, 8) for eight clouds
    ### BEGIN SOLUTION
    ### HINT how many fakes are near each cloud? how many of these numbers are large enough?
    near_each = (distances < 0.15).sum(dim=0)
    found = (near_each >= len(fakes) / len(centres) / 5).sum()
    ### END SOLUTION
    return found


# %% tags=["check"]
checks.check_clouds(my_clouds)

# %% [markdown] tags=["why"]
# A comparison gives True or False, and a sum counts those that are True. Along `dim=0` it runs down the rows, over the
# fakes, and leaves one number for each cloud; along `dim=1` it would count the clouds near each fake. Why not be
# content with a single fake? A stray one lands in a cloud by chance, on its way between two others, and doesn't show
# that the generator makes this cloud. Why not ask for the whole share? About half of the clouds have less than that in
# any random draw, even of reals. And "the nearest cloud, however far" would find clouds for a lump in the middle that
# reaches none.

# %% [markdown]
# `toy.modes_covered` counts in the same way. Here are 2,000 fakes of the generator that you watched. (With a seed,
# `sample` gives the same noise whenever it is called.)

# %% tags=["nbval-check-output"]
from gan_lesson.latent import sample

fakes = loop.sample(sample(2000, 2, seed=0))
print(toy.modes_covered(fakes, toy.ring_centres()), "of 8 clouds found")

# %% [markdown]
# All eight. Do the fakes stay in their clouds? Play on, four times 250 steps, and see where the same noise lands before
# and after: how far do the fakes in a cloud move, and how many of them end up nearest to another cloud?

# %%
from itertools import islice

for _ in range(4):
    distance, cloud = torch.cdist(fakes, toy.ring_centres()).min(dim=1)
    inside = distance < 0.15
    for _ in islice(loop, 250):
        pass
    now = loop.sample(sample(2000, 2, seed=0))
    moved = (now - fakes).norm(dim=1)[inside].median()
    changed = (torch.cdist(now, toy.ring_centres()).argmin(dim=1) != cloud)[inside].float().mean()
    print(f"moved by {moved:.3f} (median); {changed:.2%} ended nearest to another cloud")
    fakes = now

# %% [markdown]
# Half of them move by more than about 0.05, the standard deviation of a cloud. Hardly any change clouds, and yet the
# trembling doesn't die away: each stays near its place, and never quite comes to rest.
#
# ## Ten turns for one · 7 minutes
#
# ==Each cloud is a **mode** of the data.== This generator found all of them, with one turn of G for each turn of D. Now
# new players begin, and one thing is changed: in each step D has one turn and G has ten, as if G's line in `my_play`
# stood in a loop of its own.

# %% tags=["prediction"]
ten_turns = Prediction(
    "After 200 such steps, where will the fakes be?",
    ["on all eight clouds, sooner than before", "far outside the picture, as on the slider", "all in one place"],
)
ten_turns

# %%
loop = new_game("ring", seed=3)
loop.updates_g = 10  # G's turns in a step
history = monitor(loop, steps=200, every=10)

# %%
fakes = loop.sample(sample(2000, 2, seed=0))
spread = fakes.std(dim=0).norm()
found = toy.modes_covered(fakes, toy.ring_centres())
ten_turns.came_out(f"they lie {spread:.2f} wide (the ring: 1.00), with {found} of 8 clouds found")

# %% [markdown]
# ==A generator that makes only part of what there is has **collapsed**.== Do its fakes stay in that place? The slider
# goes through the next 100 steps, five at a time.

# %% tags=["answers"]
later = []
for step in islice(loop, 100):
    if step.number % 5 == 0:
        later.append((step.number, loop.sample(noise), toy.score_map(loop.discriminator)))


def show_later(moment):
    number, points, score_map = later[moment]
    found = toy.modes_covered(points, toy.ring_centres())
    title = f"Ten turns for one, step {number}: {found} of 8 clouds"
    return plots.points(real, points, score_map=score_map, title=title, alt=title)


interact(show_later, moment=(0, 19))

# %% [markdown]
# All fakes lie in one clump, which leaps from one side of the ring to the other. For ten moves of G the map stands still.
# It looks white, but it is never quite flat, and all fakes climb towards the same place, where D is weakest. D's single
# move marks that place down; now another place is higher, and all of them leave for it. ==D chases the clump and never
# catches it, since each fake is told where the score is higher, and none is told that the others are going there, too.==
#
# Look once more at the curves of the 200 steps. Scores and losses lie on their dotted lines, as at the equilibrium: they
# say nothing about what is left out. Can the collapse be undone? Let the players take one turn each again.

# %%
loop.updates_g = 1
history = monitor(loop, steps=1000, history=history)
fakes = loop.sample(sample(2000, 2, seed=0))
print(toy.modes_covered(fakes, toy.ring_centres()), "of 8 clouds found")

# %% [markdown]
# The curves swing for a while, and the clump spreads over the ring, now that D answers every move. That was one game.
# Here are ten more, each in a column, and how many clouds were found along the way: first with ten turns for one, then
# with one turn each.

# %% tags=["nbval-check-output"]
games = measured.load("plane")["collapse"]
for turns, moments in games[0].items():
    for steps in moments:
        print(f"{turns:17}, after {steps:>4} steps:", *[game[turns][steps] for game in games])

# %% [markdown]
# All ten collapsed, and all ten recovered within 750 steps. But found doesn't mean finished: in the picture many fakes
# still lie between the clouds, and the count doesn't see them. ==You will meet this **mode collapse** again==: among
# digits in [The adversarial loop](lesson:the_adversarial_loop), and in numbers in [Measuring](lesson:measuring).
#
# ## Your turn: another world · 6 minutes

# %% [markdown] tags=["task"]
# Write a data set of your own. `my_data(count, random)` returns `count` random points inside the picture, which ends at
# 1.6 in each direction. All randomness comes from `random`, a `torch.Generator`: `torch.rand(count, generator=random)` gives
# numbers from 0 to 1. For a circle, draw angles, `2 * torch.pi` times such numbers, and take their cosines for x and
# their sines for y. Make what you like: an ellipse, two circles, a flower.


# %% tags=["exercise"]
def my_data(count, random):
    ### BEGIN SOLUTION
    ### HINT random angles, a radius, and x and y from both
    angle = 2 * torch.pi * torch.rand(count, generator=random)
    radius = 0.7 + 0.3 * torch.cos(5 * angle)
    x, y = radius * angle.cos(), radius * angle.sin()
    ### END SOLUTION
    return torch.stack([x, y], dim=1)


# %% tags=["check"]
checks.check_points(my_data)

# %% [markdown] tags=["why"]
# The angle is drawn once, and x and y are both made from it. Two angles, one for each, would give a blot that fills the
# picture instead of a line. The radius swings five times in a turn, which makes five petals; with a fixed radius it is a
# circle. All randomness comes from `random`: each call gives fresh points, and yet the same seed gives the same
# data again, so an experiment can be repeated. `torch.linspace` in place of `torch.rand` would draw the same shape, but
# with the same points at each call, and a discriminator could learn these few by heart.

# %% [markdown]
# `Playground(my_data)` in a cell of its own lets you play with it. The library has five data sets, and here we train on
# its spiral.

# %% tags=["prediction"]
spiral = Prediction(
    "After 1,000 steps on a spiral of two turns: what do scores and fakes say?",
    [
        "the scores end near one half, and the fakes lie on the spiral",
        "the scores end near one half, and many fakes lie beside the spiral",
        "the scores stay apart, and many fakes lie beside the spiral",
    ],
)
spiral

# %%
loop = new_game("spiral", seed=2)
history = monitor(loop, steps=1000)

# %%
scores = [(step.real_score, step.fake_score) for step in history[-100:]]
of_reals, of_fakes = torch.tensor(scores).mean(dim=0).tolist()
gaps = torch.cdist(loop.sample(sample(2000, 2, seed=0)), toy.spiral(5000)).min(dim=1).values
beside = (gaps > 0.1).float().mean()
spiral.came_out(f"scores {of_reals:.2f} and {of_fakes:.2f}, with {beside:.0%} of the fakes beside the spiral")

# %% [markdown]
# (Beside means that no real of 5,000 lies within 0.1. The windings are 0.5 apart.) The scores end near one half, and yet
# you can tell: the fakes also fill the space between the windings. In these 1,000 steps this discriminator hasn't drawn
# so fine a line. Remember: scores of one half mean that *this* discriminator can't tell now, not that there is
# nothing left to tell.
#
# Now experiment. In the cell that trains, change `"spiral"` into `"grid"`, `"moons"` or `"line"`, or, once your
# check passes, into `my_data` without quotation marks. Which of them is hardest for networks this small? Guess before
# you run it, and compare.
#
# > **Your picture differs from your neighbour's?** It may. Another machine adds up numbers in another order, and a game
# > makes small differences grow. But it should show the same thing.
#
# ## Quiz · 4 minutes
#
# Seven questions on what you have seen. Each answer is explained, the wrong ones too, so try whichever tempts you.
# Nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_game")

# %% [markdown]
# ## Recap
#
# ==A generative model makes new data that could have come from the same source as its examples.== ==In a GAN the
# generator turns noise into fakes and the discriminator scores reals and fakes; each learns from its own loss, the
# generator through the discriminator.== ==At the equilibrium reals and fakes alike score one half; but so they do, on
# average, with a discriminator that has learned nothing, or a few points by heart, so look at single scores and at the
# pictures.== ==A generator may crowd its fakes where the discriminator is weakest, and leave out the rest: count what
# it finds.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The data](lesson:the_data) leaves the plane for the real thing, 60,000 handwritten digits.==
#
# *Sources.* The game: I. Goodfellow and others, "Generative Adversarial Nets", 2014. The idea to learn it in the plane
# first: GAN Lab by M. Kahng and others, 2018. The circle of eight Gaussians: L. Metz and others, "Unrolled Generative
# Adversarial Networks", 2017. The figures of ten seeds were measured by `python -m benchmarks.plane`.
