"""Form K02: the commune's targets for the coming year (plan P2.II.3)."""

from schemas.edits import at_least, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Heads, Hectares, LevelsReached, MillionDong, Percent, Tonnes

_ECONOMY, _SOCIETY, _ENVIRONMENT = "Chỉ tiêu kinh tế", "Chỉ tiêu văn hóa - xã hội", "Chỉ tiêu môi trường"


class Targets(
    DeskForm,
    code="K02",
    sheet="Chỉ tiêu năm sau",
    title="Các chỉ tiêu chủ yếu năm kế hoạch",
    domain="targets",
    reporter="planning",
):
    """One row per commune: what it sets itself for the year after the reporting period."""

    annual_area = field(
        Hectares,
        "Diện tích cây trồng hàng năm",
        figure="target.crops.annual.area",
        plan="P2.II.3.a",
        section=_ECONOMY,
        decimals=0,
    )
    cereal_production = field(
        Tonnes,
        "Sản lượng lương thực có hạt",
        figure="target.crops.cereal.production",
        plan="P2.II.3.a",
        section=_ECONOMY,
        decimals=0,
    )
    revenue_local = field(
        MillionDong,
        "Thu ngân sách trên địa bàn",
        figure="target.budget.revenue.local",
        plan="P2.II.3.a",
        section=_ECONOMY,
        decimals=0,
    )
    livestock = field(
        Heads, "Tổng đàn gia súc", figure="target.livestock.total.heads", plan="P2.II.3.a", section=_ECONOMY
    )
    horse_white = field(
        Heads, "Ngựa bạch", figure="target.livestock.horse.white.heads", plan="P2.II.3.a", section=_ECONOMY
    )
    poultry = field(
        Heads, "Tổng đàn gia cầm", figure="target.livestock.poultry.heads", plan="P2.II.3.a", section=_ECONOMY
    )
    health_insurance = field(
        Percent,
        "Tỷ lệ người dân tham gia bảo hiểm y tế",
        figure="target.health_insurance.pct",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=100,
        decimals=0,
    )
    labour_trained = field(
        Percent,
        "Tỷ lệ lao động qua đào tạo",
        figure="target.labour_trained.pct",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=100,
        decimals=0,
    )
    poverty_reduction_low = field(
        Percent,
        "Mức giảm tỷ lệ hộ nghèo, từ",
        figure="target.poverty.reduction.low",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=100,
        decimals=0,
    )
    poverty_reduction_high = field(
        Percent,
        "Mức giảm tỷ lệ hộ nghèo, đến",
        figure="target.poverty.reduction.high",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=100,
        decimals=0,
    )
    primary_level = field(
        LevelsReached,
        "Phổ cập giáo dục tiểu học, duy trì mức độ",
        figure="target.edu.primary_universal.level",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=3,
    )
    lower_secondary_level = field(
        LevelsReached,
        "Phổ cập giáo dục trung học cơ sở, duy trì mức độ",
        figure="target.edu.thcs_universal.level",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=3,
    )
    lower_secondary_level_striven = field(
        LevelsReached,
        "Phổ cập giáo dục trung học cơ sở, phấn đấu mức độ",
        figure="target.edu.thcs_universal.level.striving",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=3,
    )
    literacy_level = field(
        LevelsReached,
        "Xóa mù chữ, duy trì mức độ",
        figure="target.edu.literacy.level",
        plan="P2.II.3.2",
        section=_SOCIETY,
        maximum=2,
    )
    planted_area = field(
        Hectares,
        "Diện tích trồng rừng mới",
        figure="target.forestry.planted.area",
        plan="P2.II.3.3",
        section=_ENVIRONMENT,
        decimals=0,
    )
    forest_cover = field(
        Percent,
        "Tỷ lệ che phủ rừng",
        figure="target.forest.cover.pct",
        plan="P2.II.3.3",
        section=_ENVIRONMENT,
        maximum=100,
        decimals=0,
    )
    clean_water = field(
        Percent,
        "Tỷ lệ người dân sử dụng nước hợp vệ sinh",
        figure="target.clean_water.pct",
        plan="P2.II.3.3",
        section=_ENVIRONMENT,
        maximum=100,
        decimals=0,
    )

    edits = (
        bound("K02-01", ["horse_white"], "livestock"),
        bound("K02-02", ["poverty_reduction_low"], "poverty_reduction_high"),
        bound("K02-03", ["lower_secondary_level"], "lower_secondary_level_striven"),
        # The lowest level there is (Nghị định 20/2014/NĐ-CP). A warning, for a commune may have lost it.
        at_least("K02-04", "primary_level", "1"),
        at_least("K02-05", "lower_secondary_level", "1"),
        at_least("K02-06", "literacy_level", "1"),
    )
