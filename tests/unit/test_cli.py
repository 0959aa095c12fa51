"""How the command line behaves when it is called wrongly, stopped, not listened to, or asked what can come next."""

import io
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from unittest import mock

import pytest
from botocore.exceptions import NoCredentialsError  # type: ignore[import-untyped]  # it has none
from typer.main import get_group

from pipelines import cli
from pipelines.cli.found import print_figures
from pipelines.cli.options import only
from pipelines.cli.verbs import VERBS, every_verb
from pipelines.settings import Settings
from pipelines.store import published
from pipelines.store.files import write_beside
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import ROOT
from tests.unit.offices import KEY, Office
from tests.unit.published_rows import figure

RETURNS = Path(sys.executable).parent / "returns"
CANNOT, STOPPED, CLOSED = 2, 130, 141


def typed(*words: str) -> tuple[int, str, str]:
    """The exit code of a call, what it printed, what it told on the error stream; in this process, which is quick."""
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", ["returns", *words]), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as ended:
            return int(str(ended.code or 0)), out.getvalue(), err.getvalue()
    raise AssertionError("It has no exit code.")


def refused(*words: str) -> str:
    """The one sentence on the error stream that tells why a call was refused."""
    code, out, err = typed(*words)
    assert (code, out) == (CANNOT, ""), err
    assert err.count("\n") == 1
    return err.rstrip("\n")


def test_where_no_period_is_named_the_newest_of_the_commune_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    before = ReturnSetKey("2023-H2", KEY.commune)
    assert only([KEY, before], "", "") == KEY
    assert only([KEY, before], "2023-H2", "") == before
    with pytest.raises(SystemExit):
        only([KEY, ReturnSetKey("2023-H2", "van-linh")], "", "")
    assert "Có nhiều bộ báo cáo, chọn một" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("trace", "Thiếu ID. Xem: returns trace --help"),
        ("form B01", "Thiếu --reporter. Xem: returns form --help"),
        (
            "figures --frmat json",
            "Không có tùy chọn --frmat; gần giống: --format, --raw, --data. Xem: returns figures --help",
        ),
        ("figures --xyzzy", "Không có tùy chọn --xyzzy. Xem: returns figures --help"),
        ("--xyzzy", "Không có tùy chọn --xyzzy. Xem: returns --help"),
        ("figures --format xml", "--format ghi «xml»; chỉ nhận: table, csv, json. Xem: returns figures --help"),
        ("ui --port abc", "--port ghi «abc»; cần một số nguyên từ 1 đến 65535. Xem: returns ui --help"),
        ("ui --port 70000", "--port ghi «70000»; cần một số nguyên từ 1 đến 65535. Xem: returns ui --help"),
        ("ui --port", "--port cần một giá trị đi kèm. Xem: returns ui --help"),
        ("refresh --all=3", "--all không nhận giá trị nào đi kèm. Xem: returns refresh --help"),
        ("fogures", "Không có lệnh «fogures»; gần giống: figures, forms. Xem: returns --help"),
        ("xyzzy", "Không có lệnh «xyzzy». Xem: returns --help"),
        ("--", "Thiếu tên lệnh. Xem: returns --help"),
        (
            "uses na_lia.xlsx Chăn nuôi D13",
            "Thừa «D13»; tên có dấu cách thì đặt trong ngoặc kép. Xem: returns uses --help",
        ),
        ("correct a.xlsx T D1 --reason x", "Thiếu số mới sau địa chỉ ô. Xem: returns correct --help"),
    ],
)
def test_a_wrong_call_is_told_in_one_sentence(call: str, told: str) -> None:
    assert refused(*shlex.split(call)) == told


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (path := tmp_path / "na_lia.xlsx").touch()
    with mock.patch("os.access", return_value=False):
        told = refused("check", str(path))
    assert told == f"Không có quyền đọc {path}; mở quyền đọc cho tệp hoặc thư mục đó. Xem: returns check --help"


@pytest.mark.parametrize("call", ["figures ngựa --format csv", "uses na_lia.xlsx 'Chăn nuôi' D13", "findings"])
def test_a_system_that_is_taken_for_one_of_ascii_alone_is_answered_as_any(call: str, office: Office) -> None:
    words = [*shlex.split(call), "--raw", str(office.raw.root), "--data", str(office.store.root)]

    def answered(**locale: str) -> tuple[int, bytes, bytes]:
        kept = {name: said for name, said in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *words],
            env={**kept, "PYTHONPATH": str(ROOT), **locale},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    usual = answered(LC_ALL="C.UTF-8")
    assert not usual[1].isascii()
    assert answered(LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == usual


def test_a_call_of_nothing_is_answered_with_the_help() -> None:
    done = subprocess.run([str(RETURNS)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (CANNOT, "")
    assert "Các lệnh:" in done.stderr


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"no table")], ids=["gone", "damaged"])
def test_a_table_that_is_not_as_it_was_written_is_told_with_what_to_do(
    harm: Callable[[Path], object], office: Office
) -> None:
    harm(office.store.path("figures/livestock", office.part))
    assert refused("figures", "--data", str(office.store.root)) == (
        f"Tệp figures/livestock/{office.part}.parquet trong thư mục kết quả không còn, hoặc không còn như lúc ghi, "
        "nên chưa trả lời được. Chạy: returns refresh"
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("figures --place huu-kien --commune quan-son", "--place huu-kien và --commune quan-son chỉ hai nơi khác nhau"),
        ("findings --place vn --commune quan-xa", "--place vn và --commune quan-xa chỉ hai nơi khác nhau"),
        ("trace livestock.horse.heads --place vn --commune quan-xa", "chỉ hai nơi khác nhau"),
        ("report --place chi-lang --commune quan-xa", "chỉ hai nơi khác nhau"),
        ("figures --place huu-kien --release lan-1", "Bỏ --place, hoặc bỏ --release"),
        ("statements --by-chapter --format csv", "--by-chapter chỉ in dạng Markdown, không in dạng csv"),
        ("correct na_lia.xlsx 'Chăn nuôi' D13 --as-is --from 267 --reason x", "--from nêu gợi ý đã xem"),
        ("estimate na_lia B01 horse --method x --reason y", "Có --method mà không có số ước"),
    ],
)
def test_options_that_contradict_one_another_are_refused(call: str, told: str, example: Store) -> None:
    assert told in refused(*shlex.split(call), "--data", str(example.root))


def test_a_commune_may_be_named_twice(example: Store) -> None:
    code, told, _ = typed(*shlex.split("figures --place huu-kien --commune huu-kien"), "--data", str(example.root))
    assert (code, "livestock.horse.heads" in told) == (0, True)


@pytest.mark.parametrize("place", ["khong-co", "na_lia"], ids=["unknown", "a village"])
def test_a_place_that_is_not_there_is_told(place: str, example: Store) -> None:
    assert refused("figures", "--place", place, "--data", str(example.root)) == (
        f"Không có địa bàn «{place}». Xem mã địa bàn trong places.csv."
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("figures xyzzy", "Không có chỉ tiêu nào như vậy. Xem danh sách bằng: returns figures"),
        ("figures dan nguu", "Không có chỉ tiêu nào có «dan nguu»; gần giống: livestock.horse.heads"),
        ("figures --chapter xyzzy", "Không có chương «xyzzy»; các chương: budget, civil,"),
        ("trace livestok.horse.heads", "Không có chỉ tiêu «livestok.horse.heads»; gần giống: livestock.horse.heads"),
        ("trace xyzzy", "Không có chỉ tiêu «xyzzy». Xem danh sách bằng: returns figures"),
        ("trace ngựa --format json", "«ngựa» không phải là mã; có "),
    ],
)
def test_figures_that_are_not_there_are_told_with_the_nearest(call: str, told: str, example: Store) -> None:
    assert refused(*shlex.split(call), "--data", str(example.root)).startswith(told)


@pytest.mark.parametrize("call", ["form B01 --reporter na_lia", "check a.xlsx", "estimate na_lia B01 horse --reason x"])
def test_without_any_return_set_that_is_told(call: str, tmp_path: Path) -> None:
    asked = (*shlex.split(call), "--raw", str(tmp_path / "none"), "--data", str(tmp_path / "data"))
    assert refused(*asked).startswith("Chưa có bộ báo cáo nào trong thư mục báo cáo.")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoCredentialsError(), "Không dùng được kho đối tượng (Unable to locate credentials)."),
        (IsADirectoryError(21, "Is a directory", ".a.tmp", None, "a"), "Không đọc hoặc ghi được a (Is a directory)."),
    ],
)
def test_what_a_person_can_mend_is_told_without_a_traceback(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(published, "checked_sets", fails)
    assert refused("figures").startswith(told)


def test_a_folder_may_be_named_by_way_of_another_or_of_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RETURNS_RAW", raising=False)
    monkeypatch.setenv("RETURNS_DATA", " ")
    assert Settings.of("~/raw") == Settings(tmp_path / "raw", tmp_path / "here" / "data")
    assert Settings.of(" ", "").raw == tmp_path / "here" / "raw"
    above = Settings.of(data="../data").data
    written = write_beside(above / "figures" / "a", b"")
    assert written.relative_to(above).parent == Path("figures")


def test_a_refresh_of_another_period_is_told_what_there_is(example: Store) -> None:
    assert refused("refresh", "--period", "2023-H1", "--raw", str(ROOT / "raw"), "--data", str(example.root)) == (
        f"Không có bộ báo cáo này trong {ROOT / 'raw'}; hiện có: --period 2024-H1 --commune huu-kien."
    )


def test_the_bar_goes_on_while_what_the_process_writes_goes_elsewhere() -> None:
    """As Dagster has it while a step runs; before the first step no number is shown that nobody knows."""
    script = """
import os, time
from pipelines.cli.output import progress
with progress("Đang chạy") as advance:
    time.sleep(0.3)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    advance("cells", 7)
    time.sleep(0.3)
"""
    shown = at_a_terminal(100, sys.executable, "-c", script)
    assert "/?" not in shown
    assert "Đang chạy: cells" in shown
    assert "1/7" in shown


def test_a_trace_of_words_lists_what_has_them_and_is_no_answer(example: Store) -> None:
    code, out, _ = typed("trace", "ngua bach", "--data", str(example.root))
    assert code == CANNOT
    assert "livestock.horse.white.share" in out
    assert "livestock.goat.heads" not in out


@pytest.mark.parametrize(
    ("words", "found"),
    [("ngua bach", 5), ("ngựa bạch", 5), ("ngưa bach", 0), ("horse.white", 5), ("ngựa --chapter 'chăn nuôi'", 10)],
)
def test_figures_are_found_by_their_words(words: str, found: int, example: Store) -> None:
    code, out, _ = typed("figures", *shlex.split(words), "--format", "csv", "--data", str(example.root))
    assert (code, max(out.count("\n") - 1, 0)) == (0 if found else CANNOT, found)


@pytest.mark.parametrize(("status", "told"), [("incomplete", "Thiếu 1/8"), ("estimated", "Thiếu 1/8; Có số ước")])
def test_a_figure_with_estimates_is_told_as_that(status: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    row = figure("livestock.horse.heads", "950" if status == "estimated" else None, status=status, reported=7)
    print_figures([row], {})
    assert capsys.readouterr().out.splitlines()[-2].rstrip().endswith(told)


def test_the_table_of_figures_can_be_read_at_100_columns(example: Store) -> None:
    lines = at_a_terminal(100, str(RETURNS), "figures", "--data", str(example.root)).splitlines()
    assert max(map(len, lines)) <= 100
    (line,) = [line for line in lines if "budget.revenue.total " in line]
    assert line.split() == ["budget.revenue.total", "Tổng", "thu", "ngân", "sách", "3.819.888.592", "đồng"]
    assert any(line.split() == ["Mã", "Chỉ", "tiêu", "Tính", "được", "ĐVT"] for line in lines)
    assert any(line.strip() == "Thu, chi ngân sách (budget)" for line in lines)


def at_a_terminal(columns: int, *words: str) -> str:
    """What a command prints on a terminal so many columns wide, without colours."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (50, columns))
    with subprocess.Popen(words, stdout=its, stderr=its, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(its)
        said = b""
        with suppress(OSError):  # how a terminal ends
            while piece := os.read(ours, 65536):
                said += piece
    os.close(ours)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", said.decode())


def test_a_folder_that_cannot_be_written_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    told = refused("dictionary", "--output", str(tmp_path / "file" / "folder"))
    assert told.startswith(f"Không đọc hoặc ghi được {tmp_path / 'file'}")
    assert told.endswith("Xem lại tên thư mục, quyền và chỗ trống trên đĩa, rồi chạy lại.")


@pytest.mark.parametrize("words", ["figures --format csv", "figures --help"])
def test_a_reader_who_goes_away_hears_no_complaint(words: str, example: Store) -> None:
    environment = {**os.environ, "RETURNS_DATA": str(example.root)}
    with subprocess.Popen(
        [str(RETURNS), *words.split()], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == CLOSED


def test_control_c_ends_in_one_sentence(example: Store) -> None:
    """Stopped while it prints more than a pipe takes before somebody reads on."""
    with subprocess.Popen(
        # A shell makes what it runs in the background ignore Ctrl+C, these tests too: start as a terminal does.
        ["env", "--default-signal=INT", str(RETURNS), "figures", "--format", "json", "--data", str(example.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"["
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    assert told.decode() == "Đã dừng giữa chừng; những gì đã công bố vẫn nguyên.\n"


def offered(line: str, store: Store, shell: str = "bash") -> list[str]:
    """What the shell gets to offer at the end of a line."""
    before, _, _ = line.rpartition(" ")
    environment = {
        **os.environ,
        "RETURNS_DATA": str(store.root),
        "RETURNS_RAW": str(ROOT / "raw"),
        "_RETURNS_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": f"returns {line}",
        "COMP_CWORD": str(1 + len(shlex.split(before))),
        "_TYPER_COMPLETE_ARGS": f"returns {line}",
    }
    done = subprocess.run([str(RETURNS)], env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return [one for one in done.stdout.splitlines() if one]


@pytest.mark.slow
def test_the_tab_key_offers_ids_of_figures(example: Store) -> None:
    ids = {row["id"] for row in published.figures(example, KEY)}
    assert set(offered("trace ", example)) == ids
    assert set(offered("trace livestock.horse.w", example)) == {
        "livestock.horse.white.heads",
        "livestock.horse.white.breeding.heads",
        "livestock.horse.white.share",
    }
    assert any("Tỷ lệ ngựa bạch" in line for line in offered("trace livestock.horse.white.s", example, "zsh"))


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("uses na_l", ["na_lia.xlsx"]),
        ("correct na_lia.xlsx Ch", [r"Chăn\ nuôi"]),  # bash puts it on the line as it is
        (r"uses na_lia.xlsx Chăn\ nuôi D1", ["D12", "D13", "D14"]),
        ("form B0", ["B01", "B02"]),
        ("form B01 --reporter ", ["na_lia", "pa_phao"]),
        ("figures --period ", ["2024-H1"]),
        ("refresh --commune ", ["huu-kien"]),
        ("figures --format ", ["table", "csv", "json"]),
        ("stat", ["statements"]),
    ],
)
def test_the_tab_key_offers_what_exists(line: str, some: list[str], example: Store) -> None:
    found = offered(line, example)
    assert set(some) <= set(found)
    assert len(found) == len(set(found))
    assert all(one.startswith(line.rpartition(" ")[2]) for one in found)


@pytest.mark.slow
def test_the_tab_key_offers_releases(tmp_path: Path) -> None:
    for name in ("lan-1", "lan-2", "tam"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    for line in ("verify lan", "diff lan-1 lan", "figures --release lan"):
        assert offered(line, Store(tmp_path)) == ["lan-1", "lan-2"]
    assert offered("release lan", Store(tmp_path)) == []  # a name is never used again


def test_the_tab_key_offers_nothing_where_nothing_can_be_read(office: Office) -> None:
    for table in ("cells", "figures/livestock"):
        office.store.path(table, office.part).write_bytes(b"no table")
    assert offered("trace ", office.store) == []
    assert offered("uses na_lia.xlsx ", office.store) == []


_DECLARED = re.compile(r"^@verb\((?:.|\n)*?^def (\w+)|^app\.add_typer\((?:.|\n)*?^    name=\"(\w+)\"", re.MULTILINE)
"""A verb, or a group of them, where it is declared."""


def test_every_verb_is_listed_under_the_module_that_declares_it() -> None:
    sources = {path.stem: path.read_text("utf-8") for path in Path(cli.__file__).parent.glob("*.py")}
    declared = {module: tuple(map("".join, _DECLARED.findall(source))) for module, source in sources.items()}
    assert {module: verbs for module, verbs in declared.items() if verbs} == VERBS
    assert list(get_group(every_verb()).commands) == [verb for verbs in VERBS.values() for verb in verbs]


def test_verbs_are_listed_in_one_order_whichever_module_was_imported_first() -> None:
    script = (
        "import pipelines.cli.deploying, pipelines.cli.doctor\n"
        "from typer.main import get_group\n"
        "from pipelines.cli.verbs import every_verb\n"
        "print(*get_group(every_verb()).commands)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [verb for verbs in VERBS.values() for verb in verbs]


def test_a_trace_loads_and_starts_nothing_that_it_can_do_without(example: Store) -> None:
    words = ["returns", "trace", "livestock.horse.white.share", "--data", str(example.root), "--format", "json"]
    script = (
        "import atexit, gc, os, sys\n"
        "def end():\n"
        "    threads = [open(f'/proc/self/task/{one}/comm').read() for one in os.listdir('/proc/self/task')]\n"
        "    print(gc.get_freeze_count() > 10_000, sum('jemalloc' not in one for one in threads))\n"
        "atexit.register(end)\n"
        f"from pipelines import cli; sys.argv = {words!r}\n"
        "try:\n    cli.main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    *_, modules, ended = done.stdout.splitlines()
    assert ended == "True 1", "objects that are left alone at the end, and threads beside that of Arrow's allocator"
    loaded = set(modules.split())
    assert {"pyarrow.parquet", "pipelines.cli.answers"} <= loaded
    # What takes long to import, each found in a trace once: Arrow's functions, locks, zips, forms, units, other verbs.
    spared = {"pandas", "pyarrow.compute", "filelock", "isal", "zipfile", "zoneinfo", "importlib.resources"}
    spared |= {"schemas.form", "schemas.units", "schemas.catalogue", "pipelines.steps.numbers"}
    spared |= {f"pipelines.cli.{module}" for module in VERBS} - {"pipelines.cli.answers"}
    assert sorted(spared & loaded) == []
