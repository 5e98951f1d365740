"""A file of tensors comes back as it was written, and its checksum sees all that could differ."""

import json

import pytest
import torch
from safetensors.torch import save_file

from gan_lesson import tensorfile

TENSORS = {
    "weights": torch.arange(6.0).view(2, 3),
    "half": torch.ones(3, dtype=torch.bfloat16),
    "number": torch.tensor(7),
    "none": torch.zeros(0, 4),
    "mask": torch.tensor([True, False]),
    "wave": torch.tensor([1 + 2j]),
}


def test_tensors_of_all_kinds_come_back_with_what_was_said_of_them(tmp_path, same):
    path = tensorfile.write(tmp_path / "file", TENSORS, {"extra": {"grid": torch.eye(2)}, "settings": {"ä": [1, None]}})
    about, tensors = tensorfile.read(path)
    assert same(about, {"extra": {"grid": torch.eye(2)}, "settings": {"ä": [1, None]}})
    assert same(tensors, {**TENSORS, "extra.grid": torch.eye(2)})
    assert {name: value.dtype for name, value in TENSORS.items()}.items() <= {
        k: v.dtype for k, v in tensors.items()
    }.items()


def test_views_of_one_tensor_are_each_written_whole(tmp_path, same):
    whole = torch.arange(6.0).view(2, 3)
    path = tensorfile.write(tmp_path / "file", {"row": whole[0], "turned": whole.T, "whole": whole}, {})
    assert same(tensorfile.read(path)[1], {"row": whole[0], "turned": whole.T, "whole": whole})


@pytest.mark.parametrize(
    "change",
    [
        {"weights": torch.arange(6.0).view(3, 2)},
        {"weights": torch.arange(6.0).view(2, 3).view(torch.int32)},
        {"weights": torch.arange(6.0).view(2, 3) + 1e-6},
        {"weights": torch.tensor([[-0.0, 1, 2], [3, 4, 5]])},
        {"none": torch.zeros(4, 0)},
        {"more": torch.zeros(1)},
    ],
)
def test_the_checksum_sees_names_types_shapes_and_bytes(change):
    assert tensorfile.checksum(TENSORS, {}) == tensorfile.checksum(dict(reversed(TENSORS.items())), {})
    assert tensorfile.checksum(TENSORS | change, {}) != tensorfile.checksum(TENSORS, {})


def test_the_checksum_sees_the_metadata(tmp_path):
    metadata = {"format": "gan_lesson", "version": "1", "about": "{}"}
    for name in metadata:
        assert tensorfile.checksum({}, metadata | {name: "2"}) != tensorfile.checksum({}, metadata)
    metadata["checksum"] = tensorfile.checksum(TENSORS, metadata)
    save_file(TENSORS, tmp_path / "file", metadata | {"about": json.dumps({"extra": 1})})
    with pytest.raises(tensorfile.CheckpointError, match="its checksum is not that of its contents"):
        tensorfile.read(tmp_path / "file")


def test_a_plain_file_is_read_without_metadata(tmp_path, same):
    save_file(TENSORS, tmp_path / "file")
    assert same(tensorfile.read_plain(tmp_path / "file"), TENSORS)
    with pytest.raises(tensorfile.Foreign, match="not one that gan_lesson wrote"):
        tensorfile.read(tmp_path / "file")


def test_what_no_file_can_hold_is_refused_before_one_is_written(tmp_path):
    with pytest.raises(TypeError):
        tensorfile.write(tmp_path / "file", {}, {"extra": {1, 2}})
    assert list(tmp_path.iterdir()) == []
