"""What pages of the desk read: each table once as long as it is what it was, and never one that is no more."""

from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.store.remembered import RememberingStore
from pipelines.store.tables import DamagedError
from tests.unit.desks import Desk, every_page
from tests.unit.offices import KEY, Office

PAGES = {"/", "/record", "/users", "/password", "/receive", f"/findings/{KEY}", f"/approve/{KEY}"}
"""Some of those that there must be."""


@pytest.mark.slow
def test_no_page_reads_a_table_out_again_that_is_what_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.signed_in("all", "officer", "approver", "administrator")

    def html_at(address: str) -> str:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        return answer.content.decode() if answer["Content-Type"].startswith("text/html") else ""

    pages = every_page(html_at)
    assert set(pages) >= PAGES

    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("a table is read out again")

    monkeypatch.setattr(pq, "ParquetFile", opened)
    for page in pages:
        assert html_at(page)


def test_what_is_remembered_is_what_is_there_now(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    assert "Thôn Nà Lìa" not in browser.get(f"/findings/{KEY}").content.decode()
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    office.refresh()
    assert "Thôn Nà Lìa" in browser.get(f"/findings/{KEY}").content.decode()
    store = RememberingStore(office.store.root)
    assert store.rows("findings/livestock", office.part, commune=KEY.commune) is not None
    store.path("findings/livestock", office.part).write_bytes(b"no Parquet")
    with pytest.raises(DamagedError):
        store.rows("findings/livestock", office.part, commune=KEY.commune)
