"""Figures on the schools (plan P1.II.2.c and footnote 6)."""

from schemas.fields import FormField
from schemas.figure import Chapter, Figure, fields_of
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
        *fields_of(Kindergarten, Primary, LowerSecondary),
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
