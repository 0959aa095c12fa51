"""Form R02: roads concreted by the State and the people together."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import LineForm
from schemas.outcomes import Severity
from schemas.units import Centimetres, CubicMetres, Dong, LabourDays, Metres, MillionDong, Tonnes


class ConcreteRoads(
    LineForm,
    code="R02",
    sheet="Đường bê tông",
    title="Đường giao thông nông thôn đã bê tông hóa",
    domain="roads",
    reporter="works",
    lines="Tên công trình",
):
    """One row per road: its size, what the State and the people gave.

    The length concreted in a commune counts roads of a village or hamlet (đường trục thôn, xóm) and leaves out alleys
    (đường ngõ xóm), as the criteria of new rural areas count the two apart; so each road says how much of it is which.
    """

    length = field(Metres, "Chiều dài")
    main_length = field(
        Metres, "Chiều dài đường trục thôn, xóm", definition="Phần tính vào tổng chiều dài đã bê tông hóa của xã."
    )
    alley_length = field(
        Metres, "Chiều dài đường ngõ xóm", definition="Phần không tính vào tổng chiều dài đã bê tông hóa của xã."
    )
    width = field(Metres, "Chiều rộng mặt đường", optional=True)
    thickness = field(Centimetres, "Chiều dày mặt đường", optional=True)
    cement = field(Tonnes, "Xi măng Nhà nước hỗ trợ", optional=True)
    sand = field(CubicMetres, "Cát được hỗ trợ", optional=True)
    stone = field(CubicMetres, "Đá được hỗ trợ", optional=True)
    commune_cost = field(MillionDong, "Kinh phí từ ngân sách xã", optional=True)
    labour_days = field(LabourDays, "Ngày công nhân dân đóng góp", optional=True)
    day_wage = field(
        Dong, "Đơn giá quy đổi một ngày công", definition="Để trống nếu ngày công không quy ra tiền.", optional=True
    )

    edits = (
        balance("R02-01", "length", ["main_length", "alley_length"]),
        # By order: a road is longer than wide, and wider than thick.
        bound("R02-02", ["width"], "length"),
        bound("R02-03", ["thickness"], "width"),
        # Warnings, for the people may bring what the State does not: a cubic metre of concrete takes some 0,3 tấn of
        # cement, 0,5 m3 of sand and 0,9 m3 of stone (định mức cấp phối bê tông của Bộ Xây dựng, Thông tư 12/2021).
        bound("R02-04", ["cement"], "sand", severity=Severity.WARNING),
        bound("R02-05", ["sand"], "stone", severity=Severity.WARNING),
    )
