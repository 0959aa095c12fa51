"""How a person writes formulas and rules: ``100 * B01.horse_white / B01.horse``, ``total = buffalo + cattle``.

Belongs here: the language, read into our own formulas and edits and printed from them, so that what is printed reads
back as the same object. Does not belong here: which fields there are (a function that is given), workbooks
(``schemas.design.sheets``). What is read is never run as code.

A formula is made of

=====================  ===============================================================================================
``B01.horse``          a field, added up over its reporters and lines; of a figure per reporter or line, its own
``X04.value at "a"``   a field of the line with a code
``sum(…; …)``          terms added up, as ``+`` does
``12,5``               a number, with a comma before its decimals and nothing between its thousands
``15 "kg một người"``  a number with what fixes it
``+ - * / ( )``        with ``×``, ``:`` and ``÷`` for those who write so
=====================  ===============================================================================================

A rule says what a form's own fields, by their codes alone, have to be. ``RULE_KINDS`` lists every kind.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from schemas.edit import Edit
from schemas.edits import (
    Account,
    Agreement,
    Alike,
    Balance,
    Bound,
    Least,
    Limit,
    Product,
    Ratio,
    Reporting,
    Whole,
    Within,
)
from schemas.fields import FormField
from schemas.formula import At, Constant, Difference, Formula, Leaf, Own, Sum, Total, worth
from schemas.formula import Product as Times
from schemas.formula import Ratio as Quotient
from schemas.outcomes import Severity

LONGEST, DEEPEST, DIGITS = 2000, 20, 14
"""Signs of one formula, brackets within brackets, and digits of a number, that are read.

A formula of the plan has some hundred signs, and two brackets.
"""
MOST_STEPS = 100
"""Subtractions and divisions of one formula: each is a step deeper in what is made of it."""


class NotationError(ValueError):
    """A formula or rule that cannot be read: what stands there, and in Vietnamese what should."""

    def __init__(self, written: str, expected: str) -> None:
        super().__init__(f"«{written}»: {expected}")
        self.written, self.expected = written, expected


@dataclass(frozen=True)
class Names:
    """What names in a formula stand for.

    Args:
        field: Gives the field of a form by the codes of both; the form is empty where the field's code stands alone.
        form: Gives a form by its code.

    Both raise ``NotationError`` where there is none.
    """

    field: Callable[[str, str], FormField]
    form: Callable[[str], Any]


_AS_WRITTEN = str.maketrans({"×": "*", "·": "*", "÷": "/", ":": "/", "−": "-", "–": "-", "“": '"', "”": '"'})
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*")
      | (?P<number>\d+(?:,\d+)?)(?![\w.,])
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)
      | (?P<sign>\+-|±|<=|>=|≤|≥|[-+*/();=<>])
    )""",
    re.VERBOSE,
)
_SAME = {"≤": "<=", "≥": ">=", "±": "+-"}
_TWO_WAYS = re.compile(r"([1-9]\d{0,2}),(\d\d0)")
"""A whole number with its thousands set off in the English way, or one with a decimal too many."""
_NUMBER_WRITTEN = re.compile(r"[\d.,]+")
_FORMULA_EXPECTED = "mã chỉ tiêu như B01.horse, số, hoặc phép tính + - * / ( )"


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_END = _Token("end", "")


def unambiguous(text: str) -> str:
    """Return in Vietnamese what a number should be that can be read in two ways, such as 1,000; or nothing."""
    match = _TWO_WAYS.fullmatch(text.strip())
    if match is None:
        return ""
    return f"«{match[1]}{match[2]}» hoặc «{number_text(Decimal(f'{match[1]}.{match[2]}'))}»"


def _tokens(text: str) -> list[_Token]:
    """Return the words and signs of a text.

    Raises:
        NotationError: Something is neither.
    """
    text = text.translate(_AS_WRITTEN).strip()
    if len(text) > LONGEST:
        raise NotationError(f"{text[:20]}…", f"nhiều nhất {LONGEST} ký tự")
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            rest = text[at:].lstrip()
            number = _NUMBER_WRITTEN.match(rest)
            if number:
                raise NotationError(number[0], "số viết liền, dấu phẩy trước phần lẻ, như 1000 hoặc 0,25")
            raise NotationError(rest[:20], _FORMULA_EXPECTED)
        token = match[match.lastgroup]
        if match.lastgroup == "number":
            if expected := unambiguous(token):
                raise NotationError(token, expected)
            if len(token) > DIGITS:
                raise NotationError(f"{token[:DIGITS]}…", f"số có nhiều nhất {DIGITS} chữ số")
        found.append(_Token(match.lastgroup, _SAME.get(token, token)))
        at = match.end()
    if sum(token.kind == "sign" and token.text in "-/" for token in found) > MOST_STEPS:
        raise NotationError(f"{text[:20]}…", f"nhiều nhất {MOST_STEPS} phép trừ, phép chia")
    return found


@dataclass
class _Reader:
    """Reads a formula by recursive descent: a sum of products of factors."""

    tokens: Sequence[_Token]
    names: Names
    own: bool = False
    rule_of: str | None = None
    """Code of the form whose rule it is; its own fields are those of the record, others are added up."""
    at: int = 0
    depth: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def took(self, *signs: str) -> str:
        """Take the next token if it is one of these signs or words, and return it."""
        return self.take().text if self.next.kind != "text" and self.next.text in signs else ""

    def demand(self, sign: str) -> None:
        if not self.took(sign):
            raise NotationError(self.next.text or "hết công thức", f"dấu «{sign}»")

    def end(self) -> None:
        if self.next is not _END:
            raise NotationError(self.next.text, "phép tính + - * / đứng trước, hoặc hết công thức ở đây")

    def sum(self) -> Formula:
        terms = [self.product()]
        while sign := self.took("+", "-"):
            term = self.product()
            if sign == "-" and term.leaves() and term in terms:
                raise NotationError(f"- {formula_text(term)}", "phép trừ số khác; trừ chính nó thì luôn bằng 0")
            if sign == "+":
                terms.append(term)
            else:
                terms = [Difference(_added(terms), term)]
        return _added(terms)

    def product(self) -> Formula:
        # A whole number that a fraction begins with is its multiplier: 100 * part / whole is a percentage.
        multiplier = self._is_whole()
        factors = [self.factor()]
        while sign := self.took("*", "/"):
            factor = self.factor()
            if sign == "*":
                factors.append(factor)
                continue
            if not factor.leaves() and not worth(factor):
                raise NotationError(f"/ {formula_text(factor)}", "số khác 0 để chia")
            if factor.leaves() and factor in factors:
                raise NotationError(f"/ {formula_text(factor)}", "phép chia cho số khác, không chia cho chính nó")
            times, parts = 1, factors
            if multiplier and len(factors) > 1:
                times, parts = int(worth(factors[0])), factors[1:]
            factors, multiplier = [Quotient(_multiplied(parts), factor, times)], False
        return _multiplied(factors)

    def _is_whole(self) -> bool:
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else _END
        return self.next.kind == "number" and "," not in self.next.text and after.kind != "text"

    def factor(self) -> Formula:
        token = self.take()
        if token == _Token("sign", "("):
            return self._deeper(self.sum, ")")
        if token.kind == "number":
            meaning = self.take().text.strip('"') if self.next.kind == "text" else token.text
            return Constant(Fraction(token.text.replace(",", ".")), meaning)
        if token.kind == "name" and self.next == _Token("sign", "("):
            if token.text.casefold() != "sum":
                raise NotationError(f"{token.text}(", "chỉ có hàm sum(…; …)")
            self.take()
            return self._deeper(self._listed, ")")
        if token.kind == "name":
            return self._leaf(token.text)
        raise NotationError(token.text or "hết công thức", _FORMULA_EXPECTED)

    def _listed(self) -> Formula:
        terms = [self.sum()]
        while self.took(";"):
            terms.append(self.sum())
        return _added(terms)

    def _deeper(self, read: Callable[[], Formula], closing: str) -> Formula:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotationError("(", f"nhiều nhất {DEEPEST} lớp ngoặc")
        found = read()
        self.demand(closing)
        self.depth -= 1
        return found

    def _leaf(self, name: str) -> Leaf:
        form, _, code = name.rpartition(".")
        item = self.names.field(form, code)
        if not self.took("at"):
            return Own(item) if self.own or (self.rule_of is not None and form in ("", self.rule_of)) else Total(item)
        line = self.take()
        if line.kind != "text":
            raise NotationError(line.text or "hết công thức", 'mã dòng trong ngoặc kép, như at "nuoc_sach"')
        return At(item, line.text.strip('"'))


def _added(terms: Sequence[Formula]) -> Formula:
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _multiplied(terms: Sequence[Formula]) -> Formula:
    return terms[0] if len(terms) == 1 else Times(tuple(terms))


def read_formula(text: str, names: Names, *, own: bool = False) -> Formula:
    """Return the formula that a text says.

    Args:
        text: As a person wrote it; an equals sign before it, as spreadsheets want one, does not count.
        names: What its names stand for.
        own: Whether a field is that of one reporter or line, and not added up over all.

    Raises:
        NotationError: It says none.
    """
    reader = _Reader(_tokens(text.strip().removeprefix("=")), names, own)
    found = reader.sum()
    reader.end()
    return found


def formula_text(formula: Formula) -> str:
    """Return a formula as a person writes it.

    Raises:
        ValueError: It has a number that is no decimal fraction.
    """
    match formula:
        case At():
            return f'{_name(formula)} at "{formula.line}"'
        case Leaf():
            return _name(formula)
        case Constant():
            number = number_text(formula.value)
            return number if formula.meaning == number else f'{number} "{formula.meaning}"'
        case Sum():
            return " + ".join(
                _grouped(term, Sum, *([Difference] if at else [])) for at, term in enumerate(formula.terms)
            )
        case Difference():
            return f"{formula_text(formula.left)} - {_grouped(formula.right, Sum, Difference)}"
        case Times():
            first, *others = formula.terms
            terms = [_grouped(first, Sum, Difference, Times)]
            return " * ".join([*terms, *(_grouped(term, Sum, Difference, Times, Quotient) for term in others)])
        case Quotient():
            # Brackets keep a number of the part's own from being read as the multiplier, and the other way round.
            multiplied = (Quotient,) if formula.times != 1 else (Times,) if _begins_with_number(formula.part) else ()
            times = f"{formula.times} * " if formula.times != 1 else ""
            part = _grouped(formula.part, Sum, Difference, *multiplied)
            return f"{times}{part} / {_grouped(formula.whole, Sum, Difference, Times, Quotient)}"
        case _:
            raise ValueError(f"{formula} cannot be written.")


def _begins_with_number(formula: Formula) -> bool:
    return isinstance(formula, Times) and isinstance(formula.terms[0], Constant)


def _grouped(formula: Formula, *kinds: type[Formula]) -> str:
    text = formula_text(formula)
    return f"({text})" if isinstance(formula, kinds) else text


def _name(leaf: Leaf) -> str:
    return f"{leaf.field.form.code}.{leaf.field.name}"


def number_text(value: Fraction | Decimal) -> str:
    """Return a number with a comma before its decimals.

    Raises:
        ValueError: Its decimals never end.
    """
    exact = Fraction(value)
    decimal = Decimal(exact.numerator) / exact.denominator
    if Fraction(decimal) != exact:
        raise ValueError(f"{value} is no decimal fraction.")
    text = f"{decimal:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


FORMULA_EXAMPLES: Sequence[tuple[str, str]] = (
    ("S01.nu", "Chỉ tiêu nu của biểu S01, cộng mọi đơn vị báo cáo."),
    ("100 * S01.nu / S01.tong", "Tỷ lệ phần trăm."),
    ("S01.nam + S01.nu - S02.giam", "Cộng, trừ; dùng ngoặc ( ) khi cần."),
    ("sum(S01.nam; S01.nu)", "Cũng là cộng."),
    ('S03.gia_tri at "quy_bao_tro"', "Chỉ tiêu của dòng có mã quy_bao_tro, với biểu nhiều dòng."),
    (
        'S01.nguoi * 15 "15 kg một người"',
        "Số cố định, kèm lời giải thích trong ngoặc kép; số tiền tính bằng đồng, chiều dài bằng m.",
    ),
    ("1000 * S01.san_luong", "Đổi đơn vị tính: từ tấn sang kg."),
    ("0,25", "Dấu phẩy trước phần lẻ; không ngăn cách hàng nghìn."),
)
"""How formulas are written, with what each means."""


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule, as the help of a design workbook lists it."""

    edit: type[Edit]
    example: str
    means: str


RULE_KINDS = (
    RuleKind(Balance, "tong = nam + nu", "Tổng bằng các phần cộng lại."),
    RuleKind(
        Account,
        "cuoi_ky = dau_ky + tang - giam, tong = nam + nu +- 1",
        "Bằng các chỉ tiêu cộng vào, trừ đi; +- là được lệch bao nhiêu, khi các số đã làm tròn trước khi ghi.",
    ),
    RuleKind(Bound, "nam + nu <= tong", "Các phần cộng lại không quá tổng."),
    RuleKind(Limit, "hoc_sinh <= 35 * lop", "Không quá bấy nhiêu lần chỉ tiêu khác, hoặc không quá một số."),
    RuleKind(Least, "ty_le >= 0,25 * so_ho", "Không dưới bấy nhiêu lần chỉ tiêu khác, hoặc không dưới một số."),
    RuleKind(Product, "san_luong = dien_tich * nang_suat / 10", "Bằng tích các chỉ tiêu, có thể chia cho một số."),
    RuleKind(
        Ratio, "gao = 15 * nguoi * thang +- 5", "Bằng định mức nhân với chỉ tiêu khác; +- là được lệch bao nhiêu."
    ),
    RuleKind(Agreement, "so_cho = sum(B01.dog)", "Bằng số của các đơn vị trong biểu khác cộng lại."),
    RuleKind(Within, "so_cho <= sum(B01.dog; B01.cat)", "Không quá số của các đơn vị trong biểu khác cộng lại."),
    RuleKind(Reporting, "so_truong <= count(G01; G02)", "Không quá số đơn vị phải gửi các biểu đó."),
    RuleKind(Whole, "whole(du_toan; 1000)", "Ghi tròn nghìn, tròn trăm."),
    RuleKind(Alike, "alike(nang_suat), alike(gia_tri / so_luong)", "Không khác hẳn các đơn vị khác trong xã."),
)
"""Every kind of rule, with how it is written and what it means."""

_ONLY_WARN = (Reporting, Whole, Alike)
"""Kinds of rules that are never more than a warning."""

_RULE_EXPECTED = "quy tắc như tong = nam + nu; các loại quy tắc: xem trang «Cách ghi»"


def read_rule(text: str, form: str, code: str, names: Names, severity: Severity | None = None) -> Edit:
    """Return the edit that a text says.

    Args:
        text: As a person wrote it.
        form: Code of the form whose rule it is; fields of it stand alone, those of others with their form's code.
        code: The edit's.
        names: What its names stand for.
        severity: What a breach is; nothing for what it mostly is of such a rule.

    Raises:
        NotationError: It says none.
    """
    reader = _Reader(_tokens(text), names, rule_of=form)
    edit = _called(reader, code) or _compared(reader, code)
    reader.end()
    _refuse_twice(edit)
    if severity is not None and severity != edit.severity:
        if isinstance(edit, _ONLY_WARN):
            raise NotationError(text, "mức độ «Cảnh báo»; quy tắc loại này không là lỗi")
        edit.severity = severity
    return edit


def _refuse_twice(edit: Edit) -> None:
    """Refuse a rule in which something stands twice, where that says nothing or something else than was meant.

    A total among its own parts is left to whoever tells it by name; a square is a product of a field with itself.

    Raises:
        NotationError: There is such a thing.
    """
    match edit:
        case Agreement():
            names = [_name(Total(other)) for other in edit.others]
        case Reporting():
            names = [form.code for form in edit.forms]
        case Balance():
            names = list(edit.parts)
        case Product():
            names = [edit.product, *dict.fromkeys(edit.factors)]
        case _:
            names = list(edit.names)
    for twice in [name for at, name in enumerate(names) if name in names[:at]]:
        raise NotationError(twice, "mỗi mã một lần trong một quy tắc")


def _called(reader: _Reader, code: str) -> Edit | None:
    """Return the rule that is said of one field, or nothing."""
    name = reader.took("whole", "alike")
    if not name:
        return None
    reader.demand("(")
    match name, reader.sum():
        case "whole", Leaf() as leaf:
            reader.demand(";")
            step = reader.take()
            if not step.text.isdecimal() or int(step.text) < 1:
                raise NotationError(step.text, "số nguyên để ghi tròn, như 1000")
            edit: Edit = Whole(code, _own(leaf), int(step.text))
        case "alike", Leaf() as leaf:
            edit = Alike(code, _own(leaf))
        case "alike", Quotient(Leaf() as compared, Leaf() as base, 1):
            edit = Alike(code, _own(compared), _own(base))
        case _:
            raise NotationError(f"{name}(", "chỉ tiêu của biểu: whole(du_toan; 1000), alike(nang_suat), alike(a / b)")
    reader.demand(")")
    return edit


def _compared(reader: _Reader, code: str) -> Edit:
    """Return the rule that compares two sides."""
    left = reader.sum()
    relation = reader.took("=", "<=", ">=")
    if not relation:
        raise NotationError(reader.next.text or "hết quy tắc", "dấu =, <= hoặc >=")
    if reader.next.text == "count":
        return _counted(reader, code, left, relation)
    right = reader.sum()
    edit = _simple(code, left, relation, right)
    if reader.took("+-"):
        number = reader.take()
        if number.kind != "number" or not isinstance(edit, Balance | Account | Ratio):
            expected = (
                "được lệch bao nhiêu, chỉ ở quy tắc tổng và định mức: tong = nam + nu +- 1, gao = 15 * nguoi +- 5"
            )
            raise NotationError(f"+- {number.text}", expected)
        return _within(edit, Decimal(number.text.replace(",", ".")))
    return edit


def _within(edit: Balance | Account | Ratio, tolerance: Decimal) -> Edit:
    """Return the rule that lets a number be off by so much."""
    if isinstance(edit, Balance):
        return Account(edit.code, edit.total, edit.parts, tolerance=str(tolerance)) if tolerance else edit
    edit.tolerance = tolerance
    return edit


def _counted(reader: _Reader, code: str, left: Formula, relation: str) -> Edit:
    """Return the rule that counts who reports."""
    reader.take()
    reader.demand("(")
    forms = [reader.names.form(reader.take().text)]
    while reader.took(";"):
        forms.append(reader.names.form(reader.take().text))
    reader.demand(")")
    if relation != "<=":
        raise NotationError(relation, "dấu <= trước count(…)")
    return Reporting(code, _own(left), *forms)


def _simple(code: str, left: Formula, relation: str, right: Formula) -> Edit:
    parts, bases = _leaves(left), _leaves(right)
    elsewhere = bool(bases) and all(isinstance(base, Total) for base in bases)
    match relation, left, _number_first(right):
        case "=", Leaf(), _ if elsewhere:
            return Agreement(code, _own(left), *(base.field for base in bases))
        case "<=", Leaf(), _ if elsewhere:
            return Within(code, _own(left), *(base.field for base in bases))
        case "=", Leaf(), _ if bases:
            return Balance(code, _own(left), [_own(base) for base in bases])
        case "=", Leaf(), Sum() | Difference() if signed := _signed(right):
            added, taken = ([_own(leaf) for leaf, sign in signed if sign == one] for one in (1, -1))
            return Account(code, _own(left), added, taken) if taken else Balance(code, _own(left), added)
        case "<=", _, Leaf() if parts:
            return Bound(code, [_own(part) for part in parts], _own(right))
        case "<=" | ">=", Leaf(), Constant(value):
            return _limit(relation)(code, _own(left), _exact(value))
        case "<=" | ">=", Leaf(), Times((Constant(value), Leaf() as base)):
            return _limit(relation)(code, _own(left), _exact(value), _own(base))
        case "=", Leaf(), Times((Constant(value), *others)) if _are_leaves(others):
            return Ratio(code, _own(left), list(map(_own, others)), _exact(value))
        case "=", Leaf(), Times(terms) if _are_leaves(terms):
            return Product(code, _own(left), list(map(_own, terms)))
        case "=", Leaf(), Quotient(Times(terms), Constant(value), 1) if _are_leaves(terms) and value.denominator == 1:
            return Product(code, _own(left), list(map(_own, terms)), divisor=int(value))
    raise NotationError(relation, _RULE_EXPECTED)


def _limit(relation: str) -> type[Limit]:
    return Limit if relation == "<=" else Least


def _number_first(side: Formula) -> Formula:
    """Return a product with its number before its fields, wherever it was written."""
    if not isinstance(side, Times):
        return side
    return Times(tuple(sorted(side.terms, key=lambda term: not isinstance(term, Constant))))


def _leaves(side: Formula) -> Sequence[Leaf]:
    """Return the fields that a side adds up; nothing where it is made otherwise."""
    terms: Sequence[Formula] = side.terms if isinstance(side, Sum) else (side,)
    return [term for term in terms if isinstance(term, Leaf)] if _are_leaves(terms) else []


def _signed(side: Formula, sign: int = 1) -> Sequence[tuple[Leaf, int]]:
    """Return the fields that a side adds up and takes off, each with its sign; nothing where it is made otherwise."""
    match side:
        case Leaf():
            return [(side, sign)]
        case Sum(terms):
            found = [_signed(term, sign) for term in terms]
        case Difference(whole, less):
            found = [_signed(whole, sign), _signed(less, -sign)]
        case _:
            found = []
    return [one for signed in found for one in signed] if all(found) else []


def _are_leaves(terms: Sequence[Formula]) -> bool:
    return all(isinstance(term, Leaf) for term in terms)


def _own(side: Formula) -> str:
    """Return the code of a field of the rule's own form.

    Raises:
        NotationError: It is none.
    """
    if isinstance(side, Own):
        return side.field.name
    raise NotationError(formula_text(side), "mã chỉ tiêu của chính biểu này")


def _exact(value: Fraction) -> str:
    return number_text(value).replace(",", ".")


def rule_text(edit: Edit) -> str:
    """Return an edit as a person writes it; its code and severity stand beside it.

    Raises:
        ValueError: It is of a kind that has no notation.
    """
    match edit:
        case Agreement():
            relation = "<=" if isinstance(edit, Within) else "="
            return f"{edit.line} {relation} sum({'; '.join(_name(Total(other)) for other in edit.others)})"
        case Balance():
            return f"{edit.total} = {' + '.join(edit.parts)}"
        case Account():
            less = "".join(f" - {name}" for name in edit.less)
            return f"{edit.total} = {' + '.join(edit.parts)}{less}{_tolerance_text(edit.tolerance)}"
        case Bound():
            return f"{' + '.join(edit.parts)} <= {edit.whole}"
        case Limit():
            base = f" * {edit.base}" if edit.base else ""
            return f"{edit.limited} {'>=' if isinstance(edit, Least) else '<='} {number_text(edit.multiplier)}{base}"
        case Ratio():
            norm = " * ".join([number_text(edit.multiplier), *edit.factors])
            return f"{edit.product} = {norm}{_tolerance_text(edit.tolerance)}"
        case Product():
            divided = f" / {edit.divisor}" if edit.divisor != 1 else ""
            return f"{edit.product} = {' * '.join(edit.factors)}{divided}"
        case Reporting():
            return f"{edit.line} <= count({'; '.join(form.code for form in edit.forms)})"
        case Whole():
            return f"whole({edit.name}; {edit.step})"
        case Alike():
            return f"alike({edit.compared}{f' / {edit.base}' if edit.base else ''})"
        case _:
            raise ValueError(f"No notation is known for edit {edit.code} of the kind {type(edit).__name__}.")


def _tolerance_text(tolerance: Decimal) -> str:
    return f" +- {number_text(tolerance)}" if tolerance else ""
