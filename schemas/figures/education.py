"""Figures on the schools (plan P1.II.2.c and footnote 6)."""

from schemas.fields import FormField
from schemas.figure import Chapter, Figure, each, printed_at, summed
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
from schemas.formula import Formula, difference, own, share, sum_of, total
from schemas.units import Classes, People, Percent, Pupils

_PLACE = "fn6"


def _percent(identifier: str, label: str, formula: Formula) -> Figure:
    return Figure(identifier, label, Percent, formula, decimals=1, plan=_PLACE)


def _own_share(identifier: str, label: str, part: FormField, whole: FormField) -> Figure:
    return _percent(f"edu.{{reporter}}.{identifier}", label, share(own(part), own(whole)))


def _own_restated(identifier: str, label: str, field: FormField) -> Figure:
    return Figure(f"edu.{{reporter}}.{identifier}", label, field.unit, own(field), decimals=0, plan=_PLACE)


def _restated(identifier: str, label: str, field: FormField) -> Figure:
    return Figure(identifier, label, field.unit, total(field), decimals=0, plan=_PLACE)


CHAPTER = Chapter(
    "education",
    "Giáo dục - đào tạo",
    (
        *printed_at(
            _PLACE,
            summed(Kindergarten.staff_total, "edu.kindergarten.staff.total"),
            summed(Kindergarten.staff_permanent, "edu.kindergarten.staff.permanent"),
            summed(Kindergarten.contract_teachers, "edu.kindergarten.staff.contract_teacher"),
            summed(Kindergarten.contract_staff, "edu.kindergarten.staff.contract_staff"),
            summed(Kindergarten.contract_staff_indefinite, "edu.kindergarten.staff.contract_staff.indefinite"),
            summed(Kindergarten.contract_staff_fixed_term, "edu.kindergarten.staff.contract_staff.fixed_term"),
            summed(Kindergarten.groups, "edu.kindergarten.groups"),
            summed(Kindergarten.kindergarten_classes, "edu.kindergarten.kindergarten_classes"),
            summed(Kindergarten.pupils, "edu.kindergarten.pupils"),
            summed(Kindergarten.attendance_pct, "edu.kindergarten.attendance.pct", decimals=1),
            summed(Kindergarten.pupils_last_year, "edu.kindergarten.pupils.last_year"),
            each(Kindergarten.nursery_rate_increase, "edu.{reporter}.nursery_rate.increase", decimals=1),
            summed(Primary.staff_total, "edu.primary.staff.total"),
            each(Primary.staff_total, "edu.{reporter}.staff.total"),
            each(Primary.managers, "edu.{reporter}.staff.managers"),
            each(Primary.teachers_and_support, "edu.{reporter}.staff.teachers_and_staff"),
            each(Primary.teachers, "edu.{reporter}.staff.teachers"),
            each(Primary.support, "edu.{reporter}.staff.support"),
            each(Primary.sites, "edu.{reporter}.sites"),
            summed(Primary.classes, "edu.primary.classes"),
            each(Primary.classes, "edu.{reporter}.classes"),
            summed(Primary.pupils, "edu.primary.pupils"),
            each(Primary.pupils, "edu.{reporter}.pupils"),
            each(Primary.female, "edu.{reporter}.pupils.female"),
            each(Primary.ethnic, "edu.{reporter}.pupils.ethnic"),
            each(Primary.disabled, "edu.{reporter}.pupils.disabled"),
            each(Primary.classes_last_year, "edu.{reporter}.classes.last_year"),
            each(Primary.pupils_last_year, "edu.{reporter}.pupils.last_year"),
            each(Primary.enrol_age6_pct, "edu.{reporter}.enrol_age6.pct", decimals=1),
            each(Primary.attendance_pct, "edu.{reporter}.attendance.pct", decimals=1),
            each(Primary.retention_pct, "edu.{reporter}.retention.pct", decimals=1),
            each(Primary.two_sessions_pct, "edu.{reporter}.two_sessions.pct", decimals=1),
            each(Primary.lunch_boarders, "edu.{reporter}.lunch_boarding.pupils"),
            each(Primary.excellent_school, "edu.{reporter}.teachers.excellent_school"),
            each(Primary.excellent_school_base, "edu.{reporter}.teachers.excellent_school.base"),
            each(Primary.excellent_district, "edu.{reporter}.teachers.excellent_district"),
            each(Primary.excellent_district_base, "edu.{reporter}.teachers.excellent_district.base"),
            each(Primary.excellent_province, "edu.{reporter}.teachers.excellent_province"),
            each(Primary.emulation_fighters, "edu.{reporter}.teachers.emulation_fighters"),
            each(Primary.training_participants, "edu.{reporter}.training.participants"),
            each(Primary.training_completed, "edu.{reporter}.training.completed"),
            each(Primary.internal_inspection_pct, "edu.{reporter}.internal_inspection.pct", decimals=1),
            each(Primary.completion, "edu.{reporter}.completion.pupils"),
            each(Primary.completion_class_and_level_pct, "edu.{reporter}.completion_class_and_level.pct", decimals=1),
            each(Primary.completion_class, "edu.{reporter}.completion_class.pupils"),
            each(Primary.completion_level, "edu.{reporter}.completion_level.pupils"),
            each(Primary.completion_level_base, "edu.{reporter}.completion_level.base"),
            each(Primary.awards, "edu.{reporter}.awards.total"),
            each(Primary.awards_excellent, "edu.{reporter}.awards.excellent"),
            each(Primary.awards_exemplary, "edu.{reporter}.awards.exemplary"),
            each(Primary.awards_subject, "edu.{reporter}.awards.subject"),
            each(Primary.awards_pct_last_year, "edu.{reporter}.awards.pct_last_year", decimals=1),
            each(Primary.trang_nguyen_first, "edu.{reporter}.prizes.trang_nguyen.first"),
            each(Primary.trang_nguyen_second, "edu.{reporter}.prizes.trang_nguyen.second"),
            each(Primary.trang_nguyen_consolation, "edu.{reporter}.prizes.trang_nguyen.consolation"),
            each(Primary.vietnamese_consolation, "edu.{reporter}.prizes.vietnamese.consolation"),
            each(Primary.vietnamese_team_consolation, "edu.{reporter}.prizes.vietnamese.team_consolation"),
            each(Primary.math_consolation, "edu.{reporter}.prizes.math.consolation"),
            each(Primary.english_consolation, "edu.{reporter}.prizes.english.consolation"),
            each(Primary.innovation_consolation, "edu.{reporter}.prizes.innovation.consolation"),
            summed(LowerSecondary.staff_total, "edu.thcs.staff.total"),
            summed(LowerSecondary.managers, "edu.thcs.staff.managers"),
            summed(LowerSecondary.teachers, "edu.thcs.staff.teachers"),
            summed(LowerSecondary.support, "edu.thcs.staff.support"),
            summed(LowerSecondary.classes, "edu.thcs.classes"),
            summed(LowerSecondary.pupils, "edu.thcs.pupils"),
            summed(LowerSecondary.assessed, "edu.thcs.assessed"),
            summed(LowerSecondary.disabled, "edu.thcs.disabled"),
            summed(LowerSecondary.grades678_pupils, "edu.thcs.grades678.pupils"),
            summed(LowerSecondary.grades678_disabled, "edu.thcs.grades678.disabled"),
            summed(LowerSecondary.grades678_study_pass, "edu.thcs.grades678.study_pass"),
            summed(LowerSecondary.grades678_conduct_fair, "edu.thcs.grades678.conduct_fair"),
            summed(LowerSecondary.grade9_pupils, "edu.thcs.grade9.pupils"),
            summed(LowerSecondary.grade9_pupils_start, "edu.thcs.grade9.pupils_start"),
            summed(LowerSecondary.grade9_disabled, "edu.thcs.grade9.disabled"),
            each(LowerSecondary.grade9_average_up_pct, "edu.{reporter}.grade9.average_up.pct", decimals=1),
            summed(LowerSecondary.grade9_excellent, "edu.thcs.grade9.excellent"),
            summed(LowerSecondary.grade9_good, "edu.thcs.grade9.good"),
            each(LowerSecondary.grade9_excellent_commitment, "edu.{reporter}.grade9.excellent.commitment", decimals=1),
            each(LowerSecondary.grade9_good_commitment, "edu.{reporter}.grade9.good.commitment", decimals=1),
            summed(LowerSecondary.grade8_second, "edu.thcs.prizes.grade8.second"),
            summed(LowerSecondary.grade8_third, "edu.thcs.prizes.grade8.third"),
            summed(LowerSecondary.grade8_consolation, "edu.thcs.prizes.grade8.consolation"),
            summed(LowerSecondary.grade8_consolation_literature, "edu.thcs.prizes.grade8.consolation.literature"),
            summed(LowerSecondary.grade8_consolation_geography, "edu.thcs.prizes.grade8.consolation.geography"),
            summed(LowerSecondary.grade8_consolation_other, "edu.thcs.prizes.grade8.consolation.other"),
            summed(LowerSecondary.grade9_consolation, "edu.thcs.prizes.grade9.consolation"),
            summed(LowerSecondary.grade9_consolation_literature, "edu.thcs.prizes.grade9.consolation.literature"),
            summed(LowerSecondary.grade9_consolation_geography, "edu.thcs.prizes.grade9.consolation.geography"),
            summed(LowerSecondary.grade9_consolation_other, "edu.thcs.prizes.grade9.consolation.other"),
        ),
        Figure(
            "edu.pupils",
            "Tổng số học sinh các trường trên địa bàn",
            Pupils,
            sum_of(Kindergarten.pupils, Primary.pupils, LowerSecondary.pupils),
            decimals=0,
        ),
        Figure(
            "edu.staff",
            "Tổng số cán bộ, giáo viên, nhân viên các trường trên địa bàn",
            People,
            sum_of(Kindergarten.staff_total, Primary.staff_total, LowerSecondary.staff_total),
            decimals=0,
        ),
        Figure(
            "edu.kindergarten.pupils.decrease",
            "Số trẻ giảm so với năm học trước",
            Pupils,
            difference(Kindergarten.pupils_last_year, Kindergarten.pupils),
            decimals=0,
            plan=_PLACE,
        ),
        Figure(
            "edu.{reporter}.classes.decrease",
            "Số lớp giảm so với năm học trước",
            Classes,
            difference(own(Primary.classes_last_year), own(Primary.classes)),
            decimals=0,
            plan=_PLACE,
        ),
        Figure(
            "edu.{reporter}.pupils.decrease",
            "Số học sinh giảm so với năm học trước",
            Pupils,
            difference(own(Primary.pupils_last_year), own(Primary.pupils)),
            decimals=0,
            plan=_PLACE,
        ),
        _own_share("lunch_boarding.pct", "Tỷ lệ học sinh ăn bán trú", Primary.lunch_boarders, Primary.pupils),
        _own_share(
            "teachers.excellent_school.pct",
            "Tỷ lệ giáo viên giỏi cấp trường",
            Primary.excellent_school,
            Primary.excellent_school_base,
        ),
        _own_share(
            "teachers.excellent_district.pct",
            "Tỷ lệ giáo viên giỏi cấp huyện",
            Primary.excellent_district,
            Primary.excellent_district_base,
        ),
        _own_restated(
            "training.completed.base", "Tham gia bồi dưỡng thường xuyên (nhắc lại)", Primary.training_participants
        ),
        _own_share(
            "training.completed.pct",
            "Tỷ lệ hoàn thành bồi dưỡng thường xuyên",
            Primary.training_completed,
            Primary.training_participants,
        ),
        _own_restated("completion.base", "Học sinh xét hoàn thành nội dung các môn học", Primary.pupils),
        _own_share(
            "completion.pct",
            "Tỷ lệ hoàn thành nội dung các môn học và hoạt động giáo dục",
            Primary.completion,
            Primary.pupils,
        ),
        _own_restated("completion_class.base", "Học sinh xét hoàn thành chương trình lớp học", Primary.pupils),
        _own_share(
            "completion_class.pct",
            "Tỷ lệ hoàn thành chương trình lớp học",
            Primary.completion_class,
            Primary.pupils,
        ),
        _own_share(
            "completion_level.pct",
            "Tỷ lệ hoàn thành chương trình tiểu học",
            Primary.completion_level,
            Primary.completion_level_base,
        ),
        _own_share("awards.total.pct", "Tỷ lệ học sinh được khen thưởng", Primary.awards, Primary.pupils),
        _own_restated("awards.base", "Học sinh xét khen thưởng", Primary.pupils),
        _own_share("awards.pct", "Tỷ lệ học sinh được khen thưởng trên số xét", Primary.awards, Primary.pupils),
        _percent(
            "edu.{reporter}.awards.pct_decrease",
            "Tỷ lệ khen thưởng giảm so với năm học trước",
            difference(own(Primary.awards_pct_last_year), share(own(Primary.awards), own(Primary.pupils))),
        ),
        _own_share("awards.excellent.pct", "Tỷ lệ học sinh xuất sắc", Primary.awards_excellent, Primary.pupils),
        _own_share("awards.exemplary.pct", "Tỷ lệ học sinh tiêu biểu", Primary.awards_exemplary, Primary.pupils),
        _own_share("awards.subject.pct", "Tỷ lệ vượt trội các môn học", Primary.awards_subject, Primary.pupils),
        _restated("edu.thcs.assessed.base", "Học sinh xét đánh giá, xếp loại học lực", LowerSecondary.pupils),
        _restated(
            "edu.thcs.grades678.study_pass.base",
            "Học sinh lớp 6, 7, 8 xét kết quả học tập",
            LowerSecondary.grades678_pupils,
        ),
        _percent(
            "edu.thcs.grades678.study_pass.pct",
            "Tỷ lệ kết quả học tập từ mức đạt trở lên, lớp 6, 7, 8",
            share(LowerSecondary.grades678_study_pass, LowerSecondary.grades678_pupils),
        ),
        _restated(
            "edu.thcs.grades678.conduct_fair.base",
            "Học sinh lớp 6, 7, 8 xét kết quả rèn luyện",
            LowerSecondary.grades678_pupils,
        ),
        _percent(
            "edu.thcs.grades678.conduct_fair.pct",
            "Tỷ lệ kết quả rèn luyện từ mức khá trở lên, lớp 6, 7, 8",
            share(LowerSecondary.grades678_conduct_fair, LowerSecondary.grades678_pupils),
        ),
        _restated("edu.thcs.grade9.excellent.base", "Học sinh lớp 9 xét loại Giỏi", LowerSecondary.grade9_pupils),
        _percent(
            "edu.thcs.grade9.excellent.pct",
            "Tỷ lệ học sinh Giỏi, lớp 9",
            share(LowerSecondary.grade9_excellent, LowerSecondary.grade9_pupils),
        ),
        _percent(
            "edu.{reporter}.grade9.excellent.vs_commitment",
            "Tỷ lệ học sinh Giỏi lớp 9 tăng so với cam kết",
            difference(
                share(own(LowerSecondary.grade9_excellent), own(LowerSecondary.grade9_pupils)),
                own(LowerSecondary.grade9_excellent_commitment),
            ),
        ),
        _restated("edu.thcs.grade9.good.base", "Học sinh lớp 9 xét loại Khá", LowerSecondary.grade9_pupils),
        _percent(
            "edu.thcs.grade9.good.pct",
            "Tỷ lệ học sinh Khá, lớp 9",
            share(LowerSecondary.grade9_good, LowerSecondary.grade9_pupils),
        ),
        _percent(
            "edu.{reporter}.grade9.good.vs_commitment",
            "Tỷ lệ học sinh Khá lớp 9 giảm so với cam kết",
            difference(
                own(LowerSecondary.grade9_good_commitment),
                share(own(LowerSecondary.grade9_good), own(LowerSecondary.grade9_pupils)),
            ),
        ),
        _percent(
            "edu.thcs.retention.pct",
            "Tỷ lệ duy trì sĩ số, lớp 9",
            share(LowerSecondary.grade9_pupils, LowerSecondary.grade9_pupils_start),
        ),
    ),
)
