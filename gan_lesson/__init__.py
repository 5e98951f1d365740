"""gan_lesson: the library behind a course that teaches how a GAN works.

A file for each noun of the field, a folder for each lesson (``lessons``) and each widget (``widgets``). A module
imports only from the floors below its own; docs/contributing.md has the map.
"""

__version__ = "0.1.0"
