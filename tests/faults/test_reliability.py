"""Many faults, each tried many times: of none is anything lost, torn, hung, crashed, silently wrong or left behind.

The short form is part of the tests. ``RETURNS_RELIABILITY=1`` makes the long one, which takes hours, and writes its
counts onto the page ``measured/reliability.md`` among the guides; ``-k`` chooses of what kind.
"""

import errno
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pipelines import settings
from pipelines.desk.opening import opened
from pipelines.refresh.release import verify
from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE
from pipelines.store import published
from pipelines.store.raw_names import left_behind, printable
from pipelines.store.releases import names
from schemas.sentences import SentenceError
from tests.end_to_end.office import COMMAND, SHIPPED
from tests.faults import acts
from tests.faults.acts import ACTS, CORRECT, RECEIVE, REFRESH, RELEASE, Act, Known, begin, end, in_a_process, tree
from tests.faults.disk import reads, writes
from tests.faults.hostile import HOSTILE
from tests.faults.office import DAMAGED, KEY, NOON, VILLAGES, Office, same_parts
from tests.faults.tally import Tally, Wrong, is_long, tries
from tests.faults.test_overtaken import not_accepted_from_it

pytestmark = pytest.mark.slow

every_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.label)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where offices lie: in memory, where there is such a disk."""
    memory = Path("/dev/shm")
    made = memory / f"returns-{os.getpid()}" if memory.is_dir() else tmp_path
    made.mkdir(exist_ok=True)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def known_of(small: None) -> Iterator[Callable[[Act], Known]]:
    """What comes of each act undisturbed; found out once, and then only copied."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as root:

        @cache
        def known(act: Act) -> Known:
            return Known.of(act, Path(root) / str(ACTS.index(act)))

        yield known


def points_of(known: Known, folder: Path) -> list[str]:
    """The points at which an act changes the disk, in order."""
    note = folder / "points"

    def work() -> None:
        with writes(lambda *_: None) as points:
            known.act.do(known.office.copy(folder / "counted"))
        note.write_text("\n".join(points.met))

    assert in_a_process(work, folder / "note").code == 0
    return note.read_text().splitlines()


def chosen(points: list[str], most: int) -> list[int]:
    """Some of the points, spread over all: the first and the last of them, and every kind."""
    kinds = {points.index(kind) for kind in points}
    step = max(1, len(points) // most)
    return sorted({*range(0, len(points), step), len(points) - 1, *kinds} if most > len(kinds) else kinds)


@every_act
def test_killed_at_a_write(known_of: Callable[[Act], Known], folder: Path, act: Act) -> None:
    known, tally = known_of(act), Tally(f"Giết tiến trình ở từng chỗ ghi: {act.label}")
    points = points_of(known, folder)
    for number in chosen(points, tries(250 if act is REFRESH else 90, 2)):
        office = known.office.copy(folder / "killed")

        def happens(reached: int, _: str, number: int = number) -> None:
            if reached == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def work(happens=happens, office: Office = office) -> None:  # type: ignore[no-untyped-def]
            with writes(happens):
                act.do(office)

        ended = in_a_process(work, folder / "note")
        assert ended.code == -signal.SIGKILL, (number, ended)
        where = f"{number} {points[number]}"
        wrong = [*acts.wrong_between(known, office), *acts.wrong_after(known, office)]
        tally.tried((kind, f"{where}: {words}") for kind, words in wrong)
    tally.write()
    assert tally.wrong == []


@every_act
def test_killed_at_any_moment(known_of: Callable[[Act], Known], folder: Path, act: Act) -> None:
    known, tally, chance = known_of(act), Tally(f"Giết tiến trình lúc bất kỳ: {act.label}"), Random(act.label)
    while tally.count < tries(25, 1):
        office = known.office.copy(folder / "killed")
        child = begin(partial(act.do, office), folder / "note")
        time.sleep(chance.random() * known.seconds)
        os.kill(child, signal.SIGKILL)
        end(child, folder / "note")
        wrong = [*acts.wrong_between(known, office), *acts.wrong_after(known, office)]
        tally.tried(wrong)
    tally.write()
    assert tally.wrong == []


PAIRS = [(REFRESH, CORRECT), (REFRESH, RECEIVE), (REFRESH, RELEASE), (CORRECT, RELEASE), (REFRESH, REFRESH)]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " + ".join(act.label for act in pair))
def test_two_at_once_and_one_is_killed(small: None, folder: Path, pair: tuple[Act, Act]) -> None:
    """What was accepted on the way may differ, so what is published is held against one of both orders."""
    tally = Tally(f"Hai việc cùng lúc, một bị giết: {' và '.join(act.label for act in pair)}")
    chance, office, seconds, ends = Random(tally.what), Office(folder / "office"), 1.0, []
    RECEIVE.come(office)
    if pair[0] is REFRESH:
        office.arrives("ban_duoi", 12)
    for order in (pair, pair[::-1]):
        other = office.copy(folder / "undisturbed")
        begun = time.monotonic()
        for one in order:
            one.do(other)
        seconds = time.monotonic() - begun
        other.refresh()
        ends.append(other.answers())
    while tally.count < tries(20, 1):
        both = office.copy(folder / "both")
        children = [begin(partial(one.do, both), folder / f"note{at}") for at, one in enumerate(pair)]
        time.sleep(chance.random() * seconds)
        killed = chance.randrange(2)
        os.kill(children[killed], signal.SIGKILL)
        ended = [end(child, folder / f"note{at}") for at, child in enumerate(children)]
        wrong = list(acts.wrong_ended(ended[1 - killed]))
        try:
            for one in pair:
                if not one.done(both):
                    one.do(both)
            both.refresh()
        except Exception as error:
            wrong.append((Wrong.CRASHED, acts.told_of(error)))
        wrong += [(Wrong.LOST, lost) for one in pair for lost in one.lost(both)]
        if not same_parts(both.answers(), *ends):
            wrong.append((Wrong.SILENT, "answers as of neither order"))
        tally.tried([*wrong, *acts.wrong_here(both)], ended[1 - killed].told)
    tally.write()
    assert tally.wrong == []


def at_points(
    known: Known, folder: Path, fails: int, *, on: bool, most: int
) -> Iterator[tuple[str, Office, acts.Ended]]:
    """Let the disk fail at points, at one only or from one on; yield the office as it is then left."""
    points = points_of(known, folder)
    for number in chosen(points, most):
        office = known.office.copy(folder / "failed")

        def happens(reached: int, name: str, number: int = number) -> None:
            if name != "unlink" and (reached >= number if on else reached == number):
                raise OSError(fails, os.strerror(fails))

        def work(happens=happens, office: Office = office) -> None:  # type: ignore[no-untyped-def]
            with writes(happens):
                known.act.do(office)

        yield f"{number} {points[number]}", office, in_a_process(work, folder / "note")


@pytest.mark.parametrize(
    ("what", "fails", "on"),
    [("Đĩa đầy từ một chỗ ghi", errno.ENOSPC, True), ("Lỗi đọc ghi của ổ đĩa ở một chỗ ghi", errno.EIO, False)],
)
@every_act
def test_a_disk_that_fails_at_a_write(
    known_of: Callable[[Act], Known], folder: Path, act: Act, what: str, fails: int, on: bool
) -> None:
    known, tally = known_of(act), Tally(f"{what}: {act.label}")
    for where, office, ended in at_points(known, folder, fails, on=on, most=tries(30, 2)):
        wrong = [*acts.wrong_ended(ended), *acts.wrong_between(known, office), *acts.wrong_after(known, office)]
        tally.tried(((kind, f"{where}: {words}") for kind, words in wrong), ended.told)
    tally.write()
    assert tally.wrong == []


def test_a_disk_that_fails_at_a_read(known_of: Callable[[Act], Known], folder: Path) -> None:
    known, tally = known_of(REFRESH), Tally("Lỗi đọc ghi của ổ đĩa ở một chỗ đọc: returns refresh")
    with reads(lambda *_: None) as points:
        known.office.copy(folder / "counted").refresh()
    for number in chosen([name.partition(" ")[0] for name in points.met], tries(80, 4)):
        office = known.office.copy(folder / "failed")

        def happens(reached: int, _: str, number: int = number) -> None:
            if reached == number:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        def work(happens=happens, office: Office = office) -> None:  # type: ignore[no-untyped-def]
            with reads(happens):
                office.refresh()

        ended = in_a_process(work, folder / "note")
        answers = office.answers()
        # A workbook that could not be read is a finding, and what it held is held back: neither before nor after.
        torn = (
            [(Wrong.LOST, "a table cannot be read")] if any(DAMAGED in one.values() for one in answers.values()) else []
        )
        wrong = [
            *acts.wrong_ended(ended),
            *torn,
            *figures_wrong(known, office),
            *acts.wrong_after(known, office, bytes_too=False),
        ]
        tally.tried(((kind, f"{points.met[number]}: {words}") for kind, words in wrong), ended.told)
    tally.write()
    assert tally.wrong == []


def figures_wrong(known: Known, office: Office) -> acts.Wrongs:
    """Yield where a figure is neither as it was nor as it becomes."""
    for part, told in office.answers().items():
        for question, answer in told.items():
            if question.startswith("figures ") and answer not in (
                known.before[part].get(question),
                known.after[part].get(question),
            ):
                yield Wrong.SILENT, f"another {question}"


needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux, to mount a disk of memory"
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of memory."""
    made = tmp_path / "disk"
    made.mkdir()
    mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(made))
    yield made
    subprocess.run(["umount", "--lazy", str(made)], check=True)


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


@needs_root
@every_act
def test_a_disk_with_little_room(known_of: Callable[[Act], Known], folder: Path, disk: Path, act: Act) -> None:
    known, tally = known_of(act), Tally(f"Đĩa thật đầy dần: {act.label}")
    before = sum(path.stat().st_blocks for path in known.office.root.rglob("*")) // 2
    needed = max(
        40,
        sum(path.stat().st_blocks for path in known.office.root.with_name("undisturbed").rglob("*")) // 2
        - before
        + 900,
    )
    for number in range(tries(15, 2)):
        office, ballast = known.office.copy(disk / "office"), disk / "ballast"
        room = os.statvfs(disk)
        free = room.f_bavail * room.f_frsize - needed * 1024 * number // tries(15, 2)
        ballast.write_bytes(b"\0" * max(0, free))
        ended = in_a_process(partial(act.do, office), folder / "note")
        ballast.unlink()
        wrong = [*acts.wrong_ended(ended), *acts.wrong_between(known, office), *acts.wrong_after(known, office)]
        tally.tried(wrong, ended.told)
    tally.write()
    assert tally.wrong == []


@needs_root
@every_act
def test_folders_that_are_only_to_be_read(known_of: Callable[[Act], Known], folder: Path, disk: Path, act: Act) -> None:
    known, tally = known_of(act), Tally(f"Thư mục chỉ đọc: {act.label}")
    for _ in range(tries(2, 1)):
        office = known.office.copy(disk / "office")
        mount("-o", "remount,ro", str(disk))
        ended = in_a_process(partial(act.do, office), folder / "note")
        wrong = [*acts.wrong_ended(ended), *acts.wrong_between(known, office)]
        mount("-o", "remount,rw", str(disk))
        tally.tried([*wrong, *acts.wrong_after(known, office)], ended.told)
    tally.write()
    assert tally.wrong == []


def _whole(office: Office, content: bytes) -> None:
    (office.folder() / WORKBOOK).write_bytes(content)


def _gone(office: Office, _: bytes) -> None:
    (office.folder() / WORKBOOK).unlink(missing_ok=True)


def _put(office: Office, content: bytes) -> None:
    office.put(office.folder() / WORKBOOK, content)


WORKBOOK = "ban_tren.xlsx"


@pytest.mark.parametrize(
    ("what", "half", "then"),
    [
        ("lớn dần", True, _whole),
        ("bị thay", False, _put),
        ("bị ghi đè tại chỗ", False, _whole),
        ("bị xóa", False, _gone),
    ],
)
def test_a_workbook_that_changes_while_it_is_read(small: None, folder: Path, what: str, half: bool, then: Any) -> None:
    tally, office = Tally(f"Sổ tính {what} trong lúc đọc"), Office(folder / "office")
    REFRESH.come(office)
    last = (office.folder() / WORKBOOK).read_bytes()
    office.arrives("ban_tren", 99)
    if half:
        (office.folder() / WORKBOOK).write_bytes(last[: len(last) // 2])
    undisturbed = office.copy(folder / "undisturbed")
    then(undisturbed, last)
    undisturbed.refresh()
    with reads(lambda *_: None) as points:
        office.copy(folder / "counted").refresh()
    for number in chosen([name.partition(" ")[0] for name in points.met], tries(40, 3)):
        changing = office.copy(folder / "changing")

        def happens(reached: int, _: str, number: int = number, changing: Office = changing) -> None:
            if reached == number:
                then(changing, last)

        wrong: list[tuple[Wrong, str]] = []
        told = ""
        try:
            with reads(happens):
                changing.refresh()
        except SentenceError as error:
            told = str(error)
        changing.refresh()
        wrong += [(Wrong.SILENT, mart) for mart in not_accepted_from_it(changing)]
        if then is not _gone and published.figures(changing.store, KEY) != published.figures(undisturbed.store, KEY):
            wrong.append((Wrong.SILENT, f"{points.met[number]}: other figures"))
        tally.tried([*wrong, *acts.wrong_here(changing)], told)
    tally.write()
    assert tally.wrong == []


def test_a_clock_that_goes_back_or_leaps(known_of: Callable[[Act], Known], folder: Path) -> None:
    tally, chance = Tally("Đồng hồ chạy lùi hoặc nhảy tới"), Random(5)
    for act in ACTS:
        known = known_of(act)
        for _ in range(tries(8, 1)):
            office, shift = known.office.copy(folder / "late"), chance.choice([-1, 1]) * chance.randrange(400 * 86400)
            for path in (office.root / "raw").rglob("*"):
                os.utime(path, (time.time() + shift, time.time() + shift))
            with pytest.MonkeyPatch.context() as patch:
                for module in [one for name, one in sys.modules.items() if name.startswith("pipelines.")]:
                    if getattr(module, "now", None) is settings.now:
                        patch.setattr(module, "now", lambda shift=shift: NOON + timedelta(seconds=shift))
                act.do(office)
                tally.tried([*acts.wrong_between(known, office), *acts.wrong_after(known, office)])
    tally.write()
    assert tally.wrong == []


def test_a_byte_of_the_output_is_another(small: None, folder: Path) -> None:
    tally, chance, office = Tally("Một byte khác đi trong thư mục kết quả"), Random(3), Office(folder / "office")
    REFRESH.come(office)
    RELEASE.do(office)
    office.refresh()
    answers, whole = office.answers(), tree(office)
    harmed = office.copy(folder / "harmed")
    while tally.count < tries(700, 5):
        path = chance.choice([one for one in harmed.files() if one.stat().st_size])
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        wrong, told = list[tuple[Wrong, str]](), ""
        for part, one in harmed.answers().items():
            for question, answer in one.items():
                told = told or ("«Tệp … không còn như lúc ghi … Chạy: returns refresh»" if answer == DAMAGED else "")
                if answer not in (answers[part][question], DAMAGED):
                    wrong.append((Wrong.SILENT, f"{path.name} at {at}: another {question}"))
        harmed.refresh()
        if tree(harmed) != whole:  # what cannot be made again is told
            if not list(acts.wrong_here(harmed)):
                wrong.append((Wrong.SILENT, f"{path} at {at}: not put right and not told"))
            told, harmed = (
                "returns doctor: «… không còn như lúc nhận … Lấy lại từ bản sao lưu»",
                office.copy(harmed.root),
            )
        tally.tried(wrong, told)
    tally.write()
    assert tally.wrong == []


def test_a_byte_of_a_workbook_is_another(small: None, folder: Path) -> None:
    tally, chance, office = Tally("Một byte khác đi trong sổ tính"), Random(4), Office(folder / "office")
    office.opens(*VILLAGES)
    office.refresh()
    figures = published.figures(office.store, KEY)
    harmed = office.copy(folder / "harmed")
    paths = sorted(harmed.folder().glob("*.xlsx"))
    while tally.count < tries(300, 4):
        path = chance.choice(paths)
        content = path.read_bytes()
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        harmed.refresh()
        findings = [row for row in published.findings(harmed.store, KEY) if row["file"] == path.name]
        wrong = []
        if published.figures(harmed.store, KEY) != figures:
            wrong.append((Wrong.SILENT, f"{path.name} at {at}: other figures, {findings}"))
        path.write_bytes(content)
        harmed.refresh()
        tally.tried([*wrong, *acts.wrong_here(harmed)], findings[0]["message"] if findings else "")
    tally.write()
    assert tally.wrong == []


def test_hostile_files(small: None, folder: Path) -> None:
    tally, office = Tally("Tệp thù địch trong thư mục báo cáo"), Office(folder / "office")
    office.opens(*VILLAGES)
    office.refresh()
    figures, workbook = published.figures(office.store, KEY), (office.folder() / WORKBOOK).read_bytes()
    for kind, lay in HOSTILE.items():
        for seed in range(tries(10, 1)):
            attacked = office.copy(folder / "attacked")
            before = {path.name for path in attacked.folder().iterdir()}
            lay(workbook, attacked.folder(), Random(f"{kind} {seed}"))
            ended = in_a_process(attacked.refresh, folder / "note")
            wrong = list(acts.wrong_ended(ended))
            (laid,) = [path for path in attacked.folder().iterdir() if path.name not in before]
            name = printable(laid.name)
            rows = [one for one in published.findings(attacked.store, KEY) if name in f"{one['file']} {one['message']}"]
            if published.figures(attacked.store, KEY) != figures:
                wrong.append((Wrong.SILENT, f"{kind} {seed}: other figures"))
            if not rows and not left_behind(laid.name):
                wrong.append((Wrong.SILENT, f"{kind} {seed}: {laid.name!r} is not told of"))
            tally.tried([*wrong, *acts.wrong_here(attacked)], rows[0]["message"] if rows else ended.told)
    tally.write()
    assert tally.wrong == []


def approving(folder: Path) -> Tally:
    """Approve at the desk, and be killed: at every write of the release, and at any moment, the database's included."""
    os.environ |= {RAW_VARIABLE: str(folder / "office" / "raw"), DATA_VARIABLE: str(folder / "office" / "data")}
    os.environ[HOME_VARIABLE] = ""
    office = Office(folder / "office")
    RELEASE.come(office)
    opened(settings.Settings(office.root / "raw", office.data))
    from django.db import connections

    from pipelines.desk import accounts, approvals
    from pipelines.desk.models import User
    from pipelines.desk.role import Role

    accounts.add("lan", "chủ tịch", [Role.APPROVER], by="test", password="mot-cau-that-dai")

    def approve(at: Office) -> None:
        use(at)
        looked_at = approvals.seen(at.store, KEY)
        approvals.approve(at.raw, at.store, KEY, User.objects.get(), looked_at=looked_at, despite="")

    def use(at: Office) -> None:
        connections.close_all()
        connections.settings["default"]["NAME"] = at.data / "desk" / "desk.sqlite3"

    def lost(at: Office) -> Iterator[str]:
        use(at)
        yield from (f"by {one.who!r}" for one in approvals.approved(at.store, KEY) if one.who != "lan")
        yield from (harm.message for name in names(at.data) for harm in verify(at.data, name).differences)
        if len(names(at.data)) != 1:
            yield f"releases: {names(at.data)}"
        connections.close_all()

    act = Act("duyệt ở bàn làm việc", RELEASE.come, approve, lambda at: bool(names(at.data)), lost)
    connections.close_all()
    answers = office.answers()
    other = office.copy(folder / "undisturbed")
    begun = time.monotonic()
    approve(other)
    known = Known(act, office, answers, answers, {}, time.monotonic() - begun)
    tally, chance = Tally(f"Giết tiến trình: {act.label}"), Random(9)
    points = points_of(known, folder)
    cases = [*chosen(points, tries(80, 2)), *[-1] * tries(40, 2)]
    for number in cases:
        at = office.copy(folder / "killed")

        def happens(reached: int, _: str, number: int = number) -> None:
            if reached == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def work(happens=happens, at: Office = at) -> None:  # type: ignore[no-untyped-def]
            with writes(happens):
                approve(at)

        child = begin(work, folder / "note")
        if number < 0:
            time.sleep(chance.random() * known.seconds)
            os.kill(child, signal.SIGKILL)
        acts.end(child, folder / "note")
        wrong = [*acts.wrong_between(known, at), *acts.wrong_after(known, at, bytes_too=False)]
        connections.close_all()
        tally.tried((kind, f"{number}: {words}") for kind, words in wrong)
    return tally


def test_killed_while_approving(small: None, folder: Path) -> None:
    """In a process of its own: it has Django started with the few forms of the small office."""
    note = folder / "tally"

    def work() -> None:
        note.write_bytes(pickle.dumps(approving(folder)))

    ended = acts.end(begin(work, folder / "ended"), folder / "ended", seconds=7200)
    assert ended.code == 0, ended
    tally: Tally = pickle.loads(note.read_bytes())
    tally.write()
    assert tally.wrong == []


PLACES = {
    "đầu ra ASCII": ("raw", "data", {"PYTHONIOENCODING": "ascii"}),
    "locale C": ("raw", "data", {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
    "thư mục có dấu và dấu cách": ("báo cáo xã", "kết quả «thử»", {}),
    "thư mục sau liên kết": ("link-raw", "link-data", {}),
}
ASKED = (
    "refresh",
    "findings",
    "figures",
    "trace livestock.horse.ordinary.heads",
    "release lan-1",
    "verify lan-1",
    "report",
    "refresh",
)


@pytest.mark.parametrize("place", PLACES)
def test_the_command_where_little_is_as_usual(folder: Path, place: str) -> None:
    if not is_long() and place != "thư mục có dấu và dấu cách":
        pytest.skip("asked for by the long form")
    raw, data, more = PLACES[place]
    tally = Tally(f"Các lệnh với {place}")
    if raw.startswith("link"):
        (folder / "real-raw").mkdir()
        (folder / "real-data").mkdir()
        (folder / raw).symlink_to(folder / "real-raw")
        (folder / data).symlink_to(folder / "real-data")
    shutil.copytree(SHIPPED.parent, folder / raw / SHIPPED.parent.name, dirs_exist_ok=True)
    for words in ASKED if is_long() else ASKED[:1]:
        where = ["--data", str(folder / data), *(["--raw", str(folder / raw)] if words != "verify lan-1" else [])]
        done = subprocess.run(
            [COMMAND, *words.split(), *where],
            env={**os.environ, **more},
            capture_output=True,
            timeout=600,
            check=False,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        wrong = [(Wrong.CRASHED, f"{words}: {said}")] if done.returncode not in (0, 1) or "Traceback" in said else []
        tally.tried(wrong, said.splitlines()[0] if words == "refresh" and said else "")
    tally.write()
    assert tally.wrong == []
