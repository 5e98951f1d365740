import subprocess
import sys

import pytest
from filelock import FileLock

from gan_lesson.claim import Claim
from gan_lesson.errors import BadInput

OWNER = """if True:
    import sys
    from pathlib import Path
    from gan_lesson.claim import Claim

    claim = Claim(Path(sys.argv[1]))
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_claimed_by_one_at_a_time_and_left_as_it_was(tmp_path):
    claim = Claim(tmp_path)
    with pytest.raises(BadInput, match=f"^{tmp_path} belongs to another training run that is still going on"):
        Claim(tmp_path)
    claim.release()
    assert list(tmp_path.iterdir()) == []
    claim.release()  # which another's claim survives
    other = Claim(tmp_path)
    claim.release()
    with pytest.raises(BadInput):
        Claim(tmp_path)
    other.release()


def test_a_claim_moves_with_its_folder_and_leaves_the_old_place_to_others(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    claim = Claim(folder)
    claim.check()
    folder.rename(tmp_path / "moved")
    with pytest.raises(BadInput, match=f"^{folder} was moved or removed while its run was going on"):
        claim.check()
    folder.mkdir()
    successor = Claim(folder)
    with pytest.raises(BadInput, match="was moved or removed"):
        claim.check()
    claim.release()
    successor.check()
    with pytest.raises(BadInput, match="belongs to another training run"):
        Claim(folder)
    successor.release()
    Claim(tmp_path / "moved").release()


def test_a_claim_ends_with_its_process_however_that_ends(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        try:
            assert owner.stdout.readline() == b"mine\n"
            with pytest.raises(BadInput, match="belongs to another training run"):
                Claim(tmp_path)
        finally:
            owner.kill()
    Claim(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_its_owner_removed_meanwhile_ties_nobody(tmp_path, monkeypatch):
    acquire, taken = FileLock.acquire, []

    def slow(lock, *arguments, **options):
        held = acquire(lock, *arguments, **options)
        if not taken:
            (tmp_path / ".lock").unlink()  # as its last owner does, just before the system hands it over
        taken.append(lock)
        return held

    monkeypatch.setattr(FileLock, "acquire", slow)
    claim = Claim(tmp_path)
    assert len(taken) == 2 and (tmp_path / ".lock").exists()
    with pytest.raises(BadInput):
        Claim(tmp_path)
    claim.release()


def test_where_a_file_system_knows_no_locks_nobody_is_kept_out(tmp_path, monkeypatch):
    def unknown(*_, **__):
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr(FileLock, "acquire", unknown)
    Claim(tmp_path).release()
    Claim(tmp_path).release()
