"""``python -m course_build VERB [NAME ...]``: a verb for each thing that is made of the lessons."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from gan_lesson import course

from . import NOTEBOOKS, ROOT, chromium, glossary, handouts, notebooks, repository, site, slides, tables
from .editions import BuildError

#: Of all lessons, or of those that are named.
OF_LESSONS = {
    "notebooks": "both editions of each lesson, executed, in notebooks/",
    "site": "site/: pages that need no kernel and no network",
    "slides": "slides/: each lesson for the projector",
    "handouts": "handouts/: each lesson on paper, as PDF",
}
OF_THE_COURSE = {
    "glossary": "docs/glossary.md: the words of the course, and the lessons that introduce them",
    "tables": "the tables of lessons, and the links to notebooks, in README.md, docs/ and deploy/",
}


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m course_build", description="Build notebooks, pages, slides and tables from the lessons."
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, makes in (OF_LESSONS | OF_THE_COURSE).items():
        of_one = verbs.add_parser(verb, help=makes, description=f"Make {makes}.")
        if verb in OF_LESSONS:
            names = "lessons, such as the_game; all of them when none is given"
            of_one.add_argument("names", nargs="*", metavar="NAME", help=names)
        if verb == "notebooks":
            of_one.add_argument("--no-execute", action="store_true", help="leave the cells without outputs")
            where = "where Colab installs the library from; the remote origin when not given"
            of_one.add_argument("--repository", metavar="URL", help=where)
    options = parser.parse_args(arguments)
    known = [lesson.name for lesson in course.LESSONS]
    unknown = [name for name in getattr(options, "names", ()) if name not in known]
    if unknown:
        parser.error(f"no lesson called {', '.join(unknown)}; there are: {', '.join(known)}")
    if getattr(options, "repository", None):  # a folder is looked for from wherever the notebook runs
        address = repository.web_address(options.repository) or Path(options.repository).resolve().as_posix()
        if "://" not in address and not Path(address).is_dir():
            parser.error(f"--repository {options.repository}: neither an https address nor a folder")
        options.repository = address
    return options


def main(arguments: list[str] | None = None) -> int:
    options = read_arguments(arguments)
    # The debugger's remark about frozen modules would stand between the lines of a build.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        if options.verb == "notebooks":
            notebooks.make(options.names, options.repository, run=not options.no_execute)
        elif options.verb == "site":
            site.make(options.names)
        elif options.verb == "slides":
            slides.make(options.names)
        elif options.verb == "handouts":
            handouts.make(options.names)
        elif options.verb == "glossary":
            glossary.make()
        else:
            first = NOTEBOOKS / f"{course.LESSONS[0].notebook}.ipynb"
            tables.make(partial(repository.colab_address, repository=repository.find_repository(ROOT, first)))
    except (BuildError, chromium.Missing) as error:
        print(f"FAILED {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
