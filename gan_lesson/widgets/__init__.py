"""What the learner touches. A name is imported when it is first used: the pure part of a widget needs no anywidget."""

from importlib import import_module
from typing import Any

_HOMES = {
    "LatentExplorer": "latent_explorer.shell",
    "LossLab": "loss_lab.shell",
    "Playground": "playground.shell",
    "Prediction": "prediction.shell",
    "Quiz": "quiz.shell",
    "SixSteps": "six_steps.shell",
    "TimeMachine": "time_machine.shell",
    "TrainingStudio": "training_studio.shell",
    "interact": "sliders",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
