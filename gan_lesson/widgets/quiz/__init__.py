"""The room of the widget Quiz."""

from .shell import Quiz, answer_text, questions

__all__ = ["Quiz", "answer_text", "questions"]
