"""The digit classifier: what it computes, what it learns, and that the bundled one is the one its JSON speaks of."""

import copy
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn.utils import parameters_to_vector

from gan_lesson import classifier as classifiers
from gan_lesson import data
from gan_lesson.classifier import DigitClassifier
from gan_lesson.errors import BadInput
from gan_lesson.training import adam

BUNDLED = Path(classifiers.__file__).parent / "bundled" / "classifier.safetensors"


def digits(count: int, train: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    return data.to_range(data.image_tensor(train)[:count]), data.load_mnist(train).targets[:count]


def fresh() -> DigitClassifier:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DigitClassifier()


def test_features_are_128_numbers_an_image_and_none_is_below_zero():
    features = fresh().features(digits(5)[0])
    assert features.shape == (5, 128)
    assert features.min() == 0 < features.max()


def test_extract_gives_the_features_and_the_softmax_of_forward_in_evaluation_mode():
    network, images = fresh(), digits(7)[0]
    in_training = network.features(images)  # also moves the statistics away from 0 and 1
    features, probabilities = network.extract(images)
    assert all(part.training for part in network.modules())
    assert not features.requires_grad
    assert not torch.allclose(features, in_training)
    network.eval()
    torch.testing.assert_close(features, network.features(images).detach())
    torch.testing.assert_close(probabilities, torch.softmax(network(images), dim=1).detach())


def test_extract_takes_any_number_of_images(monkeypatch):
    network, images = classifiers.bundled(), digits(7)[0]
    whole = network.extract(images)
    monkeypatch.setattr(classifiers, "_BATCH", 3)
    torch.testing.assert_close(network.extract(images), whole)


@pytest.mark.parametrize("call", ["__call__", "features", "extract"])
@pytest.mark.parametrize("shape", [(4, 784), (4, 28, 28), (4, 3, 28, 28), (4, 1, 32, 32), (1, 28, 28)])
def test_images_of_a_wrong_shape_are_an_error_that_names_the_right_one(call, shape):
    with pytest.raises(ValueError, match=r"expected images of shape \(N, 1, 28, 28\), got \("):
        getattr(fresh(), call)(torch.zeros(shape))


# The bundled one


def test_the_bundled_classifier_reads_the_test_images_as_well_as_its_json_says():
    about = json.loads(BUNDLED.with_suffix(".json").read_text())
    accuracy = classifiers.accuracy(classifiers.bundled(), *digits(10_000, train=False))
    assert accuracy >= 0.992
    assert about["test_accuracy"] == pytest.approx(accuracy, abs=3e-4)  # another machine may read two digits otherwise
    assert about["sha256"] == classifiers.fingerprint(classifiers.bundled())
    assert about["command"].startswith(f"gan-lesson train-classifier --seed {about['settings']['seed']} --out")


def test_the_bundled_classifier_is_small_and_only_looks():
    assert BUNDLED.stat().st_size < 1_000_000
    network = classifiers.bundled()
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())
    assert classifiers.bundled() is network


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(path.read_bytes()[:-9] + bytes(9)),
        lambda path: path.with_suffix(".json").write_text("{}"),
        lambda path: save_file({"x": torch.zeros(1)}, path),
    ],
)
def test_a_damaged_file_is_one_clear_error_that_says_what_to_do(tmp_path, monkeypatch, damage):
    for path in (BUNDLED, BUNDLED.with_suffix(".json")):
        shutil.copy(path, tmp_path)
    damage(tmp_path / BUNDLED.name)
    monkeypatch.setattr(classifiers.files, "BUNDLED", tmp_path)
    with pytest.raises(BadInput, match=r"the bundled classifier is damaged \(.*\); install gan_lesson again"):
        classifiers.bundled.__wrapped__()


# Training


def test_accuracy_is_the_share_of_images_that_are_read_as_labelled():
    images, labels = digits(10, train=False)
    read = classifiers.bundled().extract(images)[1].argmax(dim=1)
    assert torch.equal(read, labels)  # the first ten are easy
    labels[:3] = (labels[:3] + 1) % 10
    assert classifiers.accuracy(classifiers.bundled(), images, labels) == pytest.approx(0.7)


def test_training_uses_adam_in_the_form_that_the_device_has(monkeypatch):
    made = []
    monkeypatch.setattr(classifiers, "adam", lambda *given: made.append(adam(*given)) or made[-1])
    images, labels = digits(100)
    list(classifiers.train(fresh(), images, labels, epochs=1))
    assert len(made) == 1


def test_training_lowers_the_loss_and_repeats_with_the_seed():
    images, labels = digits(300)
    trained, losses = [], []
    for seed in (1, 1, 2):
        network = fresh()
        torch.rand(3)
        losses.append(list(classifiers.train(network, images, labels, epochs=5, seed=seed)))
        assert not network.training
        trained.append(parameters_to_vector(network.parameters()))
    assert len(losses[0]) == 5
    assert losses[0][-1] < 0.5 * losses[0][0]
    assert torch.equal(trained[0], trained[1])
    assert losses[0] == losses[1]
    assert not torch.equal(trained[0], trained[2])


def test_what_it_learns_holds_for_digits_it_has_not_seen():
    network = fresh()
    for _ in classifiers.train(network, *digits(500), epochs=6):
        pass
    assert classifiers.accuracy(network, *digits(500, train=False)) > 0.7  # one in ten by chance


def test_each_batch_is_shifted_as_a_whole_by_up_to_two_pixels_either_way():
    dots = torch.full((100, 1, 28, 28), -1.0)
    dots[:, :, 14, 14] = 1
    network, shifts = fresh(), []

    def note(_, inputs):
        places = (inputs[0] == 1).nonzero()[:, 2:]
        assert len(places) == 100
        assert (inputs[0] == -1).sum() == 100 * 783
        (place,) = places.unique(dim=0).tolist()
        shifts.append((place[0] - 14, place[1] - 14))

    network.register_forward_pre_hook(note)
    for _ in classifiers.train(network, dots, torch.zeros(100, dtype=torch.int64), epochs=40):
        pass
    for axis in (0, 1):
        assert {shift[axis] for shift in shifts} == {-2, -1, 0, 1, 2}


# The fingerprint


@pytest.mark.parametrize("name", ["body.0.weight", "head.bias", "body.1.running_mean"])
def test_the_fingerprint_tells_one_changed_weight(name):
    network = fresh()
    other = copy.deepcopy(network)
    assert classifiers.fingerprint(other) == classifiers.fingerprint(network)
    assert len(classifiers.fingerprint(network)) == 64
    other.state_dict()[name].flatten()[-1] += 1e-3
    assert classifiers.fingerprint(other) != classifiers.fingerprint(network)
