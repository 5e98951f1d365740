"""The heart: two updates, each a sentence of the algorithm, and the adversarial loop that alternates them."""

from .average import MovingAverage
from .drawing import generate
from .loop import AdversarialLoop
from .steps import Draw, Step
from .updates import DiscriminatorUpdate, Penalty, adam, gradient_norm, update_discriminator, update_generator

__all__ = [
    "AdversarialLoop",
    "DiscriminatorUpdate",
    "Draw",
    "MovingAverage",
    "Penalty",
    "Step",
    "adam",
    "generate",
    "gradient_norm",
    "update_discriminator",
    "update_generator",
]
