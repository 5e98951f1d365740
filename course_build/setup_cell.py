# @title Set-up: run this first
# Finds the library that this lesson imports; in Colab it installs it.
import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = "{{REPOSITORY}}"  # where Colab gets the library from: an address, or a folder
for folder in (Path.cwd(), *Path.cwd().parents):
    if not find_spec("gan_lesson") and (folder / "gan_lesson" / "__init__.py").is_file():
        sys.path.insert(0, str(folder))
if not find_spec("gan_lesson") and find_spec("google") and find_spec("google.colab"):
    source = REPOSITORY if Path(REPOSITORY).is_dir() else f"git+{REPOSITORY}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", source]
    if not REPOSITORY or subprocess.run(pip, capture_output=True).returncode:
        raise SystemExit(f"pip can't install the library from {REPOSITORY!r}: is REPOSITORY right, and the network on?")
    importlib.invalidate_caches()
try:
    import torch

    import gan_lesson.device
except ImportError as error:
    todo = 'run `make lesson` in the folder of the course, or `pip install -e ".[lesson]"`'
    raise SystemExit(f"The course is not installed in this Python ({error}): {todo}") from None
print(f"gan_lesson {gan_lesson.__version__} is ready: PyTorch {torch.__version__}, {gan_lesson.device.choose()}")
