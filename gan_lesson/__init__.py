"""gan_lesson: the library behind a course that teaches how a GAN works.

Each module is a noun of the field: ``data``, ``models``, ``losses``, ``training``, ``metrics``, and so on. A module
imports only from the floors below its own; docs/contributing.md shows the house from the ground up.
"""

__version__ = "0.1.0"
