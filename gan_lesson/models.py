"""The networks: the article's pair of fully connected networks, and a small convolutional pair."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from .shapes import check_images, check_noise


class Dropout(nn.Dropout):
    """``nn.Dropout`` with a cheaper coin on the CPU.

    There ``nn.Dropout`` takes a fifth of the article's step, because it draws one double per activation. Here
    a 64-bit random number serves four activations, so p is met to 1 part in 65,536.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        dropped = round(self.p * 2**16)
        if not self.training or x.device.type != "cpu" or not 0 < dropped < 2**16:
            return super().forward(x)
        draws = torch.empty(math.ceil(x.numel() / 4), dtype=torch.int64, device="cpu").random_(-(2**63), None)
        kept = draws.view(torch.int16)[: x.numel()].view(x.shape) >= dropped - 2**15
        return x * kept.to(x.dtype).mul_(2**16 / (2**16 - dropped))


class Generator(nn.Module):
    """The article's generator: noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1].

    Layers latent_dim -> 256 -> 512 -> 1024 -> 784 with LeakyReLU(0.2) between them and Tanh at the end.
    """

    def __init__(self, latent_dim: int = 100):
        super().__init__()
        self.settings = {"latent_dim": latent_dim}
        self.latent_dim = latent_dim
        self.layers = nn.Sequential(
            nn.Linear(latent_dim, 256),
            nn.LeakyReLU(0.2),
            nn.Linear(256, 512),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 784),
            nn.Tanh(),
        )

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        check_noise(noise, self.latent_dim)
        return self.layers(noise).view(-1, 1, 28, 28)


class Discriminator(nn.Module):
    """The article's discriminator: images (N, 1, 28, 28) -> logits (N, 1).

    Layers 784 -> 1024 -> 512 -> 256 -> 1 with LeakyReLU(0.2) and dropout 0.3 between them. The article ends with a
    Sigmoid; here it belongs to the loss, where it can be computed without overflow. ``torch.sigmoid(logits)`` is the
    score, the probability that an image is real.
    """

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 1024),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(1024, 512),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(512, 256),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(256, 1),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        check_images(images)
        return self.layers(images)


class Truncation(nn.Module):
    """Noise drawn in towards 0 when a trained generator draws (evaluation mode); untouched while it learns.

    Rare noise makes odd pictures; what is drawn from the middle of the latent space is more often right, and less
    varied. Marchesi 2017 and Brock et al. 2019 (BigGAN) throw rare values away, as `gan_lesson.latent.truncate` does;
    here all are multiplied by ``factor``, 0 to 1.
    """

    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return noise if self.training else self.factor * noise

    def extra_repr(self) -> str:
        return f"{self.factor}"


class PatchConv(nn.Conv2d):
    """``nn.Conv2d`` for patches that overlap by half, with a faster way back to the images on the CPU.

    PyTorch's own takes four times as long where images have one channel and the kernel is large. Cut into blocks as
    wide as the stride, which a pixel shuffle turns into channels, a patch is 2 x 2 blocks: a small kernel over many
    channels, and the same sums.
    """

    def __init__(self, channels_in: int, channels_out: int, *, stride: int, padding: int):
        super().__init__(channels_in, channels_out, 2 * stride, stride=stride, padding=padding)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if images.device.type != "cpu" or not (images.requires_grad and torch.is_grad_enabled()):
            return super().forward(images)
        blocks = functional.pixel_unshuffle(functional.pad(images, 4 * self.padding[:1]), self.stride[0])
        return functional.conv2d(blocks, functional.pixel_unshuffle(self.weight, self.stride[0]), self.bias)


class PaintingConv(nn.ConvTranspose2d):
    """``nn.ConvTranspose2d`` to a single channel, faster on the CPU: a matrix product tells what each pixel paints."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        if maps.device.type != "cpu":
            return super().forward(maps)
        painted = torch.bmm(self.weight.flatten(1).T.expand(len(maps), -1, -1), maps.flatten(2))
        size = [side * stride for side, stride in zip(maps.shape[2:], self.stride, strict=True)]
        images = functional.fold(painted, size, self.kernel_size, padding=self.padding, stride=self.stride)
        return images + self.bias.view(-1, 1, 1)


class ConvGenerator(nn.Module):
    """A small convolutional generator: noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1].

    A linear layer paints 2 x channels maps of 7 x 7, a convolution lets neighbours agree, and two transposed
    convolutions double the size twice. ``truncation`` is how far noise is drawn in when the trained generator draws
    (see `Truncation`): 1 leaves it alone.
    """

    def __init__(self, latent_dim: int = 16, channels: int = 16, truncation: float = 1.0):
        super().__init__()
        self.settings = {"latent_dim": latent_dim, "channels": channels, "truncation": truncation}
        self.latent_dim = latent_dim
        self.layers = nn.Sequential(
            Truncation(truncation),
            nn.Linear(latent_dim, 2 * channels * 49, bias=False),
            nn.Unflatten(1, (2 * channels, 7, 7)),
            nn.BatchNorm2d(2 * channels),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * channels, 2 * channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(2 * channels),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose2d(2 * channels, channels, kernel_size=4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.LeakyReLU(0.2),
            PaintingConv(channels, 1, kernel_size=4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        check_noise(noise, self.latent_dim)
        return self.layers(noise)


class ConvDiscriminator(nn.Module):
    """A small discriminator: images (N, 1, 28, 28) -> logits (N, 1).

    One convolution describes each of 7 x 7 overlapping patches of 8 x 8 pixels; three linear layers then look at the
    digit as a whole. There is no normalisation: with BatchNorm, reals and fakes in one batch would share statistics,
    and the generator's update, in which no reals take part, would be judged by what is in effect another network.
    """

    def __init__(self, channels: int = 32):
        super().__init__()
        self.settings = {"channels": channels}
        self.layers = nn.Sequential(
            PatchConv(1, channels, stride=4, padding=2),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(channels * 49, 256),
            nn.LeakyReLU(0.2),
            nn.Linear(256, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 1),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        check_images(images)
        return self.layers(images)
