"""Figures as live formulas of a workbook, over a sheet of the accepted values.

Belongs here: where a value stands, and a formula of ours written as one of Excel's. Does not belong here: writing the
sheets (``excel``), what a formula means (``schemas.formula``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from pipelines.present.report.lines import FigureLine
from pipelines.present.rows import ReturnSetRows, TableRow
from schemas.form import Form
from schemas.formula import At, Constant, Difference, Formula, Leaf, Own, Product, Ratio, Sum, Total, Value

DATA = "Số liệu"
"""How the sheet of accepted values is called, where those of each form stand below one another."""

DATA_TOP = 3
"""Its first row below the title."""

Record = tuple[str, str]
"""Reporter and line."""


class UnwritableError(Exception):
    """A formula that the cells cannot stand for."""


@dataclass(frozen=True)
class FormData:
    """The accepted values of one form, and where on the sheet they stand."""

    form: type[Form]
    records: tuple[Record, ...]
    fields: tuple[str, ...]
    values: Mapping[tuple[Record, str], TableRow]
    """The cells behind the values, as the lineage has them."""
    top: int
    """The row of its title."""

    @property
    def upright(self) -> bool:
        """Whether the fields stand below one another: a form with many fields and few reporters."""
        return len(self.fields) > len(self.records)

    @property
    def first(self) -> tuple[int, int]:
        """Row and column of the first value."""
        return self.top + 3, 2 if self.upright or self.form.line_title else 1

    @property
    def end(self) -> int:
        """The row below its last."""
        return self.first[0] + len(self.fields if self.upright else self.records)

    def place(self, record: Record, name: str) -> tuple[int, int]:
        """Return row and column of a value.

        Raises:
            UnwritableError: There is no such value.
        """
        if (record, name) not in self.values:
            raise UnwritableError
        one, other = self.fields.index(name), self.records.index(record)
        down, right = (one, other) if self.upright else (other, one)
        return self.first[0] + down, self.first[1] + right

    def at(self, record: Record, name: str) -> str:
        """Return the address of a value, with its sheet.

        Raises:
            UnwritableError: There is no such value.
        """
        return f"{quote_sheetname(DATA)}!{xl_rowcol_to_cell(*self.place(record, name))}"

    def total(self, name: str) -> str:
        """Return the sum of a field over its records, as Excel writes it; of one record just its address.

        Raises:
            UnwritableError: No record has a value of the field.
        """
        own = [record for record in self.records if (record, name) in self.values]
        if not own:
            raise UnwritableError
        if len(own) == 1:
            return self.at(own[0], name)
        return f"SUM({quote_sheetname(DATA)}!{xl_range_abs(*self.place(own[0], name), *self.place(own[-1], name))})"

    def value(self, record: Record, name: str) -> Value:
        """Return a value in the field's own unit, or nothing where it is blank or not there."""
        found = self.values.get((record, name), {}).get("value")
        return None if found is None else Fraction(found)


@dataclass(frozen=True)
class _Cells:
    """The values of all forms, as a formula of one figure sees them."""

    by_form: Mapping[type[Form], FormData]
    record: Record

    def sheet(self, leaf: Leaf) -> FormData:
        """Return the values of the form a leaf reads.

        Raises:
            UnwritableError: They are on no sheet.
        """
        found = self.by_form.get(leaf.field.form)
        if found is None:
            raise UnwritableError
        return found

    def records(self, leaf: Leaf) -> list[Record]:
        """Return the records a leaf reads."""
        known = self.sheet(leaf).records
        if isinstance(leaf, Own):
            return [record for record in known if record == self.record]
        if isinstance(leaf, Total):
            return list(known)
        return [record for record in known if isinstance(leaf, At) and record[1] == leaf.line]

    def lookup(self, leaf: Leaf) -> Value:
        """Return what Excel would make of a leaf: blanks count for nothing."""
        values = [self.sheet(leaf).value(record, leaf.field.name) for record in self.records(leaf)]
        return sum((value for value in values if value is not None), Fraction(0))


_ATOM, _PRODUCT, _SUM = range(3)


@dataclass(frozen=True)
class _Term:
    """Part of an Excel formula: ``text`` times ``factor`` is its value in base units."""

    text: str
    factor: Fraction = Fraction(1)
    kind: int = _ATOM

    def within(self, kind: int) -> str:
        """Return the text, in brackets where it binds less than what stands around it."""
        return self.text if self.kind <= kind else f"({self.text})"


def _term(formula: Formula, cells: _Cells) -> _Term:
    """Return a formula as Excel writes it.

    Raises:
        UnwritableError: The cells cannot stand for it.
    """
    match formula:
        case Total() if formula.field.form.fixed:
            raise UnwritableError
        case Total():
            return _Term(cells.sheet(formula).total(formula.field.name), formula.field.unit.factor)
        case Leaf():
            records = cells.records(formula)
            if len(records) != 1:
                raise UnwritableError
            return _Term(cells.sheet(formula).at(records[0], formula.field.name), formula.field.unit.factor)
        case Constant():
            return _Term(str(formula.value), kind=_ATOM if formula.value.denominator == 1 else _PRODUCT)
        case Sum():
            return _added([_term(term, cells) for term in formula.terms], "+", _SUM)
        case Difference():
            return _added([_term(formula.left, cells), _term(formula.right, cells)], "-", _PRODUCT)
        case Product():
            terms = [_term(term, cells) for term in formula.terms]
            factor = prod((term.factor for term in terms), start=Fraction(1))
            return _Term("*".join(term.within(_PRODUCT) for term in terms), factor, _PRODUCT)
        case Ratio():
            part, whole = _term(formula.part, cells), _term(formula.whole, cells)
            times = f"{formula.times}*" if formula.times != 1 else ""
            text = f"{times}{part.within(_PRODUCT)}/{whole.within(_ATOM)}"
            return _Term(text, part.factor / whole.factor, _PRODUCT)
    raise UnwritableError


def _added(terms: Sequence[_Term], sign: str, within: int) -> _Term:
    """Return terms added up or subtracted, in the base unit unless all are counted alike."""
    factors = {term.factor for term in terms}
    if len(factors) > 1:
        terms = [_scaled(term) for term in terms]
    first, *others = terms
    return _Term(sign.join([first.text, *(term.within(within) for term in others)]), first.factor, _SUM)


def _scaled(term: _Term) -> _Term:
    """Return a term with its factor written out."""
    if term.factor == 1:
        return term
    up, down = term.factor.numerator, term.factor.denominator
    text = f"{term.within(_PRODUCT)}{f'*{up}' if up != 1 else ''}{f'/{down}' if down != 1 else ''}"
    return _Term(text, kind=_PRODUCT)


def written(
    formula: Formula, by_form: Mapping[type[Form], FormData], factor: Fraction, record: Record = ("", "")
) -> str:
    """Return a formula as Excel writes it.

    Args:
        formula: The formula.
        by_form: The accepted values.
        factor: How much of the base unit makes one of the unit wanted.
        record: The record in view, for a figure that exists once per record.

    Raises:
        UnwritableError: The cells cannot stand for it.
    """
    term = _term(formula, _Cells(by_form, record))
    return _scaled(replace(term, factor=term.factor / factor)).text


def excel(line: FigureLine, by_form: Mapping[type[Form], FormData]) -> str:
    """Return a figure as an Excel formula; empty where the cells do not give exactly its published value.

    That is so where a reporter's row stands among the values and does not count, such as that of a dissolved village.
    """
    declared, row = line.declared, line.row
    if declared is None or row is None or not row["exact"]:
        return ""
    cells, exact = _Cells(by_form, line.record), Fraction(row["exact"])
    try:
        computed = declared.formula.compute(cells.lookup)
        if computed is None or computed / declared.unit.factor != exact:
            return ""
        text = written(declared.formula, by_form, declared.unit.factor, cells.record)
    except UnwritableError:
        return ""
    return f"={text}" if exact == Fraction(row["value"]) else f"=ROUND({text},{declared.decimals})"


def form_data(rows: ReturnSetRows) -> dict[type[Form], FormData]:
    """Return the accepted values behind the figures, by form in the order of the codes."""
    values: dict[str, dict[tuple[Record, str], TableRow]] = {}
    for edge in rows.lineage:
        values.setdefault(edge["form"], {})[(edge["reporter"], edge["line"]), edge["field"]] = edge
    found: dict[type[Form], FormData] = {}
    top = DATA_TOP
    for code, own in sorted(values.items()):
        form = rows.forms[code]
        used = {name for _, name in own}
        fields = tuple(name for name in form.fields() if name in used)
        found[form] = FormData(form, tuple(sorted({record for record, _ in own})), fields, own, top)
        top = found[form].end + 1
    return found
