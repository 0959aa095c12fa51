"""The words of the interface, Vietnamese and English, each said once.

Belongs here: headings, buttons, verdicts, states. Does not belong here: labels of figures, forms and places, which are
data and stay Vietnamese.
"""

from collections.abc import Mapping

from schemas.outcomes import Outcome, Verdict

VERDICTS: Mapping[str, str] = {
    Verdict.AGREES: "Khớp",
    Verdict.ROUNDED: "Làm tròn",
    Verdict.TRUNCATED: "Cắt bớt",
    Verdict.CONFLICT: "Mâu thuẫn",
    Verdict.NOT_RECOMPUTABLE: "Chưa tính được",
}
"""What a comparison with the plan gave, as the command line names it too."""

OUTCOMES: Mapping[str, str] = {
    Outcome.HOLDS: "đúng",
    Outcome.FAILS: "không đúng",
    Outcome.UNDECIDED: "chưa xét được",
    Outcome.NOT_EVALUABLE: "không xét được",
}
"""What came of an edit (``schemas.outcomes.Outcome``), as the command line says it too."""

_ENGLISH_VERDICTS = {
    Verdict.AGREES: "Agrees",
    Verdict.ROUNDED: "Rounded",
    Verdict.TRUNCATED: "Truncated",
    Verdict.CONFLICT: "Conflict",
    Verdict.NOT_RECOMPUTABLE: "Not computable",
}

WORDS: dict[str, tuple[str, str]] = {
    **{f"verdict.{name}": (VERDICTS[name], _ENGLISH_VERDICTS[name]) for name in Verdict},
    "skip": ("Đến nội dung chính", "Skip to content"),
    "nav": ("Các trang", "Pages"),
    "nav.start": ("Mục lục", "Contents"),
    "nav.findings": ("Phát hiện", "Findings"),
    "nav.corrections": ("Đính chính", "Corrections"),
    "nav.workbooks": ("Sổ tính", "Workbooks"),
    "nav.path": ("Đường dẫn", "You are here"),
    "language": ("English", "Tiếng Việt"),
    "search": ("Tìm chỉ tiêu", "Find a figure"),
    "search.hint": ("Tên có dấu hoặc không dấu, hoặc mã", "Name, with or without diacritics, or id"),
    "search.results": ("Kết quả tìm", "Search results"),
    "search.none": ("Không tìm thấy chỉ tiêu nào.", "No figure found."),
    "search.found": ("chỉ tiêu", "figures found"),
    "search.more": ("Chỉ hiện những chỉ tiêu gần nhất.", "Only the closest are shown."),
    "site": ("Tra cứu số liệu kế hoạch", "Figures of the plan"),
    "level.commune": ("Xã", "Commune"),
    "level.district": ("Huyện", "District"),
    "level.province": ("Tỉnh", "Province"),
    "level.nation": ("Cả nước", "Nation"),
    "site.about": (
        "Mỗi con số dẫn về từng ô của từng sổ tính mà thôn, trường, trạm và các bộ phận đã gửi. Bấm vào một con số để "
        "xem công thức và các ô nguồn.",
        "Every number leads back to the cells of the workbooks that villages, schools, the health station and the "
        "desks sent. Choose a number to see its formula and its cells.",
    ),
    "chapter": ("Chương", "Chapter"),
    "chapters": ("Các chương", "Chapters"),
    "total": ("Cộng", "Total"),
    "figure": ("Chỉ tiêu", "Figure"),
    "figures": ("Chỉ tiêu", "Figures"),
    "computed": ("Tính được", "Computed"),
    "unit": ("ĐVT", "Unit"),
    "printed": ("Kế hoạch in", "Printed"),
    "printed.count": ("Số kế hoạch in", "Printed numbers"),
    "verdict": ("Kết luận", "Verdict"),
    "place": ("Vị trí", "Place in plan"),
    "conflicts": ("Những con số kế hoạch in mâu thuẫn", "Printed numbers in conflict"),
    "figures.printed": ("Những con số kế hoạch in", "Numbers the plan prints"),
    "figures.others": ("Những con số kế hoạch không in", "Numbers the plan does not print"),
    "compared": ("So sánh", "Comparison"),
    "compared.now": ("Kỳ này", "This period"),
    "compared.before": ("Kỳ trước", "Period before"),
    "compared.last_year": ("Cùng kỳ năm trước", "Same of last year"),
    "compared.plan": ("Kế hoạch, dự toán", "Plan, estimate"),
    "compared.value": ("Số", "Number"),
    "compared.change": ("Tăng, giảm", "Change"),
    "compared.change.percent": ("Tăng, giảm (%)", "Change (%)"),
    "compared.gap": ("Hơn, kém", "Difference"),
    "compared.gap.percent": ("Đạt (%)", "Achieved (%)"),
    "compared.reported": (
        "* Số của năm trước như đơn vị ghi trong biểu kỳ này; kỳ đó không có trong hệ thống.",
        "* Last year's number as the reporter wrote it into this period's form; that period is not in the system.",
    ),
    "charts": ("Biểu đồ", "Charts"),
    "chart.table": ("Xem bằng bảng số", "See as a table"),
    "chart.by_reporter": ("theo đơn vị báo cáo", "by reporter"),
    "chart.parts": ("các khoản", "by part"),
    "chart.progress": ("So với kế hoạch, dự toán, vốn giao (%)", "Against plan, estimate or capital (%)"),
    "chart.change": ("So với cùng kỳ năm trước (%)", "Against the same period last year (%)"),
    "state.incomplete": ("Thiếu báo cáo", "Returns missing"),
    "state.estimated": ("Có số ước", "With estimates"),
    "lacking": ("Thiếu", "Missing"),
    "state.undefined": ("Mẫu số bằng 0", "Divisor is zero"),
    "state.held": ("Giữ lại", "Held back"),
    "state.absent": ("Chưa công bố", "Not published"),
    "state.complete": ("Đủ báo cáo", "Complete"),
    "held.notice": (
        "Số liệu mới của các biểu sau đang bị giữ lại; những con số dùng đến chúng là số đã chấp nhận trước đó:",
        "New returns of these forms are held back; numbers that use them are those accepted before:",
    ),
    "held.see": ("Xem phát hiện", "See the findings"),
    "trace": ("Truy nguồn", "Trace"),
    "trace.back": ("Về bảng của chương", "Back to the chapter's table"),
    "trace.id": ("Mã", "Id"),
    "trace.formula": ("Công thức", "Formula"),
    "trace.exact": ("Chưa làm tròn", "Unrounded"),
    "trace.state": ("Tình trạng", "Status"),
    "trace.reported": ("báo cáo", "returns"),
    "trace.none": (
        "Không có ô nguồn nào: chưa có báo cáo được chấp nhận của biểu liên quan.",
        "No cells: no return of the forms it needs has been accepted.",
    ),
    "place.about": (
        "Mỗi con số là của những xã đã gửi báo cáo, và dẫn xuống từng nơi ngay bên dưới; đến xã thì dẫn về từng ô của "
        "từng sổ tính.",
        "Every number is of the communes that have sent returns, and leads to the places one level below; in a commune "
        "it leads to the cells of its workbooks.",
    ),
    "place.name": ("Địa bàn", "Place"),
    "place.parts": ("Những nơi ngay bên dưới", "Places one level below"),
    "place.communes": ("Xã đã gửi", "Communes"),
    "place.returns": ("Biểu đã nhận", "Returns"),
    "place.sent": ("Đã gửi", "Sent"),
    "place.expected": ("Phải gửi", "Expected"),
    "place.formless": ("Tệp, trang không nhận ra biểu nào", "Files and sheets of no form"),
    "place.reported": ("Đơn vị đã báo cáo", "Reported"),
    "place.held": ("Biểu bị giữ lại", "Forms held"),
    "place.missing": ("Chưa gửi", "Not sent by"),
    "place.silent": ("Xã chưa gửi gì", "Communes that have sent nothing"),
    "place.not_then": (
        "Xã không có trong kỳ này mà có thư mục",
        "Communes that were not there then, and have a folder",
    ),
    "place.findings": (
        "Đếm theo địa bàn và biểu, chỉ những chỗ còn thiếu hoặc có phát hiện. Xem từng cái: returns findings --place.",
        "Counted by place and form, where something is missing or found. One by one: returns findings --place.",
    ),
    "form": ("Biểu", "Form"),
    "reporter": ("Đơn vị báo cáo", "Reporter"),
    "cell": ("Ô", "Cell"),
    "cell.open": ("Mở trang tính tại ô", "Open the sheet at cell"),
    "received": ("Nội dung khi nhận", "As received"),
    "parsed": ("Số đọc được", "Read as"),
    "hash": ("Mã băm SHA-256", "SHA-256"),
    "note": ("Ghi chú", "Note"),
    "corrected": ("Đính chính", "Corrected"),
    "corrected.to": ("thành", "to"),
    "replaced": (
        "Sổ tính đã gửi lại và bản mới đang bị giữ lại; số này và trang tính vẽ ở đây là của bản đã chấp nhận trước.",
        "The workbook was sent anew and is held back; this number and its sheet are those of the one accepted before.",
    ),
    "edits": ("Đã kiểm tra", "Edits"),
    **{f"outcome.{name}": (word, name.replace("_", " ")) for name, word in OUTCOMES.items()},
    "confirmed": ("Giữ nguyên theo xác nhận", "Confirmed as it is"),
    "blank": ("để trống", "blank"),
    "sheet": ("Trang tính", "Sheet"),
    "sheets": ("Các trang tính", "Sheets"),
    "sheet.drawn": (
        "Vẽ lại các ô có nội dung, đúng như khi nhận. Ô được tô là ô đã dùng để tính.",
        "The filled cells as received. Tinted cells are those that figures are computed from.",
    ),
    "sheet.window": (
        "Trang rất lớn: chỉ vẽ những dòng gần các ô được dùng.",
        "Large sheet: only rows near used cells.",
    ),
    "sheet.uses": ("Ô nào dùng cho chỉ tiêu nào", "Which cell is used for which figure"),
    "sheet.unused": ("Không có chỉ tiêu nào dùng trang này.", "No figure uses this sheet."),
    "file": ("Tệp", "File"),
    "file.problem": ("Không đọc được", "Cannot be read"),
    "findings.none": ("Không có phát hiện nào.", "No findings."),
    "finding.error": ("Lỗi", "Error"),
    "finding.warning": ("Cảnh báo", "Warning"),
    "finding.written": ("Đã ghi", "Written"),
    "finding.expected": ("Cần là", "Expected"),
    "finding.suggestion": ("Gợi ý", "Suggestion"),
    "corrections.none": ("Chưa có đính chính nào.", "No corrections."),
    "decision.accepted": ("Đã sửa", "Corrected"),
    "decision.refused": ("Từ chối gợi ý", "Suggestion refused"),
    "decision.as_is": ("Giữ nguyên", "Kept as it is"),
    "decision": ("Quyết định", "Decision"),
    "who": ("Người ghi", "By"),
    "when": ("Thời điểm", "When"),
    "reason": ("Lý do", "Reason"),
    "affects": ("Chỉ tiêu dùng ô này", "Figures that use it"),
    "foot": (
        "Trang này do quy trình số liệu ghi ra, mở thẳng từ đĩa, không dùng mạng.",
        "Written by the pipeline; opens from disk and uses no network.",
    ),
    "outside": ("Ngoài danh mục chỉ tiêu", "Outside the catalogue"),
}
"""Key to Vietnamese and English."""
