"""Form B03: annual and perennial crops of a village."""

from schemas.edits import alike, balance, bound, product
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Hectares, QuintalsPerHectare, Tonnes


class Crops(
    VillageForm,
    code="B03",
    sheet="Trồng trọt",
    title="Diện tích, năng suất, sản lượng cây trồng",
    domain="crops",
    when="của vụ đông xuân, và của cây lâu năm hiện có",
):
    """One row per village: the winter-spring season's sown area and harvest, and the standing perennial crops."""

    annual_area = field(Hectares, "Tổng diện tích gieo trồng cây hàng năm", section="Cây hàng năm vụ Đông - Xuân")
    winter_area = field(Hectares, "Diện tích cây trồng vụ Đông", section="Cây hàng năm vụ Đông - Xuân")
    rice_area = field(Hectares, "Diện tích lúa xuân", section="Cây hàng năm vụ Đông - Xuân")
    rice_yield = field(
        QuintalsPerHectare, "Năng suất lúa xuân", maximum=120, confirmable=True, section="Cây hàng năm vụ Đông - Xuân"
    )
    rice_production = field(Tonnes, "Sản lượng lúa xuân", section="Cây hàng năm vụ Đông - Xuân")
    maize_area = field(Hectares, "Diện tích ngô xuân", section="Cây hàng năm vụ Đông - Xuân")
    maize_yield = field(
        QuintalsPerHectare, "Năng suất ngô xuân", maximum=150, confirmable=True, section="Cây hàng năm vụ Đông - Xuân"
    )
    maize_production = field(Tonnes, "Sản lượng ngô xuân", section="Cây hàng năm vụ Đông - Xuân")
    other_area = field(
        Hectares,
        "Diện tích rau, đậu, hoa các loại",
        section="Cây hàng năm vụ Đông - Xuân",
        definition="Diện tích còn lại của vụ xuân, ngoài lúa và ngô.",
    )
    cereal_production = field(Tonnes, "Tổng sản lượng lương thực có hạt", section="Cây hàng năm vụ Đông - Xuân")
    perennial_area = field(Hectares, "Tổng diện tích cây lâu năm hiện có", section="Cây lâu năm")
    anise_area = field(Hectares, "Diện tích cây hồi", section="Cây lâu năm")
    anise_new_area = field(Hectares, "Diện tích hồi trồng mới", section="Cây lâu năm")
    fruit_new_area = field(Hectares, "Diện tích cây ăn quả trồng mới", section="Cây lâu năm")

    edits = (
        balance("B03-01", "annual_area", ["winter_area", "rice_area", "maize_area", "other_area"]),
        balance("B03-02", "cereal_production", ["rice_production", "maize_production"]),
        product("B03-03", "rice_production", ["rice_area", "rice_yield"], divisor=10),
        product("B03-04", "maize_production", ["maize_area", "maize_yield"], divisor=10),
        bound("B03-05", ["anise_area", "fruit_new_area"], "perennial_area"),
        bound("B03-06", ["anise_new_area"], "anise_area"),
        # Villages of one commune have one soil, one climate and one planting campaign.
        alike("B03-07", "anise_area", "perennial_area"),
        alike("B03-08", "anise_new_area", "anise_area"),
        alike("B03-09", "fruit_new_area", "perennial_area"),
        alike("B03-10", "rice_yield"),
        alike("B03-11", "maize_yield"),
    )
