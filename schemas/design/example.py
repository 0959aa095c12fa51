"""The example that stands in a new design workbook: a form with a total, a rule and figures.

Belongs here: its rows, as a person would write them. Does not belong here: any form that is asked for.
"""

from schemas.design.written import Rows

_FORM, _CHAPTER = {"form": "S01"}, {"chapter": "thuy_san"}

EXAMPLE: Rows = {
    "forms": [
        {
            "code": "S01",
            "sheet": "Thủy sản",
            "title": "Nuôi trồng thủy sản",
            "reporter": "village",
            "domain": "thuy_san",
        }
    ],
    "fields": [
        {**_FORM, "code": "so_ho", "label": "Số hộ nuôi cá", "unit": "hộ", "definition": "Hộ có ao đang nuôi."},
        {
            **_FORM,
            "code": "dien_tich",
            "label": "Tổng diện tích ao nuôi",
            "unit": "ha",
            "section": "Diện tích",
            "parts": "dt_ca_chep + dt_ca_khac",
        },
        {**_FORM, "code": "dt_ca_chep", "label": "Diện tích nuôi cá chép", "unit": "ha", "section": "Diện tích"},
        {**_FORM, "code": "dt_ca_khac", "label": "Diện tích nuôi cá khác", "unit": "ha", "section": "Diện tích"},
        {**_FORM, "code": "san_luong", "label": "Sản lượng cá thu hoạch", "unit": "tấn", "section": "Sản lượng"},
        {**_FORM, "code": "da_ban", "label": "Sản lượng cá đã bán", "unit": "tấn", "section": "Sản lượng"},
    ],
    "rules": [{**_FORM, "code": "S01-01", "rule": "da_ban <= san_luong", "severity": "Lỗi"}],
    "chapters": [{"code": "thuy_san", "title": "Thủy sản"}],
    "figures": [
        {**_CHAPTER, "id": "thuy_san.ho", "formula": "S01.so_ho"},
        {**_CHAPTER, "id": "thuy_san.san_luong", "formula": "S01.san_luong", "decimals": "1"},
        {
            **_CHAPTER,
            "id": "thuy_san.ca_chep.ty_le",
            "label": "Tỷ lệ diện tích nuôi cá chép",
            "formula": "100 * S01.dt_ca_chep / S01.dien_tich",
            "unit": "%",
            "decimals": "1",
        },
    ],
}
