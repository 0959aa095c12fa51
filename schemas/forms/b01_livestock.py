"""Form B01: herds and poultry of a village on the reference day."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Heads


class Livestock(
    VillageForm,
    code="B01",
    sheet="Chăn nuôi",
    title="Đàn gia súc, gia cầm hiện có",
    domain="livestock",
    when="có mặt tại thời điểm báo cáo",
):
    """One row per village: heads present on the reference day.

    Dogs and cats count as gia súc, as the plan counts them.
    """

    total = field(
        Heads,
        "Tổng đàn gia súc",
        section="Gia súc",
        definition="Trâu, bò, ngựa, dê, lợn, chó, mèo có mặt tại thời điểm báo cáo.",
    )
    buffalo = field(Heads, "Đàn trâu", section="Gia súc")
    cattle = field(Heads, "Đàn bò", section="Gia súc")
    horse = field(Heads, "Đàn ngựa", section="Gia súc")
    horse_ordinary = field(Heads, "Ngựa thường", section="Gia súc")
    horse_white = field(Heads, "Ngựa bạch", section="Gia súc")
    horse_breeding = field(Heads, "Tổng số ngựa sinh sản", section="Gia súc")
    horse_ordinary_breeding = field(Heads, "Ngựa thường sinh sản", section="Gia súc")
    horse_white_breeding = field(Heads, "Ngựa bạch sinh sản", section="Gia súc")
    goat = field(Heads, "Đàn dê", section="Gia súc")
    pig = field(Heads, "Đàn lợn", section="Gia súc")
    dog = field(Heads, "Chó", section="Gia súc")
    cat = field(Heads, "Mèo", section="Gia súc")
    poultry = field(Heads, "Tổng đàn gia cầm", section="Gia cầm")
    chicken = field(Heads, "Đàn gà", section="Gia cầm")
    muscovy = field(Heads, "Đàn ngan", section="Gia cầm")
    goose = field(Heads, "Đàn ngỗng", section="Gia cầm")
    duck = field(Heads, "Đàn vịt", section="Gia cầm")

    edits = (
        balance("B01-01", "total", ["buffalo", "cattle", "horse", "goat", "pig", "dog", "cat"]),
        balance("B01-02", "horse", ["horse_ordinary", "horse_white"]),
        balance("B01-03", "horse_breeding", ["horse_ordinary_breeding", "horse_white_breeding"]),
        balance("B01-04", "poultry", ["chicken", "muscovy", "goose", "duck"]),
        bound("B01-05", ["horse_ordinary_breeding"], "horse_ordinary"),
        bound("B01-06", ["horse_white_breeding"], "horse_white"),
    )
