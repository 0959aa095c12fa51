"""Many at the desk at once, as it is served: two officers who decide, ten who send, who sends twice or far too much."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import httpx2
import pytest

from pipelines.handout.layout import Answer
from tests.end_to_end import small_commune
from tests.end_to_end.dagster_pages import Pages, desk_alone, signed_in
from tests.end_to_end.office import Office

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

KEY, VILLAGE = small_commune.RETURN_SET, "ban_tren"
Found = TypeVar("Found")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = small_commune.founded(tmp_path_factory.mktemp("at-once"))
    office.refresh()
    return office


@pytest.fixture(scope="module")
def pages(office: Office) -> Iterator[Pages]:
    with desk_alone(office, office.root / "ui.log") as pages:
        yield pages


@pytest.fixture(scope="module")
def officers(office: Office, pages: Pages) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Two, each with a session of their own."""
    with browser(pages, pages.cookies) as one, browser(pages, signed_in(office, pages.url)) as other:
        yield one, other


def browser(pages: Pages, cookies: Mapping[str, str]) -> httpx2.Client:
    headers = {"Origin": pages.url, "X-CSRFToken": cookies["returns_csrf"]}
    return httpx2.Client(base_url=pages.url, cookies=dict(cookies), headers=headers, timeout=300, follow_redirects=True)


def at_once(what: Callable[[int], Found], times: int) -> list[Found]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(what, range(times)))


def sent(heads: int) -> bytes:
    """What Bản Trên sends, with so many cats."""
    given = small_commune.answers(VILLAGE) | {("B01", "", "cat"): Answer(heads)}
    return small_commune.returned(small_commune.VILLAGES[VILLAGE], given)


def check(officer: httpx2.Client, name: str, content: bytes) -> httpx2.Response:
    return officer.post("/receive", data={"key": KEY}, files={"files": (name, content)})


def ticked(answer: httpx2.Response) -> str:
    (number,) = re.findall(r'name="take" value="(\d+)"', answer.text)
    return str(number)


def test_of_two_officers_who_decide_at_once_no_decision_is_lost(
    office: Office, officers: Sequence[httpx2.Client]
) -> None:
    cells = [(f"D{row}", str(1000 * (number + 1) + row)) for row in range(11, 15) for number in range(2)]
    lying = hashlib.sha256((office.returns / f"{VILLAGE}.xlsx").read_bytes()).hexdigest()
    place = {"file": f"{VILLAGE}.xlsx", "sheet": small_commune.SHEET, "of": lying}
    place |= {"decision": "refused", "reason": "Thôn nói không"}

    def decide(number: int) -> int:
        cell, new = cells[number]
        page = f"/findings/{KEY}/of/{VILLAGE}/decide"
        return officers[number % 2].post(page, data={**place, "cell": cell, "new": new}).status_code

    assert at_once(decide, len(cells)) == [200] * len(cells)
    rows = list(csv.DictReader((office.returns / "corrections.csv").read_text("utf-8").splitlines()))
    assert sorted((row["cell"], row["new"].replace(".", "")) for row in rows) == sorted(cells)
    assert len({row["who"] for row in rows}) == 1, "the title that both have"
    assert officers[0].get("/record").text.count("Từ chối gợi ý</td>") == len(cells)


def test_ten_who_send_at_once_are_all_answered_and_one_of_them_is_taken_once(
    office: Office, officers: Sequence[httpx2.Client]
) -> None:
    contents = [sent(1 + number) for number in range(10)]
    answers = at_once(lambda number: check(officers[number % 2], f"{number}.xlsx", contents[number]), 10)
    for number, answer in enumerate(answers):
        assert (answer.status_code, f"<h2>{number}.xlsx</h2>" in answer.text) == (200, True)
        assert f"Thay {VILLAGE}.xlsx" in answer.text

    def take(number: int) -> str:
        return officers[number % 2].post("/receive/take", data={"take": ticked(answers[number])}).text

    # All are taken at once, the first two by two presses of the button. One replaces what lay there; the others would
    # replace that unseen, and wait.
    at_once(lambda one: take(one % 10), 12)
    lying = (office.returns / f"{VILLAGE}.xlsx").read_bytes()
    # By the record: of several requests of one session at once, what it is told may be seen on any of them, or on none.
    received = re.findall(r"SHA-256\W+(\w{64})", re.sub("<[^>]*>", "", officers[0].get("/record").text))
    assert received == [hashlib.sha256(lying).hexdigest()]
    taken = contents.index(lying)
    assert "không nhận lần nữa" in take(taken)
    assert "chưa nhận." in take((taken + 1) % 10)


def test_who_sends_a_hundred_megabytes_is_told_and_the_desk_goes_on(officers: Sequence[httpx2.Client]) -> None:
    answer = check(officers[0], "to.xlsx", bytes(100 * 1024**2))
    assert (answer.status_code, "tối đa 64 MB. Chưa nhận gì" in answer.text) == (413, True)
    assert "Việc cần làm" in officers[0].get("/").text


def test_a_page_of_another_session_and_a_wrong_role_are_told_in_a_sentence(
    office: Office, pages: Pages, officers: Sequence[httpx2.Client]
) -> None:
    stale = officers[1].headers["X-CSRFToken"]
    told = officers[0].post("/receive/take", data={}, headers={"X-CSRFToken": stale})
    assert (told.status_code, "Trang này đã cũ nên chưa ghi gì" in told.text) == (403, True)
    with browser(pages, signed_in(office, pages.url, "auditor")) as auditor:
        told = auditor.post("/receive/take", data={})
        assert (told.status_code, "Vai trò của bạn không làm được việc này" in told.text) == (403, True)
