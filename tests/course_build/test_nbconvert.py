"""A lesson handed in as HTML or PDF: nbconvert finds each picture once, in the notebook that a learner has run."""

from __future__ import annotations

import base64
import re

import pytest
from nbconvert import HTMLExporter, LatexExporter
from nbformat.v4 import new_code_cell, new_notebook

from course_build import notebooks
from course_build.editions import METADATA

CELLS = [
    "import torch\n\nfrom gan_lesson import monitor, plots, recipes\nfrom gan_lesson.widgets import *",
    "plots.image_grid(torch.zeros(4, 1, 28, 28), alt='four grey squares')",
    "LossLab()",
    "interact(lambda n: plots.image_grid(torch.zeros(n, 1, 28, 28), alt=f'{n} grey squares'), n=(3, 3))",
    "_ = monitor.monitor(recipes.get('article').loop(device='cpu'), steps=1)",
]
ALTS = ["four grey squares", "Generator's losses and gradients", "3 grey squares", "Training after 1 steps"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    made = new_notebook(cells=list(map(new_code_cell, CELLS)), metadata=METADATA)
    return notebooks.execute(made, tmp_path_factory.mktemp("run"))


@pytest.mark.filterwarnings("ignore:Your element with mimetype:UserWarning")  # a widget itself is nothing on paper
def test_on_paper_each_picture_is_there_once(run):
    tex, resources = LatexExporter().from_notebook_node(run)
    pictures = [content for name, content in sorted(resources["outputs"].items()) if name.endswith(".png")]
    assert len(pictures) == len(ALTS)
    assert all(content.startswith(b"\x89PNG") for content in pictures)
    assert tex.count("\\adjustimage") == len(ALTS)
    assert "model_id" not in tex


def test_on_a_page_each_picture_is_there_once_with_its_alt_text(run):
    page, _ = HTMLExporter().from_notebook_node(run)
    shown = re.findall(r'<img alt="([^"]*)"[^>]*src="data:image/png;base64,([^"]+)"', page)
    assert len(shown) == len(ALTS)
    for (alt, content), begins in zip(shown, ALTS, strict=True):
        assert alt.startswith(begins)
        assert base64.b64decode(content).startswith(b"\x89PNG")


def test_of_a_built_notebook_too(run):
    _, resources = LatexExporter().from_notebook_node(notebooks.clean(run))
    assert len([name for name in resources["outputs"] if name.endswith(".png")]) == len(ALTS)
