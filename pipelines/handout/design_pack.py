"""A design to be installed: a wheel in which the workbook lies, so that it is a pack like any other.

Belongs here: what is in the wheel. Does not belong here: what becomes of the workbook in it
(``pipelines.steps.design.pack``).
"""

import base64
import hashlib
import io
import zipfile

from schemas.text import visible

_THEN = (1980, 1, 1, 0, 0, 0)
"""The time that every file bears, so that the same design gives the same wheel."""

_MODULE = '''"""The pack «{name}», made by ``returns design pack`` from the workbook beside this file."""

from importlib import resources

from pipelines.steps.design.pack import pack_of

WORKBOOK = "{sha256}"
"""The hash of the workbook: what is made of it is made anew where this changes."""

PACK = pack_of(__name__, "{name}", {title!r}, (resources.files(__name__) / "{name}.xlsx").read_bytes())
'''


def wheel(name: str, title: str, version: int, workbook: bytes) -> tuple[str, bytes]:
    """Return the wheel of a design: what its file is called, and its bytes.

    Args:
        name: The pack's.
        title: What it is, in Vietnamese.
        version: The highest of its forms.
        workbook: The design, without faults.
    """
    package, release = f"returns_{name}", f"{version}.0"
    told = f"{package}-{release}.dist-info"
    title = visible(title)
    source = _MODULE.format(name=name, title=title, sha256=hashlib.sha256(workbook).hexdigest())
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {release}\nSummary: {title}\n"
    files = {
        f"{package}/__init__.py": source.encode(),
        f"{package}/{name}.xlsx": workbook,
        f"{told}/METADATA": metadata.encode(),
        f"{told}/WHEEL": b"Wheel-Version: 1.0\nGenerator: returns\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{told}/entry_points.txt": f"[returns.packs]\n{name} = {package}:PACK\n".encode(),
    }
    record = f"{told}/RECORD"
    rows = [f"{file},sha256={_digest(content)},{len(content)}" for file, content in files.items()]
    files[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for file, content in files.items():
            made.writestr(zipfile.ZipInfo(file, _THEN), content)
    return f"{package}-{release}-py3-none-any.whl", buffer.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
