"""The addresses of the pages.

Belongs here: every address, once. Does not belong here: what is at it.
"""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from pipelines.desk import refusals
from pipelines.desk.pages import (
    account,
    annexes,
    approve,
    assets,
    blanks,
    board,
    choosing,
    closing,
    compare,
    contacts,
    dagster,
    entering,
    estimates,
    explorer,
    find,
    findings,
    receive,
    record,
    users,
)

urlpatterns = [
    path("", board.board, name="home"),
    path("communes/<str:period>", board.communes, name="communes"),
    path("communes/<str:period>/<str:place>", board.communes, name="communes-of"),
    path("sets/<str:key>", board.board, name="board"),
    path("choose/<str:to>", choosing.choose, name="choose"),
    path("choose/<str:to>/<str:commune>", choosing.chosen, name="chosen"),
    path("run", board.start, name="start"),
    path("run/<str:identifier>", board.run, name="run"),
    path("receive", receive.receive, name="receive"),
    path("receive/take", receive.take, name="take"),
    path("blanks/<str:key>", blanks.blanks, name="blanks"),
    path("blanks/<str:key>/all.zip", blanks.all_blanks, name="all-blanks"),
    path("blanks/<str:key>/<str:reporter>", blanks.blank, name="blank"),
    path("entry/<str:key>", entering.reporters, name="entry-reporters"),
    path("entry/<str:key>/<str:reporter>", entering.entry, name="entry"),
    path("findings/<str:key>", findings.findings, name="findings"),
    path("findings/<str:key>/undo", findings.undo, name="undo"),
    path("findings/<str:key>/marked/<str:file>", findings.marked, name="marked"),
    path("findings/<str:key>/of/<str:reporter>", findings.reporter, name="reporter"),
    path("findings/<str:key>/of/<str:reporter>/decide", findings.decide, name="decide"),
    path("findings/<str:key>/of/<str:reporter>/contact", contacts.contact, name="contact"),
    path("estimates/<str:key>", estimates.estimates, name="estimates"),
    path("estimates/<str:key>/record", estimates.record_estimate, name="estimate"),
    path("annex/<str:key>/<str:kind>", annexes.annex, name="annex"),
    path("annex/<str:key>/<str:name>/<str:kind>", annexes.of_release, name="release-annex"),
    path("approve/<str:key>", approve.approve, name="approve"),
    path("approve/<str:key>/packed/<str:name>", approve.packed, name="packed"),
    path("approve/<str:key>/reopen", closing.reopen, name="reopen"),
    path("compare", compare.compare, name="compare"),
    path("compare/<str:key>", compare.compare, name="compare-set"),
    path("compare/<str:key>/<str:figure>", compare.figure, name="compare-figure"),
    path("find", find.find, name="find"),
    path("trace/<str:key>/<str:figure>", find.trace, name="trace"),
    path("explorer/<str:key>/<path:page>", explorer.explorer, name="explorer"),
    path("sign-in", account.SignIn.as_view(), name="sign-in"),
    path("signed-in", account.signed_in, name="signed-in"),
    path("sign-out", account.SignOut.as_view(), name="sign-out"),
    path("enter/<str:token>", account.enter, name="enter"),
    path("password", account.SetPassword.as_view(), name="password"),
    path("language", login_not_required(set_language), name="language"),
    path("users", users.users, name="users"),
    path("users/<int:user>", users.user, name="user"),
    path("record", record.record, name="record"),
    path("static/<str:name>", assets.asset, name="asset"),
    path("dagster", dagster.dagster, name="dagster"),
    # Which Dagster's pages look for at the top, whatever their prefix.
    path("favicon-run-<slug:state>.svg", RedirectView.as_view(url="/dagster/favicon-run-%(state)s.svg")),
    path("dagster/", dagster.dagster),
    path("dagster/<path:rest>", dagster.dagster, name="dagster-below"),
]

handler400 = refusals.not_understood
handler403 = refusals.not_allowed
handler404 = refusals.not_found
handler500 = refusals.broken
