"""Returns as .ods and as .csv: the same cells as the workbook has, or a plain reason why not."""

import csv
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from pipelines.handout.layout import Answer, workbook
from pipelines.present.marked import write
from pipelines.refresh.release import make, verify
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.raw import Raw
from schemas.form import Form
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.return_sets import ReturnSetKey
from schemas.tables import FINDINGS
from tests.unit.builders import (
    COMMUNE,
    PERIOD,
    ROOT,
    VILLAGE,
    VILLAGE_CODE,
    Cell,
    address_of,
    filled,
    raw_file,
    read,
    rows,
    run,
)
from tests.unit.offices import KEY, Office

HERD: dict[str, Cell] = {"horse": 1207, "horse_ordinary": 1000, "horse_white": 207, "goat": "-", "pig": "không"}


def csv_of(content: bytes, separator: str = ";") -> str:
    """What a spreadsheet program set to Vietnamese saves of the first sheet: every row as wide as the widest."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    buffer = io.StringIO()
    shown = [
        ["" if value is None else str(value).replace(".", ",") if isinstance(value, float) else value for value in row]
        for row in sheet.iter_rows(values_only=True)
    ]
    csv.writer(buffer, delimiter=separator).writerows(shown)
    return buffer.getvalue()


def problem(content: bytes, name: str) -> str:
    files, cells = read([raw_file(content, name)])
    assert cells.empty
    (file,) = rows(files)
    assert file["problem"] == "UNREADABLE_FILE"
    return str(file["detail"])


HERD_CSV = csv_of(filled(Livestock, HERD))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_gives_the_values_of_its_workbook_at_the_same_addresses(separator: str, encoding: str) -> None:
    content = csv_of(filled(Livestock, HERD), separator).encode(encoding)
    done = run(raw_file(content, "Pá Phào.csv"))
    assert done.met() == []
    for field, value in HERD.items():
        entry = done.entry(field)
        assert entry["value"] == (value if isinstance(value, int) else 0)
        assert (entry["file"], entry["sheet"], entry["cell"]) == (
            "Pá Phào.csv",
            "Pá Phào",
            address_of(Livestock, field),
        )


def test_decimals_with_commas_do_not_make_the_comma_a_separator() -> None:
    answers = dict.fromkeys(Crops.fields(), 12.5)
    done = run(raw_file(csv_of(filled(Crops, answers)).encode(), "a.csv"))
    assert {float(value) for value in done.located.entries["value"]} == {12.5}


def test_a_number_in_another_writing_is_no_number_of_ours() -> None:
    text = HERD_CSV.replace(";1207;", ";1,207.5;")
    assert text != HERD_CSV
    done = run(raw_file(text.encode(), "a.csv"))
    assert [(row["problem"], row["cells"]) for row in done.met()] == [
        ("UNCLEAR_NUMBER", address_of(Livestock, "horse"))
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HERD_CSV.encode("cp1258", errors="replace"), "không phải bảng mã UTF-8"),
        (HERD_CSV.encode("utf-16-le"), "không phải bảng mã UTF-8"),
        (filled(Livestock), "không phải bảng mã UTF-8"),
        (HERD_CSV.replace(";", " ").encode(), "không rõ các cột"),
        (b"a;b,c;d,e\n" * 9, "không rõ các cột"),
        (HERD_CSV.replace("Đàn ngựa", '"Đàn ngựa', 1).encode(), "nháy kép"),
        (b"", "rỗng"),
        (b"\xef\xbb\xbf", "rỗng"),
    ],
    ids=[
        "cp1258",
        "utf-16 unmarked",
        "a workbook",
        "no separator",
        "two separators",
        "open quote",
        "empty",
        "mark alone",
    ],
)
def test_a_csv_that_could_only_be_guessed_is_refused_with_what_to_do(content: bytes, told: str) -> None:
    said = problem(content, "a.csv")
    assert told in said
    assert "lưu thành" in said or "gửi lại" in said


def answered(form: type[Form], number: float) -> bytes:
    """A form with this number in every field that may have decimals, and 3 in all others."""
    lines = ("l1", "l2") if form.line_title else ("",)
    answers = {
        (form.code, line, field): Answer(number if item.unit.decimals else 3, line_name=line and f"Tuyến {line}")
        for line in lines
        for field, item in form.fields().items()
    }
    return workbook([form], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE, answers=answers)


def typed(text: str) -> str:
    """The same rows without the empty cells at their end, as a person writes them."""
    return "\r\n".join(line.rstrip(",;\t") for line in text.split("\r\n"))


@cache
def saved(form: type[Form]) -> tuple[bytes, dict[str, str]]:
    """A form with decimals, and what its cells show."""
    content = answered(form, 12.5)
    shown = {
        one.coordinate: str(one.value).replace(".", ",") if isinstance(one.value, float) else str(one.value)
        for line in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
        for one in line
        if one.value
    }
    return content, shown


def assert_read(text: str, shown: dict[str, str]) -> None:
    files, cells = read([raw_file(text.encode(), "a.csv")])
    assert files["problem"].tolist() == [""], files["detail"].tolist()
    assert {one["cell"]: one["text"] for one in rows(cells)} == shown


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_what_a_program_saves_of_a_form_is_read_whatever_separates_its_columns(
    form: type[Form], separator: str
) -> None:
    content, shown = saved(form)
    assert_read(csv_of(content, separator), shown)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("form", [Livestock, Crops], ids=lambda form: form.code)
def test_rows_that_end_with_their_last_filled_cell_are_read(form: type[Form], separator: str) -> None:
    content, shown = saved(form)
    assert_read(typed(csv_of(content, separator)), shown)


def bare(text: str) -> str:
    """The same text with decimals as a hand or a macro writes them: without quotation marks."""
    return re.sub(r'"(\d+,\d+)"', r"\1", text)


WITH_DECIMALS = [form for form in FORMS if any(item.unit.decimals for item in form.fields().values())]


@pytest.mark.parametrize("form", WITH_DECIMALS, ids=lambda form: form.code)
def test_decimals_without_quotation_marks_are_not_cut_at_the_comma_between_columns(form: type[Form]) -> None:
    text = csv_of(saved(form)[0], ",")
    assert bare(text) != text
    said = problem(bare(text).encode(), "a.csv")
    assert "mà dòng tiêu đề (dòng 7) chỉ có" in said
    assert "chấm phẩy" in said


@pytest.mark.parametrize("number", ["1207,5", "-1207,5", "1.207,5", "1207,05"])
@pytest.mark.parametrize("rest", [",", ""], ids=["as wide as it gets", "without the empty cell"])
def test_one_such_number_is_enough(number: str, rest: str) -> None:
    text = csv_of(filled(Livestock, HERD), ",").replace(",1207,", f",{number}{rest}")
    assert number in text
    said = problem(text.encode(), "a.csv")
    assert "dòng 12" in said
    assert "lưu thành .xlsx" in said


@pytest.mark.parametrize("note", ["đếm lại", "2 con ốm", '"12,5"'])
def test_a_note_that_is_no_number_beside_a_number_is_a_note(note: str) -> None:
    text = csv_of(filled(Livestock, HERD), ",").replace(",1207,", f",1207,{note}")
    entry = run(raw_file(text.encode(), "a.csv")).entry("horse")
    assert (entry["value"], entry["note"]) == (1207, note.strip('"'))


def test_a_number_for_a_note_is_one_where_decimals_stand_in_quotation_marks() -> None:
    text = csv_of(saved(Crops)[0], ",")
    assert text.count('"12,5",\r\n') > 1
    done = run(raw_file(text.replace('"12,5",\r\n', "12,2023\r\n", 1).encode(), "a.csv"))
    (entry,) = (row for row in rows(done.located.entries) if row["note"])
    assert (entry["value"], entry["note"]) == (12, "2023")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_number_for_a_note_is_one_where_no_comma_separates(separator: str) -> None:
    text = csv_of(filled(Livestock, HERD), separator).replace("1207", f"1207{separator}5", 1)
    entry = run(raw_file(text.replace(f"5{separator}\r\n", "5\r\n", 1).encode(), "a.csv")).entry("horse")
    assert (entry["value"], entry["note"]) == (1207, "5")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_text_with_the_separator_in_it_and_no_quotation_marks_is_refused(separator: str) -> None:
    text = csv_of(filled(Livestock, HERD), separator).replace("1207", f"1207{separator}đếm lại{separator}đúng")
    assert "dòng 12 chia thành 7 ô" in problem(text.encode(), "a.csv")


def test_a_heading_with_a_comma_in_it_and_no_quotation_marks_shifts_no_column() -> None:
    text = re.sub(r'"(.*?)"', r"\1", csv_of(answered(ConcreteRoads, 10), ","))
    table = text[: text.index("Cách ghi")]
    assert "thôn, xóm (m)," in table
    assert "dòng tiêu đề (dòng 7) chia thành 16 ô" in problem(table.encode(), "a.csv")


def test_a_heading_that_begins_with_a_blank_is_one_where_all_rows_are_equally_wide() -> None:
    text = csv_of(filled(Livestock, HERD), ",").replace(",Ghi chú", ", Ghi chú")
    assert run(raw_file(text.encode(), "a.csv")).entry("horse")["value"] == 1207


def ods_of(*table_rows: str, more: str = "", parts: dict[str, str] | None = None) -> bytes:
    """An .ods of one sheet called S."""
    names = {
        name: f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    }
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {' '.join(names.values())} {calc}>"
        f'<office:body><office:spreadsheet>{more}<table:table table:name="S">{"".join(table_rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        for name, text in ({"META-INF/manifest.xml": manifest, "content.xml": content} | (parts or {})).items():
            package.writestr(name, text)
    return buffer.getvalue()


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", kind: str = "", more: str = "") -> str:
    said = f'office:value-type="{kind}"' if kind else ""
    value = f'office:value="{text}"' if kind == "float" else ""
    return f"<table:table-cell {said} {value} {more}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def ods_cells(*table_rows: str, more: str = "", name: str = "a.ods") -> dict[str, tuple[str, str, str]]:
    files, cells = read([raw_file(ods_of(*table_rows, more=more), name)])
    assert files["problem"].tolist() == [""], files.to_dict("records")
    return {one["cell"]: (one["kind"], one["text"], one["aside"]) for one in rows(cells)}


def test_an_ods_gives_numbers_as_numbers_and_texts_as_texts() -> None:
    found = ods_cells(
        row(cell("1.000", "string"), cell("1234.5", "float"), cell("-", "string")),
        row(cell(), cell("7", "float", 'table:formula="of:=6+1"')),
    )
    assert found == {
        "A1": ("text", "1.000", ""),
        "B1": ("number", "1234.5", ""),
        "C1": ("text", "-", ""),
        "B2": ("number", "7", ""),
    }


def test_what_an_ods_does_not_show_is_told() -> None:
    error = 'table:formula="of:=1/0" office:string-value="" calcext:value-type="error"'
    found = ods_cells(
        row(cell(), more='table:number-rows-repeated="3"'),
        row(
            cell("#DIV/0!", "string", error),
            cell("", "", 'table:formula="of:=SUM([.A1])"'),
            "<table:table-cell table:formula='of:=IF(1=2;1;\"\")'><text:p/></table:table-cell>",
        ),
    )
    assert found == {"A4": ("error", "#DIV/0!", ""), "B4": ("formula", "=SUM([.A1])", "")}


@pytest.mark.parametrize("address", ["file:///srv/b.ods", "https://xa.vn/b.ods", "smb://may/b.ods", "../b.ods"])
def test_what_an_ods_takes_from_another_file_is_noted_and_what_it_remembers_of_it_is_no_sheet(address: str) -> None:
    source = f"&apos;{address}&apos;#$S"
    remembered = f'<table:table table:name="{source}">{row(cell("5", "float"))}</table:table>'
    linked = cell("7", "float", f'table:formula="of:=[{source}.A1]"')
    own = cell("8", "float", 'table:formula="of:=[$&apos;Trang 1&apos;.A1]"')
    found = ods_cells(row(linked, own), more=remembered)
    assert found == {"A1": ("number", "7", "linked"), "B1": ("number", "8", "")}


def test_what_is_hidden_or_merged_in_an_ods_is_noted() -> None:
    column = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    spans = 'table:number-columns-spanned="2" table:number-rows-spanned="3"'
    found = ods_cells(
        column,
        row(cell("1", "float", spans), "<table:covered-table-cell/>", cell("2", "float")),
        row(cell("3", "float"), more='table:visibility="collapse"'),
    )
    assert {address: aside for address, (_, _, aside) in found.items()} == {
        "A1": "merged=A1:B3",
        "C1": "hidden-column",
        "A2": "hidden-row covered",
    }


def test_a_comment_in_an_ods_is_no_error_and_no_text() -> None:
    note = "<office:annotation><text:p>Đếm ngày 30/6</text:p></office:annotation>"
    found = ods_cells(
        row(f'<table:table-cell office:value-type="float" office:value="5">{note}<text:p>5</text:p></table:table-cell>')
    )
    assert found == {"A1": ("number", "5", "")}


@pytest.mark.parametrize(
    ("note", "aside"),
    [
        ("<text:p>Số <text:span>đúng là 53</text:span></text:p>", "commented"),
        ("<text:p>Đúng</text:p><text:p>là 53</text:p>", "commented"),
        ("<text:p>Phòng 3:</text:p><text:p>đúng là 5</text:p>", ""),
    ],
)
def test_a_comment_in_an_ods_that_says_another_number_is_noted(note: str, aside: str) -> None:
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    by = f"<dc:creator {space}>Phòng 3</dc:creator><dc:date {space}>2024-06-30T07:00:00</dc:date>"
    said = f"<office:annotation>{by}{note}</office:annotation><text:p>5</text:p>"
    cells = f'<table:table-cell office:value-type="float" office:value="5">{said}</table:table-cell>'
    assert ods_cells(row(cells, cell("7", "float"))) == {"A1": ("number", "5", aside), "B1": ("number", "7", "")}


def style(name: str, family: str, text: str = "", cell: str = "", parent: str = "") -> str:
    spaces = (
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    )
    return (
        f'<style:style {spaces} style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"<style:text-properties {text}/><style:table-cell-properties {cell}/></style:style>"
    )


STRUCK = 'style:text-line-through-style="solid"'
LETTERS = (
    style("T1", "text", STRUCK),
    style("T2", "text", 'style:text-position="super 58%"'),
    style("T3", "text", 'style:text-position="-33% 58%"'),
    style("T4", "text", 'fo:color="#ffffff"'),
    style("T5", "text", 'style:text-position="0% 100%" style:text-line-through-style="none"', parent="T1"),
)


def shown_in(*table_rows: str, more: str = "", styles: str = "") -> dict[str, str]:
    """What the cells of a sheet show."""
    parts = {"styles.xml": f"<styles>{styles}</styles>"} if styles else None
    files, cells = read([raw_file(ods_of(*table_rows, more=more, parts=parts), "a.ods")])
    assert files["problem"].tolist() == [""], files.to_dict("records")
    return {one["cell"]: one["shown"] for one in rows(cells)}


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("65<T2>1</T2>", "65¹"),
        ("65<T3>1</T3>", "65₁"),
        ("<T1>549</T1>12", "5̶4̶9̶12"),
        ("12<T4>0</T4>", "12⟦0⟧"),
        ("<T2>65<T1>1</T1></T2>", "651̶"),
        ("120 m<T2>2</T2>", "120 m2"),
        ("<T5>65</T5>1", "651"),
        ("<T1>không</T1>", "k̶h̶ô̶n̶g̶"),
        ("<T9>65</T9>1", "651"),
    ],
)
def test_a_text_in_several_fonts_in_an_ods_is_what_a_person_sees(written: str, seen: str) -> None:
    spans = re.sub(r"<(T\d)>", r'<text:span text:style-name="\1">', re.sub(r"</T\d>", "</text:span>", written))
    assert shown_in(row(cell(spans, "string")), more="".join(LETTERS)) == {"A1": seen}


def test_a_cell_of_an_ods_in_a_font_that_strikes_out_or_hides_says_so() -> None:
    styles = style("Bỏ", "table-cell", STRUCK) + style("Nền", "table-cell", "", 'fo:background-color="#336699"')
    own = (
        style("ce1", "table-cell", parent="Bỏ"),
        style("ce2", "table-cell", 'fo:color="#FFFFFF"'),
        style("ce3", "table-cell", 'fo:color="#ffffff"', parent="Nền"),
        style("ce4", "table-cell", 'fo:color="#ffffff" style:use-window-font-color="true"'),
        style("ce5", "table-cell", 'style:text-line-through-style="none"', parent="Bỏ"),
        style("ce6", "table-cell", "", 'fo:background-color="transparent"', parent="ce2"),
    )
    cells = [cell("12", "float", f'table:style-name="ce{number}"') for number in range(1, 7)]
    found = shown_in(row(*cells), more="".join(own), styles=styles)
    assert list(found.values()) == ["1̶2̶", "", "12", "12", "12", ""]
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column NAME="ce1"/>'
    default = "table:default-cell-style-name"
    sheet = (
        columns.replace("NAME", default),
        row(*[cell("12", "float")] * 4),
        row(cell("7", "float"), more=f'{default}="ce2"'),
    )
    assert shown_in(*sheet, more="".join(own), styles=styles) == {
        "A1": "12",
        "B1": "12",
        "C1": "1̶2̶",
        "D1": "12",
        "A2": "",
    }


def test_styles_of_an_ods_that_are_made_from_one_another_keep_nothing_from_being_read() -> None:
    around = style("a", "table-cell", parent="b") + style("b", "table-cell", STRUCK, parent="a")
    assert shown_in(row(cell("12", "float", 'table:style-name="a"')), more=around) == {"A1": "1̶2̶"}


def test_cells_that_were_deleted_under_review_are_not_on_the_sheet() -> None:
    gone = row(cell("9", "float", 'table:formula="of:=9"'))
    deleted = f"<table:tracked-changes>{gone}</table:tracked-changes>"
    assert ods_cells(row(cell("5", "float")), more=deleted) == {"A1": ("number", "5", "")}


@pytest.mark.parametrize(
    "line",
    [
        row("<table:table-cell><text:p>1<table:table-cell/>5</text:p></table:table-cell>"),
        row("<table:table-cell><text:p>1<text:p>2</text:p>5</text:p></table:table-cell>"),
        row("<table:table-cell><table:table-row/></table:table-cell>"),
        row(row(cell("1", "float"))),
        cell("1", "float"),
    ],
    ids=["cell in a paragraph", "paragraph in another", "row in a cell", "row in a row", "cell in no row"],
)
def test_what_stands_in_an_ods_where_nothing_like_it_stands_is_told(line: str) -> None:
    assert "sai chỗ" in problem(ods_of(line), "a.ods")


def test_a_sheet_of_an_ods_that_has_no_name_is_told() -> None:
    nameless = f"<table:table>{row(cell('5', 'float'))}</table:table>"
    assert "trang 1 không có tên" in problem(ods_of(row(cell("1", "float")), more=nameless), "a.ods")


def test_an_ods_is_read_as_one_though_it_is_called_xlsx() -> None:
    found = ods_cells(row(cell("", "", 'table:formula="of:=A2"')), name="a.xlsx")
    assert found == {"A1": ("formula", "=A2", "")}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (filled(Livestock), "không phải sổ tính .ods"),
        (b"PK\x03\x04", "không phải sổ tính .ods"),
        (ods_of(parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "mật khẩu"),
        (
            ods_of(
                row(
                    cell("1", "float", 'table:number-columns-repeated="16384"'),
                    more='table:number-rows-repeated="1048576"',
                )
            ),
            "rất xa",
        ),
        (ods_of(parts={"big": "0" * (257 * 2**20)}), "quá lớn"),
        (ods_of(more="".join(f'<table:table table:name="S{n}"/>' for n in range(256))), "hơn 256 trang"),
        (ods_of()[:200], "hỏng"),
    ],
    ids=["a workbook", "junk", "password", "repeated a billion times", "unpacks too large", "sheets", "cut short"],
)
def test_an_ods_that_cannot_be_read_says_why(content: bytes, told: str) -> None:
    assert told in problem(content, "a.ods")


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    """A raw folder with one village's herd as .csv, and what lies beside returns."""
    folder = tmp_path / "raw" / KEY.period / KEY.commune
    folder.mkdir(parents=True)
    (folder / "pa_phao.csv").write_text(HERD_CSV, encoding="utf-8")
    (folder / "suoi_ma.ods").write_bytes(ods_of(row(cell("1", "float"))))
    for name in ("corrections.csv", "printed.csv"):
        (folder / name).write_bytes((ROOT / "raw" / KEY.period / KEY.commune / name).read_bytes()[:98])
    (folder / "places.csv").write_text("code\n", encoding="utf-8")
    return Raw(tmp_path / "raw")


def test_what_lies_beside_the_returns_as_csv_is_no_return(raw: Raw) -> None:
    assert raw.names(KEY) == ["pa_phao.csv", "suoi_ma.ods"]


def test_a_correction_of_a_cell_in_a_csv_is_recorded(raw: Raw) -> None:
    raw.ledger_path(KEY).unlink()
    horse = address_of(Livestock, "horse")
    entry = Ledger(raw, KEY).accept(
        CellPlace("pa_phao.csv", "pa_phao", horse), "1.208", reason="Đã hỏi", who="thống kê"
    )
    assert (entry["old"], entry["new"], entry["sheet"]) == ("1207", "1.208", "pa_phao")


@pytest.mark.parametrize("name", ["pa_phao.csv", "suoi_ma.ods"])
def test_what_is_no_xlsx_is_not_marked_and_that_is_said(raw: Raw, tmp_path: Path, name: str) -> None:
    file = raw.file(KEY, name)
    assert file is not None
    finding = dict.fromkeys(FINDINGS.names, "") | {"code": "B01-02", "severity": "error", "file": name}
    done = write(raw, KEY, [finding], [{"file": name, "sha256": file.sha256, "problem": ""}], tmp_path / "out")
    assert done.written == ()
    (told,) = done.left_out
    assert name in told
    assert "returns findings" in told


@pytest.mark.slow
def test_a_csv_is_archived_as_one_and_a_release_is_computed_again_from_it(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.send(f"{VILLAGE_CODE}.csv", HERD_CSV.encode())
    office.refresh()
    store = office.store
    file = office.raw.file(ReturnSetKey(PERIOD.code, COMMUNE), f"{VILLAGE_CODE}.csv")
    assert file is not None
    assert store.archive.path(file.sha256, ".csv").read_bytes() == file.content
    released = make(office.raw, store, KEY, "lan-1", despite="thử")
    assert released.manifest["accepted"][0]["workbooks"] == {f"{VILLAGE_CODE}.csv": file.sha256}
    verified = verify(store.root, "lan-1")
    assert (list(verified.differences), verified.figures > 0) == ([], True)
