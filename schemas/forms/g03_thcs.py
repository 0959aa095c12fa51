"""Form G03: staff, pupils, results and prizes of a lower secondary school."""

from functools import partial

from schemas.edits import at_least, at_most, balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Classes, People, Percent, Prizes, Pupils

_STAFF, _PUPILS = "Cán bộ, giáo viên, nhân viên", "Lớp, học sinh"
_GRADES_678, _GRADE_9 = "Lớp 6, 7, 8 (chương trình giáo dục phổ thông mới)", "Lớp 9 (chương trình hiện hành)"
_PRIZES = "Giải học sinh giỏi các môn văn hóa cấp huyện"

_percent = partial(field, maximum=100)


class LowerSecondary(
    DeskForm,
    code="G03",
    sheet="THCS",
    title="Kết quả năm học của trường trung học cơ sở",
    domain="thcs",
    when="của năm học kết thúc trong kỳ",
    reporter="thcs",
):
    """One row per lower secondary school: the school year that ended in the period."""

    staff_total = field(People, "Tổng số cán bộ, giáo viên, nhân viên", section=_STAFF, stock=True)
    managers = field(People, "Cán bộ quản lý", section=_STAFF, stock=True)
    teachers = field(People, "Giáo viên", section=_STAFF, stock=True)
    support = field(People, "Nhân viên", section=_STAFF, stock=True)

    classes = field(Classes, "Tổng số lớp", section=_PUPILS, stock=True)
    pupils = field(Pupils, "Tổng số học sinh", section=_PUPILS, stock=True)
    assessed = field(Pupils, "Học sinh được đánh giá, xếp loại học lực", section=_PUPILS, stock=True)
    disabled = field(Pupils, "Học sinh khuyết tật học hòa nhập", section=_PUPILS)

    grades678_pupils = field(Pupils, "Tổng số học sinh lớp 6, 7, 8", section=_GRADES_678, stock=True)
    grades678_disabled = field(Pupils, "Học sinh khuyết tật lớp 6, 7, 8", section=_GRADES_678)
    grades678_study_pass = field(
        Pupils, "Học sinh lớp 6, 7, 8 có kết quả học tập từ mức đạt trở lên", section=_GRADES_678
    )
    grades678_conduct_fair = field(
        Pupils, "Học sinh lớp 6, 7, 8 có kết quả rèn luyện từ mức khá trở lên", section=_GRADES_678
    )

    grade9_pupils = field(Pupils, "Tổng số học sinh lớp 9", section=_GRADE_9, stock=True)
    grade9_pupils_start = field(Pupils, "Học sinh lớp 9 đầu năm học", section=_GRADE_9, stock=True)
    grade9_disabled = field(Pupils, "Học sinh khuyết tật lớp 9", section=_GRADE_9)
    grade9_average_up_pct = _percent(Percent, "Tỷ lệ học sinh lớp 9 đạt học lực trung bình trở lên", section=_GRADE_9)
    grade9_excellent = field(Pupils, "Học sinh lớp 9 xếp loại Giỏi", section=_GRADE_9)
    grade9_good = field(Pupils, "Học sinh lớp 9 xếp loại Khá", section=_GRADE_9)
    grade9_excellent_commitment = _percent(Percent, "Tỷ lệ học sinh Giỏi lớp 9 đã cam kết", section=_GRADE_9)
    grade9_good_commitment = _percent(Percent, "Tỷ lệ học sinh Khá lớp 9 đã cam kết", section=_GRADE_9)

    grade8_second = field(Prizes, "Lớp 8: giải Nhì", section=_PRIZES)
    grade8_third = field(Prizes, "Lớp 8: giải Ba", section=_PRIZES)
    grade8_consolation = field(Prizes, "Lớp 8: giải Khuyến khích", section=_PRIZES)
    grade8_consolation_literature = field(Prizes, "Lớp 8: giải Khuyến khích môn Ngữ văn", section=_PRIZES)
    grade8_consolation_geography = field(Prizes, "Lớp 8: giải Khuyến khích môn Địa lý", section=_PRIZES)
    grade8_consolation_other = field(Prizes, "Lớp 8: giải Khuyến khích các môn khác", section=_PRIZES)
    grade9_consolation = field(Prizes, "Lớp 9: giải Khuyến khích", section=_PRIZES)
    grade9_consolation_literature = field(Prizes, "Lớp 9: giải Khuyến khích môn Ngữ văn", section=_PRIZES)
    grade9_consolation_geography = field(Prizes, "Lớp 9: giải Khuyến khích môn Địa lý", section=_PRIZES)
    grade9_consolation_other = field(Prizes, "Lớp 9: giải Khuyến khích các môn khác", section=_PRIZES)

    edits = (
        balance("G03-01", "staff_total", ["managers", "teachers", "support"]),
        balance("G03-02", "pupils", ["grades678_pupils", "grade9_pupils"]),
        balance("G03-03", "pupils", ["assessed", "disabled"]),
        balance("G03-04", "disabled", ["grades678_disabled", "grade9_disabled"]),
        bound("G03-05", ["grades678_disabled"], "grades678_pupils"),
        bound("G03-06", ["grade9_disabled"], "grade9_pupils"),
        bound("G03-07", ["grades678_study_pass"], "grades678_pupils"),
        bound("G03-08", ["grades678_conduct_fair"], "grades678_pupils"),
        bound("G03-09", ["grade9_excellent", "grade9_good"], "grade9_pupils"),
        bound("G03-10", ["grades678_study_pass", "grades678_disabled"], "grades678_pupils", severity=Severity.WARNING),
        balance(
            "G03-11",
            "grade8_consolation",
            ["grade8_consolation_literature", "grade8_consolation_geography", "grade8_consolation_other"],
        ),
        balance(
            "G03-12",
            "grade9_consolation",
            ["grade9_consolation_literature", "grade9_consolation_geography", "grade9_consolation_other"],
        ),
        # By order, as in G02.
        bound("G03-13", ["classes"], "pupils"),
        bound("G03-14", ["grade8_second", "grade8_third", "grade8_consolation"], "grades678_pupils"),
        bound("G03-15", ["grade9_consolation"], "grade9_pupils"),
        # A warning: more pupils may have moved in during the year than left.
        bound("G03-16", ["grade9_pupils"], "grade9_pupils_start", severity=Severity.WARNING),
        # The largest class the school may have (Thông tư 32/2020/TT-BGDĐT, Điều 16). A warning, for some have more.
        at_most("G03-17", "pupils", "45", "classes"),
        # No norm: in no school have all classes less than five pupils, and in none do half of the pupils behave badly.
        at_most("G03-18", "classes", "0.2", "pupils"),
        at_least("G03-19", "grades678_conduct_fair", "0.5", "grades678_pupils"),
    )
