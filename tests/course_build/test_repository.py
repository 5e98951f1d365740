"""Where the course lies on the web: addresses from remotes, and what is known without one."""

from __future__ import annotations

import subprocess

import nbformat
import pytest

from course_build import notebooks, repository


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("git@github.com:owner/name", "https://github.com/owner/name"),
        ("ssh://git@github.com/owner/name.git\n", "https://github.com/owner/name"),
        ("ssh://git@example.org:2222/owner/name.git", "https://example.org/owner/name"),
        ("https://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://github.com/owner/name/", "https://github.com/owner/name"),
        ("https://user:secret@github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://example.org:8443/group/sub/name", "https://example.org:8443/group/sub/name"),
        # Only this machine knows them; they'd be published with the notebooks.
        ("http://user@127.0.0.1:3000/git/owner/name", ""),
        ("/home/me/name", ""),
        ("file:///home/me/name.git", ""),
        ("../name", ""),
        ("C:\\Users\\me\\name", ""),
        ("", ""),
    ],
)
def test_web_address(remote, address):
    assert repository.web_address(remote) == address


def test_repository_comes_from_origin_else_from_the_notebook_built_before(rooms, tmp_path):
    def git(*arguments):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)

    source = rooms(a_lesson="# %%\n1\n") / "a_lesson" / "lesson.py"
    notebook = tmp_path / "00_a_lesson.ipynb"
    git("init")
    assert repository.find_repository(tmp_path, notebook) == ""
    notebooks.build(source, tmp_path, "https://github.com/owner/name", run=False)
    assert repository.built_for(nbformat.read(notebook, as_version=4)) == "https://github.com/owner/name"
    assert repository.find_repository(tmp_path, notebook) == "https://github.com/owner/name"
    git("remote", "add", "origin", "git@github.com:fork/name.git")
    assert repository.find_repository(tmp_path, notebook) == "https://github.com/fork/name"
