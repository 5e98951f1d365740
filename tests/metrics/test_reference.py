"""The reals are all that there are, looked at once, by the classifier as it was when the reference was made."""

import pytest
import torch

from gan_lesson import classifier, data, metrics


@pytest.fixture
def few_reals(monkeypatch):
    """A thousand training images and five hundred test images, which are soon looked at."""
    few = {True: data.image_tensor(True)[:1000], False: data.image_tensor(False)[:500]}
    monkeypatch.setattr(data, "image_tensor", lambda train=True: few[train])


def test_the_reals_are_all_training_images_in_a_shuffled_order(few_reals):
    reference = metrics.Reference()
    features, _ = reference.classifier.extract(data.to_range(data.image_tensor()))
    sums, expected = (x.double().sum(dim=1) for x in (reference.training_features, features))
    torch.testing.assert_close(sums.sort().values, expected.sort().values)
    assert not torch.allclose(sums[:100], expected[:100])


def test_the_reals_are_looked_at_once_a_process(generator, report, monkeypatch):
    assert metrics.bundled().training_features.shape == (60_000, 128)
    seen, extract = [], classifier.DigitClassifier.extract
    monkeypatch.setattr(
        classifier.DigitClassifier, "extract", lambda self, images: seen.append(len(images)) or extract(self, images)
    )
    assert metrics.evaluate(generator, samples=40, seed=3) == report
    assert seen == [40]


def test_a_classifier_that_is_trained_on_gives_fresh_features_and_the_old_reference_stays_true(few_reals):
    images, labels = data.to_range(data.image_tensor()), data.load_mnist().targets[:1000]
    judge = classifier.DigitClassifier()
    before = metrics.Reference(judge)
    first = metrics.evaluate_images(images[:100], reference=before)
    list(classifier.train(judge, images, labels, epochs=1))
    after = metrics.Reference(judge)
    fresh = metrics.evaluate_images(images[:100], reference=after)

    assert fresh.extractor_sha256 == classifier.fingerprint(judge) != first.extractor_sha256
    sums, expected = (x.double().sum(dim=1).sort().values for x in (after.training_features, judge.extract(images)[0]))
    torch.testing.assert_close(sums, expected)
    assert not torch.allclose(after.training_features, before.training_features)
    assert fresh.fake.feature_distance == fresh.fake.pixel_distance == 0  # they are training images, seen afresh
    assert metrics.evaluate_images(images[:100], reference=before) == first
