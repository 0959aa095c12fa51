"""The kinds of edits that forms declare.

Belongs here: what a rule of a kind says, over which fields, in one Vietnamese sentence, how severe a breach is, and the
exact test of it. Does not belong here: what all edits have in common (``schemas.edit``), edits that nobody declares
(``schemas.implied_edits``).
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import prod
from typing import Any

from schemas.edit import Edit, Frame, LinearEdit, Outcomes, all_of, largest_of, outcomes_of, with_digits
from schemas.exact import Rational
from schemas.fields import FormField
from schemas.outcomes import Severity
from schemas.system import Row, row_of
from schemas.units import decimals_needed


class Balance(LinearEdit):
    """The parts add up to the total, exactly."""

    def __init__(self, code: str, total: str, parts: Sequence[str], severity: Severity = Severity.ERROR) -> None:
        """Declare that ``total`` = sum of ``parts``."""
        super().__init__(code, severity)
        self.total, self.parts = total, tuple(parts)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.total, *self.parts)

    @property
    def sentence(self) -> str:
        return f"{self.label(self.total)} = {' + '.join(self.label(part) for part in self.parts)}"

    def rows(self) -> tuple[Row, ...]:
        parts = [(-1, self.fields[part]) for part in self.parts]
        return (row_of(self.code, "=", [(1, self.fields[self.total]), *parts]),)

    def _known_holds(self, frame: Frame) -> Outcomes:
        if self._mixes_units():
            return self._row_holds(frame)
        return outcomes_of(frame, frame[self.total].array == _sum(frame, self.parts))

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return sum((self._in_first_unit(part, record) for part in self.parts), Decimal(0))


class Account(LinearEdit):
    """One field is what others come to that are added and taken off: opening stock, what came, less what went.

    Numbers that were rounded before they were written, each by itself, may be off by as much as is said.
    """

    demand = "tính từ các số khác là"

    def __init__(
        self,
        code: str,
        total: str,
        parts: Sequence[str],
        less: Sequence[str] = (),
        *,
        tolerance: str = "0",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Declare that ``total`` = sum of ``parts``, ``less`` taken off, within ``tolerance`` in the total's unit."""
        super().__init__(code, severity)
        self.total, self.parts, self.less = total, tuple(parts), tuple(less)
        self.tolerance = Decimal(tolerance)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.total, *self.parts, *self.less)

    @property
    def sentence(self) -> str:
        less = "".join(f" − {self.label(name)}" for name in self.less)
        return f"{self.label(self.total)} = {' + '.join(map(self.label, self.parts))}{less}{_within(self.tolerance)}"

    def rows(self) -> tuple[Row, ...]:
        """Return one row without a tolerance, and two with one."""
        total = self.fields[self.total]
        terms = [(1, total), *((-1, self.fields[name]) for name in self.parts)]
        terms += [(1, self.fields[name]) for name in self.less]
        return _rows_within(self.code, terms, Fraction(self.tolerance) * total.unit.factor)

    def _known_holds(self, frame: Frame) -> Outcomes:
        return self._row_holds(frame)

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        added, taken = (
            sum((self._in_first_unit(name, record) for name in names), Decimal(0)) for names in (self.parts, self.less)
        )
        return added - taken


class Bound(LinearEdit):
    """The parts together do not exceed the whole."""

    demand = "không được quá"
    relation = "≤"

    def __init__(self, code: str, parts: Sequence[str], whole: str, severity: Severity = Severity.ERROR) -> None:
        """Declare that the sum of ``parts`` <= ``whole``."""
        super().__init__(code, severity)
        self.parts, self.whole = tuple(parts), whole

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.parts, self.whole)

    @property
    def sentence(self) -> str:
        return f"{' + '.join(self.label(part) for part in self.parts)} ≤ {self.label(self.whole)}"

    def rows(self) -> tuple[Row, ...]:
        parts = [(1, self.fields[part]) for part in self.parts]
        return (row_of(self.code, "<=", [*parts, (-1, self.fields[self.whole])]),)

    def _known_holds(self, frame: Frame) -> Outcomes:
        if self._mixes_units():
            return self._row_holds(frame)
        return outcomes_of(frame, _sum(frame, self.parts) <= frame[self.whole].array)

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        others = sum((self._in_first_unit(part, record) for part in self.parts[1:]), Decimal(0))
        return self._in_first_unit(self.whole, record) - others


class Limit(LinearEdit):
    """One field is no more, or no less, than a number, or than so many times another field: 35 pupils to a class.

    Such a number is a norm or a definition that the form cites, or what anybody would call impossible.
    """

    relation = "≤"
    demand = "không được quá"

    def __init__(
        self, code: str, limited: str, multiplier: str, base: str = "", *, severity: Severity = Severity.WARNING
    ) -> None:
        """Declare the limit of ``limited``: ``multiplier``, times ``base`` if there is one, each in its own unit."""
        super().__init__(code, severity)
        self.limited, self.multiplier, self.base = limited, Decimal(multiplier), base

    @property
    def names(self) -> tuple[str, ...]:
        return (self.limited, self.base) if self.base else (self.limited,)

    @property
    def sentence(self) -> str:
        times = f" × {self.label(self.base)}" if self.base else ""
        return f"{self.label(self.limited)} {self.relation} {_printed(self.multiplier)}{times}"

    def rows(self) -> tuple[Row, ...]:
        sign = 1 if self.relation == "≤" else -1
        limited, *bases = self.operands
        # The multiplier is per unit as printed, while a row counts all units of a dimension in one.
        weight = Fraction(self.multiplier) * limited.unit.factor
        terms = [(-sign * weight / base.unit.factor, base) for base in bases]
        return (row_of(self.code, "<=", [(sign, limited), *terms], 0 if bases else sign * weight),)

    def _known_holds(self, frame: Frame) -> Outcomes:
        return self._row_holds(frame)

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return self.multiplier * (record[self.base] if self.base else 1)


class Least(Limit):
    """One field is no less than a number, or than so many times another field."""

    relation = "≥"
    demand = "không được dưới"


class Product(Edit):
    """One field is the product of others, as near as what was written can tell.

    A quantity that is measured is rounded before it is written: 43,2 ha stands for anything from 43,15 to 43,25. So the
    product may lie anywhere that its factors' last digits leave open, give or take half of its own last digit. Counts
    and đồng are exact. Another area or yield may be what was meant, so a breach can be confirmed as it is.
    """

    demand = "tích là"
    confirmable = True

    def __init__(
        self,
        code: str,
        product: str,
        factors: Sequence[str],
        *,
        divisor: int = 1,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Declare that ``product`` = ``factors`` multiplied, over ``divisor``."""
        super().__init__(code, severity)
        self.product, self.factors = product, tuple(factors)
        self.divisor = divisor

    @property
    def names(self) -> tuple[str, ...]:
        return (self.product, *self.factors)

    @property
    def sentence(self) -> str:
        divided = f" : {self.divisor}" if self.divisor != 1 else ""
        return f"{self.label(self.product)} = {' × '.join(self.label(name) for name in self.factors)}{divided}"

    def holds(self, frame: Frame) -> Outcomes:
        return self._judged(frame, self._is_near)

    def _is_near(self, smallest: Mapping[str, Any]) -> Any:
        """Return, per record, whether the product is as near as what was written can tell."""
        # Halves of smallest units, so that what rounding leaves open is whole too.
        values = {name: 2 * smallest[name] for name in self.names}
        halves = {name: _halves(smallest[name], self.fields[name].unit.decimals) for name in self.names}
        units = {name: 2 * 10 ** self.fields[name].unit.decimals for name in self.names}
        ends = [largest_of(values[name]) + units[name] for name in self.names]
        largest = 2 * self.divisor * prod(ends) * prod(units.values())
        values, halves = ({name: with_digits(one[name], largest) for name in self.names} for one in (values, halves))
        return self._lies_within(values, halves, units).astype(bool)

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        """Return whether the rule holds on one record in which nothing is blank."""
        values = {name: Fraction(record[name]) for name in self.names}
        halves = {name: _half(self.fields[name], record[name]) for name in self.names}
        return bool(self._lies_within(values, halves, dict.fromkeys(self.names, 1)))

    def _lies_within(self, values: Mapping[str, Any], halves: Mapping[str, Any], units: Mapping[str, int]) -> Any:
        """Return whether the product lies between what its factors leave open: of numbers, or of arrays of them.

        Args:
            values: The operands.
            halves: How far each of them may lie from what was meant.
            units: In how many parts the unit of each of them is counted.
        """
        low, high, whole, sign = units[self.product], units[self.product], self.divisor, 1
        for name in self.factors:
            size = abs(values[name])
            low, high = low * (size - halves[name]) * (size > halves[name]), high * (size + halves[name])
            whole, sign = whole * units[name], sign * (1 - 2 * (values[name] < 0))
        value, half = sign * values[self.product] * whole, halves[self.product] * whole
        return (low - half <= value) & (value <= high + half)

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        value = Decimal(1)
        for name in self.factors:
            value *= record[name]
        return value / self.divisor


class Ratio(Product):
    """One field is a fixed multiple of another, or of the product of others: 15 kg of rice per person and month."""

    demand = "theo định mức là"

    def __init__(
        self,
        code: str,
        result: str,
        bases: Sequence[str],
        multiplier: str,
        *,
        tolerance: str = "0",
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Declare that ``result`` = ``multiplier`` times the ``bases``, each in its own unit, within ``tolerance``."""
        super().__init__(code, result, bases, severity=severity)
        self.multiplier, self.tolerance = Decimal(multiplier), Decimal(tolerance)

    @property
    def sentence(self) -> str:
        bases = " × ".join(self.label(name) for name in self.factors)
        return f"{self.label(self.product)} = {_printed(self.multiplier)} × {bases}{_within(self.tolerance)}"

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        return abs(record[self.product] - self.expected(record)) <= self.tolerance

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return self.multiplier * super().expected(record)

    def holds(self, frame: Frame) -> Outcomes:
        if self._rows:
            return self._with_room(frame, self._row_holds(frame))
        complete = frame[list(self.names)].notna().all(axis="columns")
        result = complete.astype("boolean").where(complete)
        records = frame.loc[complete, list(self.names)].astype(object).to_dict("records")
        told = [self.fits({name: Decimal(str(value)) for name, value in record.items()}) for record in records]
        result[complete] = told
        return result

    def rows(self) -> tuple[Row, ...]:
        """Return one row without a tolerance, and two with one; of several bases the rule is not linear."""
        result, *bases = self.operands
        if len(bases) > 1:
            return ()
        # The multiplier is per unit as printed, while a row counts all units of a dimension in one.
        weight = Fraction(self.multiplier) * result.unit.factor / bases[0].unit.factor
        bound = Fraction(self.tolerance) * result.unit.factor
        return _rows_within(self.code, [(1, result), (-weight, bases[0])], bound)


class Agreement(Edit):
    """What one desk reports for the whole commune equals what others report, added up.

    Others may be missing from those who report, so a breach can be confirmed as it is.
    """

    confirmable = True
    demand = "các đơn vị cộng lại là"

    def __init__(self, code: str, line: str, *others: FormField, severity: Severity = Severity.ERROR) -> None:
        """Declare that the desk's ``line`` = the fields of other forms, added up over the commune's reporters."""
        super().__init__(code, severity)
        self.line, self.others = line, others
        self.added = f"{code} added"
        """Column under which the edit finds the sum of the other forms."""

    @property
    def beyond(self) -> tuple[str, ...]:
        return (self.added,)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.line,)

    @property
    def operands(self) -> tuple[FormField, ...]:
        return (*super().operands, *self.others)

    @property
    def sentence(self) -> str:
        added = " + ".join(f"«{other.label}» biểu {other.form.code}" for other in self.others)
        return f"{self.label(self.line)} = cộng các đơn vị: {added}"

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row of a frame with ``line``, and the others' sum in its column ``added``."""
        return frame[self.line] == frame[self.added]

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        return bool(self.holds(record))

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return record[self.added]


class Reporting(Edit):
    """What one desk counts of those who report, such as schools, is no more than are expected to report."""

    confirmable = True
    demand = "không được quá"
    relation = "≤"

    def __init__(self, code: str, line: str, *forms: Any) -> None:
        """Declare that the desk's ``line`` <= the number of reporters of the forms, which only a warning asks for."""
        super().__init__(code, Severity.WARNING)
        self.line, self.forms = line, forms
        self.expected_reporters = f"{code} reporters"
        """Column under which the edit finds the number of reporters."""

    @property
    def beyond(self) -> tuple[str, ...]:
        return (self.expected_reporters,)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.line,)

    @property
    def sentence(self) -> str:
        return f"{self.label(self.line)} ≤ số đơn vị gửi biểu {', '.join(form.code for form in self.forms)}"

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row of a frame with ``line``, and the number in its column ``expected_reporters``."""
        return frame[self.line] <= frame[self.expected_reporters]

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        return bool(self.holds(record))

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return record[self.expected_reporters]


class Within(Agreement):
    """What one desk reports for the whole commune is no more than what others report, added up."""

    demand = "không được quá"
    relation = "≤"

    @property
    def sentence(self) -> str:
        return super().sentence.replace(" = ", " ≤ ", 1)

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row of a frame with ``line``, and the others' sum in its column ``added``."""
        return frame[self.line] <= frame[self.added]


class Whole(Edit):
    """One field is set in whole thousands, or other such steps: what somebody decided, and nobody counted."""

    demand = "số tròn gần nhất là"

    def __init__(self, code: str, name: str, step: int) -> None:
        """Declare that the field is a whole multiple of ``step``, which only a warning asks for."""
        super().__init__(code, Severity.WARNING)
        self.name, self.step = name, step

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def sentence(self) -> str:
        return f"{self.label(self.name)} ghi tròn {_printed(Decimal(self.step))} {self.fields[self.name].unit.label}"

    def holds(self, frame: Frame) -> Outcomes:
        values = frame[self.name]
        return (values % self.step == 0).astype("boolean").where(values.notna())

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        return not record[self.name] % self.step

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        return (record[self.name] / self.step).quantize(Decimal(1), ROUND_HALF_UP) * self.step


class Alike(Edit):
    """Two fields stand in much the same ratio with all who report to one commune; or one field is much the same.

    Of lines that the form prints each is compared with the same line of the others. A yield, a price, the share of the
    anise in an orchard differ from village to village, but by no more than the
    villages differ among themselves: a ratio far outside those of all the others is told. What is measured is rounded
    before it is written, and counts as any number that would be written so. Of a zero there is no ratio.

    Only a warning: a village may well be unlike its neighbours.
    """

    confirmable = True
    demand = "như các đơn vị khác thì khoảng"

    def __init__(self, code: str, compared: str, base: str = "") -> None:
        """Declare that ``compared`` per ``base``, or by itself, is much alike from reporter to reporter."""
        super().__init__(code, Severity.WARNING)
        self.compared, self.base = compared, base
        self.low, self.high, self.usual = (f"{code} {what}" for what in ("low", "high", "usual"))
        """Columns under which the edit finds what the ratios of the others leave open, and their median."""

    @property
    def beyond(self) -> tuple[str, ...]:
        return (self.low, self.high, self.usual)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.compared, self.base) if self.base else (self.compared,)

    @property
    def sentence(self) -> str:
        base = f" : {self.label(self.base)}" if self.base else ""
        return f"{self.label(self.compared)}{base} không khác hẳn các đơn vị khác trong xã"

    def holds(self, frame: Frame) -> Outcomes:
        """Return the outcome per row of a frame with both fields, and what the others leave open in ``beyond``."""
        complete = all_of(~frame[name].array.isna() for name in self.needs)
        known = {name: frame[name].array[complete].to_numpy(dtype=float) for name in self.needs}
        halves = {name: self.fields[name].unit.rounding(known[name]) for name in self.names}
        told = complete.copy()
        told[complete] = self._stands(known, {name: self._finest(name, halves) for name in self.names})
        return outcomes_of(frame, told, ~complete)

    def fits(self, record: Mapping[str, Decimal]) -> bool:
        halves = {name: float(_half(self.fields[name], record[name])) for name in self.names}
        known = {name: float(record[name]) for name in self.needs}
        return bool(self._stands(known, {name: self._finest(name, halves) for name in self.names}))

    def _stands(self, known: Any, halves: Mapping[str, Any]) -> Any:
        """Return whether both may stand in such a ratio, however they were rounded: of numbers, or of columns."""
        value, half = known[self.compared], halves[self.compared]
        base, half_of_base = (known[self.base], halves[self.base]) if self.base else (1, 0)
        above = value + half >= known[self.low] * (base - half_of_base)
        below = value - half <= known[self.high] * (base + half_of_base)
        return (above & below) | (value * base == 0)

    def _finest(self, name: str, halves: Mapping[str, Any]) -> Any:
        """Return half a unit of a value's last digit, or of the other field's where it has more: 11 by 6,7 is 11,0."""
        unit = self.fields[name].unit
        finest, *others = [halves[other] for other in self.names if self.fields[other].unit is unit]
        for half in others:
            finest = finest - (finest - half) * (finest > half)
        return finest

    def expected(self, record: Mapping[str, Decimal]) -> Decimal:
        usual = record[self.usual] * (record[self.base] if self.base else 1)
        return usual.quantize(Decimal(1).scaleb(-self.fields[self.compared].unit.decimals), ROUND_HALF_UP)


def _half(item: FormField, value: Decimal) -> Fraction:
    """Return half a unit of the last digit that a value needs; nothing of a zero, or of what is counted."""
    if not value or not item.unit.decimals:
        return Fraction(0)
    return Fraction(1, 2 * 10 ** decimals_needed(value))


def _halves(smallest: Any, decimals: int) -> Any:
    """Return half a unit of the last digit that each number needs, in halves of smallest units; nothing of a zero.

    Of what is counted nothing is left off.
    """
    zeros = sum((smallest % 10**place == 0) * 9 * 10 ** (place - 1) for place in range(1, decimals + 1))
    return (zeros + 1) * (smallest != 0) if decimals else 0 * smallest


def _rows_within(code: str, terms: Sequence[tuple[Rational, FormField]], bound: Fraction) -> tuple[Row, ...]:
    """Return the row that says that weighted terms come to nothing, or the two that they are off by so much at most."""
    if not bound:
        return (row_of(code, "=", terms),)
    turned = [(-weight, item) for weight, item in terms]
    return row_of(code, "<=", terms, bound), row_of(code, "<=", turned, bound)


def _within(tolerance: Decimal) -> str:
    return f" (lệch không quá {_printed(tolerance)})" if tolerance else ""


def _printed(value: Decimal) -> str:
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))


def _sum(frame: Frame, names: Sequence[str]) -> Any:
    """Return some columns added up: their arrays, which takes a third of what adding series takes."""
    total = frame[names[0]].array
    for name in names[1:]:
        total = total + frame[name].array
    return total


balance, account, bound, product, ratio, agrees, within = Balance, Account, Bound, Product, Ratio, Agreement, Within
at_most, at_least, whole, alike, reporting = Limit, Least, Whole, Alike, Reporting
