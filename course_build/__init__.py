"""From the lessons in ``gan_lesson/lessons`` to notebooks, pages, slides and handouts: ``python -m course_build``."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "gan_lesson" / "lessons"
NOTEBOOKS = ROOT / "notebooks"
