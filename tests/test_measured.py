import json

import pytest

from gan_lesson import measured
from gan_lesson.errors import BadInput


def test_a_result_is_found_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "FOLDER", tmp_path)
    result = {"command": "python benchmarks/speed.py", "seconds": [1.5, 2]}
    (tmp_path / "speed.json").write_text(json.dumps(result))
    assert measured.load("speed") == result


def test_an_unknown_name_is_an_error_that_says_which_file_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "FOLDER", tmp_path)
    (tmp_path / "folder.json").mkdir()
    for name in ("speed", "folder"):
        with pytest.raises(FileNotFoundError, match=rf"nothing called '{name}' was measured: .* no {name}\.json"):
            measured.load(name)


def test_results_lie_in_the_package_beside_what_is_bundled():
    assert measured.load("classifier")["test_accuracy"] > 0.99


@pytest.mark.parametrize("content", ["", "{", "[1]", "[" * 100_000])
def test_a_damaged_result_is_one_clear_error(tmp_path, monkeypatch, content):
    monkeypatch.setattr(measured, "FOLDER", tmp_path)
    (tmp_path / "speed.json").write_text(content)
    with pytest.raises(BadInput, match=r"speed\.json is damaged"):
        measured.load("speed")
