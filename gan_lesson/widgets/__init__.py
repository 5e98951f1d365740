"""What the learner touches."""

from .interact import interact
from .latent_explorer import LatentExplorer
from .loss_lab import LossLab
from .playground import Playground
from .prediction import Prediction
from .quiz import Quiz
from .six_steps import SixSteps
from .time_machine import TimeMachine
from .training_studio import TrainingStudio

__all__ = [
    "LatentExplorer",
    "LossLab",
    "Playground",
    "Prediction",
    "Quiz",
    "SixSteps",
    "TimeMachine",
    "TrainingStudio",
    "interact",
]
