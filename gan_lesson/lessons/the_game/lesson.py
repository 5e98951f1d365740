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
# - *count* what a generator leaves out, and *say* why it does so,
# - *train* one on a data set that you made up.
#
# About {{MINUTES}} minutes. You need Python and a first idea of what a neural network is, and nothing about GANs.

# %% [markdown]
# ## What a generative model does · 3 minutes
#
# A classifier looks at a picture and answers with a label. ==A **generative model** goes the other way: it makes new
# pictures, or sounds, or texts, that could have come from the same source as the examples it was shown.==
#
# ==Could have come from the same source: that is what **valid** means.== There are unimaginably many ways to fill 28 x 28
# pixels, and nearly all of them look like the noise of an old television. The few that a person would call a digit
# are the valid ones. Nobody can write down the rule that says which these are. We only have examples.
#
# To see the whole of such a world at once, we start with one that is small: its "pictures" have only two numbers, so
# each is a point in the plane. In this world the valid points lie in eight little clouds on a ring.

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
# - The **discriminator** D is given reals and fakes, mixed, and gives each a **score** between 0 and 1: how probable it
#   thinks it is that this one is real.
#
# They are like a forger of paintings and an art expert. The expert learns from originals and forgeries. The forger never
# sees an original: all that comes back is which small changes of each forgery would have fooled the expert more. Each gets
# better because the other does.

# %%
from gan_lesson import diagrams

diagrams.gan_diagram()

# %% [markdown]
# ==Follow the two coloured arrows; together they are the **feedback loop**:==
#
# | player | what it is given | what it wants | who learns from that loss |
# | --- | --- | --- | --- |
# | discriminator | reals and fakes | a high score for reals, a low one for fakes | only D |
# | generator | noise | a high score for its fakes | only G, *through* D |
#
# The generator's loss is computed from the discriminator's score, so its gradient passes through D on the way back. D
# shows the way, but only G takes the step.
#
# (The shapes in the boxes are those of the digits, which come in [The data](lesson:the_data); N is how many there are
# at a time. In this lesson noise, fakes and reals alike are pairs of numbers, (N, 2).)
#
# ## Play · 10 minutes
#
# Now play it with your own hands. Run the next cell. Nothing in the picture was recorded: each step is PyTorch code
# that runs in this notebook while you watch. Reals are teal dots, fakes magenta crosses, and the heat map behind them
# is the discriminator's score: teal for "real", magenta for "fake", white for "can't tell". For now you need only this
# picture and the line of words beside it.
#
# 1. Let only the discriminator learn: press **D**, beside *One step*, about twenty times. What does the map do around
#    the fakes?
# 2. Look at the blue **arrows**, which have grown meanwhile. Each starts at a fake and points the way in which the
#    generator's loss falls. Which colour do they point to? Press **G**, beside *One step*, about twenty times, and see
#    whether the fakes obey. Then press **D** again, as often: what becomes of the map, and of the arrows?
# 3. Open **Slow motion** and go through one step, part by part, with **Next part**. Five parts belong to the
#    discriminator, five to the generator. **Back to normal** closes it.
# 4. Now both: press **Play**, and watch for half a minute. Do the fakes come to rest once they have reached the reals?
# 5. Choose **draw your own** in the menu *Data*, draw with the mouse or a finger, and press **Use these points**. Then
#    **Play**: can the generator learn your drawing?
#
# Say what you expect of numbers 1 and 4 before you press anything. What you choose stays in this notebook, and nobody
# marks it. A wrong prediction teaches more than none.

# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

map_at_fakes = Prediction(
    "Only D learns. What will the map do around the fakes?", ["it turns teal", "it turns magenta", "it stays white"]
)
map_at_fakes

# %% tags=["prediction"]
rest = Prediction(
    "Both learn. Will the fakes come to rest once they have reached the reals?",
    ["yes, each stays where it is", "no, they wander off again", "they stay close, and keep moving"],
)
rest

# %%
import torch

from gan_lesson.widgets import Playground

torch.set_num_threads(1)  # networks this small run fastest on one core
Playground("ring", seed=0)

# %% [markdown]
# Have you been through the list? Then the next cell puts what comes out beside what you predicted.

# %%
map_at_fakes.came_out("it turns magenta, the colour of a low score")
rest.came_out("they stay close to the clouds, and keep moving: each trembles about its place")

# %% [markdown]
# So that is why the fakes move. ==**The map is the only thing that the generator is ever told.**== It feels the slope of
# the map under each fake and climbs towards teal. No fake climbs alone: all of them are made by the same weights, so
# they move together. The discriminator answers by repainting the map under the new fakes, and the arrows turn.
#
# Do they come to rest? They could only on a flat map, with no slope left to climb. But both players go on learning, so
# the slopes under the fakes change a little with each step. A fake in a cloud hardly ever moves to another one, and yet
# it never quite comes to rest. *Count the clouds* measures how far it moves.
#
# (Where no kernel runs, as on a page of this course, nothing can be pressed, and a picture stands in for the game. The
# next sections show the same in code.)
#
# ## The same in code · 8 minutes
#
# The rest of this lesson writes down what the buttons did, so that you can change it. Here are both players, brand-new,
# with random weights. (`latent_dim` is how many numbers of noise the generator is given.)

# %%
torch.manual_seed(0)
generator = toy.PointGenerator(latent_dim=2)
discriminator = toy.PointDiscriminator()

noise = torch.randn(300, 2)
fake = generator(noise).detach()
plots.points(
    real,
    fake,
    score_map=toy.score_map(discriminator),
    title="Before the game",
    alt="Reals on a ring, fakes in one lump near the centre, the map of scores nearly white everywhere",
)

# %% [markdown]
# The fakes are one lump: random weights squeeze the noise together and know nothing of rings. The map is nearly white:
# the discriminator can't tell anything apart yet.
#
# ==First we let **only the discriminator** learn, 200 steps.== A step shows it 256 reals and 256 fakes and moves its weights a
# little, so that reals score higher and fakes lower. (`update_discriminator` is short. You will write it yourself
# in [The adversarial loop](lesson:the_adversarial_loop).) Around the fakes the map will turn magenta, as in the
# playground. And everywhere else?

# %% tags=["prediction"]
painted_map = Prediction(
    "Away from the fakes, where will the map turn teal?",
    ["only at the reals, and white elsewhere", "only at the reals, and magenta elsewhere", "everywhere else"],
)
painted_map

# %%
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

# %%
# sigmoid turns what the network gives, any number, into a score between 0 and 1
at_fakes, at_reals = (discriminator(points).sigmoid().mean().item() for points in (fake, real))
corner = toy.score_map(discriminator)[0, 0].item()
painted_map.came_out(
    f"everywhere else: the score is {at_fakes:.2f} at the fakes, {at_reals:.2f} at the reals, and {corner:.2f} in a corner "
    "of the picture"
)

# %% [markdown]
# Around the lump the map is magenta, and all the rest is teal, even where no real is near. The discriminator has learned
# to tell *these* reals from *these* fakes, and a fence around the fakes is enough for that. About places where neither
# lies it was never corrected.
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
out = (moments[-1].abs() > 1.6).any(dim=1).float().mean()
climb.came_out(f"they run past the clouds, and after 200 steps {out:.0%} of them have left the picture")

# %% [markdown]
# Move the slider. The fakes jump the fence and keep going. They don't stop at the reals: on this map everything out there
# counts as real, so they scatter over it, and many leave the picture. The map was true only where there was something to
# compare, and it stood still.
#
# That is why the game needs both players, turn by turn. As soon as the fakes move, the discriminator must look again,
# mark their new place magenta, and so push them on.
#
# ## The game · 9 minutes

# %% [markdown] tags=["task"]
# **Your turn.** Write what happens in one step of the game: first the discriminator learns once, then the generator. You
# have seen both calls in the last section. Your function is given the two players, an optimizer for each, and
# `draw_reals`, a function like `toy.ring`: `draw_reals(256)` gives 256 fresh reals. Noise, again 256 pairs of numbers,
# you draw yourself, anew for each call.


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
# toy.ring, 1000)`, and then `plots.points(real, generator(noise).detach(), score_map=toy.score_map(discriminator))`. It
# fetches the scattered fakes back to the ring.
#
# The library's `AdversarialLoop` plays in the same way: each step is one update of the discriminator, then one of the
# generator. The next cells start it with new players. `monitor` trains and shows, in one picture that redraws itself, the
# points, the two losses and the mean scores: D(x) is the score of reals, D(G(z)) that of fakes.

# %% tags=["prediction"]
last_scores = Prediction(
    "After 1,000 steps, which score will the reals have on average, and which the fakes?",
    ["reals near 1, fakes near 0", "both near 1", "both near 0.5"],
)
last_scores

# %%
from gan_lesson.monitor import monitor
from gan_lesson.training import AdversarialLoop

torch.manual_seed(1)
generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
loop = AdversarialLoop(
    generator,
    discriminator,
    toy.Points("ring"),
    seed=1,
    optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.99)),
    optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.99)),
)
history = monitor(loop, steps=1000)

# %%
scores = [(step.real_score, step.fake_score) for step in history[-100:]]
of_reals, of_fakes = torch.tensor(scores).mean(dim=0).tolist()
last_scores.came_out(f"reals {of_reals:.2f}, fakes {of_fakes:.2f} (means of the last 100 steps)")

# %% [markdown]
# Look at three things.
#
# 1. **The points.** The fakes found the ring, then the clouds.
# 2. **The map** is white where the points are: where fakes are as frequent as reals, nobody can tell, and no slope is
#    left to climb. But this is another white than at the start: then the discriminator had learned nothing; now it
#    knows where reals can't be (magenta).
# 3. **The scores** of both end near 0.5. At the **equilibrium** of the game they are exactly that: the expert can only
#    guess.
#
# > **The losses do not both go down.** In other training a falling loss means progress. Here what helps one player
# > raises the other's loss. Two losses that keep each other in check are what a healthy game looks like. Which
# > values to expect, you learn in [The losses](lesson:the_losses).
#
# ## One half, twice · 4 minutes
#
# Suppose that the forger is perfect: its fakes are new points from the same eight clouds, so nobody can tell them from
# reals. Two experts learn, with 2,000 updates each. The first is shown 12 new reals and 12 new fakes every time, the
# second the same 24 points again and again. Then both score 2,000 reals that neither of them has seen.

# %% tags=["prediction"]
near_half = Prediction(
    "Whose mean score will be near one half?",
    ["only that of the first, shown new points", "only that of the second, shown the same 24", "that of both"],
)
near_half

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
single_scores = {name: expert(unseen).sigmoid().detach() for name, expert in experts.items()}
means = [f"{scores.mean():.2f} with {name}" for name, scores in single_scores.items()]
near_half.came_out("that of both: " + ", ".join(means))

# %% [markdown]
# The means are alike. Now look at the single scores.

# %%
plots.histogram(
    single_scores,
    xlabel="score of a real that it has never seen",
    bins=21,
    alt="Scores of 2,000 reals. Those of the expert who saw new points lie at one half; most of the other's lie at 0 or at 1",
)

# %% [markdown]
# The first expert is unsure of every point, and rightly so. The second has learned its 24 points by heart: it is sure of
# most points, and right about half of the time. (Which of them it gets right is luck: on ten seeds that we tried, its
# mean lay between 0.36 and 0.61.) ==A mean score of one half can hide confident scores that are half right. So look at
# single scores, too.==
#
# ## Count the clouds · 6 minutes
#
# Did the generator find *all* eight clouds? Let us count instead of guessing.
#
# Take N fakes. A fake is near a cloud if it lies less than 0.15 from its centre, which is three standard deviations of
# such a cloud. If the eight clouds shared all fakes equally, each would have N / 8 near it: its fair share. ==Even a perfect
# generator gives some clouds less by chance, so we ask for less: a cloud counts as found if it has at least **a fifth** of
# its fair share.==

# %% [markdown] tags=["task"]
# **Your turn.** `my_clouds` gives the number of clouds that were found. The first line is there: `distances` has a row
# for each fake and a column for each cloud, and holds how far the one is from the other. It should work for any number
# of clouds, so write `len(centres)` where you mean 8.


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
# A comparison gives True and False, and a sum counts the True. Along `dim=0` it runs down the rows, over the fakes, and
# leaves one number for each cloud; along `dim=1` it would count the clouds near each fake. Why not be content with a
# single fake? A stray one lands in a cloud by chance, on its way between two others, and doesn't show that the generator
# makes this cloud. Why not ask for the whole share? About half of the clouds have less than that in any random draw,
# also in one of reals. And "the nearest cloud, however far" would find clouds for a lump in the middle that reaches
# none.

# %% [markdown]
# `toy.modes_covered` counts in the same way. Here are 2,000 fakes of the generator that you watched.

# %% tags=["nbval-check-output"]
from gan_lesson.latent import sample

fakes = loop.sample(sample(2000, 2, seed=0))
print(toy.modes_covered(fakes, toy.ring_centres()), "of 8 clouds have their share of fakes")

# %% [markdown]
# All eight. And do the fakes come to rest there? Play on, four times 250 steps, and see where the same noise lands before
# and after: how far do those in a cloud move, and how many of them end nearest to another cloud?

# %%
from itertools import islice

for _ in range(4):
    distance, cloud = torch.cdist(fakes, toy.ring_centres()).min(dim=1)
    inside = distance < 0.15
    for _ in islice(loop, 250):
        pass
    now = loop.sample(sample(2000, 2, seed=0))
    moved = (now - fakes).norm(dim=1)[inside].median()
    changed = torch.cdist(now, toy.ring_centres()).argmin(dim=1) != cloud
    print(f"{inside.float().mean():.0%} in a cloud: half moved by more than {moved:.3f}, ", end="")
    print(f"{changed[inside].float().mean():.2%} changed their cloud")
    fakes = now

# %% [markdown]
# Half of them move by more than 0.05 or so, the standard deviation of a cloud. Hardly any changes its cloud, and the
# trembling doesn't die away: close to rest, and never quite there.
#
# ## Ten turns for one · 6 minutes
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
torch.manual_seed(3)
generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
loop = AdversarialLoop(
    generator,
    discriminator,
    toy.Points("ring"),
    seed=3,
    optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.99)),
    optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.99)),
)
loop.updates_g = 10  # G's turns in a step
history = monitor(loop, steps=200, every=10)

# %%
fakes = loop.sample(sample(2000, 2, seed=0))
width = fakes.std(dim=0).norm()
found = toy.modes_covered(fakes, toy.ring_centres())
ten_turns.came_out(f"all in one place, a clump {width:.2f} wide (the ring: 1.00), and {found} of 8 clouds found")

# %% [markdown]
# ==A generator that makes only part of what there is has **collapsed**.== On ten of ten seeds that we tried it found one
# cloud or none whenever we counted, from step 30 on. Is it always the same cloud? The slider goes through the next 100
# steps, five at a time.

# %%
clumps = []
for step in islice(loop, 100):
    if step.number % 5 == 0:
        clumps.append((step.number, loop.sample(noise), toy.score_map(discriminator)))


def show_clump(moment):
    number, clump, score_map = clumps[moment]
    found = toy.modes_covered(clump, toy.ring_centres())
    title = f"Ten turns for one, step {number}: {found} of 8 clouds"
    return plots.points(real, clump, score_map=score_map, title=title, alt=title + ", the fakes in one clump")


interact(show_clump, moment=(0, 19))

# %% [markdown]
# The clump leaps from one side of the ring to the other. For ten moves of G the map stands still. It looks white, but it
# is never quite flat, and all fakes climb towards the same place, where D is weakest. D's single move marks that place
# down; now another one is higher, and all of them leave for it. ==D chases the clump and never catches it, since each
# fake is told where the score is higher, and none is told that the others go there, too.==
#
# Look once more at the curves of the 200 steps. Scores and losses lie on their dotted lines, as at the equilibrium: they
# say nothing of what is left out. Can the collapse be undone? Let the players take turns again, one and one.

# %%
loop.updates_g = 1
history = monitor(loop, steps=1000, history=history)
fakes = loop.sample(sample(2000, 2, seed=0))
print(toy.modes_covered(fakes, toy.ring_centres()), "of 8 clouds have their share of fakes")

# %% [markdown]
# The clump spreads over the ring, now that D answers every move. On ten of ten seeds that we tried, all eight clouds were
# found again. ==You will meet this **mode collapse** again==: among digits in [The adversarial
# loop](lesson:the_adversarial_loop), and in numbers in [Measuring](lesson:measuring).
#
# ## Your turn: another world · 6 minutes

# %% [markdown] tags=["task"]
# Write a data set of your own. `my_data(count, random)` returns `count` random points inside the picture, which ends at
# 1.6 in each direction. All chance comes from `random`, a `torch.Generator`: `torch.rand(count, generator=random)` gives
# numbers from 0 to 1. For a circle, draw angles, `2 * torch.pi` times such numbers, and take their cosines for x and their
# sines for y. Make what you like: an ellipse, two circles, a flower.


# %% tags=["exercise"]
def my_data(count, random):
    ### BEGIN SOLUTION
    ### HINT random angles; a radius for each; x and y from both
    angle = 2 * torch.pi * torch.rand(count, generator=random)
    radius = 0.7 + 0.3 * torch.cos(5 * angle)
    x, y = radius * angle.cos(), radius * angle.sin()
    ### END SOLUTION
    return torch.stack([x, y], dim=1)


# %% tags=["check"]
checks.check_points(my_data)

# %% [markdown] tags=["why"]
# The angle is drawn once, and x and y are both made of it. Two angles, one for each, would give a blot that fills the
# picture instead of a line. The radius swings five times in a turn, which makes five petals; with a fixed radius it is a
# circle. All chance comes from `random`, so that each call gives fresh points and yet the same seed gives the same
# data again: an experiment can be repeated. `torch.linspace` in place of `torch.rand` would draw the same shape, but
# of the same points at each call, and a discriminator could learn these few by heart.

# %% [markdown]
# `Playground(my_data)` in a cell of its own lets you play with it. The next cell trains on the spiral, one of five data
# sets of the library.

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
torch.manual_seed(2)
generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
loop = AdversarialLoop(
    generator,
    discriminator,
    toy.Points("spiral"),
    seed=2,
    optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.99)),
    optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.99)),
)
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
# so fine a line. Remember it: scores of one half mean that *this* discriminator can't tell now, not that there is
# nothing left to tell.
#
# Now experiment. In the cell that trains, change `"spiral"` into `"grid"`, `"moons"` or `"line"`, or write
# `toy.Points(my_data)` once your check passes. Which of them is hardest for networks this small? Guess before you run it,
# and compare.
#
# > **Your picture differs from your neighbour's?** It may. Another machine adds up numbers in another order, and a game
# > makes small differences grow. What it shows should be the same.
#
# ## Quiz · 4 minutes
#
# Seven questions on what you have seen. Each answer explains itself, the wrong ones too, so try whichever tempts you.
# Nothing is sent anywhere.

# %% tags=["self-contained"]
from gan_lesson.widgets import Quiz

Quiz("the_game")

# %% [markdown]
# ## Recap
#
# ==A generative model makes new data that could have come from the same source as its examples.== ==In a GAN the generator
# turns noise into fakes and the discriminator scores reals and fakes; each learns from its own loss, the generator
# through the discriminator.== ==At the equilibrium the scores of both are one half; but so is the mean of a discriminator
# that has learned nothing, or a few points by heart, so look at single scores and at the pictures.== ==A generator may
# crowd its fakes where the discriminator is weakest, and leave out the rest: count what it finds.==

# %% [markdown] tags=["way-out"]
# ==**Next:** [The data](lesson:the_data) leaves the plane for the real thing, 60,000 handwritten digits.==
#
# *Sources.* The game: I. Goodfellow and others, "Generative Adversarial Nets", 2014. The idea to learn it in the plane
# first: GAN Lab by M. Kahng and others, 2018. The circle of eight Gaussians: L. Metz and others, "Unrolled Generative
# Adversarial Networks", 2017.
