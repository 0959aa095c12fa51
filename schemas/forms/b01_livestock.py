"""Form B01: herds and poultry of a village on the reference day (plan P1.II.1.a and footnote 2)."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Heads


class Livestock(VillageForm, code="B01", sheet="Chăn nuôi", title="Đàn gia súc, gia cầm hiện có", domain="livestock"):
    """One row per village: heads present on the reference day.

    Dogs and cats count as gia súc, as the plan counts them.
    """

    total = field(
        Heads,
        "Tổng đàn gia súc",
        figure="livestock.total.heads",
        plan="P1.II.1.a",
        section="Gia súc",
        definition="Trâu, bò, ngựa, dê, lợn, chó, mèo có mặt tại thời điểm báo cáo.",
    )
    buffalo = field(Heads, "Đàn trâu", figure="livestock.buffalo.heads", plan="fn2", section="Gia súc")
    cattle = field(Heads, "Đàn bò", figure="livestock.cattle.heads", plan="fn2", section="Gia súc")
    horse = field(Heads, "Đàn ngựa", figure="livestock.horse.heads", plan="fn2", section="Gia súc")
    horse_ordinary = field(Heads, "Ngựa thường", figure="livestock.horse.ordinary.heads", plan="fn2", section="Gia súc")
    horse_white = field(Heads, "Ngựa bạch", figure="livestock.horse.white.heads", plan="fn2", section="Gia súc")
    horse_breeding = field(
        Heads, "Tổng số ngựa sinh sản", figure="livestock.horse.breeding.heads", plan="fn2", section="Gia súc"
    )
    horse_ordinary_breeding = field(
        Heads, "Ngựa thường sinh sản", figure="livestock.horse.ordinary.breeding.heads", plan="fn2", section="Gia súc"
    )
    horse_white_breeding = field(
        Heads, "Ngựa bạch sinh sản", figure="livestock.horse.white.breeding.heads", plan="fn2", section="Gia súc"
    )
    goat = field(Heads, "Đàn dê", figure="livestock.goat.heads", plan="fn2", section="Gia súc")
    pig = field(Heads, "Đàn lợn", figure="livestock.pig.heads", plan="fn2", section="Gia súc")
    dog = field(Heads, "Chó", figure="livestock.dog.heads", plan="fn2", section="Gia súc")
    cat = field(Heads, "Mèo", figure="livestock.cat.heads", plan="fn2", section="Gia súc")
    poultry = field(Heads, "Tổng đàn gia cầm", figure="livestock.poultry.heads", plan="fn2", section="Gia cầm")
    chicken = field(Heads, "Đàn gà", figure="livestock.chicken.heads", plan="fn2", section="Gia cầm")
    muscovy = field(Heads, "Đàn ngan", figure="livestock.muscovy.heads", plan="fn2", section="Gia cầm")
    goose = field(Heads, "Đàn ngỗng", figure="livestock.goose.heads", plan="fn2", section="Gia cầm")
    duck = field(Heads, "Đàn vịt", figure="livestock.duck.heads", plan="fn2", section="Gia cầm")

    edits = (
        balance("B01-01", "total", ["buffalo", "cattle", "horse", "goat", "pig", "dog", "cat"]),
        balance("B01-02", "horse", ["horse_ordinary", "horse_white"]),
        balance("B01-03", "horse_breeding", ["horse_ordinary_breeding", "horse_white_breeding"]),
        balance("B01-04", "poultry", ["chicken", "muscovy", "goose", "duck"]),
        bound("B01-05", ["horse_ordinary_breeding"], "horse_ordinary"),
        bound("B01-06", ["horse_white_breeding"], "horse_white"),
    )
