"""What the latent explorer sends to the browser, what it answers, and the picture of where it is."""

import gc
import weakref

import numpy as np
import pytest
import torch
from torch import nn

from gan_lesson import checkpoints, data, latent, models, plots
from gan_lesson.widgets import LatentExplorer


def small_generator() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
    )


def small_discriminator() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 1))


class Doubling(nn.Module):
    """Its forward does more than run its layers."""

    def __init__(self):
        super().__init__()
        self.layers = small_generator()

    def forward(self, noise):
        return 0.5 * self.layers(noise)


@pytest.fixture
def explorer():
    widget = LatentExplorer(small_generator(), discriminator=small_discriminator(), directions=3)
    yield widget
    widget.close()


# ---- what the browser gets


def test_known_networks_go_to_the_browser_and_the_widget_stands_alone(explorer):
    assert explorer.stands_alone
    weight = explorer.content["generator"][0]["weight"]
    assert weight["dtype"] == "float32"
    sent = np.frombuffer(weight["bytes"], np.float32).reshape(weight["shape"])
    assert np.array_equal(sent, small_generator()[0].weight.detach().numpy())
    assert explorer.content["directions"]["shape"] == [3, 6]


def test_other_networks_stay_in_the_kernel():
    with_unknown_g = LatentExplorer(Doubling(), discriminator=small_discriminator())
    assert with_unknown_g.content["generator"] is None
    assert with_unknown_g.content["discriminator"] is not None
    with_unknown_d = LatentExplorer(
        small_generator(), discriminator=nn.Sequential(nn.Flatten(), nn.Linear(784, 1), nn.Softplus())
    )
    assert with_unknown_d.content["generator"] is not None
    assert not with_unknown_g.stands_alone
    assert not with_unknown_d.stands_alone


def test_a_name_brings_the_discriminator_along():
    widget = LatentExplorer("article")
    assert widget.content == {} and not widget.stands_alone  # 11.8 MB of weights are no part of a notebook
    assert widget.whole()["scored"]
    expected = checkpoints.load_discriminator("article")
    images = data.to_range(data.image_tensor(train=False)[:4])
    assert torch.equal(widget.pair.discriminator(images), expected(images))
    widget.close()


def test_a_checkpoint_without_a_discriminator_shows_no_scores(tmp_path):
    path = checkpoints.save_generator(models.Generator(8), tmp_path / "alone.safetensors")
    widget = LatentExplorer(path)
    assert not widget.whole()["scored"]
    assert widget.look([[0.0] * 8])["scores"] is None
    widget.close()


def test_training_on_moves_nothing_and_the_learners_network_keeps_its_mode():
    generator = small_generator().train()
    widget = LatentExplorer(generator)
    before = widget.look([[1.0] * 6])["images"]
    nn.init.zeros_(generator[0].weight)
    assert torch.equal(widget.look([[1.0] * 6])["images"], before)
    assert generator.training
    widget.close()


def test_a_generator_without_a_linear_layer_is_explored_by_raw_coordinates():
    generator = nn.Sequential(nn.Unflatten(1, (6, 1, 1)), nn.ConvTranspose2d(6, 1, 28), nn.Tanh())
    with pytest.raises(ValueError, match="pass latent_dim="):
        LatentExplorer(generator)
    generator.latent_dim = 6
    widget = LatentExplorer(generator)
    assert widget.stands_alone
    assert widget.content["directions"]["shape"] == [0, 6]
    assert isinstance(widget.picture(), plots.Picture)
    widget.close()


def dcgan(channels: int) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.ConvTranspose2d(6, 8, (3, 4)), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, channels, 2, 2), nn.Tanh()
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_noise_of_four_axes_and_images_of_any_size_are_explored_in_the_browser(channels):
    generator = dcgan(channels)
    judge = nn.Sequential(nn.Conv2d(channels, 1, (6, 8)))  # logits (N, 1, 1, 1), as in the example
    with pytest.raises(ValueError, match=r"pass latent_dim=\(6, 1, 1\)"):
        LatentExplorer(generator, latent_dim=6)
    widget = LatentExplorer(generator, discriminator=judge, latent_dim=(6, 1, 1))
    assert widget.stands_alone and not widget.content["digits"]
    assert widget.content["shape"] == ([6, 8] if channels == 1 else [3, 6, 8])
    look = widget.look([widget.z.tolist()])
    expected = generator.eval()(widget.z.view(1, 6, 1, 1))
    torch.testing.assert_close(look["images"], expected.flatten(1))
    torch.testing.assert_close(look["scores"], judge(expected).sigmoid().flatten())
    assert widget.picture().png()
    widget.z = torch.ones(6, 1, 1)
    assert widget.z.tolist() == [1.0] * 6
    with pytest.raises(ValueError, match=r"images of shape \(N, 1, 28, 28\)"):
        widget.nearest([0.0] * 6)
    widget.close()


def test_flat_digits_are_judged_as_their_discriminator_knows_them():
    flat = nn.Sequential(nn.Linear(6, 784), nn.Tanh())
    widget = LatentExplorer(flat, discriminator=nn.Sequential(nn.Linear(784, 1)))
    assert widget.content["shape"] == [28, 28] and widget.stands_alone
    assert widget.look([[0.0] * 6])["scores"].shape == (1,)
    widget.close()


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize("norm", [nn.utils.spectral_norm, nn.utils.weight_norm])
def test_networks_with_the_older_norms_are_explored_after_they_were_used(norm):
    generator = small_generator()
    norm(generator[0])
    generator(torch.zeros(2, 6))
    widget = LatentExplorer(generator)
    expected = generator.eval()(widget.z[None]).flatten(1)
    torch.testing.assert_close(widget.look([widget.z.tolist()])["images"], expected)
    widget.close()


# ---- z and the pins


def test_the_same_seed_starts_at_the_same_z():
    widgets = [LatentExplorer(small_generator(), seed=seed) for seed in (4, 4, 5)]
    assert torch.equal(widgets[0].z, latent.sample(1, 6, seed=4)[0])
    assert torch.equal(widgets[0].z, widgets[1].z)
    assert not torch.equal(widgets[0].z, widgets[2].z)


def test_z_follows_the_browser_and_a_view_that_opens_hears_where_it_is(explorer):
    start = explorer.start
    explorer.moved(z=[1.0, 2, 3, 4, 5, 6], a=[0.0] * 6, b=None)
    assert explorer.z.tolist() == [1, 2, 3, 4, 5, 6]
    assert explorer.pins["a"].tolist() == [0] * 6
    assert explorer.pins["b"] is None
    assert explorer.start is start  # or the browser would be sent back to where it was a moment ago
    present = explorer.present()
    assert torch.equal(present["z"], explorer.z)
    assert torch.equal(present["a"], explorer.pins["a"])


def test_z_set_in_python_goes_to_the_browser(explorer):
    explorer.z = torch.full((6,), 0.5)
    assert np.frombuffer(explorer.start["z"]["bytes"], np.float32).tolist() == [0.5] * 6
    explorer.z.add_(1)  # a copy
    assert explorer.z.tolist() == [0.5] * 6


def test_the_same_z_set_twice_goes_to_the_browser_twice(explorer):
    sent = []
    explorer.observe(lambda change: sent.append(change.new), "start")
    explorer.z = torch.zeros(6)
    explorer.moved(z=[1.0] * 6, a=None, b=None)
    explorer.z = torch.zeros(6)
    assert len(sent) == 2


@pytest.mark.parametrize("noise", [[1.0] * 5, [[1.0] * 6], [float("nan")] * 6])
def test_noise_of_another_shape_is_refused(explorer, noise):
    before = explorer.z
    with pytest.raises(ValueError, match=r"finite noise of shape \(6,\)"):
        explorer.moved(z=noise, a=None, b=None)
    with pytest.raises(ValueError, match=r"finite noise of shape \(6,\)"):
        explorer.z = noise
    assert torch.equal(explorer.z, before)


# ---- answers


def test_look_draws_and_scores(explorer):
    noise = latent.sample(3, 6, seed=1)
    answer = explorer.look(noise.tolist())
    images = small_generator()(noise)
    assert torch.allclose(answer["images"], images.flatten(1), atol=1e-6)
    assert torch.allclose(answer["scores"], torch.sigmoid(small_discriminator()(images)).flatten(), atol=1e-6)


def test_the_nearest_real_digit_of_a_training_image_is_itself():
    class Copying(nn.Module):
        """A generator that learned one training image by heart."""

        latent_dim = 2

        def forward(self, noise):
            return data.to_range(data.image_tensor()[[7] * len(noise)])

    widget = LatentExplorer(Copying())
    answer = widget.nearest([0.0, 0.0])
    assert answer["pixels"].shape == (5, 784)
    assert torch.equal(answer["pixels"][0], data.image_tensor()[7].flatten())
    assert answer["distances"][0] == 0
    assert answer["labels"][0] == data.load_mnist().targets[7]
    widget.close()


def test_a_second_look_for_the_nearest_reads_no_file(explorer, monkeypatch):
    explorer.nearest([0.0] * 6)
    monkeypatch.setattr(data, "load_mnist", lambda *_: pytest.fail("the digits were read, and hashed, once more"))
    explorer.nearest([1.0] * 6)


# ---- the picture


def test_the_picture_shows_z_along_its_directions_and_the_walk_between_the_pins(explorer):
    def sheet() -> np.ndarray:
        return explorer.picture().axes[0].images[0].get_array()

    assert sheet().shape == (3 * 30 - 2, 7 * 30 - 2)
    middle = explorer.look([explorer.z.tolist()])["images"][0].reshape(28, 28)
    assert np.allclose(sheet()[:28, 90:118], middle, atol=1e-6)
    strongest = latent.principal_directions(small_generator(), 1)[0]
    right = explorer.look([(explorer.z + 3 * strongest).tolist()])["images"][0].reshape(28, 28)
    assert np.allclose(sheet()[:28, 180:], right, atol=1e-5)

    explorer.moved(z=[0.0] * 6, a=[1.0] * 6, b=[-1.0] * 6)
    assert sheet().shape == (4 * 30 - 2, 7 * 30 - 2)
    first = explorer.look([[1.0] * 6])["images"][0].reshape(28, 28)
    assert np.allclose(sheet()[:28, :28], first, atol=1e-6)
    assert "score is 0." in explorer.picture().alt
    assert "pin A" in explorer.picture().alt


def test_a_hundred_created_and_closed_leave_nothing():
    generator, alive = small_generator(), []
    for _ in range(100):
        widget = LatentExplorer(generator)
        alive.append(weakref.ref(widget))
        widget.close()
    del widget
    gc.collect()
    assert not [one for one in alive if one() is not None]
