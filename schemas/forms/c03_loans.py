"""Form C03: loan files under the province's policy on investment in farming."""

from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Households


class Loans(
    DeskForm,
    code="C03",
    sheet="Hồ sơ vay vốn",
    title="Vay vốn theo chính sách đầu tư nông nghiệp của tỉnh",
    domain="loans",
    when="tính đến hết kỳ",
    reporter="programmes",
):
    """One row per commune: households by how far their file has come. A household is counted at its last step only."""

    file_completed = field(
        Households,
        "Hộ đã hoàn thiện hồ sơ, trình phòng chuyên môn huyện thẩm định",
        definition="Mỗi hộ chỉ tính ở bước sau cùng.",
    )
    file_submitted = field(
        Households,
        "Hộ đã trình hồ sơ ra Phòng Tài chính - Kế hoạch thẩm định",
        definition="Mỗi hộ chỉ tính ở bước sau cùng.",
    )
