"""JupyterHub as deploy/jupyterhub sets it up: a class logs in, does a lesson at once, and finds its work again."""

import asyncio
import importlib.util
import json
import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import requests
import yaml
from packaging.requirements import Requirement
from traitlets.config import Config, PyFileConfigLoader

from benchmarks import capacity, classroom, quote_hub, running_hub
from benchmarks.learner import Learner
from gan_lesson import course

DEPLOY = running_hub.CONFIG.parent
NAMES = ["ada", "alan", "grace", "ian", "yann"]
LESSON, OTHER = course.get("the_generator").notebook, course.get("the_data").notebook


@pytest.fixture(scope="module")
def installed():
    if sys.platform == "win32":
        pytest.skip("JupyterHub doesn't run on Windows")
    missing = [name for name in ("jupyterhub", "jupyterhub_idle_culler") if not importlib.util.find_spec(name)]
    if missing or not running_hub.PROXY.is_dir():
        complaint = "JupyterHub or its proxy is missing; make test installs both"
        pytest.fail(complaint) if os.environ.get("CI") else pytest.skip(complaint)


@pytest.fixture(scope="module")
def hub(installed, tmp_path_factory):
    with running_hub.start(tmp_path_factory.mktemp("jupyterhub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def meeting(hub):
    """Five learners who did one lesson at once."""
    return classroom.lesson_together(hub, NAMES, LESSON)


@pytest.fixture(scope="module")
def reports(meeting):
    return meeting.reports


def test_the_hub_refuses_to_start_without_a_password(installed, tmp_path):
    environment = running_hub.environment(tmp_path, GAN_LESSON_HUB_PASSWORD=None)
    ended = subprocess.run(running_hub.command(), env=environment, capture_output=True, text=True, timeout=600)
    assert ended.returncode != 0
    assert ended.stderr == (
        "The hub doesn't start: GAN_LESSON_HUB_PASSWORD must be set to a password of 8 characters or more; it has 0.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def configure(installed, tmp_path, monkeypatch):
    """What the hub would be told, with these changes to the environment."""

    def load(**changes: str | None) -> Config:
        changes = {"GAN_LESSON_CACHE": str(tmp_path), **changes}
        with monkeypatch.context() as patch:
            patch.setattr("subprocess.run", lambda *_, **__: None)  # what unpacks the digits
            patch.setattr("os.environ", running_hub.environment(tmp_path, **changes))
            return PyFileConfigLoader(str(running_hub.CONFIG)).load_config()

    return load


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GAN_LESSON_HUB_PASSWORD": ""}, "GAN_LESSON_HUB_PASSWORD must .* 8 characters or more; it has 0"),
        ({"GAN_LESSON_HUB_PASSWORD": "1234567"}, "GAN_LESSON_HUB_PASSWORD must .* more; it has 7"),
        ({"GAN_LESSON_HUB_ADMIN_PASSWORD": "x" * 31}, "GAN_LESSON_HUB_ADMIN_PASSWORD must .* 32 characters or more"),
        ({"GAN_LESSON_HUB_PASSWORD": running_hub.ADMIN_PASSWORD}, "the class and the admin need passwords that differ"),
        ({"GAN_LESSON_HUB_ACCOUNTS": "unix"}, "GAN_LESSON_HUB_LEARNERS must name those that may come in"),
        (
            {"GAN_LESSON_HUB_ACCOUNTS": "unix", "GAN_LESSON_HUB_LEARNERS": "ada", "GAN_LESSON_CACHE": None},
            "GAN_LESSON_CACHE must name a folder that all accounts may read",
        ),
        ({"GAN_LESSON_HUB_ACCOUNTS": "Unix"}, "GAN_LESSON_HUB_ACCOUNTS can only be unix, or empty"),
        ({"GAN_LESSON_HUB_DOMAIN": "hub.example.org"}, "GAN_LESSON_HUB_DOMAIN must be an address such as https://hub"),
        ({"GAN_LESSON_HUB_SERVERS": "many"}, "GAN_LESSON_HUB_SERVERS must be a number above 0; it is 'many'"),
        ({"GAN_LESSON_HUB_GIGABYTES": "-1"}, "GAN_LESSON_HUB_GIGABYTES must be a number above 0; it is '-1'"),
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
    assert (told.allow_all, told.allowed_users) == (False, {"ada", "alan", "teacher"})


def scopes_of_the_teacher(told: Config) -> set[str]:
    (role,) = (role for role in told.JupyterHub.load_roles if "teacher" in role.get("users", []))
    return set(role["scopes"])


def test_the_teacher_may_enter_a_server_only_where_it_has_an_address_of_its_own(configure):
    usual, apart = configure(), configure(GAN_LESSON_HUB_DOMAIN="https://hub.example.org/")
    assert "subdomain_host" not in usual.JupyterHub
    assert apart.JupyterHub.subdomain_host == "https://hub.example.org"
    assert apart.JupyterHub.cookie_host_prefix_enabled
    assert scopes_of_the_teacher(apart) - scopes_of_the_teacher(usual) == {"access:servers"}
    for told in (usual, apart):
        assert "admin_users" not in told.Authenticator
        assert not {scope for scope in scopes_of_the_teacher(told) if scope.startswith(("admin:", "tokens", "roles"))}


def test_no_more_servers_run_than_the_memory_holds_in_the_heaviest_lesson(configure, monkeypatch):
    found = json.loads(quote_hub.MEASURED.read_text())
    lesson = max(found["lessons"].values(), key=lambda lesson: lesson["learner_uss_mb"])
    terms = {
        "private_mb": lesson["learner_uss_mb"],
        "shared_mb": lesson["shared_mb"],
        "hub_mb": found["class"]["hub_mb"],
    }
    needed = capacity.needed_mb(10, **terms)
    pages = {"SC_PAGE_SIZE": 2**20, "SC_PHYS_PAGES": needed}
    monkeypatch.setattr("os.sysconf", lambda name: pages[name])
    assert configure().JupyterHub.active_server_limit == 10 == capacity.learners_in(needed, **terms)
    assert configure(GAN_LESSON_HUB_SERVERS="3").JupyterHub.active_server_limit == 3
    pages["SC_PHYS_PAGES"] = needed - 1
    assert configure().JupyterHub.active_server_limit == 9
    pages["SC_PHYS_PAGES"] = 1
    assert configure().JupyterHub.active_server_limit == 1


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


def test_the_memory_of_each_learner_was_seen_idle_and_at_the_peak(meeting):
    for look in (meeting.idle, meeting.highest, meeting.done):
        assert look.servers.keys() == look.kernels.keys() == set(NAMES)
        for kernel in look.kernels.values():
            assert 100 < kernel.uss < kernel.pss < kernel.rss  # PyTorch is loaded, and five share its code
        alone = look.hub.uss + sum(learner.uss for learner in look.learners().values())
        assert 0 < look.shared < look.together <= alone + look.shared + 1
    assert meeting.idle.together < meeting.highest.together


def test_some_may_work_while_the_others_have_the_lesson_open(hub, meeting):
    small = classroom.lesson_together(hub, NAMES[:2], LESSON, at_work=1)
    working, waiting = small.reports
    assert working.lesson and waiting.lesson is None
    assert working.errors == waiting.errors == {}
    assert small.done.kernels[NAMES[0]].uss > small.done.kernels[NAMES[1]].uss


def test_a_cell_that_fails_would_be_noticed(hub, reports):
    with Learner(hub, NAMES[3]) as learner:
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
        assert report.told["transport"] == "ipc"  # ports could be taken by another kernel before this one has them
        assert Path(report.told["python"]) == Path(sys.executable)
        assert not list(home.rglob("MNIST"))
    assert list((hub.state.parent / "home").iterdir()) == []


def test_a_learner_arrives_at_the_first_lesson(reports):
    first = min(path.name for path in (running_hub.ROOT / "notebooks").glob("*.ipynb"))
    for report in reports:
        assert report.arrived_at.endswith(f"/user/{report.name}/lab/tree/{first}")


def test_what_a_learner_changed_is_there_after_the_next_log_in(hub, reports):
    name, path = NAMES[0], f"{LESSON}.ipynb"
    folder = hub.state / "learners" / name / "gan-lesson"
    saved = (folder / path).read_text()
    assert "layers += [nn.Linear(1024, 784), nn.Tanh()]" in saved
    assert saved != (running_hub.ROOT / "notebooks" / path).read_text()
    (folder / f"{OTHER}.ipynb").unlink()
    with Learner(hub, name) as learner:
        learner.log_in()
        learner.leave()
        learner.enter()
        learner.leave()
    assert (folder / path).read_text() == saved
    fresh = (running_hub.ROOT / "notebooks" / f"{OTHER}.ipynb").read_text()
    assert (folder / f"{OTHER}.ipynb").read_text() == fresh


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mallory", "wrong"),
        ("mallory", running_hub.ADMIN_PASSWORD),
        (running_hub.ADMIN, running_hub.PASSWORD),
        ("../mallory", running_hub.PASSWORD),
        ("mallory.", running_hub.PASSWORD),
        ("mallory", "пароль класса"),
        ("mallory", running_hub.PASSWORD + "\0"),
        ("маллори", running_hub.PASSWORD),
    ],
)
def test_a_wrong_name_or_password_is_refused(hub, name, password):
    with Learner(hub, name) as learner:
        answer = learner.log_in(password)
        assert answer.status_code == 403
        assert "Invalid username or password" in answer.text
    assert not list(hub.state.rglob("mallory*"))


def test_a_learner_does_not_see_the_server_of_another(hub, reports):
    with Learner(hub, NAMES[1]) as learner:
        learner.log_in()
        with pytest.raises(requests.HTTPError, match="403"):
            learner.look_over_the_shoulder_of(NAMES[2])


@pytest.fixture
def teacher(hub):
    with Learner(hub, running_hub.ADMIN) as teacher:
        teacher.log_in(running_hub.ADMIN_PASSWORD).raise_for_status()
        yield teacher


def test_the_teacher_sees_the_class_and_stops_a_server(hub, reports, teacher):
    with Learner(hub, NAMES[4]) as learner:
        learner.enter()
    users = {user["name"]: user for user in teacher.ask_the_hub("GET", "users").json()}
    assert set(NAMES) <= set(users)
    assert users[NAMES[4]]["server"]
    assert teacher.ask_the_hub("DELETE", f"users/{NAMES[4]}/server").status_code in (202, 204)


def test_what_a_hostile_page_would_ask_of_the_hub_in_the_teachers_name_is_refused(hub, reports, teacher):
    ada, self = f"users/{NAMES[0]}", f"users/{running_hub.ADMIN}"
    for method, path, content in [
        ("PATCH", ada, {"admin": True}),
        ("PATCH", self, {"admin": True}),
        ("POST", f"{ada}/tokens", {}),
        ("POST", f"{self}/tokens", {"scopes": ["admin:users"]}),
        ("DELETE", ada, None),
        ("POST", "users/mallory", None),
        ("POST", "shutdown", {}),
    ]:
        assert 400 <= teacher.ask_the_hub(method, path, content).status_code < 500, (method, path)
    with pytest.raises(requests.HTTPError, match="404"):  # as if there were no such server
        teacher.look_over_the_shoulder_of(NAMES[0])


def test_the_passwords_do_not_reach_the_learners(hub, reports):
    for process in hub.processes(NAMES[1]):
        assert not {running_hub.PASSWORD, running_hub.ADMIN_PASSWORD} & set(process.environ().values())


def test_the_state_is_for_the_hubs_account_alone(hub):
    assert hub.state.stat().st_mode & 0o777 == 0o700
    assert {"cookie_secret", "jupyterhub.sqlite"} <= {path.name for path in hub.state.iterdir()}


def test_whatever_lies_in_the_home_of_a_learner_the_server_starts(hub):
    home = hub.state / "learners" / "grete"
    (home / "gan-lesson").mkdir(parents=True)
    (home / ".jupyter").mkdir()
    for place in (home, home / "gan-lesson"):
        for module in ("random", "typing", "jupyterhub", "tornado", "sitecustomize"):
            (place / f"{module}.py").write_text("raise SystemExit('not this one')")
    (home / ".jupyter" / "jupyter_server_config.py").write_text("1 / 0")
    (home / "gan-lesson" / "solutions").write_text("a file where a folder belongs")
    with Learner(hub, "grete") as learner:
        assert learner.enter().endswith(".ipynb")
        learner.leave()


def test_a_cell_that_wants_more_memory_than_it_may_have_gets_an_error_and_the_kernel_lives(hub):
    with Learner(hub, "grace") as learner:
        learner.enter()
        with learner.kernel(f"{LESSON}.ipynb") as kernel:
            _, failed = kernel.run("import torch; torch.ones(5 * 2**28)  # 5 GB")
            assert "allocate" in failed
            assert kernel.run("print('alive')") == ("alive\n", "")
        learner.leave()


# ---- how often one may guess


@pytest.fixture
def class_password(installed, monkeypatch):
    """The module of the passwords, in which waiting takes no time: the seconds waited are noted."""
    monkeypatch.syspath_prepend(DEPLOY)
    import class_password as module

    waited, pause = [], asyncio.sleep

    async def wait(seconds):
        waited.append(seconds)
        await pause(0)

    monkeypatch.setattr(module.asyncio, "sleep", wait)
    monkeypatch.setattr(module, "waited", waited, raising=False)
    return module


def log_in(authenticator, password, name="ada", address="1.2.3.4"):
    handler = SimpleNamespace(request=SimpleNamespace(remote_ip=address))
    return authenticator.authenticate(handler, {"username": name, "password": password})


def test_passwords_may_be_of_any_script_however_a_keyboard_writes_them(class_password):
    authenticator = class_password.ClassPassword(class_password="la clef du café", teacher_password="教师的密码" * 7)
    cafe_of_another_keyboard = "la clef du cafe\N{COMBINING ACUTE ACCENT}"
    assert asyncio.run(log_in(authenticator, cafe_of_another_keyboard))["name"] == "ada"
    assert asyncio.run(log_in(authenticator, "教师的密码" * 7, "teacher"))["admin"] is False
    for name, password in [("ada", "教师的密码" * 7), ("teacher", "la clef du café"), ("ada", ""), ("ada", "cafe")]:
        assert asyncio.run(log_in(authenticator, password, name)) is None


def test_without_a_password_nobody_comes_in(class_password):
    assert asyncio.run(log_in(class_password.ClassPassword(), "")) is None


def test_a_class_that_mistypes_does_not_wait_and_a_program_that_guesses_does(class_password):
    authenticator = class_password.ClassPassword(class_password="open sesame")

    async def guess(count, address):
        return await asyncio.gather(*(log_in(authenticator, str(one), address=address) for one in range(count)))

    async def attack():
        assert await guess(20, "1.1.1.1") == [None] * 20
        assert class_password.waited == []
        assert await guess(30, "1.1.1.1") == [None] * 30
        assert class_password.waited == [class_password.PAUSE] * 30
        assert await log_in(authenticator, "open sesame", address="2.2.2.2")  # others don't wait
        assert class_password.waited == [class_password.PAUSE] * 30
        assert await log_in(authenticator, "open sesame", address="1.1.1.1")  # in its turn
        assert class_password.waited == [class_password.PAUSE] * 31

    asyncio.run(attack())


def test_no_more_wait_for_their_turn_than_can_have_it_soon(class_password):
    authenticator = class_password.ClassPassword(class_password="open sesame")

    async def flood():
        tries = (log_in(authenticator, "wrong") for _ in range(class_password.FORGIVEN + class_password.WAITING + 5))
        return await asyncio.gather(*tries, return_exceptions=True)

    refused = [answer for answer in asyncio.run(flood()) if answer is not None]
    assert [answer.status_code for answer in refused] == [429] * 5


def test_after_a_minute_an_address_is_forgotten(class_password, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(class_password.time, "monotonic", lambda: now[0])
    authenticator = class_password.ClassPassword(class_password="open sesame")

    async def guess(count):
        for _ in range(count):
            await log_in(authenticator, "wrong")

    asyncio.run(guess(class_password.FORGIVEN))
    now[0] += class_password.MINUTE + 1
    asyncio.run(guess(1))
    assert class_password.waited == []


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


def test_a_copy_cut_short_is_made_again_and_the_others_are_handed_out(hand_out, lessons, tmp_path, monkeypatch, capsys):
    whole = shutil.copyfile

    def cut_short(source, target):
        if source.parent.name == "solutions":
            return whole(source, target)
        Path(target).write_text("fr")
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", cut_short)
        hand_out(lessons, tmp_path / "ada")
    assert contents(tmp_path / "ada") == {"solutions/01.ipynb": "fresh solutions/01.ipynb"}
    assert "01.ipynb is not handed out: the disk is full" in capsys.readouterr().err
    hand_out(lessons, tmp_path / "ada")
    assert contents(tmp_path / "ada")["01.ipynb"] == "fresh 01.ipynb"


@pytest.mark.parametrize("in_the_way", ["ada", "ada/solutions", "ada/.01.ipynb.part"])
def test_what_stands_in_the_way_of_a_lesson_stops_no_server(hand_out, lessons, tmp_path, in_the_way):
    place = tmp_path / in_the_way
    place.parent.mkdir(exist_ok=True)
    if place.suffix:
        place.mkdir()
    else:
        place.write_text("a file where a folder belongs")
    hand_out(lessons, tmp_path / "ada")
    assert place.exists()


def test_a_lesson_that_only_may_be_read_can_be_written_by_the_learner(hand_out, lessons, tmp_path):
    (lessons / "01.ipynb").chmod(0o444)
    hand_out(lessons, tmp_path / "ada")
    assert (tmp_path / "ada" / "01.ipynb").stat().st_mode & 0o200


@pytest.fixture
def start_server(monkeypatch, tmp_path):
    """Start a learner's server but for its last step; where it would run, with which command and which environment."""
    learner = runpy.run_path(str(DEPLOY / "learner.py"))
    names = learner["main"].__globals__
    short, home = tmp_path / "short", tmp_path / "home"
    short.mkdir(), home.mkdir()
    monkeypatch.setitem(names, "hand_out", lambda *_: None)
    monkeypatch.setitem(names, "SHORT", short)

    def start(user: str = "ada") -> tuple[Path, list[str], dict[str, str]]:
        started = []
        with monkeypatch.context() as patch:
            patch.setattr("os.environ", {"HOME": str(home), "JUPYTERHUB_USER": user})
            patch.setattr("os.execv", lambda _, command: started.append((Path.cwd(), command, dict(os.environ))))
            patch.chdir(tmp_path)
            learner["main"]()
        return started[0]

    return start


def test_a_full_home_keeps_no_server_from_starting(start_server, tmp_path):
    folder, _, environment = start_server()
    assert folder == tmp_path / "home"  # there is no room for the folder of the lessons
    assert environment["JUPYTERHUB_DEFAULT_URL"] == "/lab"
    assert folder not in Path(environment["JUPYTER_RUNTIME_DIR"]).parents  # where Jupyter notes that it runs


def test_each_server_has_a_new_folder_for_what_it_notes_and_leaves_one_at_most(start_server, tmp_path):
    before, others, after = (
        Path(start_server(user)[2]["JUPYTER_RUNTIME_DIR"]) for user in ("ada", "ada-lovelace", "ada")
    )
    assert set((tmp_path / "short").iterdir()) == {others, after}
    assert before != after
    assert after.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["ada", "[a]*", "ada.lovelace@" + "analytical-engine." * 10 + "org"])
def test_the_sockets_have_a_path_that_linux_takes_whatever_the_learner_is_called(name):
    runtime_folder = runpy.run_path(str(DEPLOY / "learner.py"))["runtime_folder"]
    before, after = Path(runtime_folder(name)), Path(runtime_folder(name))
    assert not before.exists()
    assert len(str(after / f"kernel-{uuid4()}-ipc-5")) <= 107
    after.rmdir()


def test_a_server_gets_a_port_that_no_connection_is_given_and_that_is_free(configure):
    told = configure(GAN_LESSON_HUB_PASSWORD="open sesame")
    spawner = SimpleNamespace(user=SimpleNamespace(id=7))
    told.Spawner.pre_spawn_hook(spawner)
    first = spawner.port
    with socket.create_server(("127.0.0.1", first)):
        told.Spawner.pre_spawn_hook(spawner)
    assert first < spawner.port < 32_768  # Linux gives out those from there on


# ---- what the files say of each other


def test_the_proxy_is_pinned_and_its_lock_names_no_registry():
    lock = json.loads((DEPLOY / "package-lock.json").read_text())
    wanted = json.loads((DEPLOY / "package.json").read_text())["dependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    packages = [package for path, package in lock["packages"].items() if path]
    assert all("integrity" in package and "resolved" not in package for package in packages)


def test_a_backup_as_readme_says_opens_to_nobody_else_and_opens_no_hub(tmp_path):
    state = tmp_path / "run" / "jupyterhub"
    for name in ("cookie_secret", "jupyterhub.sqlite", "learners/ada/gan-lesson/01.ipynb"):
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(name)
    (command,) = re.findall(r"^\(umask .*tar .*\)$", (DEPLOY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(["sh", "-c", command], cwd=tmp_path, env={**os.environ, "HOME": str(home)}, check=True)
    (archive,) = home.iterdir()
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as packed:
        assert [one.name for one in packed if one.isfile()] == ["learners/ada/gan-lesson/01.ipynb"]


def test_the_image_pins_what_the_course_needs():
    required = [Requirement(line) for line in metadata.requires("gan-lesson")]
    wanted = {
        need.name
        for need in required
        if need.name != "gan-lesson" and (not need.marker or need.marker.evaluate({"extra": "lesson"}))
    }
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert set(pinned) == wanted
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


# The keys of the chart (its values.schema.yaml, 4.4) that are used here; the chart refuses any other.
CHART = {
    "hub": {"config", "extraConfig", "loadRoles"},
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
    singleuser, found = values["singleuser"], json.loads(quote_hub.MEASURED.read_text())
    assert singleuser["cmd"][-1] == "/opt/gan-lesson/deploy/jupyterhub/learner.py"
    assert "WORKDIR /opt/gan-lesson\n" in dockerfile
    assert "COPY deploy/jupyterhub/learner.py deploy/jupyterhub/\n" in dockerfile
    assert singleuser["extraEnv"]["OMP_NUM_THREADS"] == "1"
    memory = {name: int(text.removesuffix("M")) for name, text in singleuser["memory"].items()}
    assert memory["guarantee"] >= found["class"]["peak_rss_mb"]
    heaviest = found["lessons"][found["heaviest"]]
    two_open = heaviest["learner_uss_mb"] + heaviest["kernel_uss_mb"] + heaviest["shared_mb"]
    assert memory["limit"] >= 1.3 * two_open


def test_in_kubernetes_the_password_travels_encrypted_and_the_teacher_is_no_admin(configure):
    values = yaml.safe_load((DEPLOY / "values.yaml").read_text())
    assert values["proxy"]["https"]["enabled"]
    assert "admin_users" not in values["hub"]["config"]["Authenticator"]
    assert set(values["hub"]["loadRoles"]["teacher"]["scopes"]) == scopes_of_the_teacher(configure())
    c, given = Config(), (DEPLOY / "class_password.py").read_text()
    names = {"c": c, "__name__": "config"}
    for text in [given, *values["hub"]["extraConfig"].values()]:  # as the chart runs them, one after the other
        exec(text, names)
    assert c.JupyterHub.authenticator_class.__name__ == "ClassPassword"
