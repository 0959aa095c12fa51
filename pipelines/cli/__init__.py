"""``returns``: the command line.

Belongs here, in one module per group of verbs: verbs, options, output, exit codes. Does not belong here: a second
pipeline: ``refresh`` runs the Dagster job, all other verbs read what it published; help pages and what is wrong with
a call (``pipelines.cli.usage``); English (``pipelines.cli.messages``): sentences stand here in Vietnamese, as
``_("…")``, or as ``later("…")`` where a verb is declared. Heavy packages are imported inside the verbs that need
them.

Exit codes: 0 clean, 1 something is held back or in conflict, 2 cannot run; 130 and 141 where who runs it, or who reads
its output, has had enough.
"""

import errno
import os
import sys
import tempfile
import traceback

from typer._click.core import Command
from typer._click.exceptions import UsageError
from typer.main import get_command, get_group

from pipelines.cli import hints
from pipelines.cli.base import CANNOT, CLEAN, CLOSED, STOPPED, app, tell
from pipelines.cli.messages import teach_typer
from pipelines.cli.messages import translated as _
from pipelines.cli.output import only_visible
from pipelines.cli.usage import sentence, spoken
from pipelines.cli.verbs import every_verb, one_verb
from pipelines.garbage import seldom_looked_for
from schemas.sentences import SentenceError


def main() -> None:
    """Run the command line; what a person can mend is told in one sentence, never as a traceback."""
    _in_utf8()
    seldom_looked_for()
    try:
        with only_visible():
            code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads our output, such as `head`, has what they want; Python would complain on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = CLOSED
    sys.exit(code)


def _in_utf8() -> None:
    """Begin anew in UTF-8 where Python takes the system for one that knows ASCII alone, as by the locale ``POSIX``.

    Words that are typed and names of files would be read as others, and letters printed as their numbers.
    """
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get(_UTF8) != "1":
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, _UTF8: "1"})


_UTF8 = "PYTHONUTF8"
"""Environment variable of Python's: 1 for texts in UTF-8 whatever the locale."""


def _run() -> int:
    """Run one verb and return the exit code.

    Raises:
        BrokenPipeError: Nobody reads the output any more.
    """
    try:
        teach_typer()
        # Typer returns nothing where a verb comes to its end, and a code where it was stopped.
        code = spoken(_asked()).main(prog_name=app.info.name, standalone_mode=False) or CLEAN
    except UsageError as wrong:
        return tell(sentence(wrong), CANNOT)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer ends a closed pipe with the code for what is held back
            raise end.__context__ from None
        return int(end.code or CLEAN)
    except KeyboardInterrupt:
        code = STOPPED
    except Exception as reason:
        # Python passes on Ctrl+C as another exception where it comes in the middle of a class statement.
        if not isinstance(reason.__cause__, KeyboardInterrupt):
            return tell(_reason(reason), CANNOT)
        code = STOPPED
    return tell(_("Đã dừng giữa chừng; những gì đã công bố vẫn nguyên."), code) if code == STOPPED else code


def _asked() -> Command:
    """Return the verbs; only the one that is asked for, if it is one: to make all takes as long as to answer."""
    asked = one_verb(sys.argv[1]) if sys.argv[1:] else None
    return get_command(every_verb()) if asked is None else get_group(asked)


def _reason(error: Exception) -> str:
    """Return why it could not be done; of a fault of our own, where it is written down for whoever can mend it."""
    if isinstance(error, SentenceError):
        return hints.told(error)
    if isinstance(error, OSError) and error.filename:
        return _(
            "Không đọc hoặc ghi được {path} ({why}). Xem lại tên thư mục, quyền và chỗ trống trên đĩa, rồi chạy lại."
        ).format(path=error.filename2 or error.filename, why=error.strerror)  # of a rename, where to
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _("Hết chỗ trên đĩa. Dọn bớt tệp rồi chạy lại; số đã công bố không bị ảnh hưởng.")
    if isinstance(error, OSError) and error.strerror:
        return _("Không đọc hoặc ghi được ổ đĩa ({why}). Kiểm tra ổ đĩa rồi chạy lại.").format(why=error.strerror)
    if isinstance(error, MemoryError):
        return _("Máy hết bộ nhớ. Đóng bớt chương trình khác rồi chạy lại; số đã công bố không bị ảnh hưởng.")
    if any(kind.__module__ == "botocore.exceptions" for kind in type(error).__mro__):
        words = _("Không dùng được kho đối tượng ({why}). Kiểm tra tên kho, khóa truy cập và mạng, rồi chạy lại.")
        return words.format(why=error)
    if hasattr(error, "orig"):  # of the database in which Dagster keeps its records
        from pipelines.orchestration.failures import sentence as of_a_failure

        return of_a_failure(error)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="returns-", suffix=".txt", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return _(
        "Phần mềm gặp lỗi ngoài dự kiến ({what}); số đã công bố không bị ảnh hưởng. "
        "Gửi tệp {path} cho người phụ trách phần mềm."
    ).format(what=f"{type(error).__name__}: {error}", path=file.name)
