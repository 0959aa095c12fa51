"""Workbooks rewritten and damaged by chance: read as what they say, or told of; never anything else.

Three kinds of change are made to workbooks of every writer. Of what leaves the meaning as it is, the same cells are
read, with all that is noted of them. Of what no program can read, nothing is read and one sentence says so. Of what may
have changed the meaning, the cells are those that openpyxl or calamine read as well, or none.
"""

import io
import re
import resource
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import unescape

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from tests.unit.builders import unpacked
from tests.unit.fuzzing import FACTOR, damaged, on_the_page, records_of, seeds
from tests.unit.test_second_reader import (
    WRITERS,
    by_second,
    by_third,
    converted,
    made,
    planned,
    said,
    seen,
    without_hash,
)

pytestmark = pytest.mark.slow
_on_the_page = on_the_page(
    "Sổ tính bị biến đổi bất kỳ", "số như người gửi thấy, hoặc một câu nói vì sao không đọc được tệp"
)

SAME, TOLD, BROKEN, OTHER = 80, 40, 80, 80
"""Workbooks of each kind of change, of openpyxl and XlsxWriter together."""
OFFICE_XLSX, OFFICE_ODS, OFFICE_CSV = 50, 40, 30
"""Workbooks that LibreOffice wrote, of all kinds of change together."""
BASES = min(60, 8 * FACTOR)
"""Of those, how many are changed in one way after the other."""

SECONDS = 10
GROWTH = 2**20
"""Limits of one file: time of the processor, and of all files together: kilobytes of memory."""

Parts = dict[str, bytes]
Change = Callable[[Parts, Random], None]

SHEET = re.compile(r"xl/worksheets/[^/]*\.xml")
TAG = re.compile(r"<([\w:.]+)((?:\s+[\w:]+=\"[^\"]*\")*)\s*(/?)>")
ATTRIBUTE = re.compile(r"([\w:]+)=\"([^\"]*)\"")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
VALUE = re.compile(r"<v>([^<]*)</v>")
NUMBER = re.compile(r'(<c(?: (?:r|s)="[^"]*"| t="n")*>)<v>([^<]*)</v>')


def packed(parts: Parts, chance: Random | None = None) -> bytes:
    """A package of the parts; by chance in another order, with other compression, folders, and a comment."""
    buffer = io.BytesIO()
    names = list(parts)
    odd = chance is not None and chance.random() < 0.3
    if chance is not None and odd and "mimetype" not in parts:
        chance.shuffle(names)
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            plain = name == "mimetype" or (chance is not None and chance.random() < 0.3)
            package.writestr(name, parts[name], zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED)
        if odd:
            package.writestr("xl/", b"")
            package.writestr("docProps/khác.bin", bytes(range(256)))
            package.comment = "ghi chú".encode()
    return buffer.getvalue()


def sheets(parts: Parts) -> list[str]:
    return [name for name in parts if SHEET.fullmatch(name)]


def rewrite(change: Callable[[str, Random], str], which: Callable[[str], object] = SHEET.fullmatch) -> Change:
    """A change of the text of some parts."""

    def made_so(parts: Parts, chance: Random) -> None:
        for name in [name for name in parts if which(name)]:
            text = parts[name].decode("utf-8-sig")
            parts[name] = change(text, chance).encode()

    return made_so


def is_xml(name: str) -> bool:
    return bool(re.fullmatch(r"xl/.*\.(xml|rels)|content\.xml", name)) and "theme" not in name


def is_main(name: str) -> bool:
    return is_xml(name) and not name.endswith(".rels")


def tags(change: Callable[[str, list[tuple[str, str]], str, Random], str]) -> Callable[[str, Random], str]:
    def made_so(text: str, chance: Random) -> str:
        return TAG.sub(lambda tag: change(tag[1], ATTRIBUTE.findall(tag[2]), tag[3], chance), text)

    return made_so


def tag_of(name: str, attributes: list[tuple[str, str]], end: str, quote: str = '"', equals: str = "=") -> str:
    def value(text: str) -> str:
        return text.replace("'", "&apos;") if quote == "'" else text

    return f"<{name}{''.join(f' {key}{equals}{quote}{value(text)}{quote}' for key, text in attributes)}{end}>"


def reordered(name: str, attributes: list[tuple[str, str]], end: str, chance: Random) -> str:
    return tag_of(name, chance.sample(attributes, len(attributes)), end)


def requoted(name: str, attributes: list[tuple[str, str]], end: str, chance: Random) -> str:
    return tag_of(name, attributes, end, quote="'", equals=chance.choice(["=", " = ", "\n="]))


def unaddressed(text: str, _: Random) -> str:
    """Rows and cells in their places without saying so; those left out as empty ones."""

    def cells(line: str) -> str:
        found, last = [], 0
        for cell in re.findall(r"<c\b[^>]*/>|<c\b[^>]*>.*?</c>", line, re.DOTALL):
            address = re.search(r' r="([A-Za-z]+)\d+"', cell)
            assert address
            column = 0
            for letter in address[1].upper():
                column = column * 26 + ord(letter) - 64
            found += ["<c/>"] * (column - last - 1)
            found.append(cell.replace(address[0], "", 1))
            last = column
        return "".join(found)

    def lines(data: re.Match[str]) -> str:
        found, last = [], 0
        for whole in re.finditer(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", data[1], re.DOTALL):
            number = re.search(r'\br="(\d+)"', whole[1])
            assert number
            found += ["<row/>"] * (int(number[1]) - last - 1)
            found.append(f"<row{whole[1].replace(number[0], '')}>{cells(whole[2] or '')}</row>")
            last = int(number[1])
        return f"<sheetData>{''.join(found)}</sheetData>"

    return re.sub(r"<sheetData>(.*)</sheetData>", lines, text, flags=re.DOTALL)


def in_small_letters(text: str, _: Random) -> str:
    return re.sub(r'(<c r=")([A-Z]+)', lambda found: found[1] + found[2].lower(), text)


def prefixed(text: str, _: Random) -> str:
    if f'xmlns="{MAIN}"' not in text:
        return text
    text = text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return re.sub(r"<(/?)(\w+)(?=[\s/>])", r"<\1x:\2", text)


def strict(text: str, _: Random) -> str:
    return text.replace(f'"{MAIN}"', '"http://purl.oclc.org/ooxml/spreadsheetml/main"')


def as_sections(text: str, chance: Random) -> str:
    def section(found: re.Match[str]) -> str:
        plain = unescape(found[2])
        plain = re.sub(r"&#(\d+);", lambda sign: chr(int(sign[1])), plain)
        return (
            found[0] if "]]>" in plain or "&" in plain or "\r" in plain else f"{found[1]}<![CDATA[{plain}]]>{found[3]}"
        )

    return re.sub(r"(<(?:v|t|t [^>]*)>)([^<]+)(</[vt]>)", section, text)


def by_numbers(text: str, chance: Random) -> str:
    return VALUE.sub(lambda found: f"<v>{''.join(f'&#{ord(sign)};' for sign in found[1])}</v>", text)


def commented(text: str, chance: Random) -> str:
    notes = ["<!-- <c r='A1'/> -->", "<?odd thing?>", "<!---->"]
    text = re.sub(r"(?<=</c>)|(?<=<sheetData>)|(?<=</row>)", lambda _: chance.choice([*notes, "", "\n  "]), text)
    return VALUE.sub(lambda found: f"<v>{found[1][:1]}{chance.choice(notes)}{found[1][1:]}</v>", text)


def odd_attributes(text: str, _: Random) -> str:
    text = re.sub(r"<(c|row|sheetData)(?=[\s>/])", r'<\1 xmlns:odd="urn:odd" odd:r="A1" odd:hidden="1"', text)
    return text.replace("</row>", '<extLst><ext uri="x"><odd:c xmlns:odd="urn:odd" r="A1"/></ext></extLst></row>', 1)


def other_digits(text: str, chance: Random) -> str:
    def number(found: re.Match[str]) -> str:
        value = found[2]
        ways = [value, f" {value}\n", f"+{value}" if value[0] != "-" else value]
        if re.fullmatch(r"-?\d{1,12}", value):
            padded = re.sub(r"^(-?)", r"\g<1>00", value)
            ways += [f"{value}.0", f"{value}E0", f"{value}.", f"{value}e+00", padded]
        if value.startswith("0."):
            ways.append(value[1:])
        return f"{found[1]}<v>{chance.choice(ways)}</v>"

    return NUMBER.sub(number, text)


def huge_counts(text: str, chance: Random) -> str:
    text = re.sub(r'\b((?:unique)?[cC]ount)="\d+"', rf'\1="{10 ** chance.choice([6, 9, 30])}"', text)
    text = re.sub(r'spans="[^"]*"', 'spans="1:99999999999"', text)
    return re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', text)


def in_words(text: str, _: Random) -> str:
    return text.replace('hidden="1"', 'hidden="true"').replace('t="n"', "")


def moved(parts: Parts, chance: Random) -> None:
    """The sheets lie elsewhere, and are pointed at in another manner."""
    links = "xl/_rels/workbook.xml.rels"
    for number, name in enumerate(sheets(parts)):
        if re.search(r"_rels/" + re.escape(Path(name).name), " ".join(parts)):
            continue
        new = f"xl/{chance.choice(['worksheets', 'trang', 'a/b'])}/so{number}.xml"
        parts[new] = parts.pop(name)
        below = new.removeprefix("xl/")
        target = chance.choice([f"/{new}", f"./{below}", f"../xl/{below}", below.replace("/", "\\"), below.upper()])
        own = re.compile(rf'Target="(?:/xl/|xl/)?{re.escape(name.removeprefix("xl/"))}"')
        pointing = f'Target="{target}"'.replace("\\", "\\\\")
        text, times = own.subn(pointing, parts[links].decode())
        assert times == 1, (name, parts[links])
        parts[links] = text.encode()


def with_backslashes(parts: Parts, _: Random) -> None:
    for name in list(parts):
        parts[name.replace("/", "\\")] = parts.pop(name)


def in_other_letters(parts: Parts, chance: Random) -> None:
    """Some parts in UTF-16, or with a mark before UTF-8."""
    for name in list(parts):
        if is_xml(name) and chance.random() < 0.5:
            text = re.sub(r"^<\?xml[^>]*\?>", "", parts[name].decode("utf-8-sig"))
            parts[name] = chance.choice([text.encode("utf-16"), text.encode("utf-8-sig")])


def other_numbers_of_strings(parts: Parts, chance: Random) -> None:
    name = "xl/sharedStrings.xml"
    if name not in parts:
        return
    text = parts[name].decode()
    found = re.findall(r"<si>.*?</si>|<si/>", text, re.DOTALL)
    order = chance.sample(range(len(found)), len(found))
    places = {str(old): str(new) for new, old in enumerate(order)}
    head, tail = text[: text.index("<si")], "</sst>"
    parts[name] = (head + "<si><t>lạ</t></si>".join(["", ""]) + "".join(found[old] for old in order) + tail).encode()
    shift = 1
    for sheet in sheets(parts):
        parts[sheet] = re.sub(
            r'(<c [^>]*t="s"[^>]*><v>)(\d+)(</v>)',
            lambda cell: f"{cell[1]}{int(places[cell[2]]) + shift}{cell[3]}",
            parts[sheet].decode(),
        ).encode()


XLSX_SAME: dict[str, Change] = {
    "attributes in another order": rewrite(tags(reordered), is_xml),
    "other digits": rewrite(other_digits),
    "strings in another order": other_numbers_of_strings,
    "huge counts": rewrite(huge_counts, is_xml),
    "truth in words": rewrite(in_words),
    "small letters": rewrite(in_small_letters),
    "no addresses": rewrite(unaddressed),
    "other attributes": rewrite(odd_attributes),
    "moved": moved,
    "strict": rewrite(strict),
    "prefixes": rewrite(prefixed, is_main),
    "other quotes": rewrite(tags(requoted), is_xml),
    "letters by number": rewrite(by_numbers),
    "sections": rewrite(as_sections, is_xml),
    "comments": rewrite(commented),
    "other letters": in_other_letters,
    "backslashes": with_backslashes,
}
"""What leaves the meaning as it is; applied in this order, for the later ones make XML that the earlier do not know."""
APART = ({"letters by number", "sections", "comments"}, {"strict", "prefixes"}, {"no addresses", "other attributes"})
"""Of these one at most, for the same reason."""


def chosen(changes: Mapping[str, Change], chance: Random) -> list[str]:
    picked = set(chance.sample(list(changes), min(len(changes), chance.choice([1, 1, 2, 3]))))
    for apart in APART:
        for extra in sorted(picked & apart)[1:]:
            picked.remove(extra)
    return [name for name in changes if name in picked]


def changed(content: bytes, changes: Mapping[str, Change], chance: Random) -> tuple[list[str], bytes]:
    parts, names = unpacked(content), chosen(changes, chance)
    for name in names:
        changes[name](parts, chance)
    return names, packed(parts, chance)


@pytest.fixture(autouse=True, scope="module")
def _memory() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH


def told(content: bytes, name: str = "x.xlsx") -> Any:
    """What is read of a file, in time; nothing where one sentence says why not."""
    begun = time.process_time()
    found = seen(content, name)
    assert time.process_time() - begun < SECONDS
    return found


@pytest.mark.parametrize("part", range(4))
def test_what_says_the_same_in_other_xml_is_read_the_same(part: int) -> None:
    for seed, chance in seeds(SAME, part, 4):
        _, content = made(seed)
        names, other = changed(content, XLSX_SAME, chance)
        assert without_hash(told(other)) == without_hash(seen(content)), (seed, names)


def cells_of(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"<c [^>]*>(?:(?!</c>).)*<v>(?:(?!</c>).)*</c>", text, re.DOTALL))


BAD_CELLS = {
    "no such string": '<c r="{}" t="s"><v>99999</v></c>',
    "a string below the first": '<c r="{}" t="s"><v>-1</v></c>',
    "a string of no number": '<c r="{}" t="s"><v>1e0</v></c>',
    "not a number": '<c r="{}"><v>NaN</v></c>',
    "endless": '<c r="{}"><v>1e999</v></c>',
    "digits of others": '<c r="{}"><v>٣</v></c>',
    "with a comma": '<c r="{}"><v>1,5</v></c>',
    "in hexadecimals": '<c r="{}"><v>0x10</v></c>',
    "a type of no name": '<c r="{}" t="zz"><v>1</v></c>',
    "a truth of no name": '<c r="{}" t="b"><v>2</v></c>',
    "a day of no calendar": '<c r="{}" t="d"><v>2024-02-30</v></c>',
    "two values": '<c r="{}"><v>1</v><v>2</v></c>',
    "twice": '<c r="{0}"><v>1</v></c><c r="{0}"><v>1</v></c>',
    "far": '<c r="XFE1"><v>1</v></c>',
    "in no row": '<c r="A0"><v>1</v></c>',
    "within another": '<c r="{0}"><c r="{0}"><v>1</v></c></c>',
    "a row within": '<row><c r="{}"><v>1</v></c></row>',
    "left open": '<c r="{}"><v>1</v>',
    "an entity": '<c r="{}"><v>&one;</v></c>',
    "a letter that XML has not": '<c r="{}" t="str"><v>\x01</v></c>',
}


@pytest.mark.parametrize("part", range(2))
def test_what_no_program_can_read_is_told_and_nothing_of_it_is_read(part: int) -> None:
    for seed, chance in seeds(TOLD, part, 2):
        _, content = made(seed)
        parts = unpacked(content)
        sheet = chance.choice(sheets(parts))
        text = parts[sheet].decode()
        found = cells_of(text)
        cells = BAD_CELLS if found else ()
        kind = chance.choice([*cells, "gone", "two sheets of one part", "elsewhere", "two of a name"])
        if kind in BAD_CELLS:
            cell = chance.choice(found)
            address = re.search(r'r="(\w+)"', cell[0])
            assert address
            parts[sheet] = (text[: cell.start()] + BAD_CELLS[kind].format(address[1]) + text[cell.end() :]).encode()
        elif kind == "gone":
            del parts[chance.choice([*sheets(parts), "xl/workbook.xml"])]
        elif kind == "two of a name":
            parts[sheet.upper()] = parts[sheet]
        elif kind == "elsewhere":
            links = "xl/_rels/workbook.xml.rels"
            parts[links] = parts[links].replace(b"worksheets/sheet1.xml", b"worksheets/sheet99.xml")
        else:
            links = "xl/_rels/workbook.xml.rels"
            parts[links] = re.sub(rb'Id="\w+"', b'Id="rId1"', parts[links])
        assert told(packed(parts)) is None, (seed, kind)


@pytest.mark.parametrize("part", range(2))
def test_a_damaged_file_is_told_or_read_as_the_whole_one(part: int) -> None:
    refused = 0
    for seed, chance in seeds(BROKEN, part, 2):
        _, content = made(seed)
        found = told(damaged(content, chance))
        assert found is None or without_hash(found) == without_hash(seen(content)), seed
        refused += found is None
    assert refused > BROKEN // 4


def shaken(text: str, chance: Random) -> str:
    """The XML with one or two of its tags, attributes or values other, gone, doubled or elsewhere."""
    for _ in range(chance.choice([1, 1, 2])):
        pieces = re.split(r"(<[^>]*>)", text)
        marked = range(1, len(pieces), 2)
        at, other = chance.choice(marked), chance.choice(marked)
        match chance.randrange(9):
            case 0:
                pieces[at] = ""
            case 1:
                pieces[at] += pieces[at]
            case 2:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3:
                pieces[at : at + 1] = [pieces[at], *pieces[other : other + 5]]
            case 4 | 5:
                owned = ATTRIBUTE.findall(pieces[at])
                values = [value for _, value in ATTRIBUTE.findall(text)]
                if owned:
                    name, value = chance.choice(owned)
                    new = chance.choice([*chance.choices(values, k=6), "", "0", "1", "-1", "true", "99999999999", "A1"])
                    pieces[at] = pieces[at].replace(f'{name}="{value}"', f'{name}="{new}"', 1)
            case 6:
                owned = ATTRIBUTE.findall(pieces[at])
                if owned:
                    name, value = chance.choice(owned)
                    pieces[at] = pieces[at].replace(f' {name}="{value}"', "", 1)
            case 7:
                texts = [place for place in range(0, len(pieces), 2) if pieces[place].strip()]
                if texts:
                    new = [pieces[chance.choice(texts)], "5", "-0", "1e5", " 7 ", "0x1", "TRUE", "_x0041_", "1.5.2", ""]
                    pieces[chance.choice(texts)] = chance.choice(new)
            case _:
                names = [found[1] for found in TAG.finditer(text)]
                own = re.match(r"</?([\w:]+)", pieces[at])
                if own:
                    pieces[at] = pieces[at].replace(own[1], chance.choice(names), 1)
        text = "".join(pieces)
    return text


Judged = dict[tuple[str, int, int], tuple[str, str]]


def judged(found: Mapping[Any, Mapping[str, Any]]) -> Judged:
    return {
        (row["sheet"].partition(" [trang")[0], row["row"], row["column"]): (row["kind"], row["text"])
        for row in found.values()
    }


def by_openpyxl(content: bytes) -> Judged:
    return {(sheet, *coordinate_to_tuple(cell)): pair for (sheet, cell), pair in by_second(content).items()}


def by_calamine(content: bytes) -> Judged:
    found = by_third(content)
    plain = (str, bool, int, float)
    return {where: said(value) if isinstance(value, plain) else ("date", "") for where, value in found.items()}


def differing(ours: Judged, theirs: Judged, kinds: frozenset[str]) -> dict[Any, Any]:
    """Where one says a value that the other does not; of dates and formulas each has rules of its own."""
    found = {}
    for where in ours.keys() | theirs.keys():
        own, other = ours.get(where), theirs.get(where)
        if own is not None and own[0] not in kinds:
            continue
        if other is not None and (other[0] == "date" or re.search("_x|\x00", other[1] + (own or ("", ""))[1])):
            continue
        if own != other:
            found[where] = own, other
    return found


READERS: dict[str, tuple[Callable[[bytes], Judged], frozenset[str]]] = {
    "openpyxl": (by_openpyxl, frozenset({"number", "text", "boolean", "error"})),
    "calamine": (by_calamine, frozenset({"number", "text", "boolean"})),
}


def squeezed(found: Judged) -> Judged:
    """Without blanks in texts: of an .ods calamine leaves out tabs."""
    return {where: (kind, "".join(text.split())) for where, (kind, text) in found.items()}


ODS_READERS: dict[str, tuple[Callable[[bytes], Judged], frozenset[str]]] = {
    "calamine, squeezed": (lambda content: squeezed(by_calamine(content)), frozenset({"number", "text"}))
}


def agreed(content: bytes, found: Any, readers: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """How many readers could read it, and where each differs from us; empty where one does not."""
    ours, differences = judged(found), {}
    for name, (reader, kinds) in readers.items():
        try:
            theirs = reader(content)
        except BaseException as reason:  # calamine's panics are no exceptions
            if isinstance(reason, (KeyboardInterrupt, SystemExit)):
                raise
            continue
        own = squeezed(ours) if readers is ODS_READERS else ours
        differences[name] = differing(own, theirs, kinds)
    return len(differences), {} if any(not found for found in differences.values()) else differences


def unnoted(content: bytes, found: Any) -> dict[Any, Any]:
    """Filled cells of which openpyxl knows that they are hidden or merged, and we do not."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception:
        return {}
    missing = {}
    for (name, cell), row in found.items():
        sheet = book[name] if name in book.sheetnames else None
        if sheet is None or sheet not in book.worksheets:
            continue
        columns = sheet.column_dimensions.values()
        areas = [area.bounds for area in sheet.merged_cells.ranges]
        known = {
            "hidden-sheet": sheet.sheet_state != "visible",
            "hidden-row": sheet.row_dimensions[row["row"]].hidden if row["row"] in sheet.row_dimensions else False,
            "hidden-column": any(one.hidden and one.min <= row["column"] <= one.max for one in columns),
            f"merged={cell}": any((left, top) == (row["column"], row["row"]) for left, top, _, _ in areas),
        }
        if lacking := [word for word, so in known.items() if so and word not in row["aside"]]:
            missing[name, cell] = lacking, row["aside"]
    return missing


@pytest.mark.parametrize("part", range(2))
def test_what_may_mean_something_else_is_told_or_read_as_another_reader_does(part: int) -> None:
    both = 0
    for seed, chance in seeds(OTHER, part, 2):
        _, content = made(seed)
        parts = unpacked(content)
        target = chance.choice([*sheets(parts) * 4, *(name for name in parts if is_xml(name))])
        parts[target] = shaken(parts[target].decode(), chance).encode()
        other = packed(parts)
        found = told(other)
        if found is not None:
            readers, differences = agreed(other, found, READERS)
            assert not differences, (seed, target, differences)
            assert not unnoted(other, found), (seed, target)
            both += readers > 0
    assert both > OTHER // 10


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workbooks as LibreOffice saves them, as .xlsx and .ods, each beside the plan it was made from."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "made").mkdir()
    names = []
    for seed in range(BASES):
        plan = planned(Random(seed))
        plan.hidden.clear()
        names.append(f"made/{seed}.xlsx")
        (folder / names[-1]).write_bytes(list(WRITERS.values())[seed % 2](plan))
    for kind in ("xlsx", "ods"):
        converted(folder, kind, *names)
    shutil.rmtree(folder / "profile")
    return folder


def base(office: Path, seed: int, kind: str) -> bytes:
    return (office / f"{seed % BASES}.{kind}").read_bytes()


def remarked(text: str, _: Random) -> str:
    return re.sub("(?=</?table:table-(?:row|cell))", "<!-- x -->", text)


ODS_SAME: dict[str, Change] = {
    "attributes in another order": rewrite(tags(reordered), is_xml),
    "other quotes": rewrite(tags(requoted), is_xml),
    "comments": rewrite(remarked, is_xml),
    "other letters": in_other_letters,
}


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.needs("soffice")
@pytest.mark.parametrize(
    ("kind", "count", "same"), [("xlsx", OFFICE_XLSX, XLSX_SAME), ("ods", OFFICE_ODS, ODS_SAME)], ids=["xlsx", "ods"]
)
def test_what_libreoffice_wrote_is_read_as_it_is_or_told_whatever_happens_to_it(
    office: Path, kind: str, count: int, same: Mapping[str, Change]
) -> None:
    both = 0
    readers = READERS if kind == "xlsx" else ODS_READERS
    for seed, chance in seeds(count):
        content, name = base(office, seed, kind), f"x.{kind}"
        whole = without_hash(seen(content, name))
        assert whole, seed
        match seed % 3:
            case 0:
                names, other = changed(content, same, chance)
                assert without_hash(told(other, name)) == whole, (seed, names)
            case 1:
                found = told(damaged(content, chance), name)
                assert found is None or without_hash(found) == whole, seed
            case _:
                parts = unpacked(content)
                target = chance.choice(sheets(parts) or ["content.xml"])
                parts[target] = shaken(parts[target].decode(), chance).encode()
                other = packed(parts)
                found = told(other, name)
                if found is not None:
                    able, differences = agreed(other, found, readers)
                    assert not differences, (seed, target, differences)
                    both += able > 0
    assert both > count // 20


def csv_text(office: Path, seed: int, chance: Random) -> bytes:
    """The first sheet of a workbook as .csv in some manner."""
    cells = list((seen(base(office, seed, "xlsx")) or {}).values())
    own = [row for row in cells if row["sheet"] == cells[0]["sheet"]]
    width = max(3, *(row["column"] for row in own))
    table = [[""] * width for _ in range(max(row["row"] for row in own))]
    for row in own:
        table[row["row"] - 1][row["column"] - 1] = row["shown"] or row["text"]
    separator, end = chance.choice(";,\t"), chance.choice(["\n", "\r\n", "\r"])

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if re.search('[;,\t"\r\n]', text) else text

    text = "".join(separator.join(map(cell, line)) + end for line in table)
    return chance.choice([text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")])


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.needs("soffice")
def test_a_csv_is_read_cell_by_cell_in_one_separator_or_told_whatever_happens_to_it(office: Path) -> None:
    read_ones = 0
    for seed, chance in seeds(OFFICE_CSV):
        content = csv_text(office, seed, chance)
        content = damaged(content, chance) if seed % 3 else content
        found = told(content, "x.csv")
        if found is None:
            assert seed % 3, seed
            continue
        read_ones += 1
        marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if marked else "utf-8-sig")
        ours = {(row["row"], row["column"]): row["text"] for row in found.values()}
        ways = [records_of(text, separator) or [] for separator in ";,\t"]
        assert ours in [
            {(row, column): cell for row, line in enumerate(way, 1) for column, cell in enumerate(line, 1) if cell}
            for way in ways
        ], seed
    assert read_ones > OFFICE_CSV // 4
