"""An office through many nights: edits, corrections, late and withdrawn workbooks, slips, releases, closings; refresh.

Expected: no night costs more than the first ones, in time, memory or files, but for what is kept for ever; as long as
the period is closed nothing that is published changes; all releases verify at the end; and the last state is that of an
office that has seen nothing but the last workbooks.

The short form is part of the tests; ``RETURNS_RELIABILITY=1`` makes 300 nights and writes ``measured/soak.md``.
"""

import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

import pytest

from pipelines.refresh import backup, closing
from pipelines.refresh.release import make, verify
from pipelines.settings import Settings
from pipelines.steps.collect.released import RELEASES
from pipelines.store import published, releases
from pipelines.store.archive import ARCHIVE
from pipelines.store.ledger import CellPlace, LedgerError
from schemas.problems import Problems
from tests.faults.office import KEY, LIVESTOCK, VILLAGES, Office
from tests.faults.tally import PAGE, is_long, tries
from tests.faults.test_overtaken import published_bytes
from tests.unit.builders import address_of

pytestmark = pytest.mark.slow


@dataclass
class Soak:
    """An office, and what is measured of it night by night."""

    office: Office
    chance: Random
    closed_with: list[published.PublishedRow] | None = None
    """The figures with which the period was closed, as long as it is."""
    done: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def village(self) -> str:
        """Any village."""
        return self.chance.choice(list(VILLAGES))

    def edit(self) -> None:
        """A village sends its workbook again, or late, or after it was withdrawn."""
        self.office.arrives(self.village(), self.chance.randrange(1, 90))

    def slip(self) -> None:
        """A village sends a workbook whose total is wrong: its form is held back."""
        self.office.arrives(self.village(), 20, total=29)

    def withdraw(self) -> None:
        """A village's workbook goes."""
        (self.office.folder() / f"{self.village()}.xlsx").unlink(missing_ok=True)

    def correct(self) -> None:
        """The officer records what a village says on the telephone."""
        place = CellPlace(f"{self.village()}.xlsx", LIVESTOCK.sheet, address_of(LIVESTOCK, "dog"))
        try:
            ledger = closing.ledger_of(self.office.raw, self.office.store, KEY)
            ledger.accept(place, str(self.chance.randrange(9)), reason="Đã gọi", who="thống kê")
        except (LedgerError, closing.ClosingError):  # no such workbook today, or it says so already; or it is closed
            self.done["refused corrections"] += 1

    def settle(self) -> None:
        """The officer says of every correction that is gone from the ledger that the number is right without it."""
        for row in published.findings(self.office.store, KEY):
            if row["code"] == Problems.LEDGER_SHORTER.value.code:
                place = CellPlace(row["file"], row["sheet"], row["cells"])
                ledger = closing.ledger_of(self.office.raw, self.office.store, KEY)
                ledger.confirm(place, reason="Thôn xác nhận", who="thống kê")
        self.office.refresh()

    def desk(self) -> None:
        """The desk sends its workbook again."""
        self.office.desk_arrives(self.chance.randrange(5, 9))

    def release(self) -> None:
        """What is published is approved and released, for a reason where something is held back."""
        make(self.office.raw, self.office.store, KEY, f"lan-{self.done['release']}", despite="Trình theo lịch")

    def close(self) -> None:
        """The chair approves, which closes the period; or has it opened again."""
        if self.closed_with is None:
            name, office = f"duyet-{self.done['close']}", self.office
            closing.release_and_close(office.raw, office.store, KEY, name, who="chủ tịch", despite="Trình theo lịch")
            self.closed_with = published.figures(office.store, KEY)
            self.done["closed"] += 1
        else:
            self.reopen()

    def reopen(self) -> None:
        """The chair has the period opened again."""
        closing.reopen(self.office.raw, self.office.store, KEY, who="chủ tịch", reason="Thôn báo nhầm")
        self.closed_with = None
        self.done["reopen"] += 1

    def back_up(self) -> None:
        """The administrator makes a backup."""
        backup.make(Settings(self.office.root / "raw", self.office.data), self.office.root / "backup")

    def night(self) -> None:
        """Something happens by day, and at night a refresh."""
        ways: list[tuple[int, Callable[[], None]]] = [
            *((8, self.edit), (3, self.correct), (2, self.slip), (2, self.withdraw), (1, self.desk)),
            *((1, self.release), (1, self.back_up), (3, self.close)),
        ]
        for way in self.chance.choices([one for _, one in ways], [often for often, _ in ways], k=2):
            self.done[way.__name__] += 1
            way()
        begun = time.process_time()
        self.office.refresh()
        self.seconds.append(time.process_time() - begun)
        if self.closed_with is not None:
            assert published.figures(self.office.store, KEY) == self.closed_with
            self.done["closed nights"] += 1
            self.done["nights with changes told"] += bool(closing.later(self.office.raw, self.office.store, [KEY]))
        self.megabytes.append(resident())
        kept = (ARCHIVE, RELEASES, "locks")
        self.files.append(sum(path.relative_to(self.office.data).parts[0] not in kept for path in self.office.files()))


def resident() -> float:
    """The megabytes of memory that this process has now."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def test_many_nights_cost_no_more_than_the_first_and_end_as_a_fresh_office_would(small: None, tmp_path: Path) -> None:
    soak = Soak(Office(tmp_path / "office"), Random(7))
    office = soak.office
    office.opens("ban_tren", "ban_giua")
    office.refresh()
    soak.close()
    nights = tries(300, 5)
    for _ in range(nights):
        soak.night()
    if soak.closed_with is not None:
        soak.reopen()
    for village in VILLAGES:
        office.arrives(village, 12)
    office.desk_arrives(7)
    office.decides()
    office.refresh()
    soak.settle()
    fresh = Office(tmp_path / "fresh")
    shutil.copytree(office.root / "raw", fresh.root / "raw")
    fresh.refresh()
    ours = published_bytes(office)
    assert {name for name, told in published_bytes(fresh).items() if ours.get(name) != told} == set()
    made = releases.names(office.data)
    assert [name for name in made if verify(office.data, name).differences] == []
    for name in backup.names(office.root / "backup"):
        assert backup.found(office.root / "backup", name).damaged() == []
    assert office.unfinished() == []
    few = max(1, nights // 6)
    first, last = soak.seconds[few : 2 * few], soak.seconds[-few:]
    if is_long():
        write(soak, first, last, len(made))
        assert median(last) < 1.25 * median(first)
        assert soak.megabytes[-1] < 1.15 * soak.megabytes[nights // 3]
        assert soak.files[-1] <= max(soak.files[:few]) + 2


def write(soak: Soak, first: list[float], last: list[float], made: int) -> None:
    """Write what was measured."""
    nights, third = len(soak.seconds), len(soak.seconds) // 3
    done = soak.done
    rows = {
        "Đêm": f"{nights}",
        "Sổ tính gửi lại, gửi muộn, sửa": f"{done['edit'] + done['desk']}",
        "Sổ tính có lỗi bị giữ lại": f"{done['slip']}",
        "Sổ tính rút về": f"{done['withdraw']}",
        "Đính chính": f"{done['correct'] - done['refused corrections']}",
        "Đóng kỳ, rồi mở lại": f"{done['closed']} / {done['reopen']}",
        "Đêm đang đóng kỳ, số công bố không đổi": f"{done['closed nights']}",
        "Trong đó có tệp đến hoặc đổi sau khi đóng, đều được nói": f"{done['nights with changes told']}",
        "Bản phát hành, mọi bản kiểm tra lại đều khớp": f"{made}",
        "Bản sao lưu, mọi bản còn nguyên": f"{done['back_up']}",
        "Giây CPU của một đêm, lúc đầu → lúc cuối": f"{median(first):.2f} → {median(last):.2f}",
        "MB bộ nhớ, một phần ba → cuối": f"{soak.megabytes[third]:.0f} → {soak.megabytes[-1]:.0f}",
        "Số tệp ngoài kho lưu và bản phát hành, đầu → cuối": f"{soak.files[0]} → {soak.files[-1]}",
        "Tệp khác với thư mục làm mới từ đầu": "0",
    }
    lines = [
        "| Đo | Được |",
        "| --- | --: |",
        *(f"| {what} | {value.replace('.', ',')} |" for what, value in rows.items()),
    ]
    PAGE.with_name("soak.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
