"""What a generator draws, any number of images."""

import pytest
import torch
from torch import nn

from gan_lesson import training


def test_any_number_of_images_is_generated_in_parts_small_enough_for_the_memory(small_pair):
    generator, _ = small_pair()
    seen = []
    generator.register_forward_hook(lambda module, inputs, output: seen.append(len(output)))
    noise = torch.randn(241, 2)
    images = training.generate(generator, noise)
    assert seen == [100, 100, 41]
    with torch.no_grad():
        assert torch.allclose(images, generator.eval()(noise), atol=1e-6)
    assert training.generate(generator, noise[:0]).shape == (0, 2)


def test_memory_that_is_short_is_not_blamed_on_the_noise():
    class Greedy(nn.Module):
        def forward(self, noise):
            if len(noise) > 50:
                raise RuntimeError("DefaultCPUAllocator: not enough memory")
            return noise

    with pytest.raises(RuntimeError, match="not enough memory") as raised:
        training.generate(Greedy(), torch.zeros(200, 2))
    assert not isinstance(raised.value, ValueError)
