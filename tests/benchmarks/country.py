"""A country of any size, drawn from a number: its raw folder, and what is true of it.

Belongs here: drawing places and returns, writing workbooks as different offices save them, what goes wrong at which
rate, the truth beside, and holding results against it. Does not belong here: measuring.

The same size, rates and seed give the same bytes. Every commune has values of its own
(``tests.edits.true_returns``). A workbook is not written anew for every commune, which would take a hundred times as
long: for each reporter and layout there is one in which numbers stand for answers, and these are replaced in its XML.
"""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.handout.layout import Answer, workbook
from pipelines.store import published
from pipelines.store.archive import WORKBOOK
from pipelines.store.tables import Store
from schemas.edits import Alike, Balance
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import BY_CODE, FORMS
from schemas.formula import Total
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.places.place import Place
from schemas.problems import Problems
from tests.edits.examples import reporters
from tests.edits.true_returns import Returns, generated
from tests.unit.builders import COMMUNE, PERIOD, PLACES, unpacked
from tests.unit.slips import slipped

TRUTH = "truth.json"
"""What is true, beside the raw folder."""

HEADING = "code,level,name,parent"
VILLAGE = "village"
LINE = "l1"
"""The code of the one line of a form with lines, as the drawn returns have it."""


@dataclass(frozen=True)
class Rates:
    """How often what goes wrong; nothing does where all are zero.

    Args:
        slips: Share of the workbooks with a wrong digit in a cell of a sum.
        blanks: Share of the cells left blank, among those that no edit reads.
        texts: Share of the cells with their number as text, ``1.000``.
        missing: Share of the workbooks that nobody sent.
    """

    slips: float = 0.0
    blanks: float = 0.0
    texts: float = 0.0
    missing: float = 0.0


CLEAN = Rates()


@dataclass
class Truth:
    """What is true of a country, and has to be told of it.

    Args:
        workbooks: How many there are.
        communes: How many communes have each layout.
        sums: By commune, form and field: what its reporters gave, added up, as text; not of a form that is held back.
        edits: Commune, form and reporter of every edit that does not hold, and the edit.
        slips: Commune, file, sheet and cell of each wrong digit.
        blanks: The same of each cell left blank.
        missing: Commune, form and reporter of every return that was not sent.
        texts: How many numbers are written as text.
    """

    workbooks: int = 0
    communes: dict[str, int] = field(default_factory=dict)
    sums: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    edits: list[list[str]] = field(default_factory=list)
    slips: list[list[str]] = field(default_factory=list)
    blanks: list[list[str]] = field(default_factory=list)
    missing: list[list[str]] = field(default_factory=list)
    texts: int = 0

    @classmethod
    def of(cls, box: Path) -> "Truth":
        """Read that of the country in a folder."""
        return cls(**json.loads((box / TRUTH).read_text("utf-8")))


# Workbooks.

_COMMUNE, _REPORTER = "Qqxaqq", "Qqthonqq"
"""What stands for the names of a commune and of a reporter."""

_FIRST = 10_000_000
"""Numbers from here on stand for answers."""

_ANSWER = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><v>(1\d{7})</v></c>')
_COUNTS = re.compile(rb'((?:c|uniqueC)ount=")(\d+)"')
_STRINGS = "xl/sharedStrings.xml"
_THEN = (1980, 1, 1, 0, 0, 0)

Asked = tuple[str, str]
"""Code of a form, and field of it."""


@dataclass(frozen=True)
class Text:
    """A number written as text."""

    written: str


Given = Mapping[Asked, Decimal | Text | None]
"""What goes into cells; nothing is a blank."""


@dataclass(frozen=True)
class Template:
    """A workbook of a reporter in one layout, with numbers in place of answers.

    Args:
        asked: What is asked for, in the order of these numbers.
        parts: The parts of the package, in its order, by name.
    """

    asked: tuple[Asked, ...]
    parts: Mapping[str, bytes]

    @classmethod
    def of(cls, asked: tuple[Asked, ...], content: bytes) -> "Template":
        return cls(asked, unpacked(content))

    @cached_property
    def cells(self) -> Mapping[Asked, str]:
        """The address of the cell of what is asked for."""
        return {
            self.asked[int(number) - _FIRST]: address.decode()
            for content in self.parts.values()
            for address, _, number in _ANSWER.findall(content)
        }

    def filled(self, commune: str, reporter: str, given: Given) -> bytes:
        """Return the workbook of a reporter, with its answers."""
        strings = self.parts.get(_STRINGS, b"")
        known, texts = len(re.findall(rb"<si\b", strings)), list[str]()

        def answered(found: re.Match[bytes]) -> bytes:
            address, style, number = found.groups()
            answer = given[self.asked[int(number) - _FIRST]]
            start = b'<c r="%s"%s' % (address, style.replace(b' t="n"', b""))
            if answer is None:
                return start + b"/>"
            if isinstance(answer, Decimal):
                return found[0].replace(number, f"{answer.normalize():f}".encode())
            if not strings:
                return start + b' t="inlineStr"><is><t>%s</t></is></c>' % answer.written.encode()
            texts.append(answer.written)
            return start + b' t="s"><v>%d</v></c>' % (known + len(texts) - 1)

        parts = {
            name: _ANSWER.sub(answered, content) if name.startswith("xl/worksheets/sheet") else content
            for name, content in self.parts.items()
        }
        if texts:
            more = "".join(f"<si><t>{text}</t></si>" for text in texts).encode()
            strings = _COUNTS.sub(lambda found: b'%s%d"' % (found[1], int(found[2]) + len(texts)), strings)
            parts[_STRINGS] = strings.replace(b"</sst>", more + b"</sst>")
        names = {_COMMUNE: commune, _COMMUNE.upper(): commune.upper(), _REPORTER: reporter}
        return packed({name: _named(content, names) for name, content in parts.items()})


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, _THEN), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _named(content: bytes, names: Mapping[str, str]) -> bytes:
    for mark, name in names.items():
        content = content.replace(mark.encode(), escape(name).encode())
    return content


def _changed(content: bytes, change: Callable[[Any, type[Form]], object]) -> bytes:
    """Return a workbook saved by openpyxl, after a change to each of its sheets."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        change(sheet, next(form for form in FORMS if form.sheet == sheet.title))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _moved(sheet: Any, form: type[Form]) -> None:
    """Put an empty column and two empty rows before the table, and the notes of a list before its values."""
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    if not form.line_title:
        for row in range(7, sheet.max_row + 1):
            value, note = (sheet.cell(row, column) for column in (4, 5))
            value.value, note.value = note.value, value.value
    sheet.insert_cols(1)
    sheet.insert_rows(1, 2)


def _older(sheet: Any, form: type[Form]) -> None:
    """Write the other wordings of labels, units and desks that are known, where there are any."""
    words = {item.unit.label: item.unit.aliases[-1] for item in form.fields().values() if item.unit.aliases}
    words |= {item.label: item.aliases[-1] for item in form.fields().values() if item.aliases}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = words.get(cell.value, cell.value)


def _by_openpyxl(contents: Sequence[bytes]) -> list[bytes]:
    return [_changed(content, lambda _, __: None) for content in contents]


def _by_libreoffice(contents: Sequence[bytes]) -> list[bytes]:
    with TemporaryDirectory() as box:
        lying = [Path(box) / f"{number}{WORKBOOK}" for number in range(len(contents))]
        for path, content in zip(lying, contents, strict=True):
            path.write_bytes(content)
        profile = f"-env:UserInstallation={(Path(box) / 'profile').as_uri()}"
        kind = "xlsx:Calc MS Excel 2007 XML"
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(Path(box) / "saved")]
        subprocess.run([*command, *map(str, lying)], check=True, capture_output=True)
        return [(Path(box) / "saved" / path.name).read_bytes() for path in lying]


LAYOUTS: Mapping[str, Callable[[Sequence[bytes]], list[bytes]]] = {
    "own": list,
    "openpyxl": _by_openpyxl,
    "libreoffice": _by_libreoffice,
    "moved": lambda contents: [_changed(content, _moved) for content in contents],
    "older": lambda contents: [_changed(content, _older) for content in contents],
}
"""How workbooks of blank forms become those of an office, all of one layout together."""


def layouts() -> list[str]:
    """Return the layouts that can be made on this machine."""
    return [name for name in LAYOUTS if name != "libreoffice" or which("soffice")]


@cache
def _sending() -> Mapping[str, tuple[type[Form], ...]]:
    """Return the forms that each desk sends, and those of a village."""
    sent: dict[str, list[type[Form]]] = {}
    for form in FORMS:
        for code in [VILLAGE] if form.reporter_kind == VILLAGE else reporters(form):
            sent.setdefault(code, []).append(form)
    return {code: tuple(forms) for code, forms in sent.items()}


@cache
def templates(layout: str, period: Period) -> Mapping[str, Template]:
    """Return the workbook of each desk, and that of a village, in one layout."""
    asked = {
        code: tuple((form.code, name) for form in forms for name in form.fields()) for code, forms in _sending().items()
    }
    blank = []
    for code, forms in _sending().items():
        answers = {
            (form, LINE if BY_CODE[form].line_title else "", name): Answer(
                number, line_name="Dòng thứ nhất" if BY_CODE[form].line_title else ""
            )
            for number, (form, name) in enumerate(asked[code], start=_FIRST)
        }
        blank.append(workbook(forms, period=period, commune=_COMMUNE, reporter=_REPORTER, answers=answers))
    return dict(zip(asked, map(Template.of, asked.values(), LAYOUTS[layout](blank)), strict=True))


# Places.

_FIRST_WORDS = "Nà Pác Lũng Khuổi Tà Phai Cốc Bó Kéo Đồng Khau Phiêng Thạch Vân Quảng Tân Yên Lâm Trung".split()  # noqa: SIM905
_SECOND_WORDS = "Lình Mười Đuốc Vài Sluông Ráy Chầu Phung Tẩu Khoang Nhùng Giảo Đeng Xuyên Hạp Mùi".split()  # noqa: SIM905
_VILLAGES = tuple(place.code for place in PLACES.reporters(COMMUNE, VILLAGE, PERIOD))
"""The villages for which returns are drawn; each commune has as many, under names of its own."""

_DESKS = {place.code: place for place in PLACES.rows if place.level == "desk"}


@dataclass(frozen=True)
class Size:
    """How large a country is.

    Args:
        communes: How many communes.
        together: How many of them lie in a territory, and so in a batch.
        territories: How many territories lie in a province.
    """

    communes: int
    together: int = 64
    territories: int = 4


@dataclass(frozen=True)
class Commune:
    """One commune: where it lies, what it and its villages are called, what was sent."""

    code: str
    name: str
    territory: str
    villages: Mapping[str, str]
    """Names by code."""
    returns: Returns


def _name(random: Random) -> str:
    return f"{random.choice(_FIRST_WORDS)} {random.choice(_SECOND_WORDS)}"


def communes(size: Size, seed: int) -> Iterator[Commune]:
    """Yield the communes of a country."""
    for number in range(size.communes):
        random = Random(f"{seed} {number}")
        names: dict[str, str] = {}
        while len(names) < len(_VILLAGES):
            names.setdefault(_name(random), f"thon_{len(names) + 1:02}")
        own = {code: name for name, code in names.items()}
        of = dict(zip(_VILLAGES, own, strict=True))
        drawn = generated(seed * 1_000_003 + number)
        returns = {
            (form, of.get(reporter, reporter)): _whole(BY_CODE[form], values, random)
            for (form, reporter), values in drawn.items()
        }
        yield Commune(f"xa-{number:05}", _name(random), f"huyen-{number // size.together:04}", own, returns)


def _whole(form: type[Form], values: Mapping[str, Decimal], random: Random) -> dict[str, Decimal]:
    """Return values with those of the fields that are in no sum, and so were not drawn with the others."""
    found = dict(values)
    for name, item in form.fields().items():
        if name not in found:
            size = Decimal(str(round(10 ** random.uniform(0, 3.5), item.unit.decimals)))
            most = Decimal(1) if (form.code, name) in _compared() else Decimal(item.maximum or size)
            found[name] = min(size, most)
    return found


def _places(found: Iterable[Commune], size: Size) -> Iterator[str]:
    yield HEADING
    known: set[str] = set()
    for commune in found:
        if commune.territory not in known:
            known.add(commune.territory)
            number = int(commune.territory.removeprefix("huyen-"))
            province = f"tinh-{number // size.territories:03}"
            if province not in known:
                known.add(province)
                yield f"{province},province,{province.replace('tinh-', 'Số ')},vn"
            yield f"{commune.territory},district,{commune.territory.replace('huyen-', 'Số ')},{province}"
        yield f"{commune.code},commune,{commune.name},{commune.territory}"
        yield from (f"{code},village,{name},{commune.code}" for code, name in commune.villages.items())


# What goes wrong.


@cache
def _compared() -> frozenset[Asked]:
    """Return the fields that an edit reads which is no sum, or looks beyond the record."""
    edits = (edit for form in FORMS for edit in form.edits if not edit.is_linear or edit.beyond)
    return frozenset((item.form.code, item.name) for edit in edits for item in edit.operands)


@cache
def _in_no_edit(form: type[Form]) -> tuple[str, ...]:
    read = {item for edit in form.edits for item in edit.names}
    return tuple(name for name in form.fields() if name not in read and (form.code, name) not in _compared())


@cache
def _in_sums(form: type[Form]) -> tuple[str, ...]:
    """Return the fields of sums of a form in which a slip is told, and is the only thing told."""
    sums = (edit for edit in form.edits if isinstance(edit, Balance) and edit.severity is Severity.ERROR)
    names = dict.fromkeys(name for edit in sums for name in edit.names)
    return tuple(name for name in names if (form.code, name) not in _compared())


def _smallest(form: type[Form], values: Mapping[str, Decimal]) -> dict[str, int]:
    return {name: form.system.whole(name, value) for name, value in values.items()}


def _slip(form: type[Form], values: Mapping[str, Decimal], random: Random) -> tuple[str, Decimal, list[str]]:
    """Draw a slip: a field, what is written there, and the edits that do not hold then."""
    while True:
        name = random.choice(_in_sums(form))
        good = _smallest(form, values)
        wrong = slipped(good[name], form.system.decimals(name), random)
        failing = {row.code for row in form.system.failing(good | {name: wrong})}
        if form.system.allows(name, wrong):
            return name, form.system.decimal(name, wrong), sorted(failing)


def as_text(value: Decimal) -> str:
    """A number as people here write it: 1.234,5."""
    return f"{value.normalize():,f}".translate(str.maketrans(",.", ".,"))


# The country.


def layout_of(number: int, in_layouts: Sequence[str] = ()) -> str:
    """Return the layout of a commune: one of some, of all where none are named, in turn."""
    names = in_layouts or layouts()
    return names[number % len(names)]


def country(
    box: Path,
    size: Size,
    *,
    rates: Rates = CLEAN,
    seed: int = 1,
    period: Period = PERIOD,
    in_layouts: Sequence[str] = (),
) -> Truth:
    """Write the raw folder of a country into a folder, and the truth beside it.

    Args:
        box: The folder; ``raw/`` and ``truth.json`` come to lie in it.
        size: How large it is.
        rates: What goes wrong.
        seed: Another gives another country.
        period: The period of the returns.
        in_layouts: The layouts that communes take in turn; all where none are named.
    """
    truth, known = Truth(), []
    for number, commune in enumerate(communes(size, seed)):
        layout = layout_of(number, in_layouts)
        truth.communes[layout] = truth.communes.get(layout, 0) + 1
        folder = box / "raw" / period.code / commune.territory / commune.code
        folder.mkdir(parents=True)
        random = Random(f"{seed} {number} {rates}")
        for file, content in _sent(commune, templates(layout, period), layout, rates, random, truth):
            (folder / file).write_bytes(content)
            truth.workbooks += 1
        known.append(replace(commune, returns={}))
    (box / "raw" / "places.csv").write_text("\n".join([*_places(known, size), ""]), encoding="utf-8")
    (box / TRUTH).write_text(json.dumps(asdict(truth), ensure_ascii=False), encoding="utf-8")
    return truth


def _sent(
    commune: Commune, made: Mapping[str, Template], layout: str, rates: Rates, random: Random, truth: Truth
) -> Iterator[tuple[str, bytes]]:
    """Yield the workbooks of a commune, and note what is true of them."""
    sums: dict[Asked, Decimal] = {}
    held: set[str] = set()
    for code in (*commune.villages, *(code for code in _sending() if code != VILLAGE)):
        name = VILLAGE if code in commune.villages else code
        forms, template, file = _sending()[name], made[name], f"{code}{WORKBOOK}"
        if random.random() < rates.missing:
            truth.missing += [[commune.code, form.code, code] for form in forms]
            continue
        address = template.cells
        given: dict[Asked, Decimal | Text | None] = {
            (form.code, field): commune.returns[form.code, code][field] for form in forms for field in form.fields()
        }
        fitting = [form for form in forms if _in_sums(form)]
        if fitting and random.random() < rates.slips:
            form = random.choice(fitting)
            field, wrong, failing = _slip(form, commune.returns[form.code, code], random)
            given[form.code, field] = wrong
            held.add(form.code)
            truth.slips.append([commune.code, file, form.sheet, address[form.code, field]])
            truth.edits += [[commune.code, form.code, code, edit] for edit in failing]
        for one in [one for one in given if rates.blanks and one[1] in _in_no_edit(BY_CODE[one[0]])]:
            if random.random() < rates.blanks:
                given[one] = None
                if not BY_CODE[one[0]].fields()[one[1]].optional:
                    truth.blanks.append([commune.code, file, BY_CODE[one[0]].sheet, address[one]])
        for one, value in given.items():
            if isinstance(value, Decimal):
                sums[one] = sums.get(one, Decimal(0)) + value
                if rates.texts and random.random() < rates.texts:
                    given[one] = Text(as_text(value))
                    truth.texts += 1
        yield file, template.filled(commune.name, _reporter(commune, code, layout), given)
    own = truth.sums.setdefault(commune.code, {})
    for (form_code, field), value in sums.items():
        if form_code not in held:
            own.setdefault(form_code, {})[field] = f"{value.normalize():f}"


def _reporter(commune: Commune, code: str, layout: str) -> str:
    """Return how a reporter calls itself."""
    if code in commune.villages:
        return f"Thôn {commune.villages[code]}"
    desk: Place = _DESKS[code]
    return desk.aliases[0] if layout == "older" and desk.aliases else desk.name


def sent_again(box: Path, truth: Truth, share: float, seed: int = 1, *, by_commune: bool = False) -> list[Path]:
    """Have a share of the workbooks of a country in which nothing is wrong sent again, with one number one larger.

    The number is one that no edit reads; the truth is changed with it.

    Args:
        box: The folder of the country.
        truth: What is true of it.
        share: Of all its workbooks.
        seed: Others are sent again with another.
        by_commune: Those of some communes of one territory, of each all that can be; else of any, anywhere.

    Returns:
        The workbooks.
    """
    random = Random(seed)
    lying = sorted((box / "raw").rglob(f"*{WORKBOOK}"))
    desks = {code: asked for code, forms in _sending().items() if (asked := _unread(forms)) and code != VILLAGE}
    among, count = [path for path in lying if path.stem in desks], max(1, round(share * len(lying)))
    random.shuffle(among)
    if by_commune:
        communes = [path.parent for path in among if path.parents[1] == among[0].parents[1]]
        order = {commune: number for number, commune in enumerate(dict.fromkeys(communes))}
        among = sorted((path for path in among if path.parent in order), key=lambda path: order[path.parent])
    chosen = among[:count]
    for path in chosen:
        form, name = random.choice(desks[path.stem])
        layout = layout_of(int(path.parent.name.removeprefix("xa-")))
        address = templates(layout, PERIOD)[path.stem].cells[form.code, name].encode()
        part = f"xl/worksheets/sheet{_sending()[path.stem].index(form) + 1}.xml"
        cell = re.compile(rb'(<c r="%s"[^>]*><v>)([\d.]+)(?=</v>)' % address)
        parts = unpacked(path.read_bytes())
        found = cell.search(parts[part])
        assert found is not None
        more = f"{Decimal(found[2].decode()) + 1:f}".encode()
        parts[part] = parts[part].replace(found[0], found[1] + more)
        path.write_bytes(packed(parts))
        own = truth.sums[path.parent.name][form.code]
        own[name] = f"{Decimal(own[name]) + 1:f}"
    return chosen


def _unread(forms: Iterable[type[Form]]) -> list[tuple[type[Form], str]]:
    """Return the fields that no edit reads, and whose number can be one larger."""
    return [(form, name) for form in forms for name in _in_no_edit(form) if form.fields()[name].maximum is None]


# What was made of it.


_SAID_OF_RUNS = ("openlineage/", "state/")
"""Tables that say when something was made, or by whom."""


def tables(data: Path) -> dict[str, str]:
    """Return the hash of every table in an output folder but of these."""
    found = {path.relative_to(data).as_posix(): path for path in data.rglob("*.parquet")}
    return {
        name: sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if not name.startswith(_SAID_OF_RUNS)
    }


def differences(data: Path, truth: Truth) -> list[str]:
    """Return in what an output folder says other than the truth: sums per commune and of the nation, findings.

    An edit that does not hold, a blank and a return not sent have to be told where there is one, and nowhere else; each
    slip in the cell where it is. Whether a value is unlike those of other villages has no truth, and is passed over.
    """
    store = Store(data)
    found = [row for batch in store.batches() for _, rows in published.findings_of(store, batch) for row in rows]
    told = {
        "edits": ({(*who(row), edit) for row in found for edit in _edits_in(row)}, truth.edits),
        "slips": (_cells(row for row in found if row["severity"] == Severity.ERROR), truth.slips),
        "blanks": (_cells(row for row in found if row["code"] == Problems.BLANK.value.code), truth.blanks),
        "not sent": ({who(row) for row in found if row["code"] == Problems.NOT_SENT.value.code}, truth.missing),
    }
    wrong = []
    for what, (seen, wanted) in told.items():
        true = set(map(tuple, wanted))
        more = set() if what == "slips" else seen - true
        wrong += [f"{what}: {one} is not told" for one in sorted(true - seen)]
        wrong += [f"{what}: {one} is told" for one in sorted(more)]
    return [*wrong, *_other_sums(data, truth), *_other_totals(store, truth)]


def who(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Commune, form and reporter of a finding."""
    return row["commune"], row["form"], row["reporter"]


def _edits_in(row: Mapping[str, Any]) -> set[str]:
    """Return the codes of the edits that a finding tells of: those with one answer are told together."""
    edits = BY_CODE[row["form"]].edits if row["form"] in BY_CODE else ()
    named = {row["code"], *_EDIT.findall(row["message"])}
    known = {edit.code for edit in edits if edit.code in named}
    if row["severity"] == Severity.ERROR and not known:
        return {row["code"]}
    return known - {edit.code for edit in edits if isinstance(edit, Alike)}


_EDIT = re.compile(r"theo ([A-Z]\d\d-\d\d)")


def _cells(rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    return {
        (row["commune"], row["file"], row["sheet"], cell)
        for row in rows
        for cell in filter(None, row["cells"].split(";"))
    }


def _other_sums(data: Path, truth: Truth) -> Iterator[str]:
    for form in FORMS:
        mart = pq.read_table(data / "marts" / form.domain)
        seen: dict[tuple[str, str], Decimal] = {}
        names = mart["commune"].to_pylist()
        for name in form.fields():
            given = pc.is_valid(mart[name]).to_pylist()
            for commune, value, known in zip(names, mart[name].to_pylist(), given, strict=True):
                if known:
                    seen[commune, name] = seen.get((commune, name), Decimal(0)) + value
        true = {
            (commune, name): Decimal(value)
            for commune, forms in truth.sums.items()
            for name, value in forms.get(form.code, {}).items()
        }
        if seen != true:
            other = sorted(key for key in seen.keys() | true.keys() if seen.get(key) != true.get(key))
            yield from (f"sums of {form.code}: {key} is {seen.get(key)}, not {true.get(key)}" for key in other)


def _other_totals(store: Store, truth: Truth) -> Iterator[str]:
    """Tell of the nation's figures that are another sum of a field, where every commune is in them."""
    (period,) = {batch.period for batch in store.batches()}
    seen = {row["id"]: row for row in published.figures_above(store, period, "vn")}
    for figure in (figure for chapter in CHAPTERS for figure in chapter.figures):
        row = seen.get(figure.id)
        if not isinstance(figure.formula, Total) or row is None or row["reported"] < row["expected"]:
            continue
        field = figure.formula.field
        if field.unit is not figure.unit:
            continue
        total = sum(Decimal(forms[field.form.code][field.name]) for forms in truth.sums.values())
        if Fraction(row["exact"]) != Fraction(total):
            yield f"nation: {row['id']} is {row['exact']}, not {total}"
