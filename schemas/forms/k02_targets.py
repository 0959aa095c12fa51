"""Form K02: the commune's targets for the coming year."""

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
    when="của năm sau kỳ báo cáo",
    reporter="planning",
):
    """One row per commune: what it sets itself for the year after the reporting period."""

    annual_area = field(Hectares, "Diện tích cây trồng hàng năm", section=_ECONOMY)
    cereal_production = field(Tonnes, "Sản lượng lương thực có hạt", section=_ECONOMY)
    revenue_local = field(MillionDong, "Thu ngân sách trên địa bàn", section=_ECONOMY)
    livestock = field(Heads, "Tổng đàn gia súc", section=_ECONOMY)
    horse_white = field(Heads, "Ngựa bạch", section=_ECONOMY)
    poultry = field(Heads, "Tổng đàn gia cầm", section=_ECONOMY)
    health_insurance = field(Percent, "Tỷ lệ người dân tham gia bảo hiểm y tế", section=_SOCIETY, maximum=100)
    labour_trained = field(Percent, "Tỷ lệ lao động qua đào tạo", section=_SOCIETY, maximum=100)
    poverty_reduction_low = field(Percent, "Mức giảm tỷ lệ hộ nghèo, từ", section=_SOCIETY, maximum=100)
    poverty_reduction_high = field(Percent, "Mức giảm tỷ lệ hộ nghèo, đến", section=_SOCIETY, maximum=100)
    primary_level = field(LevelsReached, "Phổ cập giáo dục tiểu học, duy trì mức độ", section=_SOCIETY, maximum=3)
    lower_secondary_level = field(
        LevelsReached, "Phổ cập giáo dục trung học cơ sở, duy trì mức độ", section=_SOCIETY, maximum=3
    )
    lower_secondary_level_striven = field(
        LevelsReached, "Phổ cập giáo dục trung học cơ sở, phấn đấu mức độ", section=_SOCIETY, maximum=3
    )
    literacy_level = field(LevelsReached, "Xóa mù chữ, duy trì mức độ", section=_SOCIETY, maximum=2)
    planted_area = field(Hectares, "Diện tích trồng rừng mới", section=_ENVIRONMENT)
    forest_cover = field(Percent, "Tỷ lệ che phủ rừng", section=_ENVIRONMENT, maximum=100)
    clean_water = field(Percent, "Tỷ lệ người dân sử dụng nước hợp vệ sinh", section=_ENVIRONMENT, maximum=100)

    edits = (
        bound("K02-01", ["horse_white"], "livestock"),
        bound("K02-02", ["poverty_reduction_low"], "poverty_reduction_high"),
        bound("K02-03", ["lower_secondary_level"], "lower_secondary_level_striven"),
        # The lowest level there is (Nghị định 20/2014/NĐ-CP). A warning, for a commune may have lost it.
        at_least("K02-04", "primary_level", "1"),
        at_least("K02-05", "lower_secondary_level", "1"),
        at_least("K02-06", "literacy_level", "1"),
    )
