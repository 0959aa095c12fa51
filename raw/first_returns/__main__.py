"""Writes the returns of Hữu Kiên for 2024-H1 as first received, from what the plan prints.

Run once, by hand, from the top folder (``.venv/bin/python -m raw.first_returns``); the workbooks it writes are
committed as data and are what the pipeline reads. Kept so that anyone can see how each number came about
(``raw/README.md`` says it in words). The same plan gives the same bytes. Each module beside this one has an ``answers``
that returns what reporters fill in.
"""

import csv
import unicodedata
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules

from pipelines.handout.layout import Answer, workbook
from pipelines.steps.numbers import vietnamese
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER
from raw import first_returns
from raw.first_returns.common import COMMUNE, FOLDER, PERIOD, RAW, Filled, Given
from schemas import tables
from schemas.forms import BY_CODE
from schemas.outcomes import Decision

# Names as village heads write them: an alias, another alias, decomposed Unicode.
WRITTEN_NAMES = {
    "suoi_phay": "Thôn Suối Phây",
    "me_thanh": "thôn Mè Thịnh",
    "na_lia": unicodedata.normalize("NFD", "Thôn Nà Lìa"),
}
# Who types numbers as text, in Vietnamese writing, and «-» for what does not occur; and the unit some write behind.
TYPES_TEXT = {"suoi_mo": "", "tham_na": "", "finance": "đ"}
TYPED_AS_NUMBERS = "B01"
"""The form that nobody types as text: not all sheets of a workbook are filled in by one hand."""

SLIP_VILLAGE, SLIP = "na_lia", ("B01", "", "horse_ordinary")


def gathered() -> dict[str, Filled]:
    """Return what every reporter fills in, before anyone's slip of the pen."""
    filled: dict[str, Filled] = {}
    for module in iter_modules(first_returns.__path__):
        if module.name not in ("__main__", "common"):
            for reporter, answers in import_module(f"{first_returns.__name__}.{module.name}").answers().items():
                filled.setdefault(reporter, {}).update(answers)
    return filled


def written(given: Given, reporter: str, form: str) -> Answer:
    """Return an answer to a form as its reporter types it."""
    value = given.value
    if reporter in TYPES_TEXT and form != TYPED_AS_NUMBERS:
        text = "-" if not value else vietnamese(value) + TYPES_TEXT[reporter]
        return Answer(text, given.note, given.line_name)
    return Answer(int(value) if value == int(value) else float(value), given.note, given.line_name)


def main() -> None:
    """Write the workbooks and the ledger."""
    places = Raw(RAW).places
    reporters = gathered()
    right = reporters[SLIP_VILLAGE][SLIP]
    # One digit of the tens misread, as in the plan's own 936 for 996.
    wrong = Given(right.value - 60, right.note)
    reporters[SLIP_VILLAGE][SLIP] = wrong
    for reporter, filled in reporters.items():
        content = workbook(
            [BY_CODE[code] for code in sorted({code for code, _, _ in filled})],
            period=PERIOD,
            commune="Hữu Kiên",
            reporter=WRITTEN_NAMES.get(reporter, places.title(COMMUNE, reporter)),
            answers={key: written(given, reporter, key[0]) for key, given in filled.items()},
        )
        (FOLDER / f"{reporter}.xlsx").write_bytes(content)
    _write_ledger(right.value, wrong.value)


def _write_ledger(right: Decimal, wrong: Decimal) -> None:
    form, _, field = SLIP
    row = 9 + list(BY_CODE[form].fields()).index(field)  # as the blank form counts: heading, column titles, one section
    entry = {
        "when": "2024-07-01T09:15:00+07:00",
        "who": "cán bộ thống kê xã",
        "file": f"{SLIP_VILLAGE}.xlsx",
        "sheet": BY_CODE[form].sheet,
        "cell": f"D{row}",
        "old": str(wrong),
        "new": str(right),
        "reason": "Đã gọi trưởng thôn: ghi nhầm một chữ số; "
        "tổng đàn ngựa và tổng đàn gia súc của thôn đều xác nhận số mới.",
        "suggestion": "",
        "decision": Decision.ACCEPTED,
    }
    with (FOLDER / LEDGER).open("w", encoding="utf-8", newline="") as file:
        ledger = csv.DictWriter(file, tables.IN_EVERY_LEDGER, lineterminator="\n")
        ledger.writeheader()
        ledger.writerow(entry)


if __name__ == "__main__":
    main()
