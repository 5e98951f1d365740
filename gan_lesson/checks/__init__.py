"""Checks of the exercises: each runs the learner's code, knows the likely mistakes by name and says what to look at.

Most checks work by comparison. They compute what the right code and what each known mistake would lead to, and see
which of them the learner's code agrees with. There is a module for each lesson, of the lesson's name.
"""

from .answers import EXERCISES, CheckFailed
from .faster_and_bigger import check_batches, check_seconds_a_step, check_update_average
from .measuring import check_cheat, check_frechet, check_precision
from .start_here import check_probability_fake
from .the_adversarial_loop import check_train, check_update_discriminator, check_update_generator
from .the_data import check_epoch, check_labels, check_to_range
from .the_discriminator import check_discriminator, check_teach, check_to_scores
from .the_game import check_clouds, check_play, check_points
from .the_generator import check_generator, check_noise, check_small_generator
from .the_latent_space import check_slerp, check_truncate, check_turn_into
from .the_losses import check_losses, check_price, check_slope

__all__ = [
    "EXERCISES",
    "CheckFailed",
    "check_batches",
    "check_cheat",
    "check_clouds",
    "check_discriminator",
    "check_epoch",
    "check_frechet",
    "check_generator",
    "check_labels",
    "check_losses",
    "check_noise",
    "check_play",
    "check_points",
    "check_precision",
    "check_price",
    "check_probability_fake",
    "check_seconds_a_step",
    "check_slerp",
    "check_slope",
    "check_small_generator",
    "check_teach",
    "check_to_range",
    "check_to_scores",
    "check_train",
    "check_truncate",
    "check_turn_into",
    "check_update_average",
    "check_update_discriminator",
    "check_update_generator",
]
