"""The latent explorer as a learner uses it: what is on the screen is what PyTorch computes for that z."""

import math
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from course_build import stage
from course_build.chromium import PATIENCE
from gan_lesson import checkpoints, latent, models
from gan_lesson.widgets import LatentExplorer
from gan_lesson.widgets.shared import base
from tests.browser.waiting import until

DIM = 12


def small_pair() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(3)
    generator = nn.Sequential(nn.Linear(DIM, 32), nn.LeakyReLU(0.2), nn.Linear(32, 784), nn.Tanh())
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, 1))
    return generator, discriminator


class Unknown(nn.Module):
    """A network that only the kernel can run."""

    def __init__(self, network):
        super().__init__()
        self.inside = network
        self.latent_dim = DIM
        self.fails = 0  # so many times

    def forward(self, values):
        if self.fails:
            self.fails -= 1
            raise RuntimeError("out of luck")
        return self.inside(values)


@pytest.fixture(params=["browser", "kernel"])
def explorer(request):
    generator, discriminator = small_pair()
    if request.param == "kernel":
        generator, discriminator = Unknown(generator), Unknown(discriminator)
    widget = LatentExplorer(generator, discriminator=discriminator, directions=4, seed=5)
    assert widget.stands_alone == (request.param == "browser")
    yield widget
    widget.close()


@pytest.fixture
def alone():
    """One that computes in the browser."""
    generator, discriminator = small_pair()
    widget = LatentExplorer(generator, discriminator=discriminator, directions=4, seed=5)
    yield widget
    widget.close()


@torch.no_grad()
def grey(widget, z: torch.Tensor) -> np.ndarray:
    """Pixels of the picture of z as the screen shows it: ink dark, paper white."""
    values = widget.pair.generator(z[None]).reshape(28, 28).numpy()
    return 255 - np.round((values + 1) * 127.5)


@torch.no_grad()
def score(widget, z: torch.Tensor) -> str:
    images = widget.pair.generator(z[None]).reshape(1, 1, 28, 28)
    return f"{torch.sigmoid(widget.pair.discriminator(images)).item():.2f}"


def on_screen(locator) -> np.ndarray:
    data, width = locator.evaluate("c => [[...c.getContext('2d').getImageData(0, 0, c.width, c.height).data], c.width]")
    return np.array(data, dtype=float).reshape(-1, width, 4)[..., 0]


def picture(root):
    return root.locator("canvas.gl-now")


def shows(root, widget, z: torch.Tensor) -> None:
    """Wait until the screen shows the picture, score and norm of z; the slack is one grey level."""
    until(root.page, lambda: is_drawn(picture(root), grey(widget, z)))
    expect(root.locator(".gl-score")).to_have_text(score(widget, z))
    expect(root.locator(".gl-norm")).to_have_text(f"{z.norm():.1f}")


def is_drawn(locator, wanted: np.ndarray) -> bool:
    seen = on_screen(locator)
    return seen.shape == wanted.shape and np.abs(seen - wanted).max() <= 1


def along(z: torch.Tensor, direction: torch.Tensor, value: float) -> torch.Tensor:
    return z + (value - z @ direction) * direction


def python_z(page, widget, before: torch.Tensor) -> torch.Tensor:
    """z in Python once it differs from ``before``: after one move only, since each move on the way may arrive."""
    until(page, lambda: not torch.equal(widget.z, before))
    return widget.z


def python_follows(page, widget, z: torch.Tensor) -> None:
    """Wait until Python has heard that the browser is at z; what it heard before was on the way there."""
    until(page, lambda: torch.allclose(widget.z, z, atol=1e-5))


# ---- the networks


def nets():
    torch.manual_seed(0)
    odd = nn.Sequential(
        nn.Linear(13, 2 * 7 * 5),
        nn.BatchNorm1d(70),
        nn.Sigmoid(),
        nn.Unflatten(1, (2, 7, 5)),
        nn.ConvTranspose2d(2, 3, (3, 4), stride=(2, 3), padding=(1, 0), output_padding=(1, 2)),
        nn.GroupNorm(3, 3),
        nn.Sequential(nn.ReLU(), nn.Dropout(0.5)),
        nn.Conv2d(3, 4, (3, 2), stride=(1, 2), padding=(2, 1)),
        nn.BatchNorm2d(4),
        nn.Flatten(),
        nn.Linear(4 * 16 * 10, 784),
        nn.Tanh(),
    )
    for _ in range(3):
        odd(torch.randn(16, 13))  # running statistics other than 0 and 1
    conv = models.ConvGenerator(truncation=0.7)
    for _ in range(20):
        conv(torch.randn(16, conv.latent_dim))
    return {
        "article": (checkpoints.load_generator("article"), checkpoints.load_discriminator("article")),
        "conv": (conv, models.ConvDiscriminator()),
        "odd": (odd, nn.Sequential(nn.Flatten(), nn.Linear(784, 1), nn.Sigmoid())),
    }


@pytest.mark.filterwarnings("ignore:the discriminator ends in a Sigmoid")
@pytest.mark.parametrize("name", ["article", "conv", "odd"])
def test_the_browser_computes_what_pytorch_computes(page, name, monkeypatch):
    monkeypatch.setattr(base, "MOST_STORED", math.inf)  # as for the pages of `make site`
    widget = LatentExplorer(nets()[name][0], discriminator=nets()[name][1])
    assert widget.stands_alone
    stage.show(page, widget, kernel=False)
    noise = torch.cat([latent.sample(4, widget.pair.latent_dim, seed=1), torch.zeros(1, widget.pair.latent_dim)])
    results = page.evaluate(
        """async (noise) => {
          const { forward } = await stage.load("latent_explorer/network.js");
          const { unpack } = await stage.load("shared/kernel.js");
          const { generator, discriminator } = unpack(stage.model.get("content"));
          return noise.map((z) => {
            const image = forward(generator, z);
            return [[...image], [...forward(discriminator, image)]];
          });
        }""",
        noise.tolist(),
    )
    with torch.no_grad():
        images = widget.pair.generator(noise).flatten(1)
        logits = widget.pair.discriminator(images.view(-1, 1, 28, 28))
    assert images.std(dim=0).mean() > 1e-3  # the pictures differ
    assert torch.tensor([image for image, _ in results]).sub(images).abs().max() < 1e-4
    assert torch.tensor([logit for _, logit in results]).sub(logits).abs().max() < 1e-4
    widget.close()


# ---- sliders


def test_the_first_picture_is_that_of_the_seed(page, explorer):
    root = stage.show(page, explorer)
    shows(root, explorer, latent.sample(1, DIM, seed=5)[0])


def test_a_slider_moved_by_keyboard_changes_the_picture_and_z_in_python(page, explorer):
    start = explorer.z
    root = stage.show(page, explorer)
    handle = root.get_by_label("direction 2", exact=True)
    handle.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    value = float(handle.input_value())
    expected = along(start, explorer.pair.directions[1], value)
    assert expected.sub(start).norm() > 0.5
    shows(root, explorer, expected)
    python_follows(page, explorer, expected)
    page.keyboard.press("End")
    expect(handle).to_have_attribute("aria-valuetext", "+4.0 σ")
    shows(root, explorer, along(start, explorer.pair.directions[1], 4))


def test_a_slider_dragged_with_the_mouse_is_one_step_back(page, explorer):
    start = explorer.z
    root = stage.show(page, explorer)
    handle = root.get_by_label("direction 1", exact=True)
    box = handle.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    for share in (0.6, 0.7, 0.8, 0.95):
        page.mouse.move(box["x"] + box["width"] * share, middle)
    page.mouse.up()
    until(page, lambda: float(handle.input_value()) > 3)
    value = float(handle.input_value())
    shows(root, explorer, along(start, explorer.pair.directions[0], value))
    root.get_by_role("button", name="Back").click()
    shows(root, explorer, start)
    expect(handle).to_have_attribute("aria-valuetext", f"{start @ explorer.pair.directions[0]:+.1f} σ")
    root.get_by_role("button", name="Back").click()
    expect(root.get_by_role("status").first).to_contain_text("nothing to go back to")


def test_a_slider_answers_to_a_finger(browser, alone):
    context = browser.new_context(has_touch=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    root = stage.show(page, alone, width=380)
    handle = root.get_by_label("direction 3", exact=True)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    until(page, lambda: float(handle.input_value()) > 2.5)
    value = float(handle.input_value())
    shows(root, alone, along(latent.sample(1, DIM, seed=5)[0], alone.pair.directions[2], value))
    context.close()


def test_raw_coordinates_have_sliders_of_their_own(page, explorer):
    start = explorer.z
    root = stage.show(page, explorer)
    expect(root.get_by_label("z0", exact=True)).to_have_count(0)
    root.get_by_label("raw coordinates").check()
    expect(root.get_by_role("slider", name="z0", exact=True)).to_be_visible()
    expect(root.get_by_role("slider", name="z11")).to_have_count(0)
    field = root.get_by_role("spinbutton")
    field.fill("999")
    field.press("Enter")
    expect(field).to_have_value("2")
    root.get_by_role("slider", name="z11").fill("-2.5")
    expected = start.clone()
    expected[11] = -2.5
    shows(root, explorer, expected)


# ---- buttons


def test_random_mutate_reset_and_back(page, explorer):
    root = stage.show(page, explorer)
    start = explorer.z
    shows(root, explorer, start)
    root.get_by_role("button", name="Random").click()
    random = python_z(page, explorer, start)
    shows(root, explorer, random)
    expect(root.get_by_role("status").first).to_have_text(f"A random z. Score {score(explorer, random)}.")
    root.get_by_role("button", name="Mutate").click()
    mutant = python_z(page, explorer, random)
    shows(root, explorer, mutant)
    assert math.isclose(mutant.norm(), random.norm(), rel_tol=1e-4)
    assert 0.05 < mutant.sub(random).norm() / random.norm() < 0.8
    root.get_by_role("button", name="Reset").click()
    shows(root, explorer, start)
    for earlier in (mutant, random, start):
        root.get_by_role("button", name="Back").click()
        shows(root, explorer, earlier)


# ---- pins and the walk


def test_two_pins_are_compared_and_walked_between(page, explorer):
    start = explorer.z
    root = stage.show(page, explorer)
    shows(root, explorer, start)
    root.get_by_role("button", name="Pin as A").click()
    expect(root.get_by_role("img", name="Pin A: score")).to_have_attribute(
        "aria-label", f"Pin A: score {score(explorer, start)}, norm {start.norm():.1f}"
    )
    expect(root.get_by_role("slider", name="A to B")).to_be_hidden()
    root.get_by_role("button", name="Random").click()
    end = python_z(page, explorer, start)
    root.get_by_role("button", name="Pin as B").click()
    pinned = root.get_by_role("img", name="Pin B: score")
    expect(pinned).to_have_attribute("aria-label", f"Pin B: score {score(explorer, end)}, norm {end.norm():.1f}")
    assert np.abs(on_screen(pinned) - grey(explorer, end)).max() <= 1

    walk = root.get_by_role("slider", name="A to B")
    walk.fill("0.25")
    shows(root, explorer, latent.slerp(start, end, 5)[1])
    root.get_by_label("walk", exact=True).select_option("lerp")
    shows(root, explorer, latent.lerp(start, end, 5)[1])
    strip = root.get_by_role("img", name="The walk from A to B by lerp")
    expect(strip).to_be_visible()
    sheet = on_screen(strip)
    for index, z in enumerate(latent.lerp(start, end, 9)):
        assert np.abs(sheet[:, 30 * index : 30 * index + 28] - grey(explorer, z)).max() <= 1
    chart = root.get_by_role("img", name="Norm of z along the walk")
    half = latent.lerp(start, end, 3)[1].norm()
    expect(chart).to_have_attribute("aria-label", re.compile(f"norm {half:.1f}; noise has about {math.sqrt(DIM):.1f}"))
    until(page, lambda: explorer.pins["b"] is not None)
    assert torch.allclose(explorer.pins["a"], start)
    assert torch.allclose(explorer.pins["b"], end)


def test_the_walks_are_those_of_the_library(page, alone):
    stage.show(page, alone, kernel=False)
    a, b = latent.sample(2, 100, seed=9)
    walk = """async ([kind, a, b]) => {
        const { WALKS } = await stage.load("latent_explorer/latent.js");
        return [0, 0.25, 0.5, 0.75, 1].map((t) => [...WALKS[kind](a, b, t)]);
    }"""
    for kind, library in (("lerp", latent.lerp), ("slerp", latent.slerp)):
        for end in (b, 2 * a):
            points = torch.tensor(page.evaluate(walk, [kind, a.tolist(), end.tolist()]))
            assert torch.allclose(points, library(a, end, 5), atol=1e-5)


def test_opposite_pins_have_no_arc_and_the_widget_says_so_and_goes_on(page, alone):
    z = alone.z
    alone.moved(z=z.tolist(), a=z.tolist(), b=(-z).tolist())
    root = stage.show(page, alone)
    expect(root.get_by_role("alert")).to_contain_text("opposite directions")
    root.get_by_label("walk", exact=True).select_option("lerp")
    root.get_by_role("slider", name="A to B").fill("0.5")
    expect(root.locator(".gl-norm")).to_have_text("0.0")
    expect(root.get_by_role("alert")).to_be_hidden()


# ---- the kernel


def test_the_nearest_real_digits_come_from_the_kernel(page, explorer):
    root = stage.show(page, explorer)
    root.get_by_role("button", name="Nearest real digits").click()
    expect(root.get_by_role("img", name="A real")).to_have_count(5)
    answer = explorer.nearest(explorer.z.tolist())
    first = root.get_by_role("img", name="A real").first
    expect(first).to_have_attribute(
        "aria-label", f"A real {answer['labels'][0]} at distance {answer['distances'][0]:.1f}"
    )
    assert np.array_equal(on_screen(first), 255 - answer["pixels"][0].reshape(28, 28).numpy())
    root.get_by_role("button", name="Random").click()
    expect(root.get_by_role("img", name="A real")).to_have_count(0)  # they were another picture's


def test_without_a_kernel_all_but_the_real_digits_works(page, alone):
    start = alone.z
    root = stage.show(page, alone, kernel=False)
    expect(root.get_by_role("button", name="needs a kernel")).to_be_disabled()
    root.get_by_label("direction 1", exact=True).fill("3")
    moved = along(start, alone.pair.directions[0], 3)
    shows(root, alone, moved)
    expect(picture(root)).to_have_attribute("aria-label", re.compile(f"score is {score(alone, moved)}"))
    expect(root.get_by_role("alert")).to_have_count(0)
    assert torch.equal(alone.z, start)


def test_python_hears_of_z_before_anything_is_pinned(page, explorer):
    start = explorer.z
    root = stage.show(page, explorer)
    root.get_by_label("direction 1", exact=True).fill("-2")
    python_follows(page, explorer, along(start, explorer.pair.directions[0], -2))
    assert explorer.pins == {"a": None, "b": None}
    expect(root.get_by_role("alert")).to_have_count(0)


def test_a_view_that_opens_later_is_where_the_first_one_is(page, explorer):
    z, a = latent.sample(2, DIM, seed=8)
    explorer.moved(z=z.tolist(), a=a.tolist(), b=None)
    root = stage.show(page, explorer)
    shows(root, explorer, z)
    expect(root.get_by_role("img", name="Pin A:")).to_have_attribute("aria-label", re.compile(f"norm {a.norm():.1f}"))


SET_START = """(z) => {
  const bytes = new DataView(new Float32Array(z).buffer);
  stage.model.set("start", { z: { dtype: "float32", shape: [z.length], bytes } });
}"""


def test_z_set_in_python_moves_the_browser(page, alone):
    root = stage.show(page, alone)
    z = latent.sample(1, DIM, seed=21)[0]
    page.evaluate(SET_START, z.tolist())
    shows(root, alone, z)
    root.get_by_role("button", name="Back").click()
    shows(root, alone, latent.sample(1, DIM, seed=5)[0])


def test_what_goes_wrong_in_the_kernel_is_shown_and_the_widget_goes_on(page):
    generator, discriminator = small_pair()
    widget = LatentExplorer(Unknown(generator), discriminator=discriminator, directions=4)
    root = stage.show(page, widget)
    start = widget.z
    shows(root, widget, start)
    stage.wait_for_answers(page)
    widget.pair.generator.fails = 1
    root.get_by_label("direction 1", exact=True).fill("2")
    expect(root.get_by_role("alert")).to_contain_text("RuntimeError: out of luck")
    root.get_by_label("direction 1", exact=True).fill("3")
    expect(root.get_by_role("alert")).to_be_hidden()
    shows(root, widget, along(start, widget.pair.directions[0], 3))
    widget.close()


def test_a_newer_z_is_asked_for_although_the_older_one_failed(page):
    generator, discriminator = small_pair()
    widget = LatentExplorer(Unknown(generator), discriminator=discriminator, directions=4)
    root = stage.show(page, widget)
    start = widget.z
    shows(root, widget, start)
    stage.wait_for_answers(page)
    widget.pair.generator.fails = 1
    page.evaluate(
        """() => {
          const input = document.querySelector(".gl-slider input");
          for (const value of [1, 2]) {
            input.value = value;
            input.dispatchEvent(new Event("input"));
          }
        }"""
    )
    shows(root, widget, along(start, widget.pair.directions[0], 2))
    expect(root.get_by_role("alert")).to_have_count(0)
    widget.close()


def test_the_newest_z_wins_and_one_question_is_under_way(page):
    generator, discriminator = small_pair()
    widget = LatentExplorer(Unknown(generator), discriminator=discriminator, directions=4)
    root = stage.show(page, widget)
    start = widget.z
    shows(root, widget, start)
    stage.wait_for_answers(page)
    page.evaluate(
        """() => {
          let most = 0, questions = 0;
          const send = stage.model.send, underWay = new Set();
          stage.model.on("msg:custom", ({ id }) => underWay.delete(id));
          stage.model.send = (content) => {
            if (content.ask === "look") {
              questions += 1;
              underWay.add(content.id);
              most = Math.max(most, underWay.size);
            }
            send(content);
          };
          globalThis.counted = () => [most, questions];
          const input = document.querySelector(".gl-slider input");
          for (let value = -3; value <= 3; value += 0.25) {
            input.value = value;
            input.dispatchEvent(new Event("input"));
          }
        }"""
    )
    shows(root, widget, along(start, widget.pair.directions[0], 3))
    most, questions = page.evaluate("() => counted()")
    assert most == 1
    assert questions <= 3
    widget.close()


# ---- for everyone


def test_a_widget_that_is_closed_hears_nothing_more(page, alone):
    root = stage.show(page, alone)
    shows(root, alone, alone.z)
    stage.wait_for_answers(page)
    before = on_screen(picture(root))
    page.evaluate("() => leaveStage()")
    page.evaluate(SET_START, [0.0] * DIM)
    assert np.array_equal(on_screen(picture(root)), before)


@pytest.mark.parametrize("width", [1000, 380])
def test_it_fits_and_its_words_can_be_read(page, alone, width):
    alone.moved(z=alone.z.tolist(), a=[0.5] * DIM, b=[-0.7, *[0.3] * (DIM - 1)])
    root = stage.show(page, alone, width=width)
    root.get_by_label("raw coordinates").check()
    expect(root.get_by_role("img", name="Norm of z along the walk")).to_be_visible()
    assert picture(root).bounding_box()["width"] >= 280
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    small = root.evaluate(
        """(root) => [...root.querySelectorAll("*")].filter((node) => parseFloat(getComputedStyle(node).fontSize) < 12)
          .map((node) => node.outerHTML)"""
    )
    assert not small
    outside = root.evaluate(
        """(root) => [...root.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > innerWidth)
          .map((node) => node.outerHTML)"""
    )
    assert not outside
    nameless = root.evaluate(
        """(root) => [...root.querySelectorAll("input, select")]
          .filter((node) => !node.labels.length || !("lmSuppressShortcuts" in node.dataset))
          .map((node) => node.outerHTML)"""
    )
    assert not nameless
