"""Form N01: what the agriculture officer sends up for the whole commune."""

from schemas.edits import agrees
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.b04_forestry import Forestry
from schemas.units import Hectares


class AgricultureLine(
    DeskForm,
    code="N01",
    sheet="Lâm nghiệp toàn xã",
    title="Tổng hợp lâm nghiệp toàn xã",
    domain="agriculture",
    reporter="agriculture",
):
    """One row per commune: the officer's own totals, to be held against the villages' returns."""

    planted_area = field(Hectares, "Diện tích rừng trồng mới toàn xã")
    registered_area = field(Hectares, "Diện tích đăng ký toàn xã")

    edits = (
        agrees("N01-01", "planted_area", Forestry.planted_area),
        agrees("N01-02", "registered_area", Forestry.registered_area),
    )
