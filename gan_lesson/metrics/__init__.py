"""How good is a generator, in numbers? Images -> features -> statistics -> metric, each stage a function of its own.

`evaluate` puts them together. All compare *fakes* with *reals* through the eyes of `DigitClassifier`; figures made by
another extractor, or from another number of samples, are not comparable with these.
"""

from .evaluation import ENOUGH, SAMPLES, evaluate, evaluate_images, quality
from .figures import (
    NEIGHBOURS,
    ClassCoverage,
    Gaussian,
    PrecisionRecall,
    Quality,
    class_coverage,
    confidence,
    copies,
    frechet_distance,
    gaussian,
    nearest_training_distance,
    neighbour_radii,
    precision_recall,
)
from .reference import COMPARED_IN_PIXELS, Reference, Seen, bundled

__all__ = [
    "COMPARED_IN_PIXELS",
    "ENOUGH",
    "NEIGHBOURS",
    "SAMPLES",
    "ClassCoverage",
    "Gaussian",
    "PrecisionRecall",
    "Quality",
    "Reference",
    "Seen",
    "bundled",
    "class_coverage",
    "confidence",
    "copies",
    "evaluate",
    "evaluate_images",
    "frechet_distance",
    "gaussian",
    "nearest_training_distance",
    "neighbour_radii",
    "precision_recall",
    "quality",
]
