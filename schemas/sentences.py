"""Errors that are told to whoever asked: their message is a sentence that says what is wrong and what to do.

Belongs here: the class that all of these are. Does not belong here: any particular one; errors that only our own fault
can cause, whose message is for programmers.
"""


class SentenceError(ValueError):
    """Something that cannot be done; the message is the sentence for whoever asked."""
