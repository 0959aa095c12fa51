"""The sheets of a design workbook: which there are, what each column asks for, in the words that stand on them.

Belongs here: headings, help, choices. Does not belong here: writing the workbook (``pipelines.handout.design``),
reading it (``pipelines.steps.design``), the notation of formulas and rules (``schemas.design.notation``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.chart import Against, ChartKind
from schemas.form import Counts
from schemas.outcomes import Severity
from schemas.periods import PeriodKind


class Asked(StrEnum):
    """What a column's cells hold."""

    TEXT = "text"
    NAMES = "names"
    """Wordings or codes with a bar between them."""
    WHOLE = "whole"
    """A whole number."""
    NUMBER = "number"
    CHOICE = "choice"
    """One of the column's own choices."""


class Listed(StrEnum):
    """What a column's drop-down offers, where it does not have choices of its own; something else may be meant too."""

    FORMS = "forms"
    CHAPTERS = "chapters"
    UNITS = "units"
    REPORTERS = "reporters"


YES, NO = "có", "không"

SEVERITIES: Mapping[str, Severity] = {"Lỗi": Severity.ERROR, "Cảnh báo": Severity.WARNING}

AGAINST: Mapping[str, Against] = {
    "dự toán": Against.ESTIMATE,
    "kế hoạch": Against.PLAN,
    "vốn giao": Against.CAPITAL,
    "cùng kỳ năm trước": Against.LAST_YEAR,
}

CHART_KINDS: Mapping[str, ChartKind] = {"theo đơn vị báo cáo": ChartKind.BY_REPORTER, "các phần": ChartKind.PARTS}

PERIOD_KINDS: Mapping[str, PeriodKind] = {kind.label: kind for kind in PeriodKind}

COUNTS: Mapping[str, Counts] = {counts.value: counts for counts in Counts}

PART, OF_WHICH = "cộng vào", "một phần"

WITHIN = (PART, OF_WHICH)
"""How a line is part of another."""

SEPARATOR = "|"
"""Between several wordings or codes in one cell."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Args:
        name: What the code calls it.
        heading: What stands above it.
        help: In one line, what to write into it.
        asked: What its cells hold.
        required: Whether no cell of a row may be blank.
        choices: The only texts it takes.
        listed: What its drop-down offers, where that is not known beforehand.
        width: In letters.
    """

    name: str
    heading: str
    help: str
    asked: Asked = Asked.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    listed: Listed | None = None
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """A sheet of a design workbook: its name on the tab, what one row of it is, its columns."""

    name: str
    title: str
    help: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)


_FORM = Column("form", "Mã biểu", "Chọn mã biểu đã ghi ở trang «Biểu».", required=True, listed=Listed.FORMS, width=14)
_CHAPTER = Column(
    "chapter", "Mã chương", "Chọn mã chương đã ghi ở trang «Chương».", required=True, listed=Listed.CHAPTERS
)
_YES = (YES,)

FORMS = Sheet(
    "forms",
    "Biểu",
    "Mỗi dòng là một biểu: một trang tính mà đơn vị báo cáo điền.",
    (
        Column("code", "Mã biểu", "Một chữ cái in hoa và hai chữ số, như S01.", required=True, width=14),
        Column("sheet", "Tên trang", "Tên trang tính của biểu, nhiều nhất 31 ký tự.", required=True, width=22),
        Column("title", "Tên biểu", "Tên in ở đầu biểu.", required=True, width=44),
        Column(
            "reporter",
            "Đơn vị báo cáo",
            "Chọn ai điền biểu này; phần sau dấu hai chấm chỉ để đọc.",
            required=True,
            listed=Listed.REPORTERS,
            width=34,
        ),
        Column("lines", "Tên của dòng", "Chỉ ghi khi biểu có nhiều dòng: tiêu đề cột tên dòng, như «Tên công trình»."),
        Column("version", "Phiên bản", "Để trống là 1; sửa biểu đang dùng thì ghi số cao hơn.", Asked.WHOLE, width=14),
        Column("due", "Hạn gửi", "Số ngày sau khi hết kỳ; để trống là 10.", Asked.WHOLE, width=14),
        Column("domain", "Tên bảng", "Tên bảng kết quả, chữ thường không dấu; để trống là theo mã biểu."),
        Column(
            "periods",
            "Kỳ báo cáo",
            f"Gửi theo những kỳ nào, cách nhau bằng dấu |: {', '.join(PERIOD_KINDS)}; để trống là 6 tháng.",
            Asked.NAMES,
            width=20,
        ),
        Column(
            "counts",
            "Số tính",
            "Số có đến cuối kỳ, tính từ đầu năm, hay chỉ trong kỳ (để trống); các kỳ được so với nhau theo đó.",
            Asked.CHOICE,
            choices=tuple(COUNTS),
            width=20,
        ),
        Column(
            "since",
            "Phiên bản từ kỳ",
            "Từ kỳ nào dùng phiên bản này: 2025-H1; các kỳ trước dùng phiên bản trước. Nhiều lần đổi thì ghi từng lần, "
            "cũ trước, như 2023-H1 | 2025-H1. Để trống: mọi kỳ dùng phiên bản này.",
            Asked.NAMES,
            width=24,
        ),
    ),
)

FIELDS = Sheet(
    "fields",
    "Chỉ tiêu",
    "Mỗi dòng là một chỉ tiêu của biểu, theo đúng thứ tự in trên biểu.",
    (
        _FORM,
        Column("code", "Mã chỉ tiêu", "Chữ thường không dấu, nối bằng gạch dưới, như so_ho.", required=True, width=22),
        Column("label", "Tên chỉ tiêu", "Như in trên biểu; trong một biểu không được trùng.", required=True, width=44),
        Column(
            "unit",
            "Đơn vị tính",
            "Chọn trong danh sách; đơn vị mới thì ghi thêm ở trang «Đơn vị tính».",
            required=True,
            listed=Listed.UNITS,
        ),
        Column("section", "Mục", "Tiêu đề in phía trên nhóm chỉ tiêu.", width=24),
        Column("parts", "Là tổng của", "Mã các chỉ tiêu cộng lại thành chỉ tiêu này: nam + nu.", width=30),
        Column("least", "Ít nhất", "Để trống là 0; được ghi số âm thì ghi «không».", width=14),
        Column("most", "Nhiều nhất", "Số lớn nhất có thể có; để trống là không hạn chế.", Asked.WHOLE, width=14),
        Column(
            "confirmable",
            "Được vượt",
            "«có» nếu số lớn hơn mức nhiều nhất vẫn có thể xác nhận là đúng.",
            Asked.CHOICE,
            choices=_YES,
            width=14,
        ),
        Column(
            "optional",
            "Được để trống",
            "«có» nếu đơn vị không liên quan được để trống.",
            Asked.CHOICE,
            choices=_YES,
            width=14,
        ),
        Column(
            "stock",
            "Số hiện có",
            "«có» nếu đếm cái đang có, như số lớp, không phải việc xảy ra trong kỳ.",
            Asked.CHOICE,
            choices=_YES,
            width=14,
        ),
        Column(
            "aliases", "Cách ghi khác", "Tên khác hay gặp của chỉ tiêu, cách nhau bằng dấu |.", Asked.NAMES, width=24
        ),
        Column("definition", "Định nghĩa", "Tính những gì, khi tên chưa nói hết.", width=44),
        Column(
            "planned",
            "Số kế hoạch",
            "Mã chỉ tiêu hỏi số kế hoạch của chỉ tiêu này, nếu đơn vị hay ghi cả hai vào một ô: 140/146 ha.",
            width=22,
        ),
        Column("since", "Từ phiên bản", "Để trống là từ đầu.", Asked.WHOLE, width=14),
        Column("until", "Đến phiên bản", "Phiên bản cuối cùng còn hỏi; để trống là còn hỏi.", Asked.WHOLE, width=14),
        Column(
            "became",
            "Sau đó là",
            "Mã chỉ tiêu nối tiếp ở phiên bản sau: tách ra thì ghi xuan + mua; gộp lại thì mấy chỉ tiêu ghi một mã.",
            width=24,
        ),
        Column(
            "worded",
            "Tên ở phiên bản cũ",
            "Phiên bản cuối cùng in tên cũ, hai chấm, tên cũ, như 1: Số hộ nông nghiệp; nhiều tên thì cách bằng dấu |.",
            Asked.NAMES,
            width=24,
        ),
    ),
)

LINES = Sheet(
    "lines",
    "Dòng",
    "Chỉ ghi khi biểu in sẵn các dòng, như từng loại cây trồng. Mỗi dòng là một dòng của biểu, theo đúng thứ tự in.",
    (
        _FORM,
        Column("code", "Mã dòng", "Chữ thường không dấu, số, gạch dưới, như dx_lua hoặc 01.", required=True, width=18),
        Column("name", "Tên dòng", "Như in trên biểu; hai vụ có thể có dòng cùng tên.", required=True, width=44),
        Column("within", "Thuộc dòng", "Mã của dòng chứa dòng này, ghi ở phía trên; để trống là không thuộc dòng nào."),
        Column(
            "how",
            "Tính vào",
            "Các dòng «cộng vào» cộng lại bằng dòng chứa chúng (để trống); các dòng «một phần» thì không quá dòng đó.",
            Asked.CHOICE,
            choices=tuple(WITHIN),
        ),
        Column(
            "without",
            "Không hỏi",
            "Mã các chỉ tiêu không hỏi ở dòng này, như năng suất của dòng tổng, cách nhau bằng dấu |.",
            Asked.NAMES,
            width=24,
        ),
        Column("since", "Từ phiên bản", "Để trống là từ đầu.", Asked.WHOLE, width=14),
        Column("until", "Đến phiên bản", "Phiên bản cuối cùng còn in; để trống là còn in.", Asked.WHOLE, width=14),
    ),
)

RULES = Sheet(
    "rules",
    "Quy tắc",
    "Mỗi dòng là một quy tắc mà số liệu của biểu phải đúng. Các loại quy tắc: xem trang «Cách ghi».",
    (
        _FORM,
        Column("code", "Mã quy tắc", "Mã biểu, gạch ngang, số thứ tự: S01-01.", required=True, width=14),
        Column(
            "rule", "Quy tắc", "Viết bằng mã chỉ tiêu, như tong = nam + nu hoặc nu <= tong.", required=True, width=60
        ),
        Column(
            "severity",
            "Mức độ",
            "«Lỗi» thì giữ biểu lại, «Cảnh báo» thì chỉ nhắc; để trống là theo loại quy tắc.",
            Asked.CHOICE,
            choices=tuple(SEVERITIES),
        ),
        Column("since", "Từ phiên bản", "Để trống là khi biểu hỏi đủ các chỉ tiêu.", Asked.WHOLE, width=14),
        Column("until", "Đến phiên bản", "Để trống là khi biểu hỏi đủ các chỉ tiêu.", Asked.WHOLE, width=14),
    ),
)

CHAPTERS = Sheet(
    "chapters",
    "Chương",
    "Mỗi dòng là một chương của kế hoạch, gồm nhiều số tổng hợp.",
    (
        Column("code", "Mã chương", "Chữ thường không dấu, như thuy_san.", required=True),
        Column("title", "Tên chương", "Như in trong kế hoạch.", required=True, width=44),
    ),
)

FIGURES = Sheet(
    "figures",
    "Số tổng hợp",
    "Mỗi dòng là một con số mà kế hoạch cần, tính từ chỉ tiêu của các biểu.",
    (
        _CHAPTER,
        Column(
            "id",
            "Mã số",
            "Chữ thường không dấu, nối bằng dấu chấm; có {reporter} hoặc {line} thì mỗi đơn vị, mỗi dòng một số.",
            required=True,
            width=40,
        ),
        Column("label", "Tên số", "Để trống là tên của chỉ tiêu, khi công thức chỉ có một chỉ tiêu.", width=44),
        Column(
            "formula",
            "Công thức",
            "Như 100 * S01.nu / S01.tong. Chỉ tiêu đứng một mình là cộng các đơn vị.",
            required=True,
            width=50,
        ),
        Column(
            "unit",
            "Đơn vị tính",
            "Để trống là đơn vị của chỉ tiêu, khi công thức chỉ có một chỉ tiêu.",
            listed=Listed.UNITS,
        ),
        Column(
            "decimals", "Số lẻ", "Số chữ số sau dấu phẩy khi in; để trống là theo đơn vị tính.", Asked.WHOLE, width=8
        ),
        Column("plan", "Vị trí in", "Chỗ kế hoạch in số này, như P1.II.1.a.", width=14),
        Column(
            "against",
            "So với",
            "Nếu là tỷ lệ so với dự toán, kế hoạch, vốn giao, cùng kỳ.",
            Asked.CHOICE,
            choices=tuple(AGAINST),
        ),
    ),
)

CHARTS = Sheet(
    "charts",
    "Biểu đồ",
    "Mỗi dòng là một biểu đồ: các phần của một số tổng hợp.",
    (
        _CHAPTER,
        Column("whole", "Mã số của tổng", "Mã số mà các phần hợp thành.", required=True, width=40),
        Column("parts", "Mã số các phần", "Các mã số, cách nhau bằng dấu |.", Asked.NAMES, required=True, width=60),
        Column(
            "kind",
            "Loại",
            "Vẽ theo đơn vị báo cáo, hay vẽ các phần.",
            Asked.CHOICE,
            required=True,
            choices=tuple(CHART_KINDS),
        ),
    ),
)

UNITS = Sheet(
    "units",
    "Đơn vị tính",
    "Chỉ ghi đơn vị tính chưa có trong danh sách chọn.",
    (
        Column("label", "Đơn vị tính", "Như in ở cột ĐVT, ví dụ bè.", required=True),
        Column("decimals", "Số lẻ", "Số chữ số sau dấu phẩy được giữ; để trống là 0.", Asked.WHOLE, width=14),
        Column("dimension", "Đo gì", "Các đơn vị cùng đo một thứ thì quy đổi được, như tiền, chiều dài."),
        Column(
            "factor",
            "Bằng bao nhiêu",
            "Một đơn vị này bằng bao nhiêu đơn vị gốc: 1000000 với triệu đồng.",
            Asked.NUMBER,
        ),
        Column("aliases", "Cách ghi khác", "Cách nhau bằng dấu |.", Asked.NAMES, width=24),
        Column(
            "additive",
            "Cộng được",
            "Ghi «không» với tỷ lệ, năng suất.",
            Asked.CHOICE,
            choices=(YES, NO),
            width=14,
        ),
    ),
)

SHEETS = (FORMS, FIELDS, LINES, RULES, CHAPTERS, FIGURES, CHARTS, UNITS)
"""In the order in which they stand in the workbook."""

HELP, LISTS = "Cách ghi", "Danh mục"
"""Sheets that are there to be looked at, and hold nothing of the design."""

NOTES = "Ghi chú"
"""Heading of a column, on any sheet, that is for whoever writes and is not read."""

HOW_TO = (
    "Sổ tính này mô tả biểu mẫu của đơn vị. Ghi lần lượt từng trang, mỗi dòng một thứ; cột nền vàng bắt buộc ghi.",
    "1. Trang «Biểu»: mã, tên biểu, ai điền. 2. Trang «Chỉ tiêu»: từng chỉ tiêu theo thứ tự trên biểu.",
    "Biểu in sẵn các dòng, như từng loại cây trồng, thì ghi thêm trang «Dòng».",
    "3. Trang «Quy tắc»: số nào phải bằng tổng, không được quá số nào (có thể bỏ trống).",
    "4. Trang «Chương» và «Số tổng hợp»: những con số kế hoạch cần, tính từ chỉ tiêu (có thể bỏ trống).",
    "5. Lưu lại, rồi kiểm tra: returns design check TỆP. Chỗ sai được chỉ ra từng ô.",
    "6. Xem biểu trống: returns design preview TỆP.",
    f"Muốn ghi chú cho mình thì thêm cột «{NOTES}» ở bất kỳ trang nào; cột đó không được đọc.",
)
"""What the page of help says first: which sheet to fill in after which."""
