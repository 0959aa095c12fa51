"""Form G02: staff, pupils, results, awards and prizes of a primary school."""

from functools import partial

from schemas.edits import at_most, balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Classes, People, Percent, Prizes, Pupils, SchoolSites, Teachers

_STAFF, _PUPILS, _UPKEEP = "Cán bộ, giáo viên, nhân viên", "Điểm trường, lớp, học sinh", "Huy động và duy trì"
_TEACHERS, _TRAINING = "Giáo viên giỏi, chiến sĩ thi đua", "Bồi dưỡng thường xuyên, kiểm tra nội bộ"
_RESULTS, _AWARDS, _PRIZES = "Chất lượng đại trà", "Khen thưởng học sinh", "Giải các cuộc thi"

_maybe = partial(field, optional=True)
_maybe_percent = partial(_maybe, maximum=100)


class Primary(
    DeskForm,
    code="G02",
    sheet="Tiểu học",
    title="Kết quả năm học của trường tiểu học",
    domain="primary",
    when="của năm học kết thúc trong kỳ",
    reporter="primary",
):
    """One row per primary school: the school year that ended in the period."""

    staff_total = field(People, "Tổng số cán bộ, giáo viên, nhân viên", section=_STAFF, stock=True)
    managers = field(People, "Cán bộ quản lý", section=_STAFF, stock=True)
    teachers_and_support = field(People, "Giáo viên và nhân viên", section=_STAFF, stock=True)
    teachers = _maybe(People, "Giáo viên", section=_STAFF, stock=True)
    support = _maybe(People, "Nhân viên", section=_STAFF, stock=True)

    sites = _maybe(SchoolSites, "Số điểm trường", section=_PUPILS, stock=True)
    classes = field(Classes, "Tổng số lớp", section=_PUPILS, stock=True)
    pupils = field(Pupils, "Tổng số học sinh", section=_PUPILS, stock=True)
    female = _maybe(Pupils, "Học sinh nữ", section=_PUPILS, stock=True)
    ethnic = _maybe(Pupils, "Học sinh dân tộc thiểu số", section=_PUPILS, stock=True)
    disabled = _maybe(Pupils, "Học sinh khuyết tật", section=_PUPILS)
    classes_last_year = _maybe(Classes, "Tổng số lớp năm học trước", section=_PUPILS, stock=True)
    pupils_last_year = _maybe(Pupils, "Tổng số học sinh năm học trước", section=_PUPILS, stock=True)

    enrol_age6_pct = _maybe_percent(Percent, "Tỷ lệ trẻ 6 tuổi vào lớp 1", section=_UPKEEP)
    attendance_pct = _maybe_percent(Percent, "Tỷ lệ đi học chuyên cần", section=_UPKEEP)
    retention_pct = _maybe_percent(Percent, "Tỷ lệ duy trì sĩ số", section=_UPKEEP)
    two_sessions_pct = _maybe_percent(Percent, "Tỷ lệ học sinh học 2 buổi/ngày", section=_UPKEEP)
    lunch_boarders = _maybe(Pupils, "Học sinh ăn bán trú", section=_UPKEEP, stock=True)

    excellent_school = field(Teachers, "Giáo viên giỏi cấp trường", section=_TEACHERS)
    excellent_school_base = field(Teachers, "Giáo viên dự xét giáo viên giỏi cấp trường", section=_TEACHERS)
    excellent_district = _maybe(Teachers, "Giáo viên giỏi cấp huyện", section=_TEACHERS)
    excellent_district_base = _maybe(Teachers, "Giáo viên dự xét giáo viên giỏi cấp huyện", section=_TEACHERS)
    excellent_province = _maybe(Teachers, "Giáo viên giỏi cấp tỉnh", section=_TEACHERS)
    emulation_fighters = _maybe(Teachers, "Chiến sĩ thi đua cơ sở", section=_TEACHERS)

    training_participants = _maybe(
        People, "Cán bộ quản lý, giáo viên tham gia bồi dưỡng thường xuyên", section=_TRAINING
    )
    training_completed = _maybe(
        People, "Cán bộ quản lý, giáo viên hoàn thành bồi dưỡng thường xuyên", section=_TRAINING
    )
    internal_inspection_pct = _maybe_percent(
        Percent, "Mức thực hiện kiểm tra nội bộ so với chỉ tiêu đề ra", section=_TRAINING
    )

    completion = _maybe(Pupils, "Học sinh hoàn thành nội dung các môn học và hoạt động giáo dục", section=_RESULTS)
    completion_class_and_level_pct = _maybe_percent(
        Percent, "Tỷ lệ hoàn thành chương trình lớp học và chương trình tiểu học", section=_RESULTS
    )
    completion_class = _maybe(Pupils, "Học sinh hoàn thành chương trình lớp học", section=_RESULTS)
    completion_level = _maybe(Pupils, "Học sinh hoàn thành chương trình tiểu học", section=_RESULTS)
    completion_level_base = _maybe(Pupils, "Học sinh lớp 5 được xét hoàn thành chương trình tiểu học", section=_RESULTS)

    awards = field(Pupils, "Học sinh được khen thưởng", section=_AWARDS)
    awards_excellent = _maybe(Pupils, "Khen thưởng học sinh xuất sắc", section=_AWARDS)
    awards_exemplary = _maybe(Pupils, "Khen thưởng học sinh tiêu biểu", section=_AWARDS)
    awards_subject = _maybe(Pupils, "Khen thưởng vượt trội các môn học", section=_AWARDS)
    awards_pct_last_year = _maybe_percent(Percent, "Tỷ lệ học sinh được khen thưởng năm học trước", section=_AWARDS)

    trang_nguyen_first = _maybe(Prizes, "Trạng nguyên Tiếng Việt: giải Nhất", section=_PRIZES)
    trang_nguyen_second = _maybe(Prizes, "Trạng nguyên Tiếng Việt: giải Nhì", section=_PRIZES)
    trang_nguyen_consolation = _maybe(Prizes, "Trạng nguyên Tiếng Việt: giải Khuyến khích", section=_PRIZES)
    vietnamese_consolation = _maybe(Prizes, "Câu lạc bộ, giao lưu Tiếng Việt: giải Khuyến khích", section=_PRIZES)
    vietnamese_team_consolation = _maybe(Prizes, "Giao lưu Tiếng Việt: giải Khuyến khích đồng đội", section=_PRIZES)
    math_consolation = _maybe(Prizes, "Câu lạc bộ Toán: giải Khuyến khích", section=_PRIZES)
    english_consolation = _maybe(Prizes, "Câu lạc bộ Tiếng Anh: giải Khuyến khích", section=_PRIZES)
    innovation_consolation = _maybe(Prizes, "Sáng tạo thanh thiếu niên: giải Khuyến khích", section=_PRIZES)

    edits = (
        balance("G02-01", "staff_total", ["managers", "teachers_and_support"]),
        balance("G02-02", "teachers_and_support", ["teachers", "support"]),
        bound("G02-03", ["female"], "pupils"),
        bound("G02-04", ["ethnic"], "pupils"),
        bound("G02-05", ["disabled"], "pupils"),
        bound("G02-06", ["lunch_boarders"], "pupils"),
        bound("G02-07", ["excellent_school"], "excellent_school_base"),
        bound("G02-08", ["excellent_school_base"], "teachers_and_support"),
        bound("G02-09", ["excellent_district"], "excellent_district_base"),
        bound("G02-10", ["excellent_district_base"], "teachers_and_support"),
        bound("G02-11", ["excellent_province"], "teachers_and_support"),
        bound("G02-12", ["emulation_fighters"], "staff_total"),
        bound("G02-13", ["training_completed"], "training_participants"),
        bound("G02-14", ["training_participants"], "staff_total"),
        bound("G02-15", ["completion"], "pupils"),
        bound("G02-16", ["completion_class"], "pupils"),
        bound("G02-17", ["completion_level"], "completion_level_base"),
        bound("G02-18", ["completion_level_base"], "pupils"),
        balance("G02-19", "awards", ["awards_excellent", "awards_exemplary", "awards_subject"]),
        bound("G02-20", ["awards"], "pupils"),
        # By order: no class is without a pupil, no site without a class, and a prize is won by a pupil at least.
        bound("G02-21", ["classes"], "pupils"),
        bound("G02-22", ["classes_last_year"], "pupils_last_year"),
        bound("G02-23", ["sites"], "classes"),
        bound("G02-24", ["trang_nguyen_first", "trang_nguyen_second", "trang_nguyen_consolation"], "pupils"),
        bound("G02-25", ["vietnamese_consolation"], "pupils"),
        bound("G02-26", ["vietnamese_team_consolation"], "pupils"),
        bound("G02-27", ["math_consolation"], "pupils"),
        bound("G02-28", ["english_consolation"], "pupils"),
        bound("G02-29", ["innovation_consolation"], "pupils"),
        # The largest class a primary school may have (Thông tư 28/2020/TT-BGDĐT, Điều 16). Warnings, for some have
        # more.
        at_most("G02-30", "pupils", "35", "classes"),
        at_most("G02-31", "pupils_last_year", "35", "classes_last_year"),
        # Who stands for the title of the province has that of the district, mostly of the same year (Thông tư
        # 22/2019/TT-BGDĐT): a warning.
        bound("G02-32", ["excellent_province"], "excellent_district", severity=Severity.WARNING),
        # No more than 15 in 100 of those with the lower title (Nghị định 98/2023/NĐ-CP, as 91/2017/NĐ-CP before it). A
        # warning, for offices round up.
        at_most("G02-33", "emulation_fighters", "0.15", "staff_total"),
        # No norm: there are classes of less than five pupils, and no school in which they are all so small.
        at_most("G02-34", "classes", "0.2", "pupils"),
        at_most("G02-35", "classes_last_year", "0.2", "pupils_last_year"),
    )
