"""SHA-256 of all weights after some steps of each recipe, with one thread and with two: does a change keep the bits?

    python benchmarks/fingerprint.py [--steps 50]                    half a minute

Run before and after a change, on one machine and with the same versions, it must print the same lines. (Another
processor, PyTorch or number of threads adds in another order, so each has lines of its own.)
"""

import argparse
import hashlib
from itertools import islice

import torch
from torch import nn

from gan_lesson import recipes


def fingerprint(*networks: nn.Module) -> str:
    """SHA-256 over names and values of all weights and buffers."""
    digest = hashlib.sha256()
    for network in networks:
        for name, value in network.state_dict().items():
            digest.update(name.encode())
            digest.update(value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=50, help="steps of each recipe (default 50)")
    steps = parser.parse_args().steps

    for threads in (1, 2):
        torch.set_num_threads(threads)
        for recipe in recipes.RECIPES.values():
            loop = recipe.loop(seed=0, device="cpu")
            for _ in islice(loop, steps):
                pass
            networks = [loop.generator, loop.discriminator, loop.averaged]
            fingerprinted = fingerprint(*(network for network in networks if network is not None))
            print(f"{recipe.name:8} {steps} steps, {threads} threads: {fingerprinted}")


if __name__ == "__main__":
    main()
