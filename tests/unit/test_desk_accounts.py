"""Who signs in to the desk: the first user, roles, passwords, attempts, and what is written down of it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.desk.role import Role
from pipelines.settings import SECRET_VARIABLE
from tests.unit.desks import ORIGIN, PASSWORD, Desk, text
from tests.unit.offices import KEY

FIRST = {"username": "thanh", "name": "", "title": "Công chức thống kê", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """Nobody has sent anything yet."""
    return empty_desk


def sign_in(browser: Any, name: str, password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", {"username": name, "password": password, **more})


def test_every_page_but_the_door_wants_a_session(desk: Desk) -> None:
    from pipelines.desk.pages.urls import urlpatterns

    open_to_all = {"sign-in", "signed-in", "enter", "language", "asset", "sign-out"}
    for one in urlpatterns:
        if one.name and one.name not in open_to_all:
            address = re.sub(r"<\w+:\w+>", "1", f"/{one.pattern}")
            answer = desk.browser().get(address, headers={"accept": "text/html"})
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (302, "/sign-in"), address


def test_the_web_server_of_an_office_can_ask_whether_somebody_has_signed_in(desk: Desk) -> None:
    assert desk.browser().get("/signed-in").status_code == 401
    assert desk.signed_in("auditor", "auditor").get("/signed-in").status_code == 204


def test_the_first_user_is_made_with_a_link_that_works_once(desk: Desk) -> None:
    from pipelines.desk import accounts

    before, token = accounts.first_link(), accounts.first_link()
    assert desk.browser().get(f"/enter/{before}").status_code == 404, "each start makes a new one"
    browser = desk.browser()
    assert "Người dùng đầu tiên" in text(browser.get(f"/enter/{token}"))
    for wrong in (
        {"password2": "khac"},
        {"password1": "ngan", "password2": "ngan"},
        {"username": "a b"},
        {"title": ""},
    ):
        assert browser.post(f"/enter/{token}", FIRST | wrong).status_code == 400
    assert browser.post(f"/enter/{token}", FIRST).headers["location"] == "/"
    assert browser.get("/users").status_code == 200
    assert desk.browser().post(f"/enter/{token}", FIRST | {"username": "other"}).status_code == 404
    assert accounts.first_link() is None
    assert desk.deeds() == [("thanh", "added user", "thanh"), ("thanh", "signed in", "")]


def test_an_administrator_adds_a_user_who_sets_a_password(desk: Desk) -> None:
    browser = desk.signed_in("admin", "administrator")
    page = browser.post("/users", {"username": "hoa", "name": "", "title": "Phó chủ tịch", "roles": ["approver"]})
    link = re.search(r"http://\S+(/enter/\S+)", text(page))
    assert link is not None
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert desk.browser().post(link[1], passwords).headers["location"] == "/"
    assert desk.browser().post(link[1], passwords).status_code == 404
    assert sign_in(desk.browser(), "hoa").headers["location"] == "/"
    assert browser.post("/users", {"username": "hoa", "title": "x", "roles": ["officer"]}).status_code == 400
    assert [deed[1] for deed in desk.deeds()[-4:]] == ["gave link", "set password", "signed in", "signed in"]


@pytest.mark.parametrize("role", ["officer", "approver", "auditor"])
def test_only_an_administrator_sees_and_changes_users(desk: Desk, role: str) -> None:
    other = desk.user("other", "auditor")
    browser = desk.signed_in("somebody", role)
    refused = browser.get("/users")
    assert (refused.status_code, "Vai trò của bạn" in text(refused)) == (403, True)
    assert browser.post("/users", {"username": "x", "title": "x", "roles": ["administrator"]}).status_code == 403
    assert browser.post(f"/users/{other.pk}", {"do": "off"}).status_code == 403
    assert "Người dùng" not in text(browser.get("/"))


def test_somebody_locked_out_is_out_with_the_next_page(desk: Desk) -> None:
    admin, officer = desk.signed_in("admin", "administrator"), desk.user("officer", "officer", password=PASSWORD)
    browser = desk.browser(officer)
    assert browser.get("/").status_code == 200
    admin.post(f"/users/{officer.pk}", {"do": "off"})
    assert browser.get("/").status_code == 302
    assert "không đúng" in text(sign_in(desk.browser(), "officer"))
    admin.post(f"/users/{officer.pk}", {"do": "on"})
    assert sign_in(desk.browser(), "officer").status_code == 302


def test_who_sends_a_form_of_a_session_that_is_over_is_told_and_led_back_to_its_page(desk: Desk) -> None:
    """What is sent has an address at which there is no page to come back to."""
    desk.user("officer", "officer", password=PASSWORD)
    browser, page = desk.browser(), f"/findings/{KEY}/of/na_lia"
    answer = browser.post(f"{page}/decide", {"new": "1"}, headers={"referer": f"{ORIGIN}{page}?x=1#p1"})
    sign_in_page = answer.headers["location"]
    assert sign_in_page == f"/sign-in?next={quote(f'{page}?x=1', safe='')}&lost=1"
    shown = browser.get(sign_in_page)
    assert "Phiên làm việc đã hết nên chưa ghi gì." in text(shown)
    assert f'name="next" value="{page}?x=1"' in shown.content.decode()
    assert "Phiên làm việc" not in text(browser.get("/sign-in"))
    for referer in ("", "http://elsewhere/x", "javascript:x"):
        led = browser.post("/run", headers={"referer": referer}).headers["location"]
        assert led == "/sign-in?next=%2F&lost=1"
    assert browser.get("/record").headers["location"] == "/sign-in?next=/record"


def test_the_last_administrator_stays_one(desk: Desk) -> None:
    from pipelines.desk import accounts

    admin = desk.user("admin", "administrator")
    browser = desk.browser(admin)
    for change in ({"do": "off"}, {"do": "roles", "roles": ["officer"]}):
        assert "ít nhất một người quản trị" in text(browser.post(f"/users/{admin.pk}", change, follow=True))
    assert accounts.administrators() == [admin]


def test_roles_given_and_taken_hold_at_once(desk: Desk) -> None:
    admin, other = desk.signed_in("admin", "administrator"), desk.user("other", "officer")
    browser = desk.browser(other)
    admin.post(f"/users/{other.pk}", {"do": "roles", "roles": ["administrator", "officer"]})
    assert browser.get("/users").status_code == 200
    admin.post(f"/users/{other.pk}", {"do": "roles", "roles": ["auditor"]})
    assert browser.get("/users").status_code == 403


def test_the_database_says_of_roles_what_is_declared(desk: Desk) -> None:
    from django.contrib.auth.models import Group

    from pipelines.desk import roles

    Group.objects.get(name="auditor").permissions.set(Group.objects.get(name="officer").permissions.all())
    roles.establish()
    found = {one.name: {may.codename for may in one.permissions.all()} for one in Group.objects.all()}
    assert found == {role.value: {may.value for may in brings} for role, brings in roles.BRINGS.items()}
    assert roles.LABELS.keys() == roles.BRINGS.keys() == set(Role)


def test_who_guesses_has_to_wait(desk: Desk) -> None:
    from pipelines.desk.models import Attempt

    desk.user("officer", "officer", password=PASSWORD)
    desk.user("other", "officer", password=PASSWORD)
    for _ in range(5):
        assert "không đúng" in text(sign_in(desk.browser(), "officer", "doan-bua"))
    for name in ("officer", "OFFICER", "ｏfficer"):
        assert "Sai quá nhiều lần" in text(sign_in(desk.browser(), name)), "the right password does not help"
    assert sign_in(desk.browser(), "other").status_code == 302
    elsewhere = desk.browser(REMOTE_ADDR="10.0.0.2")
    assert sign_in(elsewhere, "officer").status_code == 302, "from another machine the owner still comes in"
    assert "từ máy: 127.0.0.1" in text(desk.signed_in("auditor", "auditor").get("/record"))
    for _ in range(5):
        sign_in(desk.browser(), "nobody", "doan-bua")
    assert "Sai quá nhiều lần" in text(sign_in(desk.browser(), "nobody")), "nor tells it who is a user"
    for attempt in Attempt.objects.all():
        attempt.when -= timedelta(minutes=5)
        attempt.save()
    assert sign_in(desk.browser(), "officer").status_code == 302
    assert Attempt.objects.filter(name="officer").count() == 0


def test_nor_does_it_help_to_guess_from_many_machines(desk: Desk) -> None:
    desk.user("officer", "officer", password=PASSWORD)
    answers = [text(sign_in(desk.browser(REMOTE_ADDR=f"10.0.0.{one}"), "officer", "doan-bua")) for one in range(51)]
    assert [("không đúng" in told, "Sai quá nhiều lần" in told) for told in answers] == [(True, False)] * 50 + [
        (False, True)
    ]


def test_the_record_of_a_refused_sign_in_names_users_and_nothing_else_that_was_typed(desk: Desk) -> None:
    desk.user("officer", "officer", password=PASSWORD)
    for typed in ("officer", PASSWORD, "OFFICER", "ｏfficer"):
        sign_in(desk.browser(), typed, "doan-bua")
    refused = [who for who, did, _ in desk.deeds() if did == "was refused"]
    assert refused == ["officer", "?", "?", "officer"]


def test_the_session_is_another_one_after_signing_in(desk: Desk) -> None:
    desk.user("officer", "officer", password=PASSWORD)
    browser = desk.browser()
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    sign_in(browser, "officer")
    assert browser.cookies["returns_session"].value != planted
    thief = desk.browser()
    thief.cookies["returns_session"] = planted
    assert thief.get("/").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(desk: Desk) -> None:
    officer = desk.user("officer", "officer", password=PASSWORD)
    here, elsewhere = desk.browser(officer), desk.browser(officer)
    new = {"old_password": PASSWORD, "new_password1": "mot-cau-khac-han", "new_password2": "mot-cau-khac-han"}
    assert "Đã đổi mật khẩu" in text(here.post("/password", new, follow=True))
    assert elsewhere.get("/").status_code == 302
    assert sign_in(desk.browser(), "officer", "mot-cau-khac-han").status_code == 302


def test_signing_in_leads_to_our_own_pages_only(desk: Desk) -> None:
    desk.user("officer", "officer", password=PASSWORD)
    assert sign_in(desk.browser(), "officer", next="/record").headers["location"] == "/record"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert sign_in(desk.browser(), "officer", next=elsewhere).headers["location"] == "/"


def test_a_form_without_its_token_writes_nothing(desk: Desk) -> None:
    browser = desk.browser(desk.user("admin", "administrator"), enforce_csrf_checks=True)
    refused = browser.post("/users", {"username": "x", "title": "x", "roles": ["officer"]})
    assert (refused.status_code, "chưa ghi gì" in text(refused)) == (403, True)
    assert [deed[1] for deed in desk.deeds()] == ["added user", "signed in"]


def test_nobody_changes_the_record(desk: Desk) -> None:
    from django.db import Error

    from pipelines.desk.models import Deed

    desk.user("officer", "officer")
    with pytest.raises(Error, match="only added to"):
        Deed.objects.update(who="x")
    with pytest.raises(Error, match="only added to"):
        Deed.objects.all().delete()
    assert "Thêm người dùng" in text(desk.signed_in("auditor", "auditor").get("/record"))


def test_pages_speak_vietnamese_until_english_is_asked_for(desk: Desk) -> None:
    browser = desk.browser(desk.user("auditor", "auditor"))
    assert "Sổ việc đã làm" in text(browser.get("/record", headers={"accept-language": "en"}))
    assert browser.post("/language", {"language": "en", "next": "/record"}).headers["location"] == "/record"
    page = browser.get("/record")
    assert "Nobody" not in text(page)
    assert "The record is only added to" in text(page)
    assert b'<html lang="en">' in page.content


def test_pages_load_nothing_from_elsewhere_and_are_not_kept(desk: Desk) -> None:
    answer = desk.browser().get("/sign-in")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["x-frame-options"]) == (
        "max-age=0, no-cache, no-store, must-revalidate, private",
        "DENY",
    )
    assert desk.browser().get("/static/desk.css").headers["content-type"].startswith("text/css")
    for name in ("conf.py", "..%2fconf.py", "desk.css.map", "explorer.js"):
        assert desk.browser().get(f"/static/{name}").status_code == 404


def test_the_database_and_what_signs_sessions_are_its_users_alone(desk: Desk) -> None:
    folder = desk.folders.data / "desk"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.suffix != ".lock"} == {0o600}


@pytest.mark.parametrize("left", [b"", b"abc", b"\xff" * 3])
def test_what_signs_sessions_is_made_anew_where_the_start_that_made_it_was_killed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, left: bytes
) -> None:
    from pipelines.desk.conf import secret_of

    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    path = desk.folders.desk / "secret"
    path.write_bytes(left)
    made = secret_of(desk.folders)
    assert len(made) >= 32
    assert secret_of(desk.folders) == made
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("of an administrator, " * 3, encoding="ascii")
    assert secret_of(desk.folders) == "of an administrator, " * 3
