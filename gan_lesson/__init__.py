"""gan_lesson: the library behind a course that teaches how a GAN works.

The modules are the nouns of the field. From the ground up: ``data``, ``toy``, ``models``, ``losses``, ``latent`` and
``plots``; then ``training``; then ``recipes`` and ``monitor``; then ``checkpoints`` and ``metrics``; then ``checks``;
on top the command line (``python -m gan_lesson``), ``widgets`` and ``course``. A module imports only from the floors
below its own.
"""

__version__ = "0.1.0"
