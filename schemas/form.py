"""What a form is: a class that reads like the paper form it stands for.

Belongs here: the base classes of forms. Does not belong here: any particular form (``schemas.forms``), how a field is
described (``schemas.fields``), the rules themselves (``schemas.edits``).

From a form's class come the blank workbook, the reader's labels, the Pandera types and checks, the Parquet schema with
its field metadata, Dagster's column schema and the data dictionary. None of them says a label or a unit again.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, ClassVar

import pyarrow as pa

from schemas.edit import Edit
from schemas.fields import KEYS, LINE_NAME, FormField, why_no_heir
from schemas.implied_edits import added_up, grown, lines_add_up, lines_within, same_day
from schemas.lines import Line, Placed, flat, in_version, outermost
from schemas.outcomes import Severity
from schemas.periods import DUE_AFTER, Period, PeriodKind
from schemas.system import System, refuse_faulty
from schemas.text import fold


class Counts(Enum):
    """Of what time the numbers of a form are; its value says so in Vietnamese."""

    AS_OF = "có đến cuối kỳ"
    """As of the last day of the period: a stock."""
    SINCE_START = "từ đầu năm đến hết kỳ"
    """Since the start of the year, so that a later period has all that an earlier one has."""
    OVER_PERIOD = "trong kỳ báo cáo"
    """Over the period alone, so that three months make a quarter."""


class FormType(type):
    """The type of forms: they are values that tables are keyed by, and are told apart by their codes."""

    code: str

    def __repr__(cls) -> str:
        """Return code and name."""
        return f"<form {cls.code} {cls.__name__}>"


class Form(metaclass=FormType):
    """One row per reporter and period: the keys, then the fields the form asks for."""

    code: ClassVar[str] = ""
    sheet: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    domain: ClassVar[str] = ""
    reporter_kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    since: ClassVar[Mapping[int, Period]] = {}
    """Since which period each version is in force, but for the first; nothing where only the present one is known."""
    whole: "ClassVar[type[Form]]"
    """Of a version, the form with the fields of all; any other is whole itself."""
    due_after: ClassVar[int] = DUE_AFTER
    """How many days after the period's end a return has to be there; a place may say otherwise."""
    periods: ClassVar[tuple[PeriodKind, ...]] = (PeriodKind.HALF,)
    """For which kinds of periods it is asked, the shortest first."""
    counts: ClassVar[Counts] = Counts.OVER_PERIOD
    """Of what time its numbers are, those of stocks excepted; edits between periods are made of it."""
    when: ClassVar[str] = ""
    """Of what time its numbers are, in Vietnamese, where ``counts`` does not say it all."""
    fixed: ClassVar[tuple[Line, ...]] = ()
    """The lines that it prints, those that are part of no other; nothing where reporters name their own."""
    line_title: ClassVar[str] = ""
    """Heading of the column that names the lines; empty in a form with one record per reporter."""
    edits: ClassVar[tuple[Edit, ...]] = ()
    system: ClassVar[System] = System((), {})
    """The linear edits as one system, over all fields."""
    facts: ClassVar[System] = System((), {})
    """The same without the edits whose breach is only a warning: what may be taken for true of a right record."""
    _fields: ClassVar[Mapping[str, FormField]] = {}
    _versions: "ClassVar[Mapping[int, type[Form]]]"

    def __init_subclass__(
        cls,
        code: str = "",
        sheet: str = "",
        title: str = "",
        domain: str = "",
        reporter: str = "",
        version: int = 1,
        since: Mapping[int, str] | None = None,
        due: int = DUE_AFTER,
        lines: str = "",
        fixed: Iterable[Line] = (),
        when: str = "",
        periods: Iterable[PeriodKind] = (),
        counts: Counts = Counts.OVER_PERIOD,
        **kwargs: Any,
    ) -> None:
        """Declare a form.

        Raises:
            ValueError: A field has a name that the form needs itself, two fields share a wording, an edit names a field
                that the form does not have, what was planned is asked for otherwise than what was done, or the edits
                contradict or repeat one another.
        """
        super().__init_subclass__(**kwargs)
        cls.reporter_kind, cls.line_title = reporter or cls.reporter_kind, lines or cls.line_title
        cls._fields = {name: item for name, item in vars(cls).items() if isinstance(item, FormField)}
        cls.whole, cls._versions = cls, {}
        if not code:
            return
        cls.code, cls.sheet, cls.heading, cls.domain = code, sheet, title, domain
        cls.version, cls.due_after = version, due
        cls.since = {number: Period.parse(period) for number, period in (since or {}).items()}
        cls.when, cls.counts = when, counts
        cls.periods = tuple(sorted(periods)) or cls.periods
        cls.fixed = tuple(fixed)
        cls.edits = (*cls.edits, *_between(cls), *_among(cls))
        _refuse_taken_names(cls)
        _refuse_strange_lines(cls)
        _refuse_shared_wordings(cls)
        _refuse_strange_plans(cls)
        for edit in cls.edits:
            edit.bind(cls)
        _refuse_strange_versions(cls)
        cls._versions = {number: _version(cls, number) for number in cls.numbers()} if cls.since else {version: cls}
        for one in cls._versions.values():
            _take_rules(one)
        cls.system, cls.facts = cls._versions[version].system, cls._versions[version].facts

    @classmethod
    def numbers(cls) -> range:
        """Return the numbers of the versions that are known."""
        last = cls.whole.version
        return range(min(cls.since, default=last + 1) - 1, last + 1)

    @classmethod
    def in_version(cls, number: int) -> "type[Form]":
        """Return the form as one of its versions asks it; the form itself where only that is known.

        Raises:
            KeyError: There is no such version, or none that is known.
        """
        return cls.whole._versions[number]

    @classmethod
    def in_force(cls, period: Period) -> "type[Form]":
        """Return the form as it is asked in a period: in the last version that was in force when the period began."""
        begun = (number for number, since in cls.since.items() if since.begin <= period.begin)
        return cls.in_version(max(begun, default=cls.numbers()[0]))

    @classmethod
    def continued(cls, name: str, number: int) -> tuple[str, ...]:
        """Return the fields of a version whose sum is what a field is: itself, where that version asks for it.

        Nothing where none go on with it, or came before it, or these are of more than it.
        """
        fields, item = cls.whole.fields(), cls.whole.fields()[name]
        if item.is_asked_in(number):
            return (name,)
        before = {other: [one for one, of in fields.items() if other in of.became] for other in fields}
        if number < item.since:
            others = before[name] if all(tuple(fields[one].became) == (name,) for one in before[name]) else []
        else:
            others = list(item.became) if all(before[one] == [name] for one in item.became) else []
        found = [cls.continued(one, number) for one in others]
        return tuple(one for names in found for one in names) if all(found) else ()

    @classmethod
    def fields(cls) -> Mapping[str, FormField]:
        """Return the described fields by column name, in the order of the paper form."""
        return cls._fields

    @classmethod
    def printed_lines(cls) -> Mapping[str, Placed]:
        """Return the lines that the form prints by code, in their order; nothing where reporters name their own."""
        return {placed.line.code: placed for placed in flat(cls.fixed)}

    @classmethod
    def counted_lines(cls, name: str) -> tuple[str, ...]:
        """Return the printed lines over which a field is added up; nothing where reporters name their own.

        What is no sum, such as a yield, is not looked for below a line that does not ask for it. Where some of them do
        not ask for the field, it has no sum.
        """
        lines = tuple(outermost(cls.fixed, name)) if cls.fields()[name].unit.additive else ()
        return tuple(line.code for line in lines or cls.fixed)

    @classmethod
    def time_of(cls, item: FormField) -> str:
        """Return of what time a field's numbers are, in Vietnamese."""
        return cls.when or cls.counted(item).value

    @classmethod
    def counted(cls, item: FormField) -> Counts:
        """Return of what time a field's numbers are: a stock's are as of a day, whatever the form's."""
        return Counts.AS_OF if item.stock else cls.counts

    @classmethod
    def comparable(cls, period: Period) -> tuple[Period, ...]:
        """Return the earlier periods that its numbers may be compared with, the better first.

        What is counted since the start of the year grows from period to period: it is that of last year alone.
        """
        return (period.last_year,) if cls.counts is Counts.SINCE_START else period.comparable

    @classmethod
    def texts(cls) -> tuple[str, ...]:
        """Return the text columns that stand before the fields."""
        return (*KEYS, LINE_NAME) if cls.line_title else KEYS

    @classmethod
    def arrow(cls) -> pa.Schema:
        """Return the Parquet schema of the form's records, keys first, with what each column means."""
        return _arrow(cls)


@cache
def _arrow(form: type[Form]) -> pa.Schema:
    labels = ("Kỳ báo cáo", "Xã", "Đơn vị báo cáo", "Mã dòng (trống với biểu một dòng)", form.line_title)
    keys = [
        pa.field(name, pa.string(), metadata={"label": label})
        for name, label in zip(form.texts(), labels, strict=False)
    ]
    return pa.schema(keys + [item.arrow() for item in form.fields().values()])


class VillageForm(Form, reporter="village"):
    """A form that every village of the commune fills in."""


class DeskForm(Form):
    """A form that one desk of the commune office fills in; ``reporter=`` names the desk, or the kind of desk."""


class LineForm(DeskForm):
    """A form with as many lines as there is to report, each named by a code of its own: gifts by donor, roads built.

    ``lines=`` is the heading of the column that names the lines. A form of any kind can have ``fixed=`` lines, which it
    prints itself.
    """


def _between(form: type[Form]) -> Iterable[Edit]:
    """Yield the edits between the periods of a year that follow from what a form counts, field by field.

    Of what is no sum, such as a yield, nothing adds up and nothing grows; what may be negative may shrink.
    """
    several = len(form.periods) > 1
    for name, item in form.fields().items():
        counts, ever = form.counted(item), item.minimum is not None and item.minimum >= 0
        if several and counts is not Counts.OVER_PERIOD:
            yield same_day(f"{form.code}-N-{name}", name)
        if counts is Counts.SINCE_START and item.unit.additive and ever:
            yield grown(f"{form.code}-L-{name}", name)
        if counts is Counts.OVER_PERIOD and item.unit.additive and _add_up(form.periods):
            yield added_up(f"{form.code}-K-{name}", name)


def _among(form: type[Form]) -> Iterable[Edit]:
    """Yield the edits between printed lines, field by field; of what is no sum, such as a yield, nothing adds up."""
    lines = [placed.line for placed in flat(form.fixed)]
    for name, item in form.fields().items():
        if item.unit.additive and any(line.parts for line in lines):
            yield lines_add_up(f"{form.code}-D-{name}", name)
        if item.unit.additive and item.minimum is not None and item.minimum >= 0 and any(x.of_which for x in lines):
            yield lines_within(f"{form.code}-T-{name}", name)


def _refuse_strange_lines(form: type[Form]) -> None:
    """Refuse printed lines that share a code, have none, or leave out a field that there is not."""
    seen: set[str] = set()
    for line in (placed.line for placed in flat(form.fixed)):
        if not form.line_title or not line.code or line.code in seen or not fold(line.name):
            raise ValueError(f"Form {form.code}: line {line.code} needs its own code, a name, and a heading, lines=.")
        if strange := set(line.without) - form.fields().keys():
            raise ValueError(f"Form {form.code}: line {line.code} is without {', '.join(strange)}, which is no field.")
        seen.add(line.code)


def _add_up(kinds: Iterable[PeriodKind]) -> bool:
    """Return whether periods of one of some kinds are made up of those of another."""
    return any(longer > shorter and not longer % shorter for longer in kinds for shorter in kinds)


TAKEN_NAMES = frozenset({*dir(Form), *KEYS, LINE_NAME})
"""What a form needs itself, so that no field can be called so."""


def _refuse_taken_names(form: type[Form]) -> None:
    for name in form.fields():
        if name in TAKEN_NAMES:
            raise ValueError(f"Form {form.code}: a field cannot be called {name}, the form itself has that attribute.")


def _refuse_shared_wordings(form: type[Form]) -> None:
    seen: dict[str, str] = {}
    for name, item in form.fields().items():
        for wording in item.labels:
            other = seen.setdefault(fold(wording), name)
            if other != name:
                raise ValueError(f"Form {form.code}: fields {other} and {name} share the wording «{wording}».")


def _refuse_strange_plans(form: type[Form]) -> None:
    """Refuse a field whose plan is asked for nowhere, in another unit, or by the field of another's plan."""
    pairs = {item.planned: item for item in form.fields().values() if item.planned}
    for name, item in form.fields().items():
        plan = form.fields().get(item.planned)
        if item.planned and (plan is None or plan.unit != item.unit or plan.planned or pairs[item.planned] is not item):
            raise ValueError(f"Form {form.code}: {item.planned} cannot be what was planned of {name}.")


def _version(form: type[Form], number: int) -> type[Form]:
    """Return a form as one of its versions asks it."""
    said = {"__doc__": form.__doc__, "__module__": form.__module__}
    own: Any = FormType(f"{form.__name__}{number}", (form,), said)
    own.version, own.whole = number, form
    own.fixed = in_version(form.fixed, number)
    own._fields = {name: item.as_in(number) for name, item in form._fields.items() if item.is_asked_in(number)}
    own.edits = tuple(edit.as_in(own) for edit in form.edits if edit.is_in(number))
    return own  # type: ignore[no-any-return]


def _take_rules(form: type[Form]) -> None:
    """Give a form the systems of its edits.

    Raises:
        FaultyError: The edits contradict or repeat one another.
    """
    form.system = System.over(form._fields.values(), (row for edit in form.edits for row in edit.rows()))
    form.facts = form.system.without({edit.code for edit in form.edits if edit.severity is Severity.WARNING})
    refuse_faulty(form.code, form.system, {edit.code for edit in form.edits if edit.severity is Severity.ERROR})


def _refuse_strange_versions(form: type[Form]) -> None:
    """Refuse versions that do not follow one another, and fields and edits of none of them."""
    _refuse_unordered_versions(form)
    _refuse_fields_of_no_version(form)
    _refuse_lines_of_no_version(form)
    for name, item in form.fields().items():
        for other in item.became:
            if wrong := why_no_heir(item, other, form.fields()):
                raise ValueError(f"Form {form.code}: {name} cannot go on with {other}: {wrong.value}.")
    if form.since:
        _refuse_versions_and_edits_of_nothing(form)


def _refuse_unordered_versions(form: type[Form]) -> None:
    numbers, begin = form.numbers(), [since.begin for _, since in sorted(form.since.items())]
    if sorted(form.since) != list(numbers)[1:] or begin != sorted(set(begin)) or numbers[0] < 1:
        raise ValueError(f"Form {form.code}: since= says from which period each version holds, one after the other.")


def _refuse_fields_of_no_version(form: type[Form]) -> None:
    numbers = form.numbers()
    for name, item in form.fields().items():
        ends = (item.since, item.until or form.version, *item.worded)
        if not form.since and (item.since, item.until, item.worded) == (1, None, {}):
            continue
        if item.since > ends[1] or not all(one in numbers for one in ends[1:]) or item.since > form.version:
            raise ValueError(f"Form {form.code}: {name} is asked for in versions {numbers[0]} to {form.version} alone.")


def _refuse_lines_of_no_version(form: type[Form]) -> None:
    numbers = form.numbers()
    for line in (placed.line for placed in flat(form.fixed)):
        if not any(map(line.is_printed_in, numbers)) or (line.until or numbers[-1]) > numbers[-1]:
            raise ValueError(
                f"Form {form.code}: {line.code} is printed in versions {numbers[0]} to {form.version} alone."
            )


def _refuse_versions_and_edits_of_nothing(form: type[Form]) -> None:
    numbers = form.numbers()
    for number in numbers:
        if not any(item.is_asked_in(number) for item in form.fields().values()):
            raise ValueError(f"Form {form.code}: version {number} asks for nothing.")
    for edit in form.edits:
        if not any(edit.is_in(number) for number in numbers):
            raise ValueError(f"Edit {edit.code} is of no version of form {form.code} that asks for all its fields.")
