"""What a command says when it cannot do what it was asked to."""


class CommandError(Exception):
    """One sentence, or some, for the person at the terminal; exit code 1."""
