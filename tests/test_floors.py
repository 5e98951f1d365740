"""The floors of the house: a module imports only from those below its own, so that there are no circles."""

import ast
import sys
from pathlib import Path

import pytest

import gan_lesson

ROOT = Path(gan_lesson.__file__).parent
#: From the ground up; where a folder has one name, all that lies in it stands on that floor.
FLOORS = [
    {"errors", "tensors"},
    {
        "files",
        "claim",
        "interruption",
        "programs",
        "randomness",
        "modes",
        "shapes",
        "pixels",
        "device",
        "picture",
        "course",
    },
    {
        "reals",
        "sources",
        "fitting",
        "rules",
        "toy",
        "models",
        "losses",
        "latent",
        "threads",
        "plots/",
        "diagrams",
        "progress",
        "measured",
        "tensorfile",
        "arrays",
    },
    {"data", "training/", "weights"},
    {"history", "classifier", "report", "saved_state"},
    {"monitor", "recipes", "metrics/", "run_files"},
    {"checkpoints", "machine", "checks/"},
    {"runs", "distributed"},
    {"widgets/"},
    {"lessons/"},
    {"checks"},  # the door to the checks, which opens the lessons' rooms
    {"standing"},
    {"__main__"},
]
FLOOR = {module: number for number, modules in enumerate(FLOORS) for module in modules}
FOREIGN = {"torch", "torchvision", "matplotlib", "numpy", "PIL"}  # torchvision and matplotlib bring the last two
#: What single modules need besides.
ALLOWED = {
    "claim": {"filelock"},
    "progress": {"filelock", "platformdirs"},
    "data": {"platformdirs"},
    "sources": {"tqdm"},
    "threads": {"psutil"},
    "tensorfile": {"safetensors"},
}
#: The script of a lesson stands on top of the house, as the notebook that is made of it does; nothing imports it.
FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "lesson.py" and path != ROOT / "__init__.py")


def module_of(path: Path) -> str:
    """What a file belongs to, as in `FLOORS`."""
    return module_called(path.relative_to(ROOT).with_suffix("").as_posix().removesuffix("/__init__").split("/"))


def module_called(parts: list[str]) -> str:
    """What a dotted name, without the package's own, belongs to, as in `FLOORS`."""
    first, *rest = parts
    if first == "checks":
        return "checks/" if rest and (ROOT / "checks" / f"{rest[0]}.py").exists() else "checks"
    return f"{first}/" if (ROOT / first).is_dir() else first


def imports(path: Path) -> tuple[set[str], set[str]]:
    """The package's own modules and the others' packages that a file imports, wherever in the file."""
    package = ["gan_lesson", *path.relative_to(ROOT).parent.parts]
    own, foreign = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = above + (node.module.split(".") if node.module else [])
            names = [[*start, alias.name] for alias in node.names]
        else:
            continue
        for first, *rest in names:
            if first != "gan_lesson":
                foreign.add(first)
            elif rest and rest != ["__version__"]:
                own.add(module_called(rest))
    return own, foreign - sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_the_floors_below(path):
    module = module_of(path)
    for other in imports(path)[0] - {module}:
        assert FLOOR[other] < FLOOR[module], f"{module} must not import {other}"


LOWER = [path for path in FILES if FLOOR[module_of(path)] <= FLOOR["training/"]]


@pytest.mark.parametrize("path", LOWER, ids=lambda path: path.name)
def test_the_lower_floors_need_torch_torchvision_and_matplotlib_alone(path):
    assert imports(path)[1] <= FOREIGN | ALLOWED.get(module_of(path), set())


def test_the_map_of_the_house_names_every_module():
    page = (ROOT.parent / "docs" / "contributing.md").read_text(encoding="utf-8")
    rows = "\n".join(row for row in page.splitlines() if row.startswith("| "))
    assert [name for name in sorted({module_of(path) for path in FILES}) if f"`{name}`" not in rows] == []


def test_no_lesson_is_imported_by_anything():
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert [name for name in modules if name.endswith(".lesson")] == [], path


def test_the_test_sees_imports_of_every_kind():
    own, foreign = imports(ROOT / "runs.py")
    assert {"checkpoints", "fitting", "training/"} <= own
    assert {"numpy", "torch", "PIL"} <= foreign
    assert "json" not in foreign
    own, _ = imports(ROOT / "lessons" / "the_game" / "checks.py")
    assert "checks/" in own and "checks" not in own
    assert "checks" in imports(ROOT / "standing.py")[0]
    assert module_called(["checks", "check_play"]) == "checks"
    assert module_called(["widgets", "quiz", "shell"]) == "widgets/"
