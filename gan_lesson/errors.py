"""What a user can mend, told apart from what is a bug."""


class BadInput(ValueError):
    """What was given can't be used; the message says what is wrong and what would be right."""
