"""A report: every figure of what a generator makes beside the same figures of real digits, as text and as a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import jinja2


@dataclass(frozen=True)
class Figures:
    """Every figure of one set of images.

    Attributes:
        frechet_distance: to the training images, in features; 0 is best (see `gan_lesson.metrics.frechet_distance`).
        precision, recall: against training images, in features, 0 to 1 (see `metrics.precision_recall`).
        classes, entropy, shares: which digits there are (see `metrics.ClassCoverage`).
        confidence: of the classifier, 0.1 to 1.
        pixel_distance, feature_distance: median distance to the nearest training image.
        pixel_copies, feature_copies: share of images suspiciously near to one, 0 to 1 (see `metrics.copies`).
    """

    frechet_distance: float
    precision: float
    recall: float
    classes: int
    entropy: float
    shares: list[float]
    confidence: float
    pixel_distance: float
    feature_distance: float
    pixel_copies: float
    feature_copies: float


#: What a report calls each figure, and how it writes it.
_LABELS = {
    "frechet_distance": ("Frechet distance", "{:.2f}"),
    "precision": ("precision", "{:.3f}"),
    "recall": ("recall", "{:.3f}"),
    "classes": ("digits drawn", "{} of 10"),
    "entropy": ("entropy of the digits (at most 2.303)", "{:.3f}"),
    "confidence": ("classifier's confidence", "{:.3f}"),
    "pixel_distance": ("distance to the nearest training image, in pixels", "{:.2f}"),
    "feature_distance": ("the same in features", "{:.2f}"),
    "pixel_copies": ("copies of training images, by pixels", "{:.1%}"),
    "feature_copies": ("copies, by features", "{:.1%}"),
}

_TABLE = jinja2.Environment(autoescape=True).from_string(
    '<table><thead><tr><td></td><th scope="col">fake</th><th scope="col">real</th></tr></thead><tbody>'
    "{% for label, fake, real in rows %}"
    '<tr><th scope="row" style="text-align:left">{{ label }}</th><td>{{ fake }}</td><td>{{ real }}</td></tr>'
    "{% endfor %}"
    "</tbody></table><p>{{ footer }}"
    "{% for warning in warnings %}<br><b>Careful:</b> {{ warning }}{% endfor %}</p>"
)


@dataclass(frozen=True, repr=False)
class Report:
    """How good a generator is.

    Attributes:
        fake: the figures of what was evaluated.
        real: the floor, a yardstick and no bound: the same figures of as many test images, which no generator has seen.
        samples: images evaluated.
        seed: of the noise that they were made from; None where images were given.
        extractor, extractor_sha256: whose features these are, and a hash of its weights.
        warnings: which figures had too few samples.
    """

    fake: Figures
    real: Figures
    samples: int
    seed: int | None
    extractor: str
    extractor_sha256: str
    warnings: list[str]

    def to_dict(self) -> dict:
        """All of it as values that JSON knows."""
        return asdict(self)

    def rows(self) -> list[tuple[str, str, str]]:
        """A line a figure: what it is, of the generator, of real digits."""
        return [
            (label, pattern.format(getattr(self.fake, name)), pattern.format(getattr(self.real, name)))
            for name, (label, pattern) in _LABELS.items()
        ]

    def __repr__(self) -> str:
        lines = [f"{label:52}{fake:>10}{real:>10}" for label, fake, real in [("", "fake", "real"), *self.rows()]]
        return "\n".join([*lines, self._footer(), *(f"Careful: {warning}" for warning in self.warnings)])

    def _repr_html_(self) -> str:
        return _TABLE.render(rows=self.rows(), footer=self._footer(), warnings=self.warnings)

    def _footer(self) -> str:
        return (
            f"{self.samples:,} images; features of {self.extractor} {self.extractor_sha256[:8]}. The column real is "
            "the floor, a yardstick and no bound: test images against training images."
        )
