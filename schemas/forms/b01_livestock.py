"""Form B01: herds and poultry of a village on the reference day (plan P1.II.1.a and footnote 2)."""

from schemas.edits import balance, bound
from schemas.form import VillageForm, field
from schemas.units import Heads


class Livestock(VillageForm, code="B01", sheet="Chăn nuôi", title="Đàn gia súc, gia cầm hiện có", domain="livestock"):
    """One row per village: heads present on the reference day.

    Dogs and cats count as gia súc, as the plan counts them.
    """

    total: Heads = field(
        "Tổng đàn gia súc",
        figure="livestock.total.heads",
        plan="P1.II.1.a",
        section="Gia súc",
        definition="Trâu, bò, ngựa, dê, lợn, chó, mèo có mặt tại thời điểm báo cáo.",
    )
    buffalo: Heads = field("Đàn trâu", figure="livestock.buffalo.heads", plan="fn2", section="Gia súc")
    cattle: Heads = field("Đàn bò", figure="livestock.cattle.heads", plan="fn2", section="Gia súc")
    horse: Heads = field("Đàn ngựa", figure="livestock.horse.heads", plan="fn2", section="Gia súc")
    horse_ordinary: Heads = field("Ngựa thường", figure="livestock.horse.ordinary.heads", plan="fn2", section="Gia súc")
    horse_white: Heads = field("Ngựa bạch", figure="livestock.horse.white.heads", plan="fn2", section="Gia súc")
    horse_breeding: Heads = field(
        "Tổng số ngựa sinh sản", figure="livestock.horse.breeding.heads", plan="fn2", section="Gia súc"
    )
    horse_ordinary_breeding: Heads = field(
        "Ngựa thường sinh sản", figure="livestock.horse.ordinary.breeding.heads", plan="fn2", section="Gia súc"
    )
    horse_white_breeding: Heads = field(
        "Ngựa bạch sinh sản", figure="livestock.horse.white.breeding.heads", plan="fn2", section="Gia súc"
    )
    goat: Heads = field("Đàn dê", figure="livestock.goat.heads", plan="fn2", section="Gia súc")
    pig: Heads = field("Đàn lợn", figure="livestock.pig.heads", plan="fn2", section="Gia súc")
    dog: Heads = field("Chó", figure="livestock.dog.heads", plan="fn2", section="Gia súc")
    cat: Heads = field("Mèo", figure="livestock.cat.heads", plan="fn2", section="Gia súc")
    poultry: Heads = field("Tổng đàn gia cầm", figure="livestock.poultry.heads", plan="fn2", section="Gia cầm")
    chicken: Heads = field("Đàn gà", figure="livestock.chicken.heads", plan="fn2", section="Gia cầm")
    muscovy: Heads = field("Đàn ngan", figure="livestock.muscovy.heads", plan="fn2", section="Gia cầm")
    goose: Heads = field("Đàn ngỗng", figure="livestock.goose.heads", plan="fn2", section="Gia cầm")
    duck: Heads = field("Đàn vịt", figure="livestock.duck.heads", plan="fn2", section="Gia cầm")

    edits = (
        balance("B01-01", "total", ["buffalo", "cattle", "horse", "goat", "pig", "dog", "cat"]),
        balance("B01-02", "horse", ["horse_ordinary", "horse_white"]),
        balance("B01-03", "horse_breeding", ["horse_ordinary_breeding", "horse_white_breeding"]),
        balance("B01-04", "poultry", ["chicken", "muscovy", "goose", "duck"]),
        bound("B01-05", ["horse_ordinary_breeding"], "horse_ordinary"),
        bound("B01-06", ["horse_white_breeding"], "horse_white"),
    )
