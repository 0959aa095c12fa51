"""Ratios held against those of the others: what is told, what is not, and how often it is told of nothing."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from pipelines.steps.validate.change import LEAST_VILLAGES
from pipelines.steps.validate.peers import of_others
from schemas.edits import Alike, alike
from schemas.fields import field
from schemas.form import VillageForm
from schemas.pandera_schemas import dtype
from schemas.units import Heads, Hectares, MillionDong, QuintalsPerHectare


class Orchard(VillageForm, code="Z60", sheet="S", title="T", domain="z"):
    anise = field(Hectares, "Hồi")
    all = field(Hectares, "Cây lâu năm")
    rate = field(QuintalsPerHectare, "Năng suất")
    sold = field(Heads, "Xuất bán")
    revenue = field(MillionDong, "Doanh thu")
    edits = (alike("Z60-01", "anise", "all"), alike("Z60-02", "rate"), alike("Z60-03", "revenue", "sold"))


SHARE, RATE, PRICE = Orchard.edits

ANISE = ("6.7", "10.1", "28.4", "12.2", "14.9", "13.5", "12.1", "8.1")
ALL = ("11", "16.5", "46.1", "19.8", "24.1", "21.9", "19.8", "13.2")


def frame_of(communes: int = 1, **values: Sequence[object]) -> pd.DataFrame:
    (length,) = {len(column) for column in values.values()}
    frame = pd.DataFrame({name: pd.array(column, dtype(Orchard.fields()[name])) for name, column in values.items()})
    return frame.assign(period="2024-H1", commune=np.repeat(np.arange(communes), length // communes).astype(str))


def told_of(edit: Alike, frame: pd.DataFrame) -> list[int]:
    """The rows on which an edit fails."""
    frame[list(edit.beyond)] = of_others(edit, frame)
    return np.flatnonzero(~edit.holds(frame).fillna(True)).tolist()


def decimals(texts: Sequence[str]) -> list[Decimal | None]:
    return [Decimal(text) if text else None for text in texts]


@pytest.mark.parametrize(
    ("written", "is_told"), [("8.1", False), ("8.3", False), ("8.8", True), ("81", True), ("0.1", True), ("1.8", True)]
)
def test_a_share_unlike_all_the_others_is_told(written: str, is_told: bool) -> None:
    frame = frame_of(anise=decimals([*ANISE[:-1], written]), all=decimals(ALL))
    assert told_of(SHARE, frame) == [7] * is_told


@pytest.mark.parametrize("nothing", ["0", ""])
def test_a_zero_and_a_blank_have_no_ratio_and_others_are_not_judged_by_them(nothing: str) -> None:
    frame = frame_of(anise=decimals(["81", nothing, *ANISE[2:]]), all=decimals(["13.2", *ALL[1:]]))
    assert told_of(SHARE, frame) == [0]


def test_so_few_others_judge_nobody_and_those_of_another_commune_are_none() -> None:
    few = slice(0, LEAST_VILLAGES)
    anise, whole = [*ANISE[few], *ANISE[few]], [*ALL[few], *ALL[few]]
    anise[0] = "67"
    assert told_of(SHARE, frame_of(2, anise=decimals(anise), all=decimals(whole))) == []
    assert told_of(SHARE, frame_of(1, anise=decimals(anise), all=decimals(whole))) == [0]


def test_what_the_last_digit_leaves_open_is_not_told_and_counts_leave_nothing_open() -> None:
    rates = ["55"] * 7
    assert [told_of(RATE, frame_of(rate=decimals([*rates, rate]))) for rate in ("56", "51")] == [[], [7]]
    prices = [(191, "89.2"), (287, "133.8"), (344, "160.5"), (420, "196.2"), (382, "178.3"), (229, "107")]
    sold, revenue = [number for number, _ in prices], [text for _, text in prices]
    assert told_of(PRICE, frame_of(sold=[*sold, 344], revenue=decimals([*revenue, "160.5"]))) == []
    assert told_of(PRICE, frame_of(sold=[*sold, 434], revenue=decimals([*revenue, "160.5"]))) == [6]


def test_the_usual_ratio_is_the_median_of_the_others() -> None:
    frame = frame_of(rate=decimals(["50", "52", "54", "56", "58", "99"]))
    assert of_others(RATE, frame)[:, 2].tolist() == [56, 56, 56, 54, 54, 54]
    frame[list(RATE.beyond)] = of_others(RATE, frame)
    assert RATE.expected({name: Decimal(str(frame.at[5, name])) for name in RATE.needs}) == 54


@pytest.mark.parametrize("villages", [6, 8, 20])
def test_where_every_value_varies_by_thirty_per_cent_hardly_one_in_five_hundred_is_told(villages: int) -> None:
    random, communes = np.random.default_rng(villages), 1000
    size = 10 ** random.uniform(1.3, 2.3, villages * communes)
    noisy = [size * share * random.uniform(0.7, 1.3, len(size)) for share in (0.6, 1.0)]
    anise, whole = ([Decimal(f"{value:.1f}") for value in values] for values in noisy)
    assert len(told_of(SHARE, frame_of(communes, anise=anise, all=whole))) <= 0.002 * len(size)
