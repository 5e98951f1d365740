"""JupyterHub as deploy/jupyterhub sets it up: a class logs in, does a lesson at once, and finds its work again."""

import importlib.util
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import yaml
from traitlets.config import Config, PyFileConfigLoader

from benchmarks import classroom
from gan_lesson import course

DEPLOY = classroom.CONFIG.parent
NAMES = ["ada", "alan", "grace", "ian", "yann"]
LESSON, OTHER = course.get("the_generator").notebook, course.get("the_data").notebook


@pytest.fixture(scope="module")
def installed():
    if sys.platform == "win32":
        pytest.skip("JupyterHub doesn't run on Windows")
    missing = [name for name in ("jupyterhub", "jupyterhub_idle_culler") if not importlib.util.find_spec(name)]
    if missing or not classroom.PROXY.is_dir():
        complaint = "JupyterHub or its proxy is missing; make test installs both"
        pytest.fail(complaint) if os.environ.get("CI") else pytest.skip(complaint)


@pytest.fixture(scope="module")
def hub(installed, tmp_path_factory):
    with classroom.start(tmp_path_factory.mktemp("jupyterhub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def reports(hub):
    """Five learners who did one lesson at once."""
    return classroom.lesson_together(hub, NAMES, LESSON)


def test_the_hub_refuses_to_start_without_a_password(installed, tmp_path):
    environment = classroom.environment(tmp_path, GAN_LESSON_HUB_PASSWORD=None)
    ended = subprocess.run(classroom.command(), env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert ended.stderr == (
        "The hub doesn't start: GAN_LESSON_HUB_PASSWORD must be set to a password of 8 characters or more; it has 0.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def configure(installed, tmp_path, monkeypatch):
    """What the hub would be told, with these changes to the environment."""

    def load(**changes: str | None) -> Config:
        (tmp_path / "MNIST").mkdir(exist_ok=True)  # there are digits already
        changes = {"GAN_LESSON_CACHE": str(tmp_path), **changes}
        with monkeypatch.context() as patch:
            patch.setattr("os.environ", classroom.environment(tmp_path, **changes))
            return PyFileConfigLoader(str(classroom.CONFIG)).load_config()

    return load


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GAN_LESSON_HUB_PASSWORD": ""}, "GAN_LESSON_HUB_PASSWORD must .* 8 characters or more; it has 0"),
        ({"GAN_LESSON_HUB_PASSWORD": "1234567"}, "GAN_LESSON_HUB_PASSWORD must .* more; it has 7"),
        ({"GAN_LESSON_HUB_ADMIN_PASSWORD": "x" * 31}, "GAN_LESSON_HUB_ADMIN_PASSWORD must .* 32 characters or more"),
        ({"GAN_LESSON_HUB_PASSWORD": classroom.ADMIN_PASSWORD}, "the class and the admin need passwords that differ"),
        ({"GAN_LESSON_HUB_ACCOUNTS": "unix"}, "GAN_LESSON_HUB_LEARNERS must name those that may come in"),
        (
            {"GAN_LESSON_HUB_ACCOUNTS": "unix", "GAN_LESSON_HUB_LEARNERS": "ada", "GAN_LESSON_CACHE": None},
            "GAN_LESSON_CACHE must name a folder that all accounts may read",
        ),
        ({"GAN_LESSON_HUB_ACCOUNTS": "Unix"}, "GAN_LESSON_HUB_ACCOUNTS can only be unix, or empty"),
    ],
)
def test_the_hub_says_in_one_line_why_it_does_not_start(configure, tmp_path, changes, reason):
    with pytest.raises(SystemExit, match=rf"\AThe hub doesn't start: {reason}.*\Z"):
        configure(**changes)
    assert not (tmp_path / "hub").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root is refused")
def test_the_hub_does_not_make_roots_of_learners(configure):
    with pytest.raises(SystemExit, match="as root, each learner would be root, too"):
        configure(GAN_LESSON_HUB_ALLOW_ROOT=None)


def test_any_name_may_come_in_or_those_on_the_list(configure):
    assert configure().Authenticator.allow_all
    told = configure(GAN_LESSON_HUB_LEARNERS="ada  alan").Authenticator
    assert (told.allow_all, told.allowed_users) == (False, {"ada", "alan"})


def test_with_accounts_of_the_machine_nobody_shares_one(configure):
    told = configure(
        GAN_LESSON_HUB_ACCOUNTS="unix",
        GAN_LESSON_HUB_LEARNERS="ada",
        GAN_LESSON_HUB_PASSWORD=None,
        GAN_LESSON_HUB_ADMIN_PASSWORD=None,
        GAN_LESSON_HUB_ALLOW_ROOT=None,
    )
    assert told.JupyterHub.authenticator_class == "pam"
    assert told.JupyterHub.spawner_class == "jupyterhub.spawner.LocalProcessSpawner"
    assert "args" not in told.Spawner


def test_the_hub_listens_to_its_own_machine_unless_told_otherwise(configure):
    assert configure().JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert configure(GAN_LESSON_HUB_URL="https://:8443").JupyterHub.bind_url == "https://:8443"


def test_five_learners_finish_a_lesson_at_once(reports):
    assert {report.name: report.errors for report in reports} == {name: {} for name in NAMES}


def test_a_cell_that_fails_would_be_noticed(hub, reports):
    with classroom.Learner(hub, NAMES[3]) as learner:
        learner.enter()
        with learner.kernel(f"{LESSON}.ipynb") as kernel:
            printed, failed = kernel.run("print('before')\n1 / 0")
    assert printed == "before\n"
    assert "ZeroDivisionError" in failed


def test_each_has_a_folder_and_a_home_and_all_share_the_digits(hub, reports):
    for report in reports:
        home = hub.state / "learners" / report.name
        assert Path(report.told["home"]) == home
        assert Path(report.told["folder"]) == home / "gan-lesson"
        assert Path(report.told["cache"]) == hub.state / "cache"
        assert report.told["threads"] == 1
        assert Path(report.told["python"]) == Path(sys.executable)
        assert not list(home.rglob("MNIST"))
    assert list((hub.state.parent / "home").iterdir()) == []


def test_a_learner_arrives_at_the_first_lesson(reports):
    first = min(path.name for path in (classroom.ROOT / "notebooks").glob("*.ipynb"))
    for report in reports:
        assert report.arrived_at.endswith(f"/user/{report.name}/lab/tree/{first}")


def test_what_a_learner_changed_is_there_after_the_next_log_in(hub, reports):
    name, path = NAMES[0], f"{LESSON}.ipynb"
    folder = hub.state / "learners" / name / "gan-lesson"
    saved = (folder / path).read_text()
    assert "layers += [nn.Linear(1024, 784), nn.Tanh()]" in saved
    assert saved != (classroom.ROOT / "notebooks" / path).read_text()
    (folder / f"{OTHER}.ipynb").unlink()
    with classroom.Learner(hub, name) as learner:
        learner.log_in()
        learner.leave()
        learner.enter()
        learner.leave()
    assert (folder / path).read_text() == saved
    fresh = (classroom.ROOT / "notebooks" / f"{OTHER}.ipynb").read_text()
    assert (folder / f"{OTHER}.ipynb").read_text() == fresh


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mallory", "wrong"),
        ("mallory", classroom.ADMIN_PASSWORD),
        (classroom.ADMIN, classroom.PASSWORD),
        ("../mallory", classroom.PASSWORD),
        ("mallory.", classroom.PASSWORD),
    ],
)
def test_a_wrong_name_or_password_is_refused(hub, name, password):
    with classroom.Learner(hub, name) as learner:
        answer = learner.log_in(password)
        assert answer.status_code == 403
        assert "Invalid username or password" in answer.text
    assert not list(hub.state.rglob("mallory*"))


def test_a_learner_does_not_see_the_server_of_another(hub, reports):
    with classroom.Learner(hub, NAMES[1]) as learner:
        learner.log_in()
        with pytest.raises(requests.HTTPError, match="403"):
            learner.look_over_the_shoulder_of(NAMES[2])


def test_the_teacher_may_look_at_a_learners_work(hub, reports):
    with classroom.Learner(hub, classroom.ADMIN) as teacher:
        teacher.enter(classroom.ADMIN_PASSWORD)
        teacher.look_over_the_shoulder_of(NAMES[2])
        assert teacher.read(f"{LESSON}.ipynb")["cells"]


def test_the_passwords_do_not_reach_the_learners(hub, reports):
    for process in hub.processes(NAMES[1]):
        assert not {classroom.PASSWORD, classroom.ADMIN_PASSWORD} & set(process.environ().values())


def test_the_state_is_for_the_hubs_account_alone(hub):
    assert hub.state.stat().st_mode & 0o777 == 0o700
    assert {"cookie_secret", "jupyterhub.sqlite"} <= {path.name for path in hub.state.iterdir()}


# ---- what is handed out


@pytest.fixture
def hand_out():
    return runpy.run_path(str(DEPLOY / "learner.py"))["hand_out"]


@pytest.fixture
def lessons(tmp_path):
    notebooks = tmp_path / "notebooks"
    for name in ("01.ipynb", "solutions/01.ipynb", "build.py", ".ipynb_checkpoints/01.ipynb"):
        (notebooks / name).parent.mkdir(parents=True, exist_ok=True)
        (notebooks / name).write_text(f"fresh {name}")
    return notebooks


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_both_editions_are_handed_out_and_nothing_else(hand_out, lessons, tmp_path):
    hand_out(lessons, tmp_path / "ada")
    assert contents(tmp_path / "ada") == {
        "01.ipynb": "fresh 01.ipynb",
        "solutions/01.ipynb": "fresh solutions/01.ipynb",
    }


def test_only_what_is_missing_is_handed_out(hand_out, lessons, tmp_path):
    ada = tmp_path / "ada"
    ada.mkdir()
    (ada / "01.ipynb").write_text("ada's")
    hand_out(lessons, ada)
    assert contents(ada) == {"01.ipynb": "ada's", "solutions/01.ipynb": "fresh solutions/01.ipynb"}


def test_a_copy_cut_short_is_made_again(hand_out, lessons, tmp_path, monkeypatch):
    def cut_short(source, target):
        Path(target).write_text("fr")
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", cut_short)
        with pytest.raises(OSError, match="full"):
            hand_out(lessons, tmp_path / "ada")
    assert not (tmp_path / "ada" / "01.ipynb").exists()
    hand_out(lessons, tmp_path / "ada")
    assert contents(tmp_path / "ada")["01.ipynb"] == "fresh 01.ipynb"
    assert not list((tmp_path / "ada").rglob("*.part"))


def test_a_lesson_that_only_may_be_read_can_be_written_by_the_learner(hand_out, lessons, tmp_path):
    (lessons / "01.ipynb").chmod(0o444)
    hand_out(lessons, tmp_path / "ada")
    assert (tmp_path / "ada" / "01.ipynb").stat().st_mode & 0o200


# ---- what the files say of each other


def test_the_proxy_is_pinned_and_its_lock_names_no_registry():
    lock = json.loads((DEPLOY / "package-lock.json").read_text())
    wanted = json.loads((DEPLOY / "package.json").read_text())["dependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    packages = [package for path, package in lock["packages"].items() if path]
    assert all("integrity" in package and "resolved" not in package for package in packages)


# The keys of the chart (its values.schema.yaml, 4.4) that are used here; the chart refuses any other.
CHART = {
    "hub": {"config"},
    "proxy": {"https"},
    "singleuser": {
        "image",
        "cmd",
        "defaultUrl",
        "extraEnv",
        "memory",
        "cpu",
        "storage",
        "startTimeout",
        "networkPolicy",
    },
    "cull": {"enabled", "timeout", "every"},
    "prePuller": {"hook", "continuous"},
}


def test_kubernetes_is_given_what_the_image_holds_and_what_was_measured():
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text())
    assert {name: set(section) - CHART[name] for name, section in values.items()} == {name: set() for name in values}
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    singleuser, found = values["singleuser"], json.loads((DEPLOY / "measured.json").read_text())
    assert singleuser["cmd"][-1] == "/opt/gan-lesson/deploy/jupyterhub/learner.py"
    assert "WORKDIR /opt/gan-lesson\n" in dockerfile
    assert "COPY deploy/jupyterhub/learner.py deploy/jupyterhub/\n" in dockerfile
    assert singleuser["extraEnv"]["OMP_NUM_THREADS"] == "1"
    memory = {name: int(text.removesuffix("M")) for name, text in singleuser["memory"].items()}
    assert memory["guarantee"] >= found["class"]["peak_rss_mb"]
    assert memory["limit"] >= 1.3 * max(lesson["peak_rss_mb"] for lesson in found["lessons"].values())


def test_readme_quotes_what_was_measured():
    quoted = runpy.run_path(str(classroom.ROOT / "benchmarks" / "jupyterhub.py"))["quoted"]
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert "learners at once" in readme
    assert quoted(readme, json.loads((DEPLOY / "measured.json").read_text())) == readme
