"""What the learner touches."""

from .interact import interact
from .latent_explorer import LatentExplorer
from .loss_lab import LossLab
from .playground import Playground
from .six_steps import SixSteps
from .time_machine import TimeMachine
from .training_studio import TrainingStudio

__all__ = ["LatentExplorer", "LossLab", "Playground", "SixSteps", "TimeMachine", "TrainingStudio", "interact"]
