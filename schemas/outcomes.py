"""Outcomes: the closed lists of words in which tables say what came of something.

Belongs here: one enumeration per list, the words as they stand in the tables. Does not belong here: the codes of
findings (``schemas.problems``, and each edit's own), what the words are in Vietnamese (``schemas.words``). Imports only
the standard library, so that a verb that answers quickly can use it.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one edit on one record."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"
    """An operand is blank."""
    NOT_EVALUABLE = "not_evaluable"
    """An operand could not be read, or is itself in doubt."""


class Severity(StrEnum):
    """What a finding does: an error holds the form of its return set back, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Decision(StrEnum):
    """What an entry of the correction ledger decides on a cell."""

    ACCEPTED = "accepted"
    """The text is replaced."""
    REFUSED = "refused"
    """A suggestion is not to be made again."""
    AS_IS = "as_is"
    """The reporter confirms a number that looks wrong."""


class Status(StrEnum):
    """The state of a figure. A published table says all but held, which is said of it when it is shown."""

    COMPLETE = "complete"
    """Every expected value is there."""
    INCOMPLETE = "incomplete"
    """Some are missing, so there is no value; but above communes of which nothing has come it is that of the others."""
    ESTIMATED = "estimated"
    """All are there, some only as estimates that an approver recorded for returns that have not come."""
    UNDEFINED = "undefined"
    """All are there, but a divisor is zero."""
    HELD = "held"
    """A form of it is held back: what is shown is the value accepted before."""


class Cause(StrEnum):
    """Why something of a release is not as it was released."""

    DAMAGE = "damage"
    """A file is gone, or has other bytes."""
    RULE = "rule"
    """All files are whole, and software of another version computes otherwise."""
    FORGERY = "forgery"
    """All files are whole, and the very software of the release computes otherwise."""


class Verdict(StrEnum):
    """How a printed number stands to the one computed."""

    AGREES = "agrees"
    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    CONFLICT = "conflict"
    NOT_RECOMPUTABLE = "not_recomputable"
