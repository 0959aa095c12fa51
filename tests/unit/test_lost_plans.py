"""Rows that have vanished from the numbers that a plan prints."""

from collections.abc import Callable

import pytest

from pipelines.refresh import release
from pipelines.steps.collect.printed_plan import read_printed, vanished
from pipelines.store.raw_names import PRINTED
from tests.unit.offices import KEY, Office

HEADING = "id,section,line,printed,value,unit"
ONE, TWO, THREE = "a.b,P1,1,12,12,con", "a.b,P2,3,12,12,con", "a.c,P1,2,7,7,con"


def plan(*rows: str) -> str:
    return "\n".join([HEADING, *rows, ""])


WHOLE = plan(ONE, TWO, THREE)


@pytest.mark.parametrize(
    ("now", "lost"),
    [
        (WHOLE, []),
        (plan(THREE, TWO, ONE), []),
        (plan(ONE, TWO, "a.c,P1,2,8,8,con"), []),
        (plan(ONE, "a.b,P9,3,12,12,con", THREE), []),
        (plan(ONE, TWO, THREE, "a.d,P1,4,1,1,con"), []),
        (plan(ONE, TWO, "a.c,P1,2,không in,,con"), []),
        (plan(ONE, TWO, "a.c,P1,2,Không  in,,con"), []),
        (plan(ONE, TWO, "a.c,P1,2,,,con"), []),
        (plan(ONE, TWO), ["a.c"]),
        (plan(TWO, THREE), ["a.b"]),
        (plan(ONE, TWO, "a.cc,P1,2,7,7,con"), ["a.c"]),
        (plan(), ["a.b", "a.b", "a.c"]),
        ("", ["a.b", "a.b", "a.c"]),
        ("no table", ["a.b", "a.b", "a.c"]),
        (WHOLE.replace(",", ";").replace("\n", "\r\n"), []),
    ],
)
def test_rows_vanish_by_their_figure_and_position(now: str, lost: list[str]) -> None:
    assert vanished(WHOLE, now) == lost


def test_nothing_vanishes_of_what_could_never_be_read() -> None:
    assert vanished("no table", WHOLE) == []


@pytest.mark.parametrize(
    ("row", "trouble"),
    [
        ("a.c,P1,2,không in,,con", False),
        ("a.c,P1,2,không in,7,con", None),
        ("a.c,P1,2,,,con", True),
        ("a.c,P1,2,-,,con", True),
        ("a.c,P1,2,không in nữa,,con", True),
    ],
)
def test_a_row_says_in_words_that_the_plan_does_not_print_a_figure(row: str, trouble: bool | None) -> None:
    printed, problems = read_printed({KEY: plan(ONE, row)})
    assert len(problems) == (trouble is True)
    assert printed["id"].to_pylist() == (["a.b", "a.c"] if trouble is None else ["a.b"])


def told(office: Office, *, anew: bool = False) -> list[str]:
    office.refresh(anew=anew)
    return [row["message"] for row in office.rows("findings/workbooks") if row["code"] == "P-02"]


FIRST = "docs.issued.total"


def not_printed(text: str) -> str:
    lines = text.splitlines(keepends=True)
    row = next(line for line in lines if line.startswith(f"{FIRST},"))
    return text.replace(row, row.replace(",4478,4478,", ",không in,,"))


@pytest.mark.slow
@pytest.mark.parametrize("settle", [lambda text: text, not_printed], ids=["restored", "said in words"])
def test_what_a_plan_printed_and_is_gone_is_told_run_after_run_until_it_is_settled(
    office: Office, settle: Callable[[str], str]
) -> None:
    assert told(office) == []
    path = office.folder / PRINTED
    whole, before = path.read_text("utf-8"), len(office.rows("statements"))
    path.write_text("".join(line for line in whole.splitlines(keepends=True) if not line.startswith(FIRST)), "utf-8")
    for anew in (False, True):
        (message,) = told(office, anew=anew)
        assert message.startswith(f"Bảng số kế hoạch in {PRINTED} thiếu 1 dòng ({FIRST}) so với bản đã đọc trước đó")
    (row,) = [one for one in office.rows("findings/workbooks") if one["code"] == "P-02"]
    assert (row["file"], row["severity"]) == (PRINTED, "warning")
    assert (office.store.root / "archive" / row["expected"]).read_text("utf-8") == whole
    assert len(office.rows("statements")) == before - 1
    path.write_text(settle(whole), "utf-8")
    assert told(office) == []
    assert len(office.rows("statements")) == before - (settle is not_printed and 1)
    assert not [one for one in office.rows("findings/workbooks") if one["code"].startswith("P-")]


@pytest.mark.slow
def test_a_plan_that_is_gone_altogether_is_told_and_a_release_needs_no_reason_for_it(office: Office) -> None:
    path = office.folder / PRINTED
    count = len(office.rows("printed"))
    path.unlink()
    (message,) = told(office)
    assert f"thiếu {count} dòng (" in message
    release.make(office.raw, office.store, KEY, "lan-1")
    assert release.verify(office.store.root, "lan-1").differences == []
