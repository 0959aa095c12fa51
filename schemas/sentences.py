"""Errors that are told to whoever asked: their message is a sentence that says what is wrong and what to do.

Belongs here: the class that all of these are, and what can be done next where that is a command in one interface and a
button in another. Does not belong here: any particular error; the words of commands and buttons, which each interface
has (``pipelines.cli.hints``, ``pipelines.desk.hints``); errors that only our own fault can cause, whose message is for
programmers.
"""

from collections.abc import Mapping
from enum import StrEnum


class Hint(StrEnum):
    """What can be done next, which is done otherwise in each interface."""

    REASON = "reason"
    """Say why."""
    WHO = "who"
    """Say in what role one decides."""
    WHERE = "where"
    """Choose another period or commune."""
    RULE = "rule"
    """Keep the number although a rule says otherwise, and name the rule."""
    CORRECT = "correct"
    """Correct a cell."""
    FINDINGS = "findings"
    """Look at the findings."""
    REFRESH = "refresh"
    """Refresh first, where a file has just been replaced."""
    OUTDATED = "outdated"
    """Refresh: what is published does not follow from what lies there."""
    ANEW = "anew"
    """Have everything made anew."""
    DESPITE = "despite"
    """Release all the same, and say why."""
    REOPEN = "reopen"
    """Open a closed period again."""


class SentenceError(ValueError):
    """Something that cannot be done; the message is the sentence for whoever asked."""

    def __init__(self, sentence: str = "", *hints: Hint) -> None:
        """Take the sentence, and what can be done next."""
        super().__init__(sentence)
        self.hints = hints

    def worded(self, words: Mapping[Hint, str]) -> str:
        """Return the sentence, and behind it what can be done next in an interface's words, as far as it has any."""
        *before, last = str(self), *(str(words[hint]) for hint in self.hints if hint in words)
        # A command at the end has no full stop behind it, in which it would be copied.
        return " ".join([*(one if one.endswith(".") else f"{one}." for one in before if one), last])
