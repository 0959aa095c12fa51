"""A second commune comes by data alone: places and a raw folder beside those of Hữu Kiên, no line of code."""

from pathlib import Path

import pytest

from tests.end_to_end import small_commune
from tests.end_to_end.office import CANNOT, CLEAN, HELD, Office, Row
from tests.end_to_end.small_commune import COMMUNE, HORSES

THEIRS = ("--commune", "huu-kien")
OURS = ("--commune", COMMUNE)


@pytest.fixture
def both(refreshed: Office, tmp_path: Path) -> Office:
    """An office that had refreshed the shipped returns, and has got those of another commune, one with a slip."""
    office = refreshed.copy(tmp_path / "office")
    small_commune.send_to(office.raw, slip=True)
    return office


def by_id(office: Office, *words: str) -> dict[str, Row]:
    return {row["id"]: row for row in office.rows(*words)}


@pytest.mark.slow
def test_second_commune_beside_the_first(both: Office, tmp_path: Path) -> None:
    said = both.run("refresh", expect=HELD)
    assert "Xã Hữu Kiên, kỳ 6 tháng đầu năm 2024: " in said
    assert "Xã Thử Nghiệm, kỳ 6 tháng đầu năm 2024: Đã chạy xong" in said

    # Its slip holds its own form back and nothing of the neighbour's.
    (finding,) = both.rows("findings", *OURS)
    assert (finding["code"], finding["file"]) == ("B01-04", "ban_giua.xlsx")
    assert "ghi 40, các phần cộng lại là 35" in finding["message"]
    # The village may as well have written 30 hens for 35; which it was, nobody but the village can say.
    assert "30, có lẽ là 35" in finding["suggestion"]
    ours = by_id(both, "figures", *OURS)
    assert ours["forestry.registration.ban_tren.area"]["value"] == "1.5"
    assert ours["livestock.horse.heads"]["status"] == "held"
    assert not any(row["id"].startswith("budget.") for row in ours.values())
    assert by_id(both, "figures", *THEIRS)["livestock.total.heads"]["value"] == "5373"
    # A district figure waits for the commune that is held; it does not pass the other's sum off as the whole.
    district = by_id(both, "figures", "--place", "chi-lang", *OURS)
    assert district["livestock.total.heads"]["value"] == ""
    assert district["livestock.total.heads"]["status"] == "held"

    # Corrected, and run for itself.
    small_commune.mend(both.raw)
    both.ask("refresh", *OURS, expect=CLEAN)
    ours = by_id(both, "figures", *OURS)
    assert (ours["livestock.horse.heads"]["value"], ours["livestock.horse.heads"]["reported"]) == ("66", "3")
    both.ask("figures", "--place", COMMUNE, *THEIRS, expect=CANNOT)  # neither of two communes is guessed
    district = by_id(both, "figures", "--place", "chi-lang", *OURS)
    assert district["livestock.total.heads"]["value"] == str(5373 + 66)
    assert district["livestock.total.heads"]["expected"] == str(8 + 3)
    # A share above the communes is a share of the sums, not a mean of shares: (1482 + 17) of (2478 + 66).
    assert district["livestock.horse.white.share"]["value"] == "58.9"

    verdicts = by_id(both, "statements", *OURS)
    assert {name: row["verdict"] for name, row in verdicts.items()} == {
        "livestock.horse.heads": "agrees",
        "livestock.horse.white.share": "truncated",
        "livestock.horse.ordinary.heads": "conflict",
        "livestock.total.heads": "agrees",
        "forestry.registration.ban_tren.area": "agrees",
        "budget.revenue.total": "not_recomputable",
    }
    assert "59" in verdicts["livestock.horse.ordinary.heads"]["note"]
    assert verdicts["livestock.horse.ordinary.heads"]["computed"] == "49"

    # By itself, in an office of its own, it comes to the same.
    alone = Office(tmp_path / "alone", small_commune.RETURN_SET)
    small_commune.send_to(alone.raw, slip=True)
    small_commune.mend(alone.raw)
    alone.run("refresh")
    assert alone.rows("figures") == both.rows("figures", *OURS)
    assert alone.rows("statements") == both.rows("statements", *OURS)
    cells = alone.trace("livestock.horse.white.share")["sources"]
    assert {cell["reporter"] for cell in cells} == set(HORSES)
