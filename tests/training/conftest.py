import pytest
import torch


@pytest.fixture
def pair(small_pair):
    """A small pair without chance: dropout is off."""
    generator, discriminator = small_pair()
    return generator, discriminator.eval()


@pytest.fixture
def real_and_noise():
    random = torch.Generator().manual_seed(0)
    return torch.randn(6, 2, generator=random), torch.randn(4, 2, generator=random)
