"""What to look at when an error stops the learner's code: one table, and whatever a check knows besides."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

#: A regular expression that is found in what an error says, and the advice, in which ``\1`` is the pattern's group.
Row = tuple[str, str]

#: What is true of every exercise.
COMMON: tuple[Row, ...] = (
    (r"shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)", r"A Linear layer that expects \2 values got \1."),
    (r"[Tt]arget size", "The labels need the shape of the logits, (N, 1): torch.ones_like(logits) has it."),
    (
        r"must match the size of tensor",
        "Two tensors of different shapes meet: print the .shape of both in the line before.",
    ),
    (
        r"(same|ound|expected|output) dtype|dtypes match|scalar type|desired output type|\w did not match \w",
        "Numbers have the wrong type, or two types meet: bring them to float32, with .float().",
    ),
    (
        r"(\w+)\(\): argument .* must be Tensor, not (float|int)",
        r"torch's \1 takes a tensor; the one in math takes a plain number.",
    ),
    (
        r"converted to (Scalar|Python scalars)|must be real number",
        "math.exp and .item() take one number; torch.exp takes a whole tensor.",
    ),
    (
        r"(but got|not) (function|method|builtin\w*)\b|'(function|method|builtin_function_or_method)'",
        "A function stands where its result is meant: call it, with brackets after its name.",
    ),
    (
        r"missing \d+ required|takes \d+ positional|unexpected keyword",
        "Compare the call with the first line of that function: are all arguments there, in the right order?",
    ),
    (
        r"does not support item assignment",
        "Its elements can't be replaced: turn it into a list or a tensor first, or collect the new values in one.",
    ),
    (
        r"Boolean value of Tensor",
        "A tensor of many values is neither true nor false: .any() asks whether one is, .all() whether all are.",
    ),
    (
        r"does not require grad",
        "The loss has no way back to the weights: don't detach logits or losses before backward(), don't use no_grad "
        "or .item().",
    ),
    (
        r"inplace operation",
        "The weights moved between the forward pass and backward(): the order is zero_grad(), backward(), step().",
    ),
    (
        r"name '(\w+)' is not defined",
        r"Nothing is called \1 there: check its spelling, and run the cell that makes it.",
    ),
    (
        r"recursion depth",
        "The function calls itself again and again: did you mean something else that has the same name?",
    ),
    (r"scalar outputs", "backward() starts from one number: call it on the loss, not on the logits."),
    (
        r"input should be between 0 and 1",
        "nn.BCELoss wants scores, as binary_cross_entropy does; binary_cross_entropy_with_logits wants logits, and "
        "computes more exactly.",
    ),
)


def explained(error: BaseException, own: Iterable[Row] = ()) -> str:
    """What ``error`` says, and the advice of the first row that fits it, the check's own before the common ones."""
    whole = str(error).strip()
    said = textwrap.shorten(whole.split("\n\n")[0], 300, placeholder=" ...").rstrip(".") or "it says nothing else"
    for pattern, advice in (*own, *COMMON):
        if found := re.search(pattern, whole):
            return f"{said}. {found.expand(advice)}"
    return f"{said}."
