from datetime import date

from pipelines.present.completeness import completeness
from schemas.forms import FORMS
from tests.unit.builders import COMMUNE, PERIOD, PLACES, Row


def finding(code: str, form: str, reporter: str) -> Row:
    return {"code": code, "form": form, "reporter": reporter}


def lines(*findings: Row) -> list[str]:
    return list(completeness(PERIOD.code, COMMUNE, findings, PLACES).lines(date(2024, 7, 10)))


def asked() -> tuple[int, int]:
    """Reporters and forms that are to come."""
    kinds = [PLACES.reporters(COMMUNE, form.reporter_kind, PERIOD) for form in FORMS]
    return len({place.code for places in kinds for place in places}), sum(map(len, kinds))


def test_a_complete_set_is_one_line() -> None:
    reporters, forms = asked()
    assert lines() == [f"Đã nhận {reporters}/{reporters} đơn vị, {forms}/{forms} biểu."]


def test_who_has_sent_nothing_and_who_not_all_is_counted_apart_and_named() -> None:
    reporters, forms = asked()
    own = [form.code for form in FORMS if form.reporter_kind == "village"]
    found = [finding("H-01", code, "na_lia") for code in own]
    found += [finding("H-02", "B01", "pa_phao"), finding("H-04", "B01", "suoi_ma")]
    assert lines(*found) == [
        f"Đã nhận {reporters - 1}/{reporters} đơn vị, {forms - len(own) - 1}/{forms} biểu.",
        f"Còn thiếu: Thôn Pá Phào (B01); Thôn Nà Lìa ({', '.join(sorted(own))}).",
        f"Hạn gửi: 10/07/2024 ({', '.join(sorted(own))}).",
    ]


def test_a_workbook_that_does_not_open_counts_for_all_forms_that_came_in_it() -> None:
    reporters, forms = asked()
    summary = lines(finding("W-01", "B01 B02", "na_lia"), finding("W-01", "", ""))
    assert summary == [
        f"Đã nhận {reporters}/{reporters} đơn vị, {forms - 2}/{forms} biểu.",
        "Còn thiếu: Thôn Nà Lìa (B01, B02).",
        "Hạn gửi: 10/07/2024 (B01, B02).",
    ]


def test_blanks_are_counted_by_form_and_reporter() -> None:
    found = [finding("C-10", "B01", "na_lia"), finding("H-03", "B01", "na_lia"), finding("C-10", "T01", "finance")]
    assert lines(*found)[1:] == [
        "Để trống một phần: B01 Thôn Nà Lìa (2 ô); T01 Bộ phận Tài chính - Kế toán (1 ô).",
    ]
