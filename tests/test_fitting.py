"""What users bring (networks, noise, reals, loaders) trains, or is told before the first step why not."""

import itertools
import re
import warnings

import pytest
import torch
import torch.nn.utils.parametrizations as new
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gan_lesson import fitting
from gan_lesson.errors import BadInput
from gan_lesson.randomness import seeded
from gan_lesson.training import AdversarialLoop


def reals(*shape: int, count: int = 6) -> torch.Tensor:
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(1)) * 2 - 1


def dcgan(channels: int = 1) -> tuple[nn.Module, nn.Module]:
    """Networks as in PyTorch's DCGAN example, smaller: noise (N, 5, 1, 1), logits (N, 1, 1, 1), BatchNorm in both."""
    with seeded(0):
        generator = nn.Sequential(
            nn.ConvTranspose2d(5, 8, 4, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(True),
            nn.ConvTranspose2d(8, channels, 4, stride=2, padding=1, bias=False),
            nn.Tanh(),
        )
        discriminator = nn.Sequential(
            nn.Conv2d(channels, 8, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8, 1, 4, bias=False),
        )
    return generator, discriminator


def painter(*ending: nn.Module, shape=(1, 8, 8)) -> nn.Module:
    with seeded(0):
        values = torch.Size(shape).numel()
        return nn.Sequential(nn.Linear(5, values), *(ending or (nn.Tanh(),)), nn.Unflatten(1, shape))


def judge(*ending: nn.Module, values: int = 64, outputs: int = 1) -> nn.Module:
    with seeded(0):
        return nn.Sequential(nn.Flatten(), nn.Linear(values, outputs), *ending)


def loop_of(generator=None, discriminator=None, batches=None, **options) -> AdversarialLoop:
    return AdversarialLoop(
        generator or painter(),
        discriminator or judge(),
        [reals(1, 8, 8)] if batches is None else batches,
        **{"latent_dim": 5, **options},
    )


def moved(network: nn.Module, loop: AdversarialLoop) -> bool:
    before = [weight.detach().clone() for weight in network.parameters()]
    next(loop)
    return not any(map(torch.equal, before, network.parameters()))


# Noise


def test_noise_of_four_axes_is_drawn_where_latent_dim_is_a_shape():
    generator, discriminator = dcgan()
    loop = loop_of(generator, discriminator, latent_dim=(5, 1, 1), average=0.9)
    assert moved(generator, loop)
    assert loop.draw("discriminator").noise.shape == (6, 5, 1, 1)
    assert loop.sample(loop.same_noise(3)).shape == (3, 1, 8, 8)


def test_noise_of_four_axes_may_come_from_draw_noise_too():
    def draw_noise(count, latent_dim, device):
        return torch.rand(count, latent_dim, 1, 1, device=device)

    generator, discriminator = dcgan()
    loop = loop_of(generator, discriminator, draw_noise=draw_noise)
    assert moved(generator, loop)
    assert loop.same_noise(3).shape == (3, 5, 1, 1) and loop.same_noise(3).min() >= 0
    assert torch.equal(loop.same_noise(3), loop.same_noise(3))


def test_a_generator_that_takes_four_axes_is_told_from_its_error():
    with pytest.raises(BadInput, match=r"noise of shape \(6, 5\).*pass latent_dim=\(5, 1, 1\)"):
        next(loop_of(*dcgan()))
    with pytest.raises(BadInput, match=r"noise of shape \(6, 5, 1, 1\).*pass latent_dim=5\."):
        next(loop_of(latent_dim=(5, 1, 1)))


@pytest.mark.parametrize("latent_dim", [0, -3, 2.5, (5, 0), (), "100"])
def test_what_is_no_length_and_no_shape_is_refused(latent_dim):
    with pytest.raises(BadInput, match="latent_dim is the length of a noise vector, or its shape; got"):
        loop_of(latent_dim=latent_dim)


@pytest.mark.parametrize("wrong", [lambda *_, device: torch.zeros(3, 5), lambda *_, device: [0.0] * 6])
def test_draw_noise_that_gives_something_else_is_told(wrong):
    with pytest.raises(BadInput, match=r"asked for 6 of noise.*\(6, \.\.\.\)"):
        next(loop_of(draw_noise=wrong))


# Answers of the discriminator


class Answering(nn.Module):
    """A discriminator whose answer is shaped by a function."""

    def __init__(self, shaped, outputs=1):
        super().__init__()
        self.layers, self.shaped = judge(outputs=outputs), shaped

    def forward(self, images):
        return self.shaped(self.layers(images))


@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (-1, 1, 1, 1)])
def test_one_logit_each_may_have_any_shape_and_teaches_the_same(shape):
    plain, other = loop_of(), loop_of(discriminator=Answering(lambda logits: logits.view(shape)))
    assert [next(plain) for _ in range(3)] == [next(other) for _ in range(3)]


@pytest.mark.parametrize(
    ("discriminator", "told"),
    [
        (judge(outputs=2), r"shape \(6, 2\)"),
        (Answering(lambda logits: logits.mean()), r"shape \(\)"),
        (Answering(lambda logits: (logits, logits)), "a tuple"),
        (nn.Conv2d(1, 1, 4), r"shape \(6, 1, 5, 5\)"),
    ],
)
def test_another_answer_than_one_logit_each_is_told(discriminator, told):
    with pytest.raises(BadInput, match=rf"6 reals with one logit each, of shape \(N, 1\), not {told}"):
        next(loop_of(discriminator=discriminator))


class Scores(nn.Module):
    """A discriminator that ends in a sigmoid without a layer of that kind."""

    def __init__(self):
        super().__init__()
        self.layers = judge()

    def forward(self, images):
        return torch.sigmoid(self.layers(images)).squeeze(1)


@pytest.mark.parametrize("discriminator", [judge(nn.Sigmoid()), judge(nn.Sigmoid(), nn.Flatten(0)), Scores()])
def test_a_sigmoid_at_the_end_is_warned_of_once(discriminator):
    loop = loop_of(discriminator=discriminator)
    with pytest.warns(UserWarning, match="ends in a Sigmoid.*Leave the discriminator's last Sigmoid out") as caught:
        next(loop)
        next(loop)
    assert len(caught) == 1


def test_with_two_updates_of_ones_own_scores_are_nobodys_business():
    def update_discriminator(generator, discriminator, optimizer, real, noise, loss):
        score = discriminator(real).mean()
        return score, score, score, score

    loop = loop_of(
        discriminator=judge(nn.Sigmoid()),
        update_discriminator=update_discriminator,
        update_generator=lambda generator, discriminator, optimizer, noise, loss: generator(noise).mean(),
    )
    assert next(loop).number == 1


# Ranges


@pytest.mark.parametrize(
    ("ending", "batch"),
    [
        ((nn.Sigmoid(),), reals(1, 8, 8)),
        ((nn.ReLU(),), reals(1, 8, 8)),
        ((nn.Tanh(),), reals(1, 8, 8).abs()),
    ],
)
def test_reals_and_fakes_in_different_ranges_are_warned_of_once(ending, batch):
    loop = loop_of(painter(*ending), batches=[batch])
    with pytest.warns(UserWarning, match=r"reals go from .* last layer from .*Bring the reals to \[-1, 1\]") as caught:
        next(loop)
        next(loop)
    assert len(caught) == 1


class Halved(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = painter()

    def forward(self, noise):
        return (self.layers(noise) + 1) / 2


def test_a_generator_that_halves_its_tanh_is_seen_too():
    with pytest.warns(UserWarning, match=r"last layer from 0 up"):
        next(loop_of(Halved()))


def test_pixels_0_to_255_in_flat_vectors_are_warned_of():
    pixels = [255 * reals(64).abs()]
    with pytest.warns(UserWarning, match=r"go from [\d.]+ to 25\d, the generator's last layer from -1 to 1"):
        next(loop_of(painter(shape=(64,)), batches=pixels))


@pytest.mark.parametrize(
    ("ending", "batch"),
    [
        ((nn.Tanh(),), reals(1, 8, 8)),
        ((nn.Sigmoid(),), reals(1, 8, 8).abs()),
        ((nn.Identity(),), reals(1, 8, 8).abs()),
        ((nn.Identity(),), reals(1, 8, 8)),
        ((nn.Tanh(),), torch.zeros(6, 1, 8, 8)),
    ],
)
def test_ranges_that_go_together_are_no_alarm(ending, batch):
    next(loop_of(painter(*ending), batches=[batch]))  # pytest makes warnings errors


def test_points_a_little_beyond_tanh_are_no_alarm():
    generator = nn.Sequential(nn.Linear(5, 2), nn.Tanh())
    next(loop_of(generator, judge(values=2), [1.1 * reals(2)]))


def test_a_generator_whose_bias_alone_keeps_it_above_0_is_no_alarm():
    generator = painter(nn.Identity())
    nn.init.constant_(generator[0].bias, 3.0)
    next(loop_of(generator))


# Networks of every kind


class Wanting(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, inputs, labels):
        return self.layers(inputs) + labels


@pytest.mark.parametrize(
    ("generator", "discriminator", "batch", "told"),
    [
        (Wanting(painter()), None, None, r"the generator can't take noise.*missing 1 required positional.*'labels'"),
        (None, Wanting(judge()), None, r"the discriminator can't take reals.*missing 1 required positional.*'labels'"),
        (None, judge(values=49), None, r"can't take reals of shape \(6, 1, 8, 8\) \(RuntimeError: .*64.*49"),
        (None, nn.Linear(64, 1), None, r"begin it with nn.Flatten\(\)"),
        (painter(shape=(64,)), None, None, r"a fake \(64,\).*end the generator in nn.Unflatten\(1, \(1, 8, 8\)\)"),
        (painter(shape=(1, 7, 7)), None, None, r"a real has shape \(1, 8, 8\), a fake \(1, 7, 7\)"),
        (nn.Unflatten(1, (5, 1, 1)), None, None, "the generator has no weights"),
        (None, nn.Flatten(), None, "the discriminator has no weights"),
        (nn.LazyLinear(64), None, None, "the generator has a lazy layer.*send one batch through it first"),
        (None, painter().double(), None, r"computes in torch.float32, the discriminator in torch.float64"),
        (None, judge().to("meta"), None, "the generator is on cpu, the discriminator on meta: move both"),
    ],
)
def test_networks_that_do_not_fit_are_told_before_the_first_step(generator, discriminator, batch, told):
    with pytest.raises(BadInput, match=told):
        next(loop_of(generator, discriminator, batch))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_networks_of_another_precision_learn_from_reals_of_theirs(dtype):
    generator, discriminator = painter().to(dtype), judge().to(dtype)
    assert moved(generator, loop_of(generator, discriminator))


def test_reals_in_double_precision_are_for_networks_in_single():
    generator = painter()
    assert moved(generator, loop_of(generator, batches=[reals(1, 8, 8).double()]))


def test_frozen_weights_stay_and_the_others_learn():
    generator = nn.Sequential(nn.Linear(5, 9), nn.Linear(9, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)))
    generator[0].requires_grad_(False)
    still, learns = generator[0].weight.clone(), generator[1].weight.clone()
    optimizer = torch.optim.Adam(generator[1].parameters(), lr=0.1)  # as PyTorch's own examples do it
    next(loop_of(generator, optimizer_g=optimizer))
    assert torch.equal(generator[0].weight, still) and not torch.equal(generator[1].weight, learns)


def test_a_player_that_is_frozen_whole_may_only_rest():
    loop = loop_of(discriminator=judge().requires_grad_(False))
    with pytest.raises(BadInput, match=r"every weight of the discriminator is frozen.*loop.updates_d = 0"):
        next(loop)
    loop.updates_d = 0
    assert next(loop).number == 1


NORMS = [nn.utils.spectral_norm, nn.utils.weight_norm, new.spectral_norm, new.weight_norm]


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize("norm", NORMS, ids=lambda norm: f"{norm.__module__}.{norm.__name__}")
def test_normed_weights_are_averaged_and_resumed(norm, same):
    def make():
        with seeded(0):
            return loop_of(
                nn.Sequential(norm(nn.Linear(5, 64)), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))),
                nn.Sequential(nn.Flatten(), norm(nn.Linear(64, 1))),
                average=0.5,
            )

    loop = make()
    loop.generator(torch.zeros(2, 5))  # as a cell before may have done
    loop = loop_of(loop.generator, loop.discriminator, average=0.5)
    next(loop)
    noise = loop.same_noise(4)
    assert not torch.equal(loop.sample(noise), loop.generator.eval()(noise))
    again = make()
    again.load_state_dict(loop.state_dict())
    next(loop), next(again)
    assert same(loop.state_dict()["averaged"], again.state_dict()["averaged"])


@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # torch.compile's own
def test_compiled_networks_train_as_the_same_ones_do_alone(same):
    plain = loop_of(average=0.9)
    compiled = loop_of(*(torch.compile(one, backend="eager") for one in (painter(), judge())), average=0.9)
    assert [next(plain) for _ in range(2)] == [next(compiled) for _ in range(2)]
    assert same(plain.state_dict(), compiled.state_dict())
    compiled.load_state_dict(plain.state_dict())


# The last batch


def loader(count: int, **options) -> DataLoader:
    return DataLoader(TensorDataset(reals(1, 8, 8, count=count)), **{"batch_size": 4, **options})


def normed() -> nn.Module:
    with seeded(0):
        return nn.Sequential(nn.Linear(5, 64), nn.BatchNorm1d(64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)))


@pytest.mark.parametrize(("count", "batch_size"), [(9, 4), (3, 1)])
def test_a_loader_that_leaves_one_real_to_batch_norm_is_told_before_the_first_step(count, batch_size):
    loop = loop_of(normed(), batches=loader(count, batch_size=batch_size))
    with pytest.raises(BadInput, match=r"last batch of this DataLoader holds a single real.*drop_last=True"):
        next(loop)
    assert loop.number == 0


@pytest.mark.parametrize(
    ("generator", "batches"),
    [(normed(), loader(9, drop_last=True)), (normed(), loader(8)), (painter(), loader(9))],
)
def test_other_loaders_go_round(generator, batches):
    assert [next(loop_of(generator, batches=batches)) for _ in range(5)]


def test_a_batch_of_one_that_nobody_could_foresee_is_told_when_it_comes():
    loop = loop_of(normed(), batches=iter([reals(1, 8, 8), reals(1, 8, 8, count=1)]))
    next(loop)
    with pytest.raises(BadInput, match=r"holds a single real, and a BatchNorm needs two.*drop_last=True"):
        next(loop)


# The trial itself


class Moody(nn.Module):
    """A generator that draws in every mode, remembers its batches and works in place."""

    def __init__(self):
        super().__init__()
        self.layers = normed()

    def forward(self, noise):
        noise.add_(0.1 * torch.randn_like(noise))
        return self.layers(noise)


def test_a_trial_changes_nothing(same, monkeypatch):
    def trained() -> dict:
        with seeded(0):
            discriminator = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), judge())
        loop = loop_of(Moody(), discriminator)
        for _ in itertools.islice(loop, 3):
            pass
        return loop.state_dict()

    tried = trained()
    monkeypatch.setattr(fitting, "check_first_batch", lambda *_, **__: None)
    assert same(trained(), tried)


def test_a_failed_trial_loses_nothing_and_the_loop_goes_on_when_it_is_mended(same):
    loop = loop_of(batches=[reals(1, 7, 7), reals(1, 8, 8)])
    before = loop.state_dict()
    with pytest.raises(BadInput, match=re.escape("a real has shape (1, 7, 7)")):
        next(loop)
    after = loop.state_dict()
    del before["random"], after["random"]
    assert same(after, before)
    assert next(loop).number == 1


# Inference mode


def test_reals_made_under_inference_mode_are_learned_from():
    with torch.inference_mode():
        batches = [reals(1, 8, 8)]
    generator = painter()
    assert moved(generator, loop_of(generator, batches=batches))


def test_networks_made_under_inference_mode_are_told():
    with torch.inference_mode():
        generator = painter()
    with pytest.raises(BadInput, match=r"the generator was made under torch\.inference_mode"):
        loop_of(generator)


def test_no_warning_comes_from_a_step_of_its_own():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        next(loop_of(*dcgan(), latent_dim=(5, 1, 1)))


class Blind(nn.Module):
    """Computes as it should, and lets no gradient through."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, inputs):
        with torch.no_grad():
            return self.network(inputs)


class OfOneSize(nn.Module):
    """Takes batches of eight and no others, as a ``view(8, ...)`` leaves it."""

    def __init__(self, outputs: int):
        super().__init__()
        self.layer = nn.Linear(2, outputs)

    def forward(self, inputs):
        return self.layer(inputs.view(8, 2))


def points(count: int = 8) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("generator", "discriminator", "batches", "told"),
    [
        (nn.Linear, None, None, "the generator is the class Linear: make one of it"),
        (None, lambda points: points, None, "the discriminator must be a network .*got function"),
        (None, None, 64, "batches must be something to go through.*got int"),
        (None, None, "mnist", "batches must be something to go through.*got mnist"),
        (None, None, lambda: iter([points()]), "batches must be something to go through.*got function"),
        (None, None, points(), "as if a batch were a single real: let torch.utils.data.DataLoader"),
        (None, None, TensorDataset(points()), "as if a batch were a single real"),
        (None, None, [points().numpy()], "got a ndarray: torch.as_tensor makes one of it"),
        (
            None,
            None,
            [{"image": points(), "label": 3}],
            "got a dict of 'image', 'label': let the DataLoader .*collate_fn",
        ),
        (None, None, [points().to_sparse()], "must hold plain numbers: no sparse"),
        (None, None, [points(), torch.randn(8, 3)], r"has shape \(3,\), those before \(2,\): bring all to one shape"),
        (Blind(nn.Linear(2, 2)), None, None, "the generator can't learn.*no gradient: look for torch.no_grad"),
        (None, Blind(nn.Linear(2, 1)), None, "the discriminator gives the generator no gradient"),
        (None, OfOneSize(1), None, r"can't take reals and fakes in one batch of shape \(16, 2\)"),
    ],
)
def test_what_can_not_be_played_with_is_told_in_a_sentence(generator, discriminator, batches, told):
    with pytest.raises((TypeError, ValueError), match=told):
        loop = AdversarialLoop(
            generator or nn.Linear(2, 2),
            discriminator or nn.Linear(2, 1),
            [points()] if batches is None else batches,
            latent_dim=2,
        )
        next(loop), next(loop)


def test_numbers_that_are_none_are_told_of_before_the_first_step():
    generator = nn.Linear(2, 2)
    nn.init.constant_(generator.bias, float("nan"))
    with pytest.raises(BadInput, match="the generator's first fakes must be finite"):
        next(AdversarialLoop(generator, nn.Linear(2, 1), [points()], latent_dim=2))
    bad = AdversarialLoop(
        nn.Linear(2, 2),
        nn.Linear(2, 1),
        [points()],
        latent_dim=2,
        draw_noise=lambda *n, device: torch.full(n, torch.inf),
    )
    with pytest.raises(BadInput, match="noise must be finite"):
        next(bad)


def test_a_generator_that_takes_batches_of_one_size_trains_and_says_why_it_can_not_be_sampled():
    loop = AdversarialLoop(OfOneSize(2), nn.Linear(2, 1), [points()], latent_dim=2)
    next(loop)
    assert loop.sample(points(8)).shape == (8, 2)
    with pytest.raises(BadInput, match="must take any number of noise vectors"):
        loop.sample(points(5))


def test_reals_with_their_channels_last_are_recognised():
    loop = AdversarialLoop(*dcgan(3), [reals(8, 8, 3)], latent_dim=(5, 1, 1))
    with pytest.raises(BadInput, match=r"channels last: .*permute\(0, 3, 1, 2\)"):
        next(loop)


def test_reals_without_the_axis_of_channels_are_told_how_to_get_it():
    loop = AdversarialLoop(*dcgan(), [reals(8, 8)], latent_dim=(5, 1, 1))
    with pytest.raises(BadInput, match=r"bring the reals to it, with .reshape\(-1, 1, 8, 8\)"):
        next(loop)


def all_positive(layer: nn.Module) -> nn.Module:
    for weight in layer.parameters():
        nn.init.constant_(weight, 0.5)
    return layer


@pytest.mark.parametrize(
    "generator",
    [
        nn.Linear(2, 2),
        nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)),
        nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2, bias=False)),
        nn.Sequential(nn.Linear(2, 3), nn.Unflatten(1, (3, 1)), nn.ReLU(), nn.ConvTranspose1d(3, 1, 2), nn.Flatten()),
    ],
)
@pytest.mark.parametrize("noise", [torch.rand, torch.randn])
def test_first_weights_that_are_all_positive_say_nothing_of_how_far_down_a_linear_layer_reaches(
    generator, noise, recwarn
):
    fitting.check_first_batch(all_positive(generator), None, -torch.rand(8, 2), noise(8, 2))
    assert not recwarn.list


def test_noise_of_one_sign_says_nothing_of_how_far_down_an_unknown_end_reaches(recwarn):
    class Doubled(nn.Linear):
        def forward(self, z):
            return 2 * super().forward(z)

    fitting.check_first_batch(all_positive(Doubled(2, 2)), None, -torch.rand(8, 2), torch.rand(8, 2))
    assert not recwarn.list
