"""What an edit is: a rule that a record must satisfy, as an object.

Belongs here: what every edit says of itself, and how one that is linear is held against records. Does not belong here:
the kinds of edits that forms declare (``schemas.edits``); cells, findings, messages to a reporter
(``pipelines.steps.validate.check``).

Each edit has four outcomes: it holds, it fails, it is undecided (an operand is blank), or it is not evaluable (an
operand could not be read, or is itself in doubt). ``holds`` gives the first three as true, false and missing; the
fourth is known only where cells are known.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from schemas.fields import FormField
from schemas.outcomes import Severity
from schemas.system import Row, System

Frame = Any
"""Records of one form as a pandas frame, one column per field. Not imported: whoever has a frame has loaded pandas, and
the verbs that only want to know what a form is need not."""

Outcomes = Any
"""A pandas series of true, false and missing, with the index of the frame."""


class Edit(ABC):
    """A rule over the fields of one form, named by its code."""

    confirmable = False
    """Whether the rule itself may be what is wrong, so that a reporter can confirm the numbers against it: what follows
    from measuring, or from counting elsewhere, and not what follows from adding up."""
    demand = "các phần cộng lại là"
    """How a message puts what the other operands make of the first."""
    relation = ""
    """The sign before that number, where the first operand need not equal it."""
    whence = ""
    """Column under which checking says in words where what the rule finds beyond the record was written, if it does."""

    def __init__(self, code: str, severity: Severity = Severity.ERROR) -> None:
        """Name the rule; ``bind`` makes it ready for use."""
        self.code = code
        self.severity = severity
        self.since, self.until = 1, 0
        self.form: Any
        self.fields: Mapping[str, FormField] = {}

    def bind(self, form: Any) -> None:
        """Attach the edit to its form, a ``schemas.form.Form``: forms are made of edits, and so not known here.

        Raises:
            ValueError: The edit names a field the form does not have.
        """
        self.form, self.fields = form, form.fields()
        unknown = [name for name in self.names if name not in self.fields]
        if unknown:
            raise ValueError(
                f"Edit {self.code} names fields that form {form.code} does not have: {', '.join(unknown)}."
            )

    def during(self, since: int = 1, until: int = 0) -> Self:
        """Return the rule itself, which now is one of some versions of its form alone: up to the last of them if 0."""
        self.since, self.until = since, until
        return self

    def is_in(self, version: int) -> bool:
        """Return whether it is a rule of a version of its form: one that asks for all that it reads."""
        asked = all(self.fields[name].is_asked_in(version) for name in self.names)
        return asked and self.since <= version and (not self.until or version <= self.until)

    def as_in(self, form: Any) -> Self:
        """Return the rule of a version of its form, which may have other labels."""
        own = copy(self)
        for name in ("_rows", "_own"):
            vars(own).pop(name, None)
        own.bind(form)
        return own

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Columns of the edit's own form that the rule reads; the one the rule is about stands first."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """The rule in Vietnamese, in the labels of the form."""

    @abstractmethod
    def holds(self, frame: Frame) -> Outcomes:
        """Return, per row, true or false, and missing where a blank operand leaves the rule undecided."""

    @abstractmethod
    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        """Return what the first operand would have to be (or not exceed), were all the others right."""

    def rows(self) -> tuple[Row, ...]:
        """Return the rule as rows of a linear system; none where it is not linear, or looks at other forms."""
        return ()

    @property
    def beyond(self) -> tuple[str, ...]:
        """Columns under which checking adds what the rule finds beyond the record; none where that is all it looks at.

        Other forms, other reporters' returns, and who is expected to report are beyond it.
        """
        return ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns that ``holds`` looks at."""
        return (*self.names, *self.beyond)

    @property
    def operands(self) -> tuple[FormField, ...]:
        """References to every field the rule reads, those of other forms included."""
        return tuple(self.fields[name] for name in self.names)

    def label(self, name: str) -> str:
        """Return the wording of a field of the edit's form."""
        return self.fields[name].label

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        """Return whether the rule holds on one record in which nothing is blank, as only a row or two can say of it."""
        values = {name: self._own.whole(name, record[name]) for name in self.names}
        return all(row.holds(values) for row in self._rows)

    @property
    def is_linear(self) -> bool:
        """Whether the rule is rows of a linear system."""
        return bool(self._rows)

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return self.rows()

    @cached_property
    def _own(self) -> System:
        return System.over(self.operands, ())

    def _with_room(self, frame: Frame, outcomes: Outcomes) -> Outcomes:
        """Return outcomes per row, with false where no value of the blank operands could make the rule hold."""
        if outcomes.dtype != bool and not outcomes.array.isna().any():
            return outcomes
        known = {name: ~frame[name].array.isna() for name in self.names if self._rows}
        lacking = (~all_of(known.values())).nonzero()[0].tolist() if known else ()
        if not lacking:
            return outcomes
        given = [frame[name].iloc[lacking].astype(object).tolist() for name in self.names]
        leaves_room: dict[tuple[Any, ...], bool] = {}  # many have the same values, above all none
        for at, written in zip(lacking, zip(*given, strict=True), strict=True):
            case = tuple(value if known[name][at] else None for name, value in zip(self.names, written, strict=True))
            if case not in leaves_room:
                told = zip(self.names, case, strict=True)
                values = {name: self._own.whole(name, Decimal(str(one))) for name, one in told if one is not None}
                leaves_room[case] = all(row.can_hold(values, self._own.ranges) for row in self._rows)
            if not leaves_room[case]:
                outcomes.iloc[at] = False
        return outcomes

    def _judged(self, frame: Frame, judge: Callable[[Mapping[str, Any]], Any]) -> Outcomes:
        """Return outcomes per row, missing where an operand is.

        Args:
            frame: The records.
            judge: Returns the outcomes of the other rows, given each operand as an array of whole numbers of its
                smallest unit.
        """
        complete = all_of(~frame[name].array.isna() for name in self.names)
        told = complete.copy()
        if complete.any():
            operands = {name: frame[name] if complete.all() else frame.loc[complete, name] for name in self.names}
            told[complete] = judge(
                {name: _whole_numbers(values, self.fields[name].unit.decimals) for name, values in operands.items()}
            )
        return outcomes_of(frame, told, ~complete)

    def _row_holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row by whole numbers of smallest units: amounts in đồng overflow Arrow's decimals."""
        return self._judged(frame, lambda values: all_of(_holds(row, values) for row in self._rows))


class LinearEdit(Edit):
    """An edit that is one row of a linear system, over fields whose units may differ (đồng and triệu đồng)."""

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row; a blank leaves open only what the known values leave room for."""
        return self._with_room(frame, self._known_holds(frame))

    @abstractmethod
    def _known_holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row, missing wherever an operand is."""

    def _mixes_units(self) -> bool:
        return len({operand.unit.factor for operand in self.operands}) > 1

    def _in_first_unit(self, name: str, record: Mapping[str, Decimal]) -> Decimal:
        """Return a value counted in the unit of the first operand."""
        ratio = self.fields[name].unit.factor / self.operands[0].unit.factor
        return record[name] * ratio.numerator / ratio.denominator


def _whole_numbers(values: Any, decimals: int) -> Any:
    """Return a column without blanks as an array of whole numbers of its smallest unit.

    They are Python's where one is tried that no table holds, as suggestions do with a digit more.
    """
    if values.dtype != object:
        smallest = values.array * 10**decimals if decimals else values.array
        return smallest.astype("int64[pyarrow]").to_numpy()
    whole = (values * 10**decimals).map(int)
    return (whole if len(whole) and max(map(abs, whole)) >= 2**62 else whole.astype("int64")).to_numpy()


def _holds(row: Row, values: Mapping[str, Any]) -> Any:
    """Return, per record, whether a row holds."""
    largest = sum(abs(factor) * largest_of(values[name]) for name, factor in row.coefficients.items())
    total = sum(with_digits(values[name], largest) * factor for name, factor in row.coefficients.items())
    return total == row.bound if row.relation == "=" else total <= row.bound


def outcomes_of(frame: Frame, told: Any, lacking: Any = None) -> Outcomes:
    """Return what an array tells of the rows of a frame, as a series; missing where another, if any, says so."""
    # Only here, where whoever has a frame has loaded it.
    from pandas import Series
    from pandas.arrays import BooleanArray

    return Series(told if lacking is None else BooleanArray(told, lacking), index=frame.index, copy=False)


def all_of(told: Iterable[Any]) -> Any:
    """Return per row whether all of some arrays tell so."""
    first, *others = told
    for other in others:
        first = first & other
    return first.astype(bool)


def largest_of(values: Any) -> int:
    """Return how large the numbers of an array are, whatever their signs."""
    return max(abs(int(values.max())), abs(int(values.min())))


def with_digits(values: Any, largest: int) -> Any:
    """Return an array in which numbers as large as that can be worked out: Python's, where 64 bits are too few."""
    return values.astype(object) if largest >= 2**63 else values
