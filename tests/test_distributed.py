"""Training on several processes, for real: `torchrun` starts two on this machine, which talk by gloo.

Starting them takes seconds, so that two of them do one command after the other (see `_rank`, which is what they run),
and the tests look at what they noted.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import distributed as dist

from gan_lesson import checkpoints, data, distributed, recipes, runs
from gan_lesson.__main__ import main

LOST = "another rank has ended, and training can't go on without it. What was saved is whole: start again with --resume"
BATCH = recipes.QUICK.batch_size
PATIENCE = 600  # seconds; a job takes one, or ten on a busy machine, and most of them to start
BATCH_NORM = ("running_mean", "running_var", "num_batches_tracked")


@pytest.fixture(scope="module")
def torchrun():
    """Start a job of several processes, one thread each; it is ended if the test hasn't seen to that."""

    @contextmanager
    def start(processes: int, *what):
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr=localhost"]
        command += [f"--nproc-per-node={processes}", *map(str, what)]
        one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        loopback = {"GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo"}
        job = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **one_thread, **loopback})
        try:
            yield job
        finally:
            job.terminate()  # without effect on a job that has ended; one that hasn't takes its processes along
            job.communicate(timeout=PATIENCE)

    return start


@pytest.fixture(scope="module")
def killed(torchrun, tmp_path_factory):
    """A run of the article recipe whose rank 1 was killed in the midst of it: folder, the job's status and words."""
    folder = tmp_path_factory.mktemp("killed")
    command = ["train", "--recipe", "article", "--steps", "1000000", "--seed", "1", "--out", str(folder / "run")]
    (folder / "commands.json").write_text(json.dumps({"killed": command}))
    with torchrun(2, __file__, folder) as job:
        _wait_until(job, lambda: _done(folder / "run") >= 3)
        os.kill(int((folder / "process-1").read_text()), signal.SIGKILL)
        error = job.communicate(timeout=PATIENCE)[1]
    return SimpleNamespace(folder=folder / "run", status=job.returncode, error=error)


def _done(folder: Path) -> int:
    try:
        return json.loads((folder / "run.json").read_text())["done"]
    except FileNotFoundError:
        return 0


def _wait_until(job: subprocess.Popen, true) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert job.poll() is None, job.communicate()[1]
        assert time.monotonic() < end, "this should have come true long ago"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def pair(torchrun, killed, tmp_path_factory):
    """What two ranks noted of each of these commands: notes[command][rank]."""
    folder = tmp_path_factory.mktemp("pair")
    assert main(["train", "--recipe", "article", "--steps", "3", "--seed", "1", "--out", str(folder / "article")]) == 0
    shutil.copytree(folder / "article", folder / "alone")
    shutil.copytree(killed.folder, folder / "killed")

    def train(name: str, recipe: str, steps: int, *more: str) -> list[str]:
        run = str(folder / name)
        return ["train", "--recipe", recipe, "--steps", str(steps), "--seed", "1", "--out", run, *more]

    commands = {
        "quick": train("quick", "quick", 6),
        "article": train("article", "article", 6, "--resume"),
        "killed": train("killed", "article", _done(killed.folder) + 2, "--resume"),
        "stopped": train("stopped", "quick", 6),
        "resumed": train("stopped", "quick", 6, "--resume"),
        "there already": train("quick", "quick", 6),
        "nothing there": train("nothing", "quick", 6, "--resume"),
        "damaged": train("damaged", "quick", 6, "--resume"),
        "no folder": train("commands.json/run", "quick", 6),
        "unknown": train("unknown", "alphago", 6),
    }
    (folder / "damaged").mkdir()
    (folder / "damaged" / "checkpoint.safetensors").write_bytes(b"PK")
    (folder / "commands.json").write_text(json.dumps(commands))
    with torchrun(2, __file__, folder) as job:
        error = job.communicate(timeout=PATIENCE)[1]
    assert job.returncode == 0, error
    notes = {
        name: [torch.load(folder / f"{name}-{rank}.pt", weights_only=True) for rank in (0, 1)] for name in commands
    }
    return SimpleNamespace(folder=folder, notes=notes, error=error)


# What ranks share, and what they don't


@pytest.mark.parametrize(("name", "recipe"), [("quick", "quick"), ("resumed", "quick"), ("article", "article")])
def test_ranks_agree_on_every_weight_to_the_bit(pair, same, name, recipe):
    states = [_without_statistics(notes["state"]) for notes in pair.notes[name]]
    for part in ("generator", "discriminator", "averaged", "optimizer_g", "optimizer_d", "rates", "number"):
        assert same(states[0][part], states[1][part]), part
    start = recipes.get(recipe).loop(seed=1).state_dict()
    for part in ("generator", "discriminator"):
        assert not any(torch.equal(weight, start[part][key]) for key, weight in states[0][part].items())


def _without_statistics(state: dict) -> dict:
    networks = {
        part: {key: value for key, value in state[part].items() if not key.endswith(BATCH_NORM)}
        for part in ("generator", "discriminator", "averaged")
    }
    return {**state, **networks}


def test_running_statistics_are_those_of_rank_0(pair, same):
    first, second = pair.notes["quick"]
    assert len(first["statistics"]) == 6
    assert same(first["statistics"], second["statistics"])  # as each step begins
    assert not same(first["statistics"][0], first["statistics"][5])
    saved = checkpoints.resume(pair.folder / "quick" / "checkpoint.safetensors")
    assert same(saved.generator.state_dict(), first["state"]["generator"])
    assert same(saved.averaged.state_dict(), first["state"]["averaged"])


def test_each_rank_takes_its_slice_of_the_batches_that_one_process_sees(pair):
    batches = data.mnist_batches(BATCH, seed=1)
    for slices in zip(*(notes["reals"] for notes in pair.notes["quick"]), strict=True):
        assert [len(part) for part in slices] == [BATCH // 2, BATCH // 2]
        assert torch.equal(torch.cat(slices), next(batches))


def test_each_rank_draws_noise_of_its_own(pair):
    noises = [torch.cat(notes["noises"]) for notes in pair.notes["quick"]]
    assert len(noises[0]) == len(noises[1]) == 6 * BATCH // 2
    together = torch.cat(noises)
    assert len(together.unique(dim=0)) == len(together)


def test_gradients_are_averaged_over_the_ranks(pair):
    alone = [recipes.QUICK.loop(seed=1, shard=(rank, 2)) for rank in (0, 1)]
    for loop in alone:
        next(loop)
    gradients = [[state["exp_avg"] for state in loop.optimizer_d.state.values()] for loop in alone]
    for one, other, shared in zip(*gradients, pair.notes["quick"][0]["first_gradients"], strict=True):
        torch.testing.assert_close(shared, (one + other) / 2)  # after one step this is proportional to the gradient
        assert not torch.allclose(shared, one)


def test_rank_0_alone_writes_and_speaks(pair):
    first, second = pair.notes["quick"]
    assert f"6 steps done. Samples, losses and checkpoint are in {pair.folder / 'quick'}\n" in first["error"]
    assert second["error"] == ""
    files = {"run.json", "steps.csv", "samples.npz", "checkpoint.safetensors"}
    assert {path.name for path in (pair.folder / "quick").iterdir()} == files
    run = runs.load(pair.folder / "quick")
    assert run.steps["images_seen"].tolist() == [BATCH * step for step in range(1, 7)]  # as with one process
    assert run.sample_steps.tolist() == [0, 1, 2, 3, 4, 5, 6]


# Going on with another number of ranks


def test_two_ranks_go_on_where_one_stopped(pair, same):
    first, second = pair.notes["article"]
    assert (first["status"], second["status"]) == (0, 0)
    run = runs.load(pair.folder / "article")
    assert run.steps["number"].tolist() == [1, 2, 3, 4, 5, 6]
    assert run.steps["images_seen"].tolist() == [100, 200, 300, 400, 500, 600]

    batches = data.mnist_batches(100, seed=1)
    expected = [next(batches) for _ in range(6)][3:]
    seen = [torch.cat(slices) for slices in zip(first["reals"], second["reals"], strict=True)]
    assert same(seen, expected)

    alone = checkpoints.resume(pair.folder / "alone" / "checkpoint.safetensors")
    stream = torch.Generator()
    stream.set_state(alone.state_dict()["random"]["cpu"])
    assert torch.equal(first["noises"][0], torch.randn(50, 100, generator=stream))
    assert not torch.equal(second["noises"][0], first["noises"][0])


def test_one_process_goes_on_where_two_stopped(pair, same, tmp_path):
    folder = shutil.copytree(pair.folder / "article", tmp_path / "run")
    command = ["train", "--recipe", "article", "--steps", "7", "--seed", "1", "--out", str(folder), "--resume"]
    before = checkpoints.resume(folder / "checkpoint.safetensors")
    assert same(before.state_dict(), pair.notes["article"][0]["state"])
    next(before)
    assert main(command) == 0
    run = runs.load(folder)
    assert run.steps["images_seen"].tolist() == [100, 200, 300, 400, 500, 600, 700]
    assert same(checkpoints.resume(folder / "checkpoint.safetensors").state_dict(), before.state_dict())
    batches = data.mnist_batches(100, seed=1)
    for _ in range(7):
        expected = next(batches)
    assert torch.equal(before.real, expected)


# Ends


def test_a_rank_that_dies_ends_the_job_with_a_clear_message(killed):
    assert killed.status not in (0, None)
    lines = [line for line in killed.error.splitlines() if line.startswith("gan-lesson:")]
    assert lines == [f"gan-lesson: rank 0: {LOST}, with as many ranks as you have."]


def test_after_a_rank_has_died_one_process_goes_on_from_the_last_checkpoint(killed, tmp_path):
    folder = shutil.copytree(killed.folder, tmp_path / "run")
    done = checkpoints.resume(folder / "checkpoint.safetensors").number
    assert done >= 3
    command = ["train", "--recipe", "article", "--steps", str(done + 2), "--seed", "1", "--out", str(folder)]
    assert main([*command, "--resume"]) == 0
    run = runs.load(folder)
    assert run.steps["number"].tolist() == list(range(1, done + 3))
    assert (run.steps["images_seen"] == 100 * run.steps["number"]).all()


def test_after_a_rank_has_died_two_go_on_from_the_last_checkpoint(killed, pair):
    assert [notes["status"] for notes in pair.notes["killed"]] == [0, 0]
    done = checkpoints.resume(killed.folder / "checkpoint.safetensors").number
    run = runs.load(pair.folder / "killed")
    assert run.steps["number"].tolist() == list(range(1, done + 3))
    assert (run.steps["images_seen"] == 100 * run.steps["number"]).all()


def test_a_polite_end_of_one_rank_stops_all_after_the_same_step(pair, same):
    first, second = pair.notes["stopped"]  # rank 1 was sent SIGTERM in its third step
    assert (first["status"], second["status"]) == (130, 130)
    assert first["error"].endswith("\nStopped at step 3. Nothing is lost: the same command with --resume goes on.\n")
    assert second["error"] == ""
    assert (first["state"]["number"], second["state"]["number"]) == (3, 3)

    batches = data.mnist_batches(BATCH, seed=1)
    expected = [next(batches) for _ in range(6)][3:]
    seen = [torch.cat(slices) for slices in zip(*(notes["reals"] for notes in pair.notes["resumed"]), strict=True)]
    assert same(seen, expected)
    assert runs.load(pair.folder / "stopped").steps["number"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("there already", "holds a run already: add --resume to go on, or choose another folder"),
        ("nothing there", "there is no run to go on with in"),
        ("damaged", "is a pickle"),
        ("no folder", "Not a directory"),
        ("unknown", "unknown recipe 'alphago'; choose one of article, quick"),
    ],
)
def test_bad_input_is_told_once_and_holds_nobody_up(pair, name, message):
    first, second = pair.notes[name]
    assert (first["status"], second["status"]) == (2, 2)
    assert first["error"].startswith("gan-lesson: ")
    assert first["error"].count("\n") == 1
    assert message in first["error"]
    assert second["error"] == ""


def test_a_batch_that_ranks_cant_share_is_one_clear_line(torchrun, tmp_path):
    command = ("-m", "gan_lesson", "train", "--recipe", "quick", "--steps", 3, "--out", tmp_path / "run")
    with torchrun(3, *command) as job:
        error = job.communicate(timeout=PATIENCE)[1]
    assert job.returncode not in (0, None)
    lines = [line for line in error.splitlines() if line.startswith("gan-lesson:")]
    assert lines == [f"gan-lesson: a batch of {BATCH} can't be shared equally by 3 processes"]
    assert not (tmp_path / "run").exists()


# Without accelerate


def test_one_process_needs_no_accelerate(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    monkeypatch.setenv("WORLD_SIZE", "1")  # as with `torchrun --nproc-per-node 1`
    assert main(["train", "--recipe", "quick", "--steps", "1", "--out", str(tmp_path / "run")]) == 0


def test_several_processes_without_accelerate_are_told_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["train", "--recipe", "quick", "--steps", "1", "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gan-lesson: ")
    assert error.count("\n") == 1
    assert 'pip install "gan-lesson[distributed]"' in error


# What a rank runs


def _rank(folder: Path) -> None:
    """Do the commands in ``folder``, one after the other, and note beside them what came of each."""
    from accelerate.state import AcceleratorState

    rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    (folder / f"process-{rank}").write_text(str(os.getpid()))
    runs.SECONDS_AT_RISK = 0.2
    commands = json.loads((folder / "commands.json").read_text())
    for number, (name, command) in enumerate(commands.items()):
        if number > 0:  # as ranks meet but once in the place that `torchrun` has made for them
            place = dist.TCPStore(os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), is_master=False)
            dist.init_process_group("gloo", store=dist.PrefixStore(name, place), rank=rank, world_size=ranks)
        said, notes = StringIO(), {}
        with pytest.MonkeyPatch.context() as patch, redirect_stderr(sys.stderr if name == "killed" else said):
            _take_notes(patch, notes, stop_at=3 if (name, rank) == ("stopped", 1) else None)
            try:
                notes["status"] = main(command)
            except SystemExit as end:
                notes["status"] = end.code
        if "loop" in notes:
            notes["state"] = notes.pop("loop").state_dict()
        torch.save({**notes, "error": said.getvalue()}, folder / f"{name}-{rank}.pt")
        if dist.is_initialized():
            dist.destroy_process_group()
        AcceleratorState._reset_state(reset_partial_state=True)


def _take_notes(patch: pytest.MonkeyPatch, notes: dict, stop_at: int | None) -> None:
    """Let a rank note reals and noise of each step, and BatchNorm's running statistics as it begins."""
    share, steps = distributed._Ranks.share, distributed._Ranks.steps

    def share_and_watch(team, loop, checkpoint=None):
        notes.update(loop=loop, reals=[], noises=[], statistics=[])
        share(team, loop, checkpoint)
        draw = loop.draw

        def draw_and_note(player, *, reuse=None):
            move = draw(player, reuse=reuse)
            if reuse is None:
                notes["noises"].append(move.noise)
            return move

        def note_statistics(generator, _):
            if generator.training:
                notes["statistics"].append([value.clone() for value in generator.buffers()])

        loop.draw = draw_and_note
        loop.generator.register_forward_pre_hook(note_statistics)

    def steps_and_notes(team, loop):
        for step in steps(team, loop):
            notes["reals"].append(loop.real)
            if step.number == 1:
                notes["first_gradients"] = [state["exp_avg"].clone() for state in loop.optimizer_d.state.values()]
            if step.number == stop_at:
                os.kill(os.getpid(), signal.SIGTERM)
            yield step

    patch.setattr(distributed._Ranks, "share", share_and_watch)
    patch.setattr(distributed._Ranks, "steps", steps_and_notes)


if __name__ == "__main__":
    _rank(Path(sys.argv[1]))
