"""The playground as a learner uses it: with the mouse, the keyboard and an update of their own that fails."""

import base64

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from course_build import stage
from gan_lesson import toy
from gan_lesson.training import DiscriminatorUpdate, update_discriminator
from gan_lesson.widgets import Playground
from gan_lesson.widgets.playground.views import HALF_WIDTH
from tests.browser.waiting import stop_the_clock, until

SIDE = 400


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def playground():
    made = Playground()
    yield made
    made.close()


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wait_for_step(page, number: int) -> None:
    page.wait_for_function(f"Number(document.querySelector('.gl-steps').textContent.split(' ')[1]) >= {number}")


def shown_step(page) -> int:
    return int(page.locator(".gl-steps").text_content().split()[1])


def pause(page, playground) -> int:
    """Press Pause, and wait until the last step that was under way is on the screen; its number."""
    press(page, "Pause")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    stage.wait_for_answers(page)
    expect(page.locator(".gl-steps")).to_have_text(f"Step {playground.loop.number}")
    return playground.loop.number


def picture(page) -> str:
    """The picture of the plane, to the pixel."""
    return page.locator(".gl-plane").evaluate("canvas => canvas.toDataURL()")


def wait_for_picture(page, wanted: str) -> None:
    until(page, lambda: picture(page) == wanted)


def wait_for_another_picture(page, than: str) -> None:
    until(page, lambda: picture(page) != than)


def pixel(page, x: float, y: float) -> tuple[int, ...]:
    """Red, green and blue of the picture at a place in the plane."""
    return tuple(
        page.evaluate(
            """([x, y]) => { const c = document.querySelector(".gl-plane"), share = c.width / 400;
                             return [...c.getContext("2d").getImageData(x * share, y * share, 1, 1).data]; }""",
            [(x + HALF_WIDTH) / 2 / HALF_WIDTH * SIDE, (HALF_WIDTH - y) / 2 / HALF_WIDTH * SIDE],
        )[:3]
    )


def open_group(page, name: str) -> None:
    page.locator("summary", has_text=name).click()


def weights(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters()).detach().clone()


def test_play_trains_and_pause_stops(page, playground):
    stage.show(page, playground)
    expect(page.locator(".gl-saying")).to_contain_text("Press Play")
    press(page, "Play")
    wait_for_step(page, 20)
    done = pause(page, playground)
    expect(page.locator(".gl-scores")).to_contain_text("D(x): 0.")
    # whoever still pulled would be answered before this is
    page.get_by_role("checkbox", name="manifold").check()
    stage.wait_for_answers(page)
    assert playground.loop.number == done
    labels = [canvas.get_attribute("aria-label") for canvas in page.locator(".gl-charts canvas").all()]
    assert len(labels) == 4 and not any("none yet" in label for label in labels)


def test_space_plays_and_pauses_where_the_picture_has_the_focus(page, playground):
    stage.show(page, playground)
    page.locator(".gl-plane").focus()
    page.keyboard.press("Space")
    wait_for_step(page, 5)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert "Space plays and pauses" in page.locator(".gl-plane").get_attribute("aria-label")


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("one step of the discriminator only", [True, False]),
        ("one step of the generator only", [False, True]),
        ("one step of both", [True, True]),
    ],
)
def test_a_single_step_moves_the_players_that_it_names(page, playground, name, moves):
    stage.show(page, playground)
    networks = playground.loop.discriminator, playground.loop.generator
    before = [weights(network) for network in networks]
    press(page, name)
    expect(page.locator(".gl-steps")).to_have_text("Step 1")
    assert [not torch.equal(weights(network), then) for network, then in zip(networks, before, strict=True)] == moves


def test_reset_goes_back_to_the_start_while_it_plays(page, playground):
    stage.show(page, playground)
    start = picture(page)
    press(page, "Play")
    wait_for_step(page, 30)
    press(page, "Pause")
    press(page, "Reset")
    expect(page.locator(".gl-steps")).to_have_text("Step 0")
    wait_for_picture(page, start)
    press(page, "Play")
    wait_for_step(page, 100)
    first = playground.loop
    press(page, "Reset")
    until(page, lambda: playground.loop is not first and playground.loop.number > 0)  # it still plays
    done = pause(page, playground)
    assert [playground.history[0].number, playground.history[-1].number] == [1, done]


@pytest.mark.parametrize("layer", ["reals x", "fakes G(z)", "arrows", "heat map", "manifold"])
def test_each_layer_can_be_shown_and_hidden(page, playground, layer):
    playground.advance(60)
    stage.show(page, playground)
    page.wait_for_function("document.querySelector('.gl-steps').textContent === 'Step 60'")
    first = picture(page)
    box = page.get_by_role("checkbox", name=layer)
    box.click()
    wait_for_another_picture(page, first)
    second = picture(page)
    box.click()
    wait_for_picture(page, first)
    assert second != first


class Corner(nn.Module):
    """A discriminator that calls real what lies above the x-axis."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[0.0], [40.0]]))

    def forward(self, points):
        return points @ self.weight


def test_the_heat_map_is_the_right_way_up(page):
    playground = Playground(torch.zeros(1, 2), discriminator=Corner())
    stage.show(page, playground)
    page.wait_for_function("document.querySelector('.gl-saying').textContent !== ''")
    stage.wait_for_answers(page)
    (red, green, _), (low_red, low_green, _) = pixel(page, 1.5, 1.2), pixel(page, -1.5, -1.2)
    assert green > red and low_red > low_green  # teal above, magenta below
    page.locator(".gl-plane").hover(position={"x": 200, "y": 30})
    expect(page.locator(".gl-probe")).to_contain_text("1.00, rather real")
    page.locator(".gl-plane").hover(position={"x": 200, "y": 370})
    expect(page.locator(".gl-probe")).to_contain_text("0.00, rather fake")


def test_strokes_of_the_mouse_become_the_data(page, playground):
    stage.show(page, playground)
    page.get_by_label("Data", exact=True).select_option("draw")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    box = page.locator(".gl-plane").bounding_box()
    corners = [(100, 100), (300, 100), (200, 300)]
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    page.mouse.move(box["x"] + 20, box["y"] + 380)  # the pen is up
    press(page, "Use these points")
    expect(page.get_by_label("Data", exact=True)).to_have_value("drawn")
    drawn = playground.game.drawn
    wanted = torch.tensor(
        [[x * 2 * HALF_WIDTH / SIDE - HALF_WIDTH, HALF_WIDTH - y * 2 * HALF_WIDTH / SIDE] for x, y in corners]
    )
    nearest = torch.cdist(wanted, drawn).min(dim=1).values
    assert nearest.max() < 0.03
    assert drawn.diff(dim=0).norm(dim=1).max() < 0.04  # no gaps in a stroke
    assert drawn[:, 1].min() > wanted[:, 1].min() - 0.03
    press(page, "Play")
    wait_for_step(page, 5)
    pause(page, playground)
    assert torch.cdist(playground.loop.real, drawn).min(dim=1).values.max() < 0.15


def test_points_can_be_set_by_keyboard_and_cancelled(page, playground):
    stage.show(page, playground)
    page.get_by_label("Data", exact=True).select_option("draw")
    press(page, "Use these points")
    expect(page.get_by_role("alert")).to_contain_text("There is no point yet")
    page.locator(".gl-plane").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    press(page, "Use these points")
    expect(page.get_by_label("Data", exact=True)).to_have_value("drawn")
    assert torch.allclose(playground.game.drawn, torch.tensor([[0.08, 0.08]]))
    page.get_by_label("Data", exact=True).select_option("draw")
    press(page, "Cancel")
    expect(page.get_by_label("Data", exact=True)).to_have_value("drawn")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()


def test_slow_motion_walks_through_ten_captioned_parts(page, playground):
    stage.show(page, playground)
    press(page, "Slow motion")
    networks = playground.loop.discriminator, playground.loop.generator
    titles, lit = [], []
    for part in range(1, 11):
        expect(page.locator(".gl-part")).to_contain_text(f"{part} of 10")
        titles.append(page.locator(".gl-part").text_content())
        lit.append(page.locator(".gl-lit").evaluate_all("nodes => nodes.map(node => node.dataset.name)"))
        before = [weights(network) for network in networks]
        press(page, "Next part")
        expect(page.locator(".gl-part")).to_contain_text(f"{part % 10 + 1} of 10")
        moves = [not torch.equal(weights(network), then) for network, then in zip(networks, before, strict=True)]
        assert moves == [part + 1 == 5, part + 1 == 10]
    assert len(set(titles)) == 10 and all(lit)
    assert "D learns" in titles[4] and "d" in lit[4] and "G learns" in titles[9] and "g" in lit[9]
    press(page, "Back to normal")
    expect(page.locator(".gl-slow")).to_be_hidden()
    expect(page.locator(".gl-steps")).to_have_text("Step 2")  # the step that was begun is finished
    assert playground.state()["part"] == 0


def test_slow_motion_goes_on_by_itself_where_asked_to(page, playground):
    stage.show(page, playground)
    stop_the_clock(page)
    press(page, "Slow motion")
    expect(page.locator(".gl-part")).to_contain_text("1 of 10")
    page.get_by_label("go on by itself").check()
    for part in (2, 3):
        page.clock.run_for(5800)
        stage.wait_for_answers(page)
        expect(page.locator(".gl-part")).to_contain_text(f"{part - 1} of 10")
        page.clock.run_for(300)
        expect(page.locator(".gl-part")).to_contain_text(f"{part} of 10")
    page.get_by_label("go on by itself").uncheck()
    page.clock.run_for(20000)
    stage.wait_for_answers(page)
    expect(page.locator(".gl-part")).to_contain_text("3 of 10")


def test_settings_change_the_running_game(page, playground):
    stage.show(page, playground)
    open_group(page, "The two players")
    press(page, "Play")
    wait_for_step(page, 5)
    loop = playground.loop
    players = page.locator("fieldset", has_text="Discriminator D")
    players.get_by_label("learning rate").focus()
    page.keyboard.press("ArrowRight")
    expect(players.get_by_label("learning rate")).to_have_attribute("aria-valuetext", "0.005")
    players.get_by_label("updates a step").focus()
    page.keyboard.press("ArrowRight")
    players.get_by_label("optimizer").select_option("sgd")
    page.get_by_label("loss", exact=True).select_option("hinge")
    wait_for_step(page, shown_step(page) + 20)
    pause(page, playground)
    assert playground.loop is loop and loop.rates() == (0.005, 0.001) and loop.updates_d == 2
    assert loop.loss.name == "hinge" and isinstance(loop.optimizer_d, torch.optim.SGD)
    players.get_by_label("neurons in each").select_option("16")
    expect(page.locator(".gl-steps")).to_have_text("Step 0")
    assert playground.loop.discriminator.layers[0].out_features == 16
    assert playground.loop.loss.name == "hinge"


def test_the_seed_repeats_a_run(page, playground):
    stage.show(page, playground)
    open_group(page, "Noise and seed")
    page.get_by_label("seed").fill("12")
    page.get_by_label("seed").press("Enter")
    until(page, lambda: playground.settings.seed, 12)
    stage.wait_for_answers(page)
    for _ in range(2):
        press(page, "one step of both")
    expect(page.locator(".gl-steps")).to_have_text("Step 2")
    other = Playground(seed=12)
    other.advance(2)
    assert list(playground.history) == list(other.history)


def test_networks_of_the_learner_keep_their_layers_and_say_so(page):
    stage.show(page, Playground(generator=toy.PointGenerator(latent_dim=2, hidden=8)))
    open_group(page, "The two players")
    own = page.locator("fieldset", has_text="Generator G")
    expect(own.get_by_label("hidden layers")).to_be_disabled()
    expect(own).to_contain_text("This is your own generator")
    other = page.locator("fieldset", has_text="Discriminator D")
    expect(other.get_by_label("hidden layers")).to_be_enabled()
    expect(other.get_by_text("your own")).to_be_hidden()


def test_an_update_of_the_learners_that_fails_is_shown_and_the_widget_goes_on(page):
    def broken(generator, discriminator, optimizer, noise, loss):
        raise ValueError("not yet written")

    playground = Playground(update_generator=broken)
    stage.show(page, playground)
    press(page, "Play")
    expect(page.get_by_role("alert")).to_have_text(
        "Line 2 of your function broken stopped this step.\nValueError: not yet written"
    )
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    playground.loop.update_generator = toy_update
    press(page, "Play")
    wait_for_step(page, 5)
    expect(page.get_by_role("alert")).to_be_hidden()
    press(page, "Pause")


def test_a_score_that_is_no_number_is_shown_as_such(page):
    def update(*about):
        return DiscriminatorUpdate(*update_discriminator(*about)[:2], torch.tensor(torch.nan), torch.tensor(torch.inf))

    stage.show(page, Playground(update_discriminator=update))
    press(page, "one step of both")
    expect(page.locator(".gl-scores")).to_have_text("mean score of reals, D(x): NaN \u00b7 of fakes, D(G(z)): Infinity")
    expect(page.get_by_role("alert")).to_be_hidden()


def toy_update(generator, discriminator, optimizer, noise, loss):
    return loss.generator(discriminator(generator(noise))).detach()


def test_what_was_saved_in_the_browser_is_loaded_there(page, playground, tmp_path):
    playground.advance(4)
    stage.show(page, playground)
    open_group(page, "Save and load")
    with page.expect_download() as download:
        press(page, "Save to a file")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    saved = weights(playground.loop.generator)
    press(page, "one step of both")
    expect(page.locator(".gl-steps")).to_have_text("Step 5")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator(".gl-steps")).to_have_text("Step 4")
    assert torch.equal(weights(playground.loop.generator), saved)
    other = Playground()
    other.load(file=base64.b64encode(path.read_bytes()).decode())
    assert torch.equal(weights(other.loop.generator), saved)
    (tmp_path / "other.safetensors").write_text("something else")
    page.locator("input[type=file]").set_input_files(tmp_path / "other.safetensors")
    expect(page.get_by_role("alert")).to_contain_text("not saved by a Playground")


def test_a_second_view_shows_what_is(page, playground):
    stage.show(page, playground)
    press(page, "one step of both")
    expect(page.locator(".gl-steps")).to_have_text("Step 1")
    first = picture(page)
    page.evaluate(
        """async () => {
             const again = document.createElement("div");
             document.querySelector("#stage").replaceWith(again);
             await stage.module.default.render({ model: stage.model, el: again });
           }"""
    )
    expect(page.locator(".gl-steps")).to_have_text("Step 1")
    wait_for_picture(page, first)


def test_what_a_cell_changes_is_shown_while_it_plays(page, playground):
    stage.show(page, playground)
    press(page, "Play")
    wait_for_step(page, 3)
    playground.change(data="line", rate_g=3e-4)
    expect(page.get_by_label("Data", exact=True)).to_have_value("line")
    open_group(page, "The two players")
    slider = page.locator("fieldset", has_text="Generator G").get_by_role("slider", name="learning rate")
    expect(slider).to_have_attribute("aria-valuetext", "0.0003")  # that lies between two of its steps
    press(page, "Pause")


def test_slow_motion_left_at_once_begins_with_the_first_part_again(page, playground):
    stage.show(page, playground)
    page.evaluate(
        """() => {
             const slow = [...document.querySelectorAll("button")].find((one) => one.textContent === "Slow motion");
             slow.click();
             slow.click();
           }"""
    )
    expect(page.locator(".gl-steps")).to_have_text("Step 1")  # the step was finished
    press(page, "Slow motion")
    expect(page.locator(".gl-part")).to_contain_text("1 of 10")
    expect(page.locator(".gl-steps")).to_have_text("Step 2")
    press(page, "Next part")
    expect(page.locator(".gl-part")).to_contain_text("2 of 10")


def test_while_the_kernel_is_busy_no_button_breaks_it(page, playground):
    stage.show(page, playground)
    page.evaluate(
        """() => {
             const el = document.querySelector("#stage");
             el.replaceChildren();
             stage.model.send = () => {}; // it will answer, but not now
             stage.module.default.render({ model: stage.model, el });
           }"""
    )
    for name in ("Slow motion", "Play", "Reset"):
        press(page, name)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()  # and no error, says the page


def test_leaving_the_page_stops_the_training(page, playground):
    stage.show(page, playground)
    press(page, "Play")
    wait_for_step(page, 5)
    page.evaluate("leaveStage()")
    stage.wait_for_answers(page)
    done = playground.loop.number
    page.get_by_role("checkbox", name="manifold").check()  # whoever still pulled would be answered before this is
    stage.wait_for_answers(page)
    assert playground.loop.number == done


def test_without_a_kernel_it_says_so(page, playground):
    stage.show(page, playground, kernel=False)
    expect(page.get_by_role("alert")).to_contain_text("no kernel")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1000, 380])
def test_nothing_is_cut_off_and_no_label_is_too_small(page, playground, width, dark):
    stage.show(page, playground, width=width, dark=dark)
    for summary in page.locator("summary").all():
        summary.click()
    press(page, "Slow motion")
    expect(page.locator(".gl-part")).to_contain_text("1 of 10")
    wide, small = page.evaluate(
        """() => {
             const seen = [...document.querySelectorAll(".gl *")]
               .filter((node) => node.checkVisibility() && !node.closest(".gl-unseen, svg"));
             const start = (node) => node.outerHTML.slice(0, 80);
             const small = (node) => node.textContent.trim() && parseFloat(getComputedStyle(node).fontSize) < 12;
             return [
               seen.filter((node) => node.getBoundingClientRect().right > innerWidth + 1).map(start),
               seen.filter(small).map(start),
             ];
           }"""
    )
    assert wide == small == []
    in_diagram = page.locator(".gl-diagram text").evaluate_all(
        "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize) * node.getScreenCTM().a)"
    )
    assert len(in_diagram) == 7 and min(in_diagram) >= 12
