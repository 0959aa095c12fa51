"""What can be wrong with a return, besides a broken edit: in its files, its cells, its ledger, its completeness.

Belongs here: one entry per kind of trouble, with code, severity, and the Vietnamese sentences on what is wrong, what
the office does next and what is asked of the reporter. Does not belong here: what an entry is made of
(``schemas.problem``); finding the trouble (``pipelines.steps``); the edits of forms, which say themselves what is
wrong; what follows from a finding (``schemas.findings``); commands and buttons, which each interface adds.
"""

from enum import Enum

from schemas.outcomes import Outcome, Severity
from schemas.problem import (
    Problem,
    Task,
    Wrong,
    by_office,
    in_cell,
    of_reporter,
    on_sheet,
    on_sheet_of_reporter,
    sent_again,
    sent_again_or_corrected,
)

_ASKED = Task("Hỏi lại đơn vị báo cáo rồi ghi đính chính.", "")
_KEPT_IF_RIGHT = Task("Hỏi lại đơn vị báo cáo; nếu sai thì ghi đính chính, nếu đúng thì ghi giữ nguyên.", "", kept=True)
_FILLED_IN = Task(
    "Hỏi đơn vị báo cáo rồi ghi đính chính: ghi số, hoặc «-» nếu không phát sinh.",
    "Xin ghi số; nếu không phát sinh thì ghi «-».",
)


class Problems(Enum):
    """Every kind of trouble a return can be in."""

    UNREADABLE_FILE = Problem(
        "W-01",
        Wrong("Tệp {file} không mở được: {written}."),
        Task("Thay bằng tệp mở được rồi chạy lại.", "Xin gửi lại tệp mở được."),
    )
    UNSUPPORTED_FILE = Problem(
        "W-02",
        Wrong("Tệp {file} là {written}, nên chưa được đọc."),
        Task("Lưu thành .xlsx, hoặc dời khỏi thư mục báo cáo.", "Xin lưu thành .xlsx rồi gửi lại."),
    )
    IN_SUBFOLDER = Problem(
        "W-11",
        Wrong("Thư mục con {file} có {written}, chưa được đọc."),
        by_office("Dời báo cáo ra ngay trong thư mục của xã."),
        Severity.WARNING,
    )
    NO_FORM = Problem(
        "W-03",
        on_sheet("không nhận ra đây là biểu nào."),
        sent_again("Chép số liệu sang biểu mẫu do xã phát."),
        Severity.WARNING,
    )
    FORM_OF_OTHERS = Problem(
        "W-17",
        on_sheet("biểu {written} không phải biểu của {commune} nên chưa được đọc."),
        Task(
            "Chuyển tệp về đúng xã, hoặc ghi gói có biểu này cho xã ở cột packs của places.csv.",
            "Nếu gửi nhầm, xin gửi tệp cho đúng xã.",
        ),
    )
    NOT_AMONG_FORMS = Problem(
        "W-28",
        on_sheet("{commune} không gửi biểu {written} theo danh mục địa bàn, nên không số nào được cộng vào đâu."),
        Task(
            "Vẫn gửi biểu này, hay đã gửi ở kỳ trước, thì ghi thêm mã biểu vào cột forms của places.csv, chạy lại.",
            "Nếu gửi nhầm, xin bỏ trang này rồi gửi lại.",
        ),
        Severity.WARNING,
    )
    NOT_ASKED = Problem(
        "W-22",
        on_sheet("biểu {written} không gửi theo kỳ này mà theo {expected}, nên chưa được đọc."),
        Task("Chuyển tệp về thư mục của đúng kỳ.", "Xin gửi biểu này theo đúng kỳ."),
    )
    OTHER_VERSION = Problem(
        "W-23",
        on_sheet(
            "kỳ này biểu {form} dùng phiên bản {expected}, không hỏi «{written}» (ô {cells}) của phiên bản khác, nên "
            "trang chưa được đọc."
        ),
        sent_again("Chép số liệu sang biểu mẫu của kỳ này."),
    )
    NO_HEADER = Problem(
        "W-04",
        on_sheet("không thấy dòng tiêu đề có «Chỉ tiêu» và «Giá trị» nên chưa đọc được biểu {form}."),
        sent_again("Khôi phục dòng tiêu đề theo biểu mẫu."),
    )
    UNKNOWN_REPORTER = Problem(
        "W-05",
        on_sheet("«Đơn vị báo cáo» ghi «{written}», không có trong danh sách của {commune}."),
        Task(
            "Ghi đính chính tên đơn vị ở đầu trang, hoặc chuyển tệp về đúng xã.",
            "Xin sửa tên đơn vị cho đúng.",
        ),
    )
    WRONG_PERIOD = Problem(
        "W-06",
        on_sheet("kỳ báo cáo ghi «{written}» nhưng tệp được nhận cho kỳ «{expected}»."),
        Task("Chuyển tệp về đúng thư mục kỳ, hoặc đề nghị đơn vị gửi lại.", "Xin ghi đúng kỳ báo cáo rồi gửi lại."),
    )
    WRONG_COMMUNE = Problem(
        "W-07",
        on_sheet("ghi xã «{written}» nhưng tệp được nhận cho {expected}."),
        Task("Chuyển tệp về đúng xã.", "Xin ghi đúng tên xã, hoặc gửi tệp cho đúng xã."),
    )
    WRONG_REPORTER_KIND = Problem(
        "W-08",
        on_sheet("biểu {form} không do «{written}» báo cáo."),
        Task(
            "Ghi đính chính tên đơn vị ở đầu trang, hoặc đề nghị đơn vị bỏ trang này rồi gửi lại.",
            "Xin sửa tên đơn vị ở đầu trang, hoặc bỏ trang này nếu không phải của đơn vị.",
        ),
    )
    REPORTER_NOT_THEN = Problem(
        "W-27",
        on_sheet_of_reporter("đơn vị chỉ báo cáo {written}, nên kỳ này không gửi biểu {form}."),
        Task(
            "Chuyển tệp về đúng kỳ; nếu kỳ này đơn vị vẫn báo cáo thì sửa ngày của đơn vị ở places.csv rồi chạy lại.",
            "Xin gửi biểu này theo đúng kỳ; từ ngày sáp nhập, đơn vị mới báo cáo chung.",
        ),
    )
    DUPLICATE_RETURN = Problem(
        "W-09",
        of_reporter("gửi biểu {form} nhiều lần: {written}; {expected}.", then=" "),
        Task("Chỉ giữ lại một tệp đúng.", "Xin cho biết tệp nào đúng."),
    )
    WRONG_VERSION = Problem(
        "W-10",
        on_sheet("biểu {form} là phiên bản {written}, kỳ này dùng phiên bản {expected}."),
        sent_again("Chép số liệu sang biểu mẫu của kỳ này."),
    )
    TWO_COLUMNS = Problem(
        "W-12",
        on_sheet("có nhiều cột «{written}» (ô {cells}) nên không rõ số liệu biểu {form} ở cột nào."),
        sent_again("Chỉ giữ lại một cột mang tên này."),
    )
    TWO_TABLES = Problem(
        "W-13",
        on_sheet("có nhiều bảng (dòng tiêu đề ở ô {cells}) nên không rõ số liệu biểu {form} ở bảng nào."),
        sent_again("Chỉ giữ lại một bảng theo biểu mẫu."),
    )
    NOT_IN_PERIOD = Problem(
        "W-16",
        Wrong(
            "Thư mục của {commune}: xã này chỉ báo cáo {written}, nên kỳ này không số nào trong thư mục được cộng vào "
            "đâu."
        ),
        by_office("Chuyển tệp về đúng kỳ, hoặc về thư mục của {expected}."),
    )
    PICTURE_ONLY = Problem(
        "W-14",
        on_sheet("chỉ có hình hoặc chú thích, không ô nào có chữ hay số nên không đọc được gì."),
        sent_again("Nhập số liệu vào ô theo biểu mẫu."),
        Severity.WARNING,
    )
    OLD_ENCODING = Problem(
        "W-15",
        on_sheet("chữ gõ bằng phông {written}, không phải Unicode; đã đọc theo bảng mã {written}."),
        Task("Nhắc đơn vị gõ bằng Unicode.", "Lần sau xin gõ bằng Unicode."),
        Severity.WARNING,
    )
    RELEASE_UNUSABLE = Problem(
        "W-18",
        Wrong(
            "Bản phát hành {file} của {commune} không dùng được: {written}. Không nhận gì mới, số đã nhận trước đó "
            "được giữ."
        ),
        by_office("Xin {commune} gửi lại tệp đã gói, rồi chạy lại."),
        holds_all="bản phát hành đã gửi không dùng được",
    )
    RELEASE_FORM = Problem(
        "W-19",
        Wrong(
            "Bản phát hành {file} của {commune}: biểu {form} {written}. Chưa nhận biểu này, số đã nhận trước đó được "
            "giữ."
        ),
        by_office("Hai bên dùng cùng phần mềm và cùng danh mục địa bàn, rồi {commune} phát hành lại."),
    )
    RELEASE_PROGRAM = Problem(
        "W-20",
        Wrong(
            "Bản phát hành {file} của {commune} do phần mềm phiên bản {written} làm, ở đây là {expected}. Số được nhận "
            "như {commune} đã duyệt."
        ),
        by_office("Nên cập nhật cho hai bên cùng phiên bản."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    BESIDE_RELEASE = Problem(
        "W-21",
        Wrong("Thư mục của {commune} có bản phát hành {expected}, nên {file} không được đọc: {written}."),
        by_office("Nếu số mới hơn, xin {commune} phát hành lại; nếu không, đưa tệp ra khỏi thư mục."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    TWO_REPORTERS = Problem(
        "W-24",
        on_sheet("ghi nhiều tên đơn vị («{written}») nên không rõ biểu {form} là của đơn vị nào."),
        sent_again("Chỉ giữ lại một tên đúng."),
    )
    MARK_MISSING = Problem(
        "W-25",
        on_sheet("biểu {form} không ghi {written}; đã nhận theo thư mục ({expected})."),
        Task(
            "Xem lại tệp có để đúng thư mục không, và nhắc đơn vị ghi ở đầu trang theo biểu mẫu.",
            "Xin ghi thêm vào đầu trang theo biểu mẫu.",
        ),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    WIDE_HEADING = Problem(
        "W-26",
        on_sheet("tiêu đề «{written}» trùm nhiều cột có số (ô {cells}) nên không rõ số liệu biểu {form} ở cột nào."),
        sent_again("Chỉ giữ lại một cột số dưới tiêu đề này."),
    )
    LABEL_MISSING = Problem(
        "C-01",
        on_sheet_of_reporter("không thấy dòng «{label}» của biểu {form}."),
        sent_again("Khôi phục dòng này theo biểu mẫu."),
    )
    LABEL_REPEATED = Problem(
        "C-02",
        on_sheet_of_reporter("dòng «{label}» xuất hiện nhiều lần (ô {cells})."),
        sent_again("Chỉ giữ lại một dòng đúng."),
    )
    LINE_REPEATED = Problem(
        "C-12",
        on_sheet_of_reporter("mã dòng «{written}» dùng cho nhiều dòng (ô {cells})."),
        sent_again("Ghi mỗi dòng một mã riêng."),
    )
    LINE_MISSING = Problem(
        "C-24",
        on_sheet_of_reporter("không thấy dòng {written} của biểu {form}."),
        sent_again("Khôi phục dòng này theo biểu mẫu."),
    )
    LINE_UNKNOWN = Problem(
        "C-25",
        in_cell("mã dòng «{written}» không có trong biểu {form} nên dòng này chưa được đọc; mã gần giống: {expected}."),
        sent_again("Ghi số vào dòng của biểu mẫu."),
    )
    LINE_RENAMED = Problem(
        "C-26",
        in_cell("dòng này theo mã là «{expected}» nhưng ghi tên «{written}», nên không rõ số của dòng nào."),
        sent_again("Khôi phục tên và mã dòng theo biểu mẫu."),
    )
    NOT_OF_LINE = Problem(
        "C-27",
        in_cell("dòng này không hỏi «{label}» nhưng ghi «{written}», chưa được đọc."),
        sent_again("Ghi số vào đúng ô, hoặc ghi «x»."),
    )
    TOO_LARGE = Problem(
        "C-13",
        in_cell("«{label}» ghi «{written}», dài quá 14 chữ số."),
        _ASKED,
    )
    LINE_OF_TOTALS = Problem(
        "C-38",
        in_cell("dòng «{written}» là dòng tổng, chưa được đọc; biểu {form} chỉ hỏi từng dòng, tổng do máy cộng."),
        sent_again("Xóa dòng tổng; nếu không phải dòng tổng thì đổi mã hoặc tên."),
    )
    NOT_A_CODE = Problem(
        "C-39",
        in_cell(
            "«{written}» không dùng làm mã dòng được; mã chỉ gồm chữ, số, dấu _ . -, không có khoảng trống, như "
            "«{expected}»."
        ),
        sent_again("Ghi mã khác cho dòng này."),
    )
    LINE_WITHOUT_CODE = Problem(
        "C-14",
        in_cell("ghi «{written}» nhưng dòng này chưa có mã ở cột «Mã dòng» nên chưa được tính."),
        sent_again("Ghi mã cho dòng."),
    )
    WRONG_UNIT = Problem(
        "C-03",
        in_cell("«{label}» ghi đơn vị tính «{written}», biểu mẫu dùng «{expected}»."),
        sent_again_or_corrected("Ghi lại số theo đúng đơn vị tính của biểu mẫu."),
    )
    UNIT_MISSING = Problem(
        "C-40",
        in_cell("không thấy đơn vị tính; đã đọc theo biểu mẫu ({expected})."),
        Task("Xem lại số có đúng theo đơn vị tính này không.", "Xin ghi lại đơn vị tính theo biểu mẫu."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    ROW_UNKNOWN = Problem(
        "C-37",
        in_cell("dòng «{written}» có số nhưng không có trong biểu {form} nên chưa được đọc{expected}."),
        sent_again("Ghi số vào dòng của biểu mẫu; nếu biểu không hỏi thì xóa số này."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    NOT_A_NUMBER = Problem(
        "C-04",
        in_cell("«{label}» ghi «{written}», không phải là số."),
        Task("Hỏi lại đơn vị báo cáo rồi ghi đính chính bằng chữ số.", "Xin ghi bằng chữ số."),
    )
    UNCLEAR_NUMBER = Problem(
        "C-05",
        in_cell(
            "«{label}» ghi «{written}», dấu chấm hoặc dấu phẩy không theo cách viết số Việt Nam (1.234,5) nên không "
            "đoán được là số nào."
        ),
        _ASKED,
    )
    TOO_PRECISE = Problem(
        "C-06",
        in_cell("«{label}» ghi «{written}», nhưng đơn vị «{expected}» không có nhiều chữ số lẻ như vậy."),
        _ASKED,
    )
    ROUNDED = Problem(
        "C-22",
        in_cell(
            "«{label}» ghi «{written}», nhiều chữ số lẻ hơn đơn vị tính cho phép nhưng đúng với các số tính ra nó; đã "
            "làm tròn thành {expected}."
        ),
        Task("Nhắc đơn vị ghi số đã làm tròn.", "Lần sau xin ghi số đã làm tròn."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    WORDS_DISAGREE = Problem(
        "C-30",
        in_cell("«{label}» ghi «{written}», số và chữ trong ngoặc khác nhau, không rõ số nào đúng."),
        _ASKED,
    )
    TWO_IN_ONE = Problem(
        "C-31",
        in_cell("«{label}» ghi «{written}», hai số trong một ô; đã đọc là {expected}."),
        Task("Nhắc đơn vị ghi mỗi số vào ô của nó.", "Lần sau xin ghi mỗi số vào ô của nó."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    UNCLEAR_PLAN = Problem(
        "C-32",
        in_cell("«{label}» ghi «{written}», không rõ có phải là thực hiện và kế hoạch không: {expected}."),
        Task("Hỏi lại đơn vị báo cáo rồi ghi đính chính: mỗi số vào ô của nó.", "Xin ghi mỗi số vào ô của nó."),
    )
    POINT_FOR_COMMA = Problem(
        "C-23",
        in_cell("«{label}» ghi «{written}», dấu chấm thay dấu phẩy; đã đọc là {expected}."),
        Task("Nhắc đơn vị ghi số lẻ sau dấu phẩy.", "Lần sau xin ghi số lẻ sau dấu phẩy."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    SPACED = Problem(
        "C-33",
        in_cell("«{label}» ghi «{written}», có dấu cách giữa số; đã đọc là {expected}."),
        Task("Nhắc đơn vị viết liền các chữ số.", "Lần sau xin viết liền các chữ số."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    TURNED = Problem(
        "C-34",
        in_cell(
            "«{label}» giữ «{written}» sau một ký tự ẩn làm chữ hiện ngược từ phải sang trái, nên người xem có thể "
            "thấy số khác."
        ),
        Task("Hỏi lại đơn vị báo cáo rồi ghi đính chính.", "Xin xóa ô rồi nhập lại số."),
    )
    STRUCK = Problem(
        "C-35",
        in_cell("«{label}» ghi «{written}», bị gạch ngang cả ô hay một phần, không rõ còn tính hay không."),
        Task("Hỏi lại đơn vị báo cáo rồi ghi đính chính.", "Xin bỏ gạch ngang; số nào không còn tính thì xóa khỏi ô."),
    )
    DATE = Problem(
        "C-07",
        in_cell("«{label}» là ngày tháng «{written}», không phải là số (Excel có thể đã tự đổi)."),
        sent_again_or_corrected("Định dạng lại ô thành số và nhập lại."),
    )
    FORMULA = Problem(
        "C-08",
        in_cell("«{label}» là công thức chưa có kết quả ({written})."),
        sent_again_or_corrected("Mở tệp bằng Excel, lưu lại, hoặc nhập số vào ô."),
    )
    CELL_ERROR = Problem(
        "C-09",
        in_cell("«{label}» đang báo lỗi {written}."),
        sent_again_or_corrected("Nhập lại số vào ô."),
    )
    HIDDEN_CELLS = Problem(
        "C-15",
        on_sheet_of_reporter("có số liệu ở {written} (ô {cells}), vẫn được đọc như thường."),
        Task(
            "Mở tệp xem các ô này có đúng là số phải báo cáo không; nếu sai thì ghi đính chính.",
            "Xin bỏ ẩn, xem lại các ô này có đúng là số phải báo cáo không.",
        ),
        Severity.WARNING,
    )
    MERGED_CELLS = Problem(
        "C-16",
        in_cell("ô gộp qua nhiều dòng, ghi «{written}», không rõ số nào của dòng nào."),
        sent_again("Bỏ gộp ô, ghi mỗi dòng một số."),
    )
    LINKED_CELLS = Problem(
        "C-17",
        in_cell("công thức lấy số từ một tệp khác; đã dùng số Excel lưu sẵn trong ô."),
        Task(
            "Hỏi lại đơn vị báo cáo; nếu sai thì ghi đính chính.",
            "Xin kiểm tra lại số, rồi nhập thẳng vào ô.",
        ),
        Severity.WARNING,
    )
    SHOWN_OTHERWISE = Problem(
        "C-18",
        in_cell("«{label}» giữ một số và hiện một số khác ({written}) vì định dạng của ô, không rõ số nào đúng."),
        sent_again_or_corrected("Định dạng lại ô thành số và nhập lại."),
    )
    FORMAT_UNKNOWN = Problem(
        "C-19",
        in_cell("định dạng ô ({written}) chưa biết hiện số ra thế nào; đã dùng số giữ trong ô."),
        Task(
            "Mở tệp xem số hiện trên trang có đúng như vậy không; nếu sai thì ghi đính chính.",
            "Xin xem lại số hiện trên trang có đúng như vậy không.",
        ),
        Severity.WARNING,
    )
    STALE_FORMULA = Problem(
        "C-21",
        in_cell("công thức phải được tính lại khi mở tệp; đã dùng số lưu sẵn trong ô."),
        Task(
            "Mở tệp bằng Excel xem số tính lại; nếu khác thì ghi đính chính.",
            "Xin mở tệp bằng Excel, xem lại số rồi lưu lại.",
        ),
        Severity.WARNING,
    )
    COMMENTED = Problem(
        "C-36",
        in_cell("chú thích đính ở ô ghi số khác với số trong ô; đã dùng số trong ô."),
        Task(
            "Mở tệp xem chú thích; nếu số trong ô sai thì ghi đính chính.",
            "Nếu số trong chú thích mới đúng, xin ghi vào ô.",
        ),
        Severity.WARNING,
    )
    NOTE_ERROR = Problem(
        "C-20",
        in_cell("ghi chú của «{label}» đang báo lỗi hoặc là công thức chưa có kết quả ({written})."),
        sent_again("Nhập lại ghi chú, hoặc xóa ô."),
        Severity.WARNING,
    )
    BLANK = Problem(
        "C-10",
        in_cell("«{label}» để trống."),
        _FILLED_IN,
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    OUT_OF_RANGE = Problem(
        "C-11",
        in_cell("«{label}» ghi {written}, phải {expected}."),
        _ASKED,
        status=Outcome.FAILS,
    )
    NOT_SENT = Problem(
        "H-01",
        of_reporter("chưa gửi biểu {form}, hạn {expected}.", then=" "),
        Task("Liên hệ để nhận báo cáo.", "Xin gửi biểu này."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    WITHDRAWN_RETURN = Problem(
        "H-02",
        of_reporter("biểu {form} đã được chấp nhận từ tệp {file}, trang «{sheet}», nay không còn trong thư mục."),
        Task("Tìm lại tệp, hoặc trang đó, và đặt về chỗ cũ.", "Xin gửi lại biểu này."),
        status=Outcome.UNDECIDED,
    )
    WITHDRAWN_VALUE = Problem(
        "H-03",
        in_cell("«{label}» nay để trống, trước đã nhận {expected}."),
        _FILLED_IN,
        status=Outcome.UNDECIDED,
    )
    WITHDRAWN_LINE = Problem(
        "H-09",
        on_sheet_of_reporter("dòng {written} của biểu {form} đã được nhận, nay không còn."),
        Task(
            "Hỏi đơn vị báo cáo rồi ghi lại dòng này; nếu không còn số thì giữ mã dòng và ghi «-» vào các ô số.",
            "Xin ghi lại dòng này; nếu không còn số thì giữ mã dòng và ghi «-» vào các ô số.",
        ),
        status=Outcome.UNDECIDED,
    )
    CHANGED_MUCH = Problem(
        "H-04",
        in_cell("«{label}» ghi {written}, thay đổi khác hẳn các thôn khác trong xã; theo mức chung thì {expected}."),
        _KEPT_IF_RIGHT,
        Severity.WARNING,
        Outcome.FAILS,
    )
    OWN_CHANGE = Problem(
        "H-06",
        in_cell("«{label}» ghi {written}, khác hẳn các kỳ trước của chính đơn vị ({expected})."),
        _KEPT_IF_RIGHT,
        Severity.WARNING,
        Outcome.FAILS,
    )
    COPIED = Problem(
        "H-07",
        in_cell("{written} của biểu {form} giống hệt {expected}; có thể là số kỳ trước gửi lại."),
        Task(
            "Hỏi lại đơn vị báo cáo; nếu gửi nhầm thì xin gửi lại, nếu đúng thì ghi giữ nguyên ô đầu.",
            "Xin xem lại; nếu đúng là số của kỳ này thì xác nhận.",
            kept=True,
        ),
        Severity.WARNING,
        Outcome.FAILS,
    )
    OVERRULED = Problem(
        "H-08",
        in_cell("«{label}» ghi {written}, không đúng quy tắc {expected}."),
        by_office("Không phải làm gì; chỉ khi quyết định không còn đúng mới ghi đính chính ô này."),
        Severity.WARNING,
        Outcome.FAILS,
    )
    OTHER_SCALE = Problem(
        "H-05",
        in_cell("«{label}» ghi {written}, {expected}."),
        Task(
            "Hỏi lại đơn vị báo cáo; nếu sai thì ghi đính chính từng ô, nếu đúng thì ghi giữ nguyên.",
            "",
            kept=True,
        ),
        Severity.WARNING,
        Outcome.FAILS,
    )
    PRINTED_UNREADABLE = Problem(
        "P-01",
        Wrong("Bảng số kế hoạch in {file} có chỗ không đọc được: {written}; cần {expected}."),
        by_office("Sửa bảng rồi chạy lại."),
        Severity.WARNING,
    )
    PRINTED_SHORTER = Problem(
        "P-02",
        Wrong(
            "Bảng số kế hoạch in {file} thiếu {written} so với bản đã đọc trước đó, nên các số ấy không được đối chiếu."
        ),
        by_office(
            "Lấy lại bảng từ bản sao lưu (bản đủ còn trong kho archive, tên {expected}), hoặc ghi lại các dòng ấy; số "
            "nào kế hoạch không in thì giữ dòng, ghi «không in» ở cột printed và để trống cột value."
        ),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    ESTIMATE_UNREADABLE = Problem(
        "U-01",
        Wrong("Sổ số ước {file} có chỗ không dùng được: {written}; cần {expected}. Số đó không được dùng."),
        by_office("Sửa sổ rồi chạy lại."),
        Severity.WARNING,
    )
    ESTIMATE_PASSED = Problem(
        "U-02",
        of_reporter("đã nhận biểu {written}; từ khi biểu được chấp nhận, các số ước của biểu này không dùng nữa."),
        by_office("Khi biểu đã được chấp nhận thì ghi bỏ các số ước ấy, kèm lý do."),
        Severity.WARNING,
    )
    ESTIMATES_DISAGREE = Problem(
        "U-03",
        of_reporter("các số ước của biểu {written} trái quy tắc {expected}; vẫn được dùng."),
        by_office("Xem lại các số ước ấy rồi ghi lại cho khớp nhau."),
        Severity.WARNING,
        Outcome.FAILS,
    )
    ESTIMATES_SHORTER = Problem(
        "U-04",
        Wrong(
            "Sổ số ước {file} thiếu {written} so với bản đã đọc trước đó; các số ước của bản ấy vẫn được dùng, chưa "
            "dùng số ước mới nào."
        ),
        by_office(
            "Lấy lại sổ từ bản sao lưu (bản đủ còn trong kho archive, tên {expected}), hoặc ghi lại các số ước ấy; số "
            "nào không cần nữa thì ghi bỏ, kèm lý do."
        ),
        status=Outcome.UNDECIDED,
    )
    LEDGER_UNREADABLE = Problem(
        "L-01",
        Wrong("Sổ đính chính {file} không đọc được: {written}."),
        by_office("Sửa chỗ đó hoặc lấy lại bản sao lưu; dòng tiêu đề của sổ: {expected}."),
        holds_all="sổ đính chính không đọc được",
    )
    LEDGER_STALE = Problem(
        "L-02",
        Wrong(
            "Sổ đính chính: ô {cells}, trang «{sheet}», tệp {file} nay ghi «{written}», không còn là «{expected}» như "
            "khi ghi sổ."
        ),
        by_office("Kiểm tra lại số mới, rồi bỏ hoặc ghi lại đính chính."),
    )
    LEDGER_LEFT_BEHIND = Problem(
        "L-10",
        Wrong(
            "Sổ đính chính: dòng về ô {cells}, trang «{sheet}», tệp {file} không được dùng, vì bộ báo cáo nay không có "
            "trang ấy của tệp ấy. {written}."
        ),
        by_office(
            "Tệp chỉ bị đổi tên thì đặt lại tên cũ. Nếu không, xem số ấy trong tệp mới: còn sai thì ghi đính chính ở "
            "đó, rồi bỏ dòng cũ khỏi sổ."
        ),
    )
    LEDGER_FULFILLED = Problem(
        "L-08",
        Wrong(
            "Sổ đính chính: ô {cells}, trang «{sheet}», tệp {file} nay ghi «{written}», đúng số mà sổ đã đính chính "
            "(trước đó ghi «{expected}»). Đơn vị đã tự sửa, nên số lấy từ chính ô này, không qua đính chính nữa."
        ),
        Task("Không phải làm gì thêm; ghi giữ nguyên ô này thì không nhắc lại nữa.", None, kept=True),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    LEDGER_WITHOUT_FILE = Problem(
        "L-09",
        Wrong(
            "Sổ đính chính: dòng về ô {cells}, trang «{sheet}», tệp {file}, đính chính «{expected}», không dùng đến "
            "nữa vì tệp ấy không còn trong bộ báo cáo."
        ),
        by_office("Không phải làm gì; đơn vị gửi lại dưới tên khác thì xem chỗ ấy trong tệp mới đã ghi đúng chưa."),
        Severity.WARNING,
        Outcome.UNDECIDED,
    )
    LEDGER_ASTRAY = Problem(
        "L-05",
        Wrong(
            "Sổ đính chính: ô {cells}, trang «{sheet}», tệp {file} nay {written}, khi ghi sổ {expected}, nên dòng này "
            "của sổ không được dùng."
        ),
        by_office(
            "Nếu đính chính vẫn cần, ghi ở ô mới của số ấy. Ô này xem lại rồi ghi số đúng, hoặc ghi giữ nguyên; không "
            "phải ô ghi số thì bỏ dòng này khỏi sổ."
        ),
    )
    LEDGER_SHORTER = Problem(
        "L-07",
        in_cell(
            "«{label}» đã được chấp nhận là {expected} theo sổ đính chính, nay sổ không còn đính chính ấy nên ô lại "
            "ghi «{written}»."
        ),
        by_office(
            "Đặt lại dòng ấy vào sổ, hoặc ghi lại đính chính; nếu số trong tệp mới đúng thì ghi giữ nguyên ô này."
        ),
        status=Outcome.UNDECIDED,
    )
    LEDGER_ADDRESS = Problem(
        "L-06",
        Wrong(
            "Sổ đính chính: «{cells}» (trang «{sheet}», tệp {file}) không phải địa chỉ ô, nên dòng này của sổ không "
            "được dùng."
        ),
        by_office("Ghi dạng D13: chữ của cột rồi số của dòng."),
    )
    LEDGER_DECISION = Problem(
        "L-04",
        Wrong(
            "Sổ đính chính: ô {cells}, trang «{sheet}», tệp {file} ghi quyết định «{written}», phải là một trong: "
            "{expected}."
        ),
        by_office("Sửa lại rồi chạy lại."),
    )
    LEDGER_NO_REASON = Problem(
        "L-03",
        Wrong("Sổ đính chính: ô {cells}, trang «{sheet}», tệp {file} thiếu lý do hoặc người ghi."),
        by_office("Bổ sung rồi chạy lại."),
    )


NOT_THERE = frozenset(
    kind.value.code for kind in (Problems.NOT_SENT, Problems.WITHDRAWN_RETURN, Problems.UNREADABLE_FILE)
)
"""Codes of what tells that a reporter's form is not there: not sent, gone, or in a file that is none."""

OF_LEDGER = frozenset(
    kind.value.code for kind in (Problems.LEDGER_STALE, Problems.LEDGER_ASTRAY, Problems.LEDGER_SHORTER)
)
"""Codes of what tells that a decision fits its cell no more, or is gone: another decision on the cell settles it."""
