"""The house of DESIGN.md: a module imports only from the floors below its own."""

import ast
import sys
from pathlib import Path

import pytest

import gan_lesson

ROOT = Path(gan_lesson.__file__).parent
FLOORS = [
    {"files", "interruption", "randomness", "modes", "shapes", "device"},
    {"reals", "data", "toy", "models", "losses", "latent", "plots", "measured", "progress"},
    {"training"},
    {"history", "classifier"},
    {"recipes", "monitor"},
    {"checkpoints", "machine", "metrics"},
    {"runs", "checks", "distributed"},
    {"__main__", "course", "widgets"},
]
FLOOR = {module: number for number, modules in enumerate(FLOORS) for module in modules}
GROUND = {"torch", "torchvision", "matplotlib", "numpy", "PIL"}  # torchvision and matplotlib bring the last two
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def module_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> tuple[set[str], set[str]]:
    """The package's own modules and the others' packages that a file imports, wherever in the file."""
    depth = len(path.relative_to(ROOT).parts)
    own, foreign = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            prefix = "gan_lesson." if node.level == depth else f"gan_lesson.{module_of(path)}." if node.level else ""
            start = prefix + (node.module or "")
            names = [f"{start.rstrip('.')}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "gan_lesson":
                own.update(rest[:1])
            else:
                foreign.add(first)
    return own - {"__version__"}, foreign - sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_the_floors_below(path):
    module = module_of(path)
    for other in imports(path)[0] - {module}:
        assert FLOOR[other] < FLOOR[module], f"{module} must not import {other}"


@pytest.mark.parametrize("path", [path for path in FILES if FLOOR[module_of(path)] <= 2], ids=lambda path: path.name)
def test_the_lower_floors_need_torch_torchvision_and_matplotlib_alone(path):
    assert imports(path)[1] <= GROUND


def test_the_test_sees_imports_of_every_kind(tmp_path):
    path = ROOT / "runs.py"
    own, foreign = imports(path)
    assert {"checkpoints", "latent", "training"} <= own
    assert {"numpy", "torch", "PIL"} <= foreign
    assert "json" not in foreign
