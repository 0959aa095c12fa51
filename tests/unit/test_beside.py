"""The tables that people keep beside the workbooks, where they cannot be read: told, and never taken for none."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.refresh.release import HeldBackError, make, verify
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.published import findings, held_forms
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER, PLACES, PRINTED
from pipelines.store.received import Received
from schemas.forms import BY_CODE
from schemas.forms.b01_livestock import Livestock
from schemas.sentences import SentenceError
from tests.unit.builders import filled
from tests.unit.offices import KEY, Office

Breaking = Callable[[Path, pytest.MonkeyPatch], object]


def _folder(path: Path, _: pytest.MonkeyPatch) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _linked(to: str) -> Breaking:
    def link(path: Path, _: pytest.MonkeyPatch) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(to or path)

    return link


def _pipe(path: Path, _: pytest.MonkeyPatch) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _refused(number: int, what: str = "read_bytes") -> Breaking:
    def refuse(path: Path, patch: pytest.MonkeyPatch) -> None:
        path.touch()
        real = getattr(Path, what)

        def refused(self: Path) -> object:
            if self == path:
                raise OSError(number, os.strerror(number))
            return real(self)

        patch.setattr(Path, what, refused)

    return refuse


def _holding(content: bytes) -> Breaking:
    return lambda path, _: path.write_bytes(content)


UNREAD = {
    "a folder of that name": (_folder, "không phải một tệp thường"),
    "a dangling link": (_linked("khong_co.csv"), "liên kết tới một tệp không có"),
    "a link to itself": (_linked(""), "liên kết vòng quanh"),
    "a link out of the raw folder": (_linked("/dev/null"), "ngoài thư mục báo cáo"),
    "a pipe": (_pipe, "không phải một tệp thường"),
    "an error of the disk": (_refused(errno.EIO), "ổ đĩa báo lỗi"),
    "no permission": (_refused(errno.EACCES), "không có quyền đọc"),
    "no permission to look": (_refused(errno.EACCES, "lstat"), "không có quyền đọc"),
    "what a crash left of it": (_holding(bytes(512)), "NUL"),
    "Unicode in two bytes": (_holding("when,who\n".encode("utf-16")), "UTF-8"),
}
every_way = pytest.mark.parametrize(("breaking", "told"), UNREAD.values(), ids=list(UNREAD))


def published(office: Office) -> dict[str, bytes]:
    """What is published of the numbers themselves."""
    return {
        name: content
        for name, content in office.files().items()
        if name.split("/")[0] in ("marts", "figures", "lineage", "levels", "statements", "printed")
    }


@pytest.fixture
def small(tmp_path: Path) -> Raw:
    """A raw folder with one workbook."""
    folder = tmp_path / "raw" / KEY.period / KEY.commune
    folder.mkdir(parents=True)
    (folder / "pa_phao.xlsx").write_bytes(filled(Livestock, {"horse": 7}))
    return Raw(tmp_path / "raw")


@every_way
@pytest.mark.parametrize("name", [LEDGER, PRINTED])
def test_a_table_that_cannot_be_read_is_told_and_all_else_is_read(
    small: Raw, monkeypatch: pytest.MonkeyPatch, name: str, breaking: Breaking, told: str
) -> None:
    breaking(small.root / KEY.period / KEY.commune / name, monkeypatch)
    received = Received.of(small, [KEY])
    (unread,) = received.unread(name, [KEY])
    assert (unread.name, unread.content, told in unread.trouble) == (name, b"", True)
    assert [(file.name, file.trouble) for file in received.workbooks] == [("pa_phao.xlsx", "")]
    assert received.sets[KEY].beside == {name: unread}


@every_way
def test_a_ledger_that_cannot_be_read_is_not_written_to(
    small: Raw, monkeypatch: pytest.MonkeyPatch, breaking: Breaking, told: str
) -> None:
    breaking(small.ledger_path(KEY), monkeypatch)
    monkeypatch.setattr("pipelines.store.ledger.write_over", lambda *_: pytest.fail("written"))
    with pytest.raises(SentenceError, match=rf"{LEDGER} không đọc được: .*{told}"):
        Ledger(small, KEY).accept(CellPlace("pa_phao.xlsx", "Chăn nuôi", "D13"), "1", reason="x", who="y")


@every_way
def test_a_table_of_places_that_cannot_be_read_is_one_sentence_that_names_it(
    small: Raw, monkeypatch: pytest.MonkeyPatch, breaking: Breaking, told: str
) -> None:
    breaking(small.root / PLACES, monkeypatch)
    with pytest.raises(SentenceError, match=rf"{PLACES} không đọc được: .*{told}"):
        small.return_sets()


@pytest.mark.parametrize("name", [LEDGER, PRINTED])
def test_a_table_that_cannot_be_read_is_not_as_if_there_were_none(small: Raw, name: str) -> None:
    path, seen = small.root / KEY.period / KEY.commune / name, []
    for to in (None, "khong_co.csv", path):
        path.unlink(missing_ok=True)
        if to is not None:
            path.symlink_to(to)
        received = Received.of(small, [KEY])
        seen.append([str(received.contents), received.listed("code")[KEY]])
    assert [len(set(of_each)) for of_each in zip(*seen, strict=True)] == [3, 3]


@pytest.mark.slow
def test_an_unreadable_ledger_holds_every_form_and_changes_nothing_published(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, first = published(office), findings(office.store, KEY)
    with monkeypatch.context() as patch:
        _refused(errno.EIO)(office.folder / LEDGER, patch)
        office.refresh()
        (found,) = [row for row in findings(office.store, KEY) if row["code"] == "L-01"]
        assert (found["file"], found["severity"], "ổ đĩa" in found["message"]) == (LEDGER, "error", True)
        assert held_forms([found]).keys() == BY_CODE.keys()
        assert published(office) == before
        assert office.stale() == set()
        with pytest.raises(HeldBackError, match="Đang giữ lại"):
            make(office.raw, office.store, KEY, "mot")
        make(office.raw, office.store, KEY, "mot", despite="Cần số ngay")
        assert list(verify(office.store.root, "mot").differences) == []
        for lost in (office.store.root / "marts" / "livestock").glob("*.parquet"):
            lost.unlink()
        office.refresh()
        assert published(office) == before
    assert office.stale()
    office.refresh()
    assert findings(office.store, KEY) == first
    assert published(office) == before


def test_a_plan_that_cannot_be_read_is_told_and_holds_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _folder(office.folder / PRINTED, monkeypatch)
    office.refresh()
    found = findings(office.store, KEY)
    (plan,) = [row for row in found if row["code"] == "P-01"]
    assert (plan["file"], plan["severity"]) == (PRINTED, "warning")
    assert held_forms(found) == {}
    assert office.rows("figures/livestock")
    assert office.stale() == set()
