"""What can be wrong with a design: one entry per kind of fault, with code, severity and what to do about it.

Belongs here: the sentences. Does not belong here: finding the faults (``pipelines.steps.design``), what is wrong with a
file as such (``schemas.problems``).
"""

from dataclasses import dataclass
from enum import Enum

from schemas.outcomes import Outcome, Severity

_AT = "Tệp {file}, trang «{sheet}», ô {cells}: "
_SHEET = "Tệp {file}, trang «{sheet}»: "


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault; ``message`` is a sentence with the places of a fault's own words left open."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    status: Outcome = Outcome.FAILS


class Faults(Enum):
    """Every kind of fault of a design."""

    NO_DESIGN = FaultKind(
        "T-01", "Tệp {file} không có trang «{expected}» của mẫu thiết kế. Lấy mẫu bằng: returns design new."
    )
    NO_HEADINGS = FaultKind("T-02", _SHEET + "không thấy cột «{expected}». Khôi phục dòng tiêu đề theo mẫu.")
    HEADING_UNKNOWN = FaultKind(
        "T-03", _AT + "cột «{written}» không có trong mẫu hoặc có hai lần, nên không đọc được. Xóa hoặc đổi tên cột."
    )
    SHEET_UNKNOWN = FaultKind(
        "T-04",
        _SHEET + "không phải trang của mẫu nên không được đọc. {expected}Nếu không cần thì xóa trang.",
        Severity.WARNING,
    )
    NOT_SEEN = FaultKind("T-05", _AT + "«{label}» ghi {written}, nên không rõ nội dung. {expected}.")
    MISSING = FaultKind("T-06", _AT + "thiếu «{label}». {expected}")
    MALFORMED = FaultKind("T-07", _AT + "«{label}» ghi «{written}»; cần {expected}.")
    DOUBLE = FaultKind(
        "T-08", _AT + "«{label}» ghi «{written}» đã dùng ở {expected}. Mỗi mã, mỗi tên chỉ dùng một lần."
    )
    TAKEN = FaultKind(
        "T-09", _AT + "«{label}» ghi «{written}» đã có trong {expected}, với nội dung khác. Chọn mã, tên khác."
    )
    UNKNOWN = FaultKind("T-10", _AT + "«{label}» ghi «{written}», không có; {expected}.")
    FORMULA = FaultKind("T-11", _AT + "công thức không đọc được ở chỗ «{written}»; cần {expected}.")
    RULE = FaultKind("T-12", _AT + "quy tắc không đọc được ở chỗ «{written}»; cần {expected}.")
    OF_ITSELF = FaultKind("T-13", _AT + "«{written}» là tổng của chính nó. Bỏ mã này khỏi các phần.")
    CONTRADICTION = FaultKind("T-14", _AT + "quy tắc mâu thuẫn với {expected}: {written}. Sửa hoặc bỏ một quy tắc.")
    REPEATED = FaultKind("T-15", _AT + "quy tắc «{written}» đã nằm trong {expected}. Bỏ quy tắc này.")
    OTHER_DIMENSION = FaultKind(
        "T-16",
        _AT + "«{written}» cộng, so sánh hoặc ghi ra những đơn vị tính không như nhau: {expected}. "
        "Dùng cùng một đơn vị tính, hoặc nhân với số quy đổi, hay với số có kèm lời giải thích.",
    )
    NO_FIELDS = FaultKind("T-17", _AT + "biểu «{written}» chưa có chỉ tiêu nào ở trang «Chỉ tiêu».")
    RANGE = FaultKind("T-18", _AT + "«{label}» ghi {written}, lớn hơn mức nhiều nhất là {expected}.")
    PER_RECORD = FaultKind("T-19", _AT + "mã số «{written}» {expected}.")
    OLD_VERSION = FaultKind(
        "T-20", _AT + "biểu hỏi khác bản đang dùng mà «{label}» vẫn là {written}. Ghi {expected} hoặc số cao hơn."
    )
    NAME = FaultKind(
        "T-21", "Tệp {file}: tên tệp là tên gói, mà tên «{written}» {expected}. Đổi tên tệp, ví dụ cay_trong.xlsx."
    )
    EMPTY = FaultKind("T-22", "Tệp {file} chưa có biểu nào và chưa có số tổng hợp nào.")
    LEANT_ON = FaultKind("T-23", "Tệp {file}: nếu dùng thì thiết kế «{written}» đang có hiệu lực sẽ sai: {expected}")
    UNREAD = FaultKind("T-24", "Tệp {file}: {written}.")
    RATES_ADDED = FaultKind(
        "T-25",
        _AT + "công thức cộng qua các dòng của biểu những số không cộng được: {written}. Tổng của giá, tỷ lệ, hay tích "
        'của hai tổng, không có nghĩa. Ghi at "mã dòng", hoặc {{line}} ở mã số, hoặc lấy tổng này chia tổng kia.',
    )
    NO_SUM = FaultKind(
        "T-26",
        _AT + "«{written}» là tỷ lệ, giá hoặc tích, không cộng được, nên xã có nhiều thôn sẽ không có con số này. "
        "Ghi {{reporter}} ở mã số để mỗi thôn một số, hoặc lấy tổng này chia tổng kia.",
        Severity.WARNING,
    )
    RATE_WORTH = FaultKind(
        "T-27",
        _AT + "con số ghi bằng «{written}» sẽ sai nhiều lần, vì công thức tính tiền bằng đồng, chiều dài bằng m. "
        "Ở trang «Đơn vị tính», dòng «{written}», cột «Bằng bao nhiêu», ghi {expected}.",
    )
    CONVERTED_TWICE = FaultKind(
        "T-28",
        _AT + "«{written}» nhân hoặc chia thêm một số, mà những đơn vị tính này phần mềm tự đổi: {expected}. "
        "Bỏ số đó khỏi công thức.",
    )
    AVERAGE_ADDED = FaultKind(
        "T-29",
        _AT
        + "«{label}» ghi «{written}», là đơn vị cộng được, mà tên gọi là của số bình quân hoặc tỷ lệ: con số của xã sẽ "
        "là tổng của các thôn. Nếu là số bình quân, tỷ lệ thì {expected}; nếu cộng lại vẫn có nghĩa thì để nguyên.",
        Severity.WARNING,
    )
    OTHER_UNITS = FaultKind(
        "T-30",
        _AT + "«{written}» cộng, so sánh hoặc thay những đơn vị tính không như nhau: {expected}. "
        "Dùng cùng một đơn vị tính cho các chỉ tiêu đó.",
    )
    NOT_CONVERTED = FaultKind(
        "T-31",
        _AT
        + "con số ghi bằng «{written}» sẽ sai, vì công thức nhân, chia những chỉ tiêu không có đơn vị nào mà phần mềm "
        "tự đổi ra «{written}». Ghi đơn vị tính là «{expected}», và nhân công thức với số quy đổi ra «{expected}».",
    )
