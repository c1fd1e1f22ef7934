"""Files of the inbox, held open while they are read, so that what was looked at is what is read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from analytics.errors import InputError
from analytics.reading import protocol
from analytics.reading.inbox import inbox

_MAX_HELD = 200
"""Files that are held open at once, well below the 1,024 that a process may open by default; of further ones each is looked at
when reading begins, and read by its name."""


@contextmanager
def held(request: protocol.Request) -> Iterator[tuple[protocol.Request, tuple[int, ...]]]:
    """Give a request in which files of the inbox are named by descriptors, with these; others stay as they are.

    A name can be turned into a link to another file between the moment at which it was checked and the one at which it is
    opened; a descriptor cannot. Files are opened from the inbox downwards, and no link is followed on the way (Linux; elsewhere
    a link is refused when reading begins).

    Raises
    ------
    InputError
        If a file of the inbox is no longer the plain file in it that was offered.
    """
    root = inbox()
    if root is None or not isinstance(request, protocol.Read | protocol.Copy | protocol.Preview):
        yield request, ()
        return
    with ExitStack() as stack:
        descriptors: list[int] = []

        def named(file: protocol.FileGiven) -> protocol.FileGiven:
            if not _is_below(Path(file.path), root):
                return file
            descriptor = _opened(root.resolve(), Path(file.path))
            if sys.platform != "linux" or len(descriptors) >= _MAX_HELD:
                os.close(descriptor)
                return file
            stack.callback(os.close, descriptor)
            descriptors.append(descriptor)
            return msgspec.structs.replace(file, path=f"/proc/self/fd/{descriptor}")

        if isinstance(request, protocol.Preview):
            found: protocol.Request = msgspec.structs.replace(request, file=named(request.file))
        else:
            found = msgspec.structs.replace(request, files=tuple(map(named, request.files)))
        yield found, tuple(descriptors)


def _is_below(path: Path, root: Path) -> bool:
    """Whether a path names a place in the inbox, as it is written or once its links are followed."""
    return path.is_relative_to(root) or path.is_relative_to(root.resolve())


def _opened(root: Path, path: Path) -> int:
    """Open a plain file below the inbox by its real place, following no link from there on; return its descriptor."""
    place = Path(os.path.realpath(path))
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        *folders, name = place.relative_to(root).parts
        above = os.open(root, flags | os.O_DIRECTORY)
        for folder in folders:
            below = os.open(folder, flags | os.O_DIRECTORY, dir_fd=above)
            os.close(above)
            above = below
        descriptor = os.open(name, flags | os.O_NONBLOCK, dir_fd=above)
        os.close(above)
    except (OSError, ValueError) as error:
        raise _changed(path) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _changed(path)
    return descriptor


def _changed(path: Path) -> InputError:
    """Return what is said of a file that is another than was offered."""
    return InputError(
        f"Expected {path.name!r} in the inbox as it was offered, found that it leads elsewhere or is gone. "
        "Choose it again from the list."
    )
