import os

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, TensorDataset
from torchvision import transforms

from gan_lesson import data, sources
from gan_lesson.errors import BadInput


def paint(path, colour=(255, 0, 0), size=(6, 4), mode="RGB", **settings):
    """A picture of one colour, ``size`` as Pillow has it: width, height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **settings)


# Folders


@pytest.mark.parametrize("ending", ["png", "bmp", "webp", "ppm", "tiff", "jpg", "PNG"])
def test_a_folder_of_any_usual_format_becomes_bytes_with_channels_first(tmp_path, ending):
    for number in range(3):
        paint(tmp_path / f"{number}.{ending}", (255, 0, 10 * number))
    images = sources.gathered(tmp_path)
    assert images.shape == (3, 3, 4, 6) and images.dtype == torch.uint8
    means = images.float().mean(dim=(2, 3))
    expected = torch.tensor([[255, 0, 10 * number] for number in range(3)])
    torch.testing.assert_close(means, expected.float(), rtol=0, atol=6)


def test_grey_pictures_have_one_channel_and_keep_every_value(tmp_path):
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(values).save(tmp_path / "grey.png")
    assert torch.equal(sources.gathered(str(tmp_path)), torch.from_numpy(values)[None, None])


def test_pictures_come_in_the_order_of_their_names_and_from_folders_below(tmp_path):
    for number, name in enumerate(["b.png", "a/z.png", "a/deep/er.png", "c.png"]):
        paint(tmp_path / name, number, mode="L")
    assert sources.gathered(tmp_path)[:, 0, 0, 0].tolist() == [2, 1, 0, 3]


def test_what_is_hidden_or_no_picture_is_passed_over(tmp_path):
    paint(tmp_path / "one.png")
    for name in ("._one.png", "notes.txt", ".ipynb_checkpoints/one.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("no picture")
    (tmp_path / "folder.png").mkdir()
    assert len(sources.gathered(tmp_path)) == 1


@pytest.mark.skipif(os.name != "posix", reason="a pipe is a file on POSIX systems")
def test_a_pipe_in_the_folder_makes_nobody_wait(tmp_path):
    paint(tmp_path / "one.png")
    os.mkfifo(tmp_path / "two.png")
    assert len(sources.gathered(tmp_path)) == 1


def test_a_folder_may_be_named_from_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    paint(tmp_path / "mine" / "one.png")
    assert len(sources.gathered("~/mine")) == 1


def test_no_folder_an_empty_one_and_one_without_pictures_are_told_apart(tmp_path):
    with pytest.raises(BadInput, match=r"there is no folder .*nowhere \(seen from "):
        sources.gathered(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"there are no pictures in .* \(it is empty\); those are files ending in \.png"):
        sources.gathered(tmp_path)
    for name in ("a.heic", "b.HEIC", "README"):
        (tmp_path / name).touch()
    with pytest.raises(BadInput, match=r"no pictures in .* \(2 x \.heic, 1 x no ending\)"):
        sources.gathered(tmp_path)
    with pytest.raises(BadInput, match=r"README is not a folder; expected one with pictures"):
        sources.gathered(tmp_path / "README")


def test_files_that_can_not_be_read_are_all_named_at_once(tmp_path):
    paint(tmp_path / "good.png")
    whole = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "text.jpg").write_text("no picture")
    with pytest.raises(BadInput, match=r"2 of the 3 pictures in .* can't be read") as error:
        sources.gathered(tmp_path)
    assert "cut.png (" in str(error.value) and "below/text.jpg (cannot identify" in str(error.value)
    assert "good.png" not in str(error.value)


def test_of_many_unreadable_files_five_are_named(tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.png").touch()
    with pytest.raises(BadInput, match=r"8 of the 8 pictures .*4\.png \(.*\) and 3 more\. Mend them"):
        sources.gathered(tmp_path)


def test_pixels_that_are_more_than_bytes_are_not_cut_down_in_silence(tmp_path):
    Image.fromarray(np.full((4, 4), 40_000, dtype=np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(BadInput, match=r"deep\.png \(its pixels are more than bytes \(Pillow's mode I;16\)"):
        sources.gathered(tmp_path)


def test_pictures_of_different_size_name_two_and_the_way_out(tmp_path):
    paint(tmp_path / "a.png", size=(6, 4))
    paint(tmp_path / "b.png", size=(5, 9))
    with pytest.raises(BadInput, match=r"a\.png has 4 x 6 pixels and b\.png 9 x 5 \(height x width\): size=32"):
        sources.gathered(tmp_path)
    assert sources.gathered(tmp_path, size=8).shape == (2, 3, 8, 8)
    assert sources.gathered(tmp_path, size=(8, 3)).shape == (2, 3, 8, 3)


def test_grey_among_colour_names_two_and_the_way_out(tmp_path):
    paint(tmp_path / "a.png")
    paint(tmp_path / "b.png", 200, mode="L")
    with pytest.raises(BadInput, match=r"a\.png is in colour and b\.png in grey: channels=3 .*channels=1"):
        sources.gathered(tmp_path)
    colour, grey = sources.gathered(tmp_path, channels=3), sources.gathered(tmp_path, channels=1)
    assert colour.shape == (2, 3, 4, 6) and (colour[1] == 200).all()
    assert grey.shape == (2, 1, 4, 6) and (grey[1] == 200).all()


def test_a_picture_of_another_shape_is_cut_in_its_middle_and_not_squeezed(tmp_path):
    wide = np.zeros((10, 30), dtype=np.uint8)
    wide[:, 10:20] = 255
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert (sources.gathered(tmp_path, size=10) == 255).all()


def test_what_is_transparent_becomes_white(tmp_path):
    paint(tmp_path / "a.png", (0, 0, 0, 0), mode="RGBA")
    with_a_palette = Image.new("P", (6, 4), 0)
    with_a_palette.putpalette([10, 20, 30])
    with_a_palette.save(tmp_path / "b.png", transparency=0)
    assert (sources.gathered(tmp_path) == 255).all()


def test_a_photograph_stands_upright_as_its_camera_noted(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    paint(tmp_path / "a.jpg", size=(6, 4), exif=turned)
    assert sources.gathered(tmp_path).shape == (1, 3, 6, 4)


def test_a_photograph_made_small_looks_as_the_same_picture_of_another_format(tmp_path):
    across = np.tile(np.linspace(0, 255, 600).astype(np.uint8)[None, :, None], (400, 1, 3))
    for ending in ("jpg", "png"):
        (tmp_path / ending).mkdir()
        Image.fromarray(across).save(tmp_path / ending / f"a.{ending}")
    photograph, other = (sources.gathered(tmp_path / ending, size=16).float() for ending in ("jpg", "png"))
    torch.testing.assert_close(photograph, other, rtol=0, atol=4)


@pytest.mark.parametrize("size", [0, -3, 2.5, "32", (8,), (8, 8, 8), (8, None)])
def test_a_size_is_one_or_two_numbers_of_pixels(size):
    with pytest.raises((TypeError, ValueError), match="size"):
        sources.gathered(data.example_pictures(), size=size)


@pytest.mark.parametrize("channels", [2, 4, "RGB"])
def test_channels_are_one_or_three(channels):
    with pytest.raises(BadInput, match=r"channels is 1 \(grey\), 3 \(colour\)"):
        sources.gathered(data.example_pictures(), channels=channels)


def test_more_pictures_than_the_memory_holds_are_refused_at_the_first(tmp_path, monkeypatch):
    paint(tmp_path / "a.png")
    paint(tmp_path / "b.png", size=(99, 99))
    monkeypatch.setattr(sources, "_memory", lambda: 2 * 72 - 1)
    with pytest.raises(BadInput, match=r"2 of shape \(3, 4, 6\) need 0\.0 GB of memory.*size=64"):
        sources.gathered(tmp_path)


def test_this_machine_has_some_memory():
    assert sources._memory() > 10**8


def test_a_folder_that_takes_long_shows_how_far_it_is(tmp_path, monkeypatch, capsys):
    paint(tmp_path / "a.png")
    monkeypatch.setattr(sources, "_MUCH", 1)
    sources.gathered(tmp_path)
    assert capsys.readouterr().err == ""
    bar = sources.tqdm
    monkeypatch.setattr(sources, "tqdm", lambda *given, **settings: bar(*given, **{**settings, "delay": 0}))
    sources.gathered(tmp_path)
    assert "reading 0.0 GB" in capsys.readouterr().err


# Arrays


@pytest.mark.parametrize("kind", [lambda array: array, torch.from_numpy], ids=["array", "tensor"])
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((5, 8, 6), (5, 1, 8, 6)),
        ((5, 8, 6, 3), (5, 3, 8, 6)),
        ((5, 8, 6, 1), (5, 1, 8, 6)),
        ((5, 3, 8, 6), (5, 3, 8, 6)),
        ((5, 16, 4, 4), (5, 16, 4, 4)),
        ((5, 2), (5, 2)),
        ((5,), (5,)),
        ((5, 2, 3, 4, 5), (5, 2, 3, 4, 5)),
    ],
)
def test_arrays_of_many_shapes_come_with_channels_first(kind, given, wanted):
    pixels = np.random.default_rng(0).integers(256, size=given, dtype=np.uint8)
    found = sources.gathered(kind(pixels))
    assert found.shape == wanted
    moved = np.moveaxis(pixels, -1, 1) if pixels.ndim == 4 and given[-1] in (1, 3) else pixels
    assert np.array_equal(found.numpy().reshape(moved.shape), moved)


@pytest.mark.parametrize("shape", [(5, 3, 8, 3), (5, 1, 8, 3)])
def test_where_channels_could_be_on_either_side_nobody_guesses(shape):
    with pytest.raises(BadInput, match="the channels could be second or last"):
        sources.gathered(np.zeros(shape, dtype=np.uint8))


def test_a_single_picture_is_not_taken_for_many():
    with pytest.raises(BadInput, match=r"\(28, 28, 3\) looks like one picture in colour"):
        sources.gathered(np.zeros((28, 28, 3), dtype=np.uint8))
    with pytest.raises(TypeError, match="a single picture"):
        sources.gathered(Image.new("L", (4, 4)))


def test_points_stay_what_they_are():
    points = np.random.default_rng(0).normal(size=(9, 2)) * 50
    found = sources.gathered(points)
    assert found.dtype == torch.float32
    assert np.array_equal(found.numpy(), points.astype(np.float32))


def test_the_array_can_change_afterwards_and_may_be_read_only_or_turned_round():
    pixels = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    pixels.flags.writeable = False
    found = sources.gathered(pixels[::-1])
    assert found[0, 0, 0, 0] == 16
    big_endian = np.arange(8, dtype=">f4").reshape(4, 2)
    assert sources.gathered(big_endian).flatten().tolist() == list(range(8))


def images_from(low: float, high: float) -> torch.Tensor:
    return torch.linspace(low, high, 32).view(2, 1, 4, 4)


def test_floats_in_minus_one_to_one_are_taken_as_they_are():
    images = images_from(-1, 1)
    assert torch.equal(sources.gathered(images), images)
    assert torch.equal(sources.gathered(images_from(0, 1), value_range=(-1, 1)), images_from(0, 1))


@pytest.mark.parametrize("value_range", [(0, 1), (0, 255), [-0.5, 0.5]])
def test_floats_of_another_range_are_brought_to_ours_when_it_is_said(value_range):
    found = sources.gathered(images_from(*value_range), value_range=value_range)
    torch.testing.assert_close(found, images_from(-1, 1))
    assert (found.min(), found.max()) == (-1, 1)


def test_floats_from_0_to_1_are_never_guessed_at():
    with pytest.raises(BadInput, match=r"go from 0 to 1\. Is 0 their darkest\? Then value_range=\(0, 1\).*say so"):
        sources.gathered(images_from(0, 1))


@pytest.mark.parametrize(("low", "high"), [(0, 255), (-2, 1), (-1, 1.01)])
def test_images_out_of_range_say_their_range(low, high):
    with pytest.raises(BadInput, match=rf"go from {low} to {high}, and belong in \[-1, 1\]: value_range=\(0, 255\)"):
        sources.gathered(images_from(low, high))


def test_a_range_that_the_data_leave_is_an_error():
    with pytest.raises(BadInput, match="value_range says 0 to 1, but the data go from -1 to 1"):
        sources.gathered(images_from(-1, 1), value_range=(0, 1))


@pytest.mark.parametrize(
    "value_range", [1, (1,), (1, 0), (0, 0), "01x", (None, 1), (0, float("nan")), (0, float("inf"))]
)
@pytest.mark.parametrize("source", [images_from(0, 1), np.zeros((2, 4, 4), dtype=np.uint8)], ids=["floats", "bytes"])
def test_a_range_is_two_numbers_the_lower_first(source, value_range):
    with pytest.raises(BadInput, match=r"value_range is \(lowest, highest\)"):
        sources.gathered(source, value_range=value_range)


def test_bytes_have_their_range():
    pixels = np.zeros((2, 4, 4), dtype=np.uint8)
    assert sources.gathered(pixels, value_range=(0, 255)).dtype == torch.uint8
    with pytest.raises(BadInput, match="bytes go from 0 to 255"):
        sources.gathered(pixels, value_range=(0, 1))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_numbers_that_are_none_are_counted(wrong):
    points = np.zeros((4, 2))
    points[1, 1] = wrong
    with pytest.raises(BadInput, match="1 of 8 are NaN or infinite"):
        sources.gathered(points)


@pytest.mark.parametrize("dtype", [np.int64, np.uint16, np.int8, bool, complex, object, "U3"])
def test_numbers_that_are_neither_bytes_nor_floats_are_refused(dtype):
    with pytest.raises(TypeError, match=r"the array must hold bytes \(uint8\) or floats, got"):
        sources.gathered(np.zeros((4, 2)).astype(dtype))


@pytest.mark.parametrize("shape", [(), (0, 4, 4), (4, 0)])
def test_nothing_is_nothing_to_cut_from(shape):
    with pytest.raises(BadInput, match="nothing to cut batches from"):
        sources.gathered(torch.zeros(shape))


def test_a_tensor_with_a_gradient_is_data_too_and_a_sparse_one_is_told_how():
    assert not sources.gathered(torch.zeros(4, 2, requires_grad=True)).requires_grad
    with pytest.raises(TypeError, match=r"\.to_dense\(\) helps"):
        sources.gathered(torch.zeros(4, 2).to_sparse())


@pytest.mark.parametrize("option", [{"size": 8}, {"channels": 3}])
def test_what_is_for_pictures_is_not_ignored_in_silence(option):
    for source in (images_from(-1, 1), TensorDataset(images_from(-1, 1))):
        with pytest.raises(BadInput, match="is for pictures, from files or as Pillow has them"):
            sources.gathered(source, **option)


# Data sets


def test_torchvisions_mnist_gives_the_images_of_mnist():
    digits = torch.utils.data.Subset(data.load_mnist(train=False), range(20))
    assert torch.equal(sources.gathered(digits), data.image_tensor(False)[:20])


def test_a_data_set_of_tensors_says_its_range():
    digits = data.load_mnist(train=False)
    digits.transform = transforms.ToTensor()
    few = torch.utils.data.Subset(digits, range(20))
    with pytest.raises(BadInput, match=r"value_range=\(0, 1\)"):
        sources.gathered(few)
    expected = data.to_range(data.image_tensor(False)[:20])
    torch.testing.assert_close(sources.gathered(few, value_range=(0, 1)), expected)


def test_lists_of_pictures_of_tensors_and_of_pairs_will_do():
    pictures = [Image.new("RGB", (6, 4), colour) for colour in ("red", "blue")]
    assert sources.gathered(pictures).shape == (2, 3, 4, 6)
    assert sources.gathered(pictures, size=3, channels=1).shape == (2, 1, 3, 3)
    assert sources.gathered([(picture, "label") for picture in pictures]).shape == (2, 3, 4, 6)
    assert sources.gathered([np.zeros((6, 4, 3), dtype=np.uint8)] * 2).shape == (2, 3, 6, 4)
    assert sources.gathered([torch.ones(2), torch.zeros(2)]).tolist() == [[1, 1], [0, 0]]


def test_items_that_differ_are_named():
    with pytest.raises(BadInput, match=r"item 0 has shape \(2,\) and item 2 \(3,\)"):
        sources.gathered([torch.zeros(2), torch.zeros(2), torch.zeros(3)])
    with pytest.raises(BadInput, match=r"item 0 holds torch\.float32 and item 1 torch\.float64"):
        sources.gathered([torch.zeros(2), torch.zeros(2).double()])
    with pytest.raises(BadInput, match=r"item 0 is in grey and item 1 in colour"):
        sources.gathered([Image.new("L", (4, 4)), Image.new("RGB", (4, 4))])


class Stream(IterableDataset):
    def __iter__(self):
        yield torch.zeros(2)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (DataLoader([1]), "a DataLoader makes batches already: give it to the loop"),
        (Stream(), "a data set with a length.* type Stream"),
        (iter([]), "got something of type list_iterator"),
        (None, "of type NoneType"),
        (7, "of type int"),
        ({"a": 1}, "of type dict"),
        (TensorDataset, "the class TensorDataset"),
        ([1.0, 2.0], "item 0 is something of type float"),
        ([{"image": 1}], "item 0 is something of type dict with 'image'"),
        (["a.png"], "item 0 is something of type str"),
        ([()], "item 0 is something of type tuple"),
    ],
)
def test_what_is_no_source_is_told_what_would_be(source, said):
    with pytest.raises(TypeError, match=said):
        sources.gathered(source)


def test_an_empty_data_set_is_nothing_to_cut_from():
    with pytest.raises(BadInput, match="nothing to cut batches from"):
        sources.gathered([])
