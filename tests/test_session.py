"""Whatever a session has set for all its code (dtype, device, gradients, looks), what the library does is the same."""

from contextlib import contextmanager

import matplotlib
import numpy as np
import pytest
import torch
from torch import nn

from gan_lesson import diagrams, latent, losses, monitor, plots, recipes, runs, training, widgets
from gan_lesson.randomness import seeded
from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.six_steps.debugger import Debugger


@contextmanager
def set_to(setter, value, before):
    setter(value)
    try:
        yield
    finally:
        setter(before)


SESSIONS = {
    "dtype": lambda: set_to(torch.set_default_dtype, torch.float64, torch.float32),
    # stands in for a GPU: whatever lands there by default can't be used with what lies on the CPU
    "device": lambda: set_to(torch.set_default_device, "meta", None),
    "no gradients": lambda: set_to(torch.set_grad_enabled, False, True),
    "inference": torch.inference_mode,
    "deterministic": lambda: set_to(torch.use_deterministic_algorithms, True, False),
}


def painter() -> nn.Module:
    with seeded(0):
        network = nn.Sequential(nn.Linear(5, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    network.latent_dim = 5
    return network


def judge() -> nn.Module:
    with seeded(1):
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 1))


IMAGES = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
POINTS = torch.rand(16, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
NETWORKS = painter(), judge()


def fresh_loop(**options) -> training.AdversarialLoop:
    networks = painter(), judge()
    for mine, first in zip(networks, NETWORKS, strict=True):
        mine.load_state_dict(first.state_dict())
    return training.AdversarialLoop(*networks, [IMAGES], draw_noise=latent.uniform, **options)


def explored():
    with seeded(0):
        explorer = widgets.LatentExplorer(*NETWORKS[:1], discriminator=NETWORKS[1], directions=3)
    looked = explorer.look([explorer.z.tolist()])
    return explorer.z, looked["images"], looked["scores"], np.frombuffer(explorer.picture().png(), np.uint8)


def studied(loop):
    studio = widgets.TrainingStudio(loop)
    studio.step()
    studio.train()
    studio.picture().png()
    return studio.history.column("real_loss")[:1], studio.state()["latest"]["samples"].shape


def stepped():
    debugger = Debugger(*NETWORKS, [IMAGES])
    for number in range(1, 7):
        debugger.run(number)
    return (
        debugger.names["loss_d"].detach(),
        debugger.names["loss_g"].detach(),
        debugger.layers("generator")[0]["moved"],
    )


def played(**options):
    game = Game(seed=3, **options)
    step = game.advance(2)
    game.view.picture(game.history).png()
    return step.real_loss, step.generator_loss, *game.view.layers(["map", "fakes", "arrows", "manifold"]).values()


def watched(loop):
    return [step.real_loss for step in monitor.monitor(loop, steps=2)]


def recorded(loop, folder):
    list(runs.record(loop, folder, steps=2, every=1))
    run = runs.load(folder)
    runs.animate(run, folder / "film.gif")
    widgets.TimeMachine(run).picture().png()
    return run.steps["real_loss"], run.fake_logits


def of_a_recipe():
    loop = recipes.QUICK.loop(seed=0, device="cpu")
    return [parameter.detach() for parameter in loop.generator.parameters()]


# Each makes its networks before the session's setting, as cells above it do, or in it, where it makes them itself.
ACTIONS = {
    "sample": lambda folder: lambda: latent.sample(3, 5, seed=1),
    "uniform": lambda folder: lambda: latent.uniform(3, 5) * 0,
    "walks": lambda folder: lambda: [walk(*latent.sample(2, 5, seed=1), 4) for walk in (latent.lerp, latent.slerp)],
    "truncate": lambda folder: lambda: latent.truncate(latent.sample(9, 5, seed=1), 0.5, seed=2),
    "directions": lambda folder: lambda: latent.principal_directions(NETWORKS[0], 2).abs(),
    "inversion": lambda folder: lambda: latent.invert(NETWORKS[0], IMAGES[:2], starts=1, steps=2, seed=1),
    "nearest": lambda folder: lambda: latent.nearest_real(IMAGES[:2], IMAGES),
    "generate": lambda folder: lambda: training.generate(NETWORKS[0], latent.sample(2, 5, seed=0).double()),
    "loop": lambda folder: (lambda loop: lambda: next(loop).real_loss)(fresh_loop()),
    "penalty": lambda folder: (lambda loop: lambda: next(loop).real_loss)(
        fresh_loop(penalty=losses.r1_penalty, average=0.9)
    ),
    "monitor": lambda folder: (lambda loop: lambda: watched(loop))(fresh_loop()),
    "run": lambda folder: (lambda loop: lambda: recorded(loop, folder))(fresh_loop()),
    "recipe": lambda folder: of_a_recipe,
    "explorer": lambda folder: explored,
    "studio": lambda folder: (lambda loop: lambda: studied(loop))(fresh_loop()),
    "six steps": lambda folder: stepped,
    "playground": lambda folder: played,
    "playground, drawn": lambda folder: lambda: played(data=POINTS.tolist(), noise="uniform"),
    "loss lab": lambda folder: lambda: widgets.LossLab().picture().png()[:4],
    "grid": lambda folder: lambda: np.frombuffer(plots.image_grid(IMAGES).png(), np.uint8),
    "points": lambda folder: lambda: plots.points(POINTS, POINTS, score_map=torch.zeros(4, 4, device="cpu")).alt,
    "histogram": lambda folder: lambda: plots.histogram({"a": IMAGES}, xlabel="x", alt="a histogram").png()[:4],
    "generator losses": lambda folder: (
        lambda: plots.generator_losses({name: loss.generator for name, loss in losses.LOSSES.items()}).alt
    ),
}


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("action", ACTIONS)
def test_it_comes_out_the_same(action, session, tmp_path):
    expected, act = ACTIONS[action](tmp_path / "one")(), ACTIONS[action](tmp_path / "two")
    with SESSIONS[session]():
        result = act()
    assert flat(result) == pytest.approx(flat(expected), rel=1e-4, abs=1e-6, nan_ok=True)


def flat(result) -> list:
    """All numbers and texts in a nested result."""
    if isinstance(result, (torch.Tensor, np.ndarray)):
        return np.asarray(result.detach() if isinstance(result, torch.Tensor) else result, dtype=float).ravel().tolist()
    if isinstance(result, (list, tuple)):
        return [one for part in result for one in flat(part)]
    return [result] if isinstance(result, (int, float)) else list(str(result).encode())


STYLES = {
    "dark": {"figure.facecolor": "black", "axes.facecolor": "black", "text.color": "white", "image.origin": "lower"},
    "tight": {"savefig.bbox": "tight", "savefig.dpi": 300, "axes.grid": True, "font.size": 30, "lines.linewidth": 9},
}


@pytest.mark.parametrize("chosen", STYLES)
def test_a_style_of_the_sessions_own_changes_no_picture(chosen):
    def drawn() -> list[bytes]:
        curves = plots.lines([1, 2], {"a": [1, 2], "b": [2, 1]}, xlabel="x", ylabel="y", alt="two lines")
        return [curves.png(), plots.image_grid(IMAGES).png(), diagrams.gan_diagram().png()]

    expected = drawn()
    with matplotlib.rc_context(STYLES[chosen]):
        assert drawn() == expected
        assert matplotlib.rcParams["image.origin"] == STYLES[chosen].get("image.origin", "upper")
