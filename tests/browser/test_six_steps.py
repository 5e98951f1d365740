import pytest
import torch
from playwright.sync_api import expect

from course_build import stage
from gan_lesson.widgets import SixSteps


@pytest.fixture
def widget():
    reals = torch.rand(16, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return SixSteps(batches=[reals])


def show(page, widget, **options):
    """The widget on the stage, once it shows what the kernel answered first: an answer sets the tick, too."""
    root = stage.show(page, widget, **options)
    expect(root.get_by_text("Nothing has run yet")).to_be_visible()
    return root


def button(root, name):
    return root.get_by_role("button", name=name)


def run_to(root, last):
    for number in range(1, last + 1):
        button(root, "Next step").click()
        expect(root.get_by_text(f"Step {number}: ")).to_be_visible()


def cells(root, player, column):
    table = root.get_by_role("table", name=player)
    return table.locator(f"tbody tr > :nth-child({column})").all_inner_texts()


def test_each_button_runs_its_step_and_the_next_one_is_marked(page, widget):
    root = show(page, widget)
    for number in range(1, 7):
        marked = root.locator("[aria-current=step]")
        expect(marked).to_have_attribute("aria-label", f"Step {number}: {marked.inner_text().splitlines()[1]} (next)")
        marked.click()
        expect(root.get_by_text(f"Step {number}: ")).to_be_visible()
        assert widget.debugger.done == number
    expect(root.locator("[aria-current=step]")).to_contain_text("Reals, ones")
    tensors = root.get_by_role("table", name="Tensors so far")
    expect(tensors.get_by_role("row")).to_have_count(11)
    expect(tensors).to_contain_text("[16, 1, 28, 28]")


def test_after_the_discriminators_step_all_it_did_is_on_the_screen(page, widget):
    root = show(page, widget)
    run_to(root, 4)
    expect(root.locator("pre")).to_contain_text("loss_d = bce(discriminator(fakes.detach()), zeros)")
    assert cells(root, "Generator", 2) == ["none"] * 4
    assert cells(root, "Generator", 3) == ["did not move"] * 4
    assert all("filled now" in cell for cell in cells(root, "Discriminator", 2))
    assert all(0 < float(cell) < 1e-3 for cell in cells(root, "Discriminator", 3))
    reals = root.get_by_role("img", name="16 reals, labels 1")
    scores = reals.locator("div").all_inner_texts()
    assert [float(score) for score in scores] == pytest.approx(widget.debugger.scores("real").tolist(), abs=0.006)
    assert "before this step" in reals.get_attribute("aria-label")


def test_images_are_drawn_as_they_are(page, widget):
    root = show(page, widget)
    run_to(root, 1)
    fourth = root.locator(".gl-six-cells canvas").nth(3)
    pixels = fourth.evaluate("canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)")
    ink = ((widget.debugger.names["real"][3, 0] + 1) * 127.5).round()
    assert pixels[::4] == (255 - ink).flatten().int().tolist()


def test_without_detach_the_generators_gradients_fill_and_nothing_in_it_moves(page, widget):
    root = show(page, widget)
    root.get_by_label("detach the fakes").uncheck()
    run_to(root, 4)
    expect(root.locator("pre")).to_contain_text("bce(discriminator(fakes), zeros)")
    assert all("filled now" in cell for cell in cells(root, "Generator", 2))
    assert cells(root, "Generator", 3) == ["did not move"] * 4
    facts = root.get_by_role("list").filter(has_text="Without detach")
    expect(facts).to_contain_text("4 of the generator's 4 layers")
    expect(facts).to_contain_text("0 of the generator's layers moved")
    expect(facts).to_contain_text("as measured on this machine")
    root.get_by_label("detach the fakes").check()
    expect(root.get_by_text("Start over to see it")).to_be_visible()


def test_a_step_out_of_order_explains_what_it_needs(page, widget):
    root = show(page, widget)
    button(root, "Step 4").click()
    expect(root.get_by_text("Step 4 needs the reals and ones of step 1")).to_be_visible()
    button(root, "Step 1").click()
    expect(root.get_by_text("Step 4 needs")).to_be_hidden()
    assert widget.debugger.done == 1


def test_start_over_and_a_second_view_show_what_is(page, widget):
    root = show(page, widget)
    run_to(root, 2)
    page.evaluate(
        """() => {
            const el = document.querySelector("#stage");
            el.replaceChildren();
            stage.module.default.render({ model: stage.model, el });
        }"""
    )
    expect(root.get_by_text("Step 2: ")).to_be_visible()
    button(root, "Start over").click()
    expect(root.get_by_text("Nothing has run yet")).to_be_visible()
    expect(root.get_by_role("table", name="Tensors so far")).to_be_hidden()


def test_it_works_by_keyboard_alone(page, widget):
    root = show(page, widget)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(root.get_by_text("Step 1: ")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(root.get_by_text("Step 2: ")).to_be_visible()


def test_an_exception_is_shown_and_the_debugger_goes_on(page, widget):
    root = show(page, widget)
    run_to(root, 2)
    working = widget.debugger.names["generator"]
    widget.debugger.names["generator"] = torch.nn.Linear(3, 3)
    button(root, "Next step").click()
    expect(root.get_by_role("alert")).to_contain_text("RuntimeError")
    widget.debugger.names["generator"] = working
    button(root, "Next step").click()
    expect(root.get_by_text("Step 3: ")).to_be_visible()
    expect(root.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (900, False), (380, True)])
def test_it_fits_wide_and_narrow(page, widget, width, dark):
    root = show(page, widget, width=width, dark=dark)
    run_to(root, 6)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = root.evaluate(
        """root => [...root.querySelectorAll("button, label, td, th, pre, figcaption, .gl-six-cells div")]
            .filter((node) => (node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
                || node.getBoundingClientRect().right > node.parentElement.getBoundingClientRect().right + 1)
            .map((node) => node.textContent)"""
    )
    assert clipped == []
