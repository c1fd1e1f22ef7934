"""Archives with one time: the same pack gives the same bytes, whenever it is written."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_ARCHIVES = (".xlsx",)
_PROPERTIES = "docProps/core.xml"
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
TEXT_ONLY = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
"""Options of a workbook in which texts stay texts."""
_FIRST_YEAR = 1980
"""The first year that an archive knows: its format's."""


def archive(members: dict[str, bytes], moment: datetime) -> bytes:
    """Write an archive in which every member bears one time."""
    file = BytesIO()
    stamp = (max(moment.year, _FIRST_YEAR), moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with ZipFile(file, "w", ZIP_DEFLATED) as written:
        for name, data in members.items():
            info = ZipInfo(name, stamp)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            written.writestr(info, data)
    return file.getvalue()


def dated(data: bytes, moment: datetime) -> bytes:
    """Return an office document, and those inside it, with one time in place of the present moment."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with ZipFile(BytesIO(data)) as read:
        members = {info.filename: read.read(info) for info in read.infolist()}
    for name, member in members.items():
        if name.endswith(_ARCHIVES):
            members[name] = dated(member, moment)
        elif name == _PROPERTIES:
            members[name] = _MOMENT.sub(rb"\g<1>" + stamp + rb"\g<2>", member)
    return archive(members, moment)
