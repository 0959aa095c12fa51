"""Form A02: files on residence that the police settle."""

from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Files


class Residence(
    DeskForm,
    code="A02",
    sheet="Cư trú",
    title="Hồ sơ đăng ký, quản lý cư trú",
    domain="residence",
    reporter="police",
):
    """One row per commune: files received in the period, those turned back, and those settled."""

    received = field(Files, "Hồ sơ cư trú tiếp nhận")
    rejected = field(Files, "Hồ sơ trả lại, từ chối tiếp nhận")
    done = field(Files, "Hồ sơ cư trú đã thực hiện")
    done_online = field(Files, "Hồ sơ cư trú đã thực hiện trực tuyến")

    edits = (
        balance("A02-01", "received", ["rejected", "done"]),
        bound("A02-02", ["done_online"], "done"),
    )
