"""The record of a training run: what each of its steps saw, for whoever watches, plots or saves it.

`History` is a sequence of `Step` records in bounded memory. `Series` is what it keeps them in, and serves for other
numbers, too. `StepsFile` is the same record on disk, where no step is left out.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

import numpy as np

from . import files
from .errors import BadInput
from .training import Step

#: What a `Step` says, in order: the columns of every record.
COLUMNS = tuple(field.name for field in fields(Step))

#: Steps in memory unless told otherwise: enough for any curve, and less than a megabyte.
MOST = 10_000

#: The largest file of steps that is read, in bytes: some eight million steps.
_LONGEST = 2**30

_values = attrgetter(*COLUMNS)
_KINDS = [int if field.type in (int, "int") else float for field in fields(Step)]


class Series:
    """Rows of numbers under the names of their columns; each time they are more than ``most``, every second one goes.

    From then on only every second (fourth, eighth, ...) of those that come stays, so that the rows lie evenly over all
    that ever came. The newest is always among them.

    Attributes:
        columns: the names.
        most: how many rows there may be, at least 2.
        count: how many have come so far.
        every: of how many that come one stays.
    """

    def __init__(self, columns: Sequence[str], most: int = MOST):
        self.columns, self.most = tuple(columns), most
        self.count, self.every = 0, 1
        self._numbers = array("d")

    def __len__(self) -> int:
        return len(self._numbers) // len(self.columns)

    def append(self, *row: float) -> None:
        """Add one number for each column."""
        if len(row) != len(self.columns):
            raise ValueError(f"expected {', '.join(self.columns)}; got {len(row)} numbers")
        if len(self) and (self.count - 1) % self.every:  # the last one was there only because it was the newest
            del self._numbers[-len(self.columns) :]
        self._numbers.extend(row)
        self.count += 1
        while len(self) > self.most:
            rows = self.rows()
            self._numbers = array("d", np.concatenate([rows[:-1:2], rows[-1:]]).tobytes())
            self.every *= 2

    def rows(self) -> np.ndarray:
        """A copy of all there are, float64 (rows, columns)."""
        return np.array(self._numbers).reshape(-1, len(self.columns))

    def row(self, index: int) -> array:
        """One of them; those from the end have negative numbers.

        Raises:
            IndexError: there is none.
        """
        width, place = len(self.columns), range(len(self))[index]
        return self._numbers[place * width : (place + 1) * width]

    def column(self, name: str) -> np.ndarray:
        """All values of one column, float64 (rows,)."""
        return self.rows()[:, self.columns.index(name)]

    def place(self, index: int) -> int:
        """Which of all that ever came a row is, from 1."""
        place = range(len(self))[index]
        return self.count if place == len(self) - 1 else place * self.every + 1

    def cut(self, keep: int) -> None:
        """Forget all but the first ``keep`` rows."""
        if keep < len(self):
            self.count, self.every = (self.place(keep - 1), self.every) if keep else (0, 1)
            del self._numbers[keep * len(self.columns) :]

    def state_dict(self) -> dict:
        """All of it as JSON values."""
        rows = self.rows().tolist()
        return {"columns": list(self.columns), "count": self.count, "every": self.every, "rows": rows}

    def load_state_dict(self, state: dict) -> None:
        """Take over what ``state_dict`` gave.

        Raises:
            ValueError: it was of other columns, or is damaged; then nothing changes.
        """
        if tuple(state["columns"]) != self.columns:
            raise ValueError(f"expected the columns {', '.join(self.columns)}; got {', '.join(state['columns'])}")
        count, every, rows = state["count"], state["every"], state["rows"]
        if type(count) is not int or type(every) is not int or not 0 <= len(rows) <= count or every < 1:
            raise ValueError(f"{len(rows)} rows of {count}, every {every}th: these are no series")
        numbers = array("d", [number for row in rows for number in row])
        if any(len(row) != len(self.columns) for row in rows):
            raise ValueError(f"a row has not the {len(self.columns)} numbers of {', '.join(self.columns)}")
        self.count, self.every, self._numbers = count, every, numbers


class History(Sequence[Step]):
    """What was seen of a training run so far: a sequence of `Step` records, evenly thinned when they grow many.

    The newest step is always the last one.

    Args:
        extra: names of more numbers to note with each step. The column "seconds", of training so far, gives `rates`.
        most: how many steps are kept.

    Attributes:
        samples: what the generator made at some moments, from the same noise: pairs of a step number and an array.
    """

    #: How many sets of samples are kept.
    MOST_SAMPLES = 200

    def __init__(self, extra: Sequence[str] = (), most: int = MOST):
        self._series = Series((*COLUMNS, *extra), most)
        self.samples: list[tuple[int, np.ndarray]] = []

    def __len__(self) -> int:
        return len(self._series)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        return Step(*(kind(value) for kind, value in zip(_KINDS, self._series.row(index), strict=False)))

    def __repr__(self) -> str:
        return f"History({len(self):,} of {self._series.count:,} steps{f', the last {self[-1]}' if self else ''})"

    @property
    def number(self) -> int:
        """The last step that it knows of, by itself or by its samples; 0 before the first."""
        return max(self[-1].number if self else 0, self.samples[-1][0] if self.samples else 0)

    def append(self, step: Step, **extra: float) -> None:
        """Note a step, with a number for each of the extra columns."""
        names = self._series.columns[len(COLUMNS) :]
        if extra.keys() != set(names):
            raise ValueError(f"each step is noted with {', '.join(names) or 'nothing else'}; got {', '.join(extra)}")
        self._series.append(*_values(step), *(extra[name] for name in names))

    def add_samples(self, number: int, samples: np.ndarray) -> None:
        """Keep what was made at step ``number``; of too many, the one with the nearest neighbours goes."""
        if self.samples and self.samples[-1][0] == number:
            self.samples.pop()
        self.samples.append((number, samples))
        if len(self.samples) > self.MOST_SAMPLES:
            numbers = np.array([one[0] for one in self.samples])
            del self.samples[1 + int((numbers[2:] - numbers[:-2]).argmin())]

    def cut(self, number: int) -> None:
        """Forget what came after step ``number``: the training went back to it."""
        self._series.cut(int(np.searchsorted(self.column("number"), number, side="right")))
        self.samples = [one for one in self.samples if one[0] <= number]

    def column(self, name: str) -> np.ndarray:
        """One number of each step, float64 (steps,): a field of `Step`, or an extra one."""
        return self._series.column(name)

    def last(self, name: str) -> float:
        """The number of that name at the last step; 0 before the first one."""
        return self._series.row(-1)[self._series.columns.index(name)] if self else 0.0

    def rates(self, over: int = 30) -> tuple[float, float]:
        """Steps a second and real images a second, over about so many of the last steps; 0 before the first one."""
        if not self:
            return 0.0, 0.0
        first = max(0, len(self) - 1 - max(1, (over - 1) // self._series.every))
        before = dict.fromkeys(self._series.columns, 0.0)
        if len(self) > 1:
            before = dict(zip(self._series.columns, self._series.row(first), strict=True))
        number, seconds, images = (self.last(name) - before[name] for name in ("number", "seconds", "images_seen"))
        steps_a_second = max(1, self._series.place(-1) - self._series.place(first)) / seconds
        return steps_a_second, steps_a_second * images / number  # other cells may have done some of the steps between

    def curves(self, points: int = 150) -> dict[str, np.ndarray]:
        """At most so many points of each column: the means of windows of equal length, at their last step's number."""
        rows = self._series.rows()
        window = max(1, math.ceil(len(rows) / points))
        whole = len(rows) // window * window  # the rest waits until its window is full
        means = rows[:whole].reshape(-1, window, rows.shape[1]).mean(axis=1)
        means[:, 0] = rows[window - 1 : whole : window, 0]
        return dict(zip(self._series.columns, np.ascontiguousarray(means.T), strict=True))

    def state_dict(self) -> dict:
        """All of it, to be saved: JSON values, but for the arrays of the samples."""
        return {"steps": self._series.state_dict(), "samples": list(self.samples)}

    def load_state_dict(self, state: dict) -> None:
        """Take over what ``state_dict`` gave.

        Raises:
            ValueError: that history noted other numbers.
        """
        self._series.load_state_dict(state["steps"])
        self.samples = [(number, samples) for number, samples in state["samples"]]


class StepsFile:
    """The record of a run on disk: a CSV file of `COLUMNS` that holds a line for each step from the first on.

    Args:
        path: where it lies.
    """

    def __init__(self, path: Path):
        self.path = path

    def begin(self) -> None:
        """Make the file anew, without a step."""
        files.write(self.path, ",".join(COLUMNS) + "\n")

    def append(self, steps: Iterable[Step]) -> None:
        """Add a line for each of ``steps``: all of them, or none where there is no room."""
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(map(_values, steps))
        with self.path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                _write_all(file, lines.getvalue().encode())
            except BaseException as error:
                file.truncate(before)
                if isinstance(error, OSError):
                    raise OSError(error.errno, error.strerror, str(self.path)) from error
                raise

    def cut(self, number: int) -> None:
        """Forget what came after step ``number``, also a line that was written in part."""
        files.write(self.path, "".join(self.path.read_text().splitlines(keepends=True)[: number + 1]))

    def read(self) -> dict[str, np.ndarray]:
        """Each column as float64 (steps,), without a last line that was written in part.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is damaged.
        """
        first, *rows = files.read(self.path, _LONGEST).decode().splitlines(keepends=True) or [""]
        if first.strip() != ",".join(COLUMNS):
            raise BadInput(f"{self.path.name} should begin with the names of its columns")
        if rows and not rows[-1].endswith("\n"):  # its writer was killed
            rows.pop()
        uneven = [number for number, row in enumerate(rows, 2) if row.count(",") != len(COLUMNS) - 1]
        if uneven:
            raise BadInput(f"line {uneven[0]} of {self.path.name} should hold {len(COLUMNS)} numbers")
        table = np.array([row.split(",") for row in rows], dtype=float).reshape(-1, len(COLUMNS))
        if not np.isfinite(table).all() or not np.array_equal(table[:, 0], np.arange(1, len(table) + 1)):
            raise BadInput(f"{self.path.name} should hold numbers, a line for each step from the first on")
        return dict(zip(COLUMNS, table.T, strict=True))


def _write_all(file: io.RawIOBase, content: bytes) -> None:
    left = memoryview(content)
    while left:  # the system may take it in parts
        left = left[file.write(left) :]
