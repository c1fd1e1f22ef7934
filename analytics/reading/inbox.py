"""Files that are read where they lie: those of a folder, and those of the folder from which a server may read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.errors import InputError
from analytics.log.schema import Log
from analytics.reading.formats.kinds import is_beside, is_hidden, is_table_name

_SETTING = "SLICEWISE_INBOX"
_MAX_OFFERED = 500
"""Files and folders that the list of the inbox shows, the newest. A judgement."""

_MAX_FILES = 5_000
"""Files of a folder that are looked through, and that one log may have. A judgement."""


@dataclass(frozen=True)
class Offer:
    """A file of the inbox, or a folder of files: its name below the inbox, its bytes and its files."""

    name: str
    size: int
    n_files: int


def files_of(path: Path | Sequence[Path], names: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Return the files of a log by name, each with what people call it; those of a folder by their places in it.

    Raises
    ------
    InputError
        If there is no such file.
    """
    if isinstance(path, Path) and is_there(path) and path.is_dir():
        return [(str(file.absolute()), str(file.relative_to(path))) for file in tables_below(path)]
    paths = [path] if isinstance(path, Path) else list(path)
    for file in paths:
        _check_file(file)
    called = names if names is not None and len(names) == len(paths) else [file.name for file in paths]
    files = [(str(file.absolute()), name) for file, name in zip(paths, called, strict=True)]
    return sorted(files, key=lambda file: file[1])


def shown_name(path: Path | Sequence[Path], files: Sequence[tuple[str, str]]) -> str:
    """Return what to call a log of these files."""
    if isinstance(path, Path):
        return path.name or str(path)
    return files[0][1] + (f" and {len(files) - 1} more" if len(files) > 1 else "")


def log_before(logs: Sequence[Log], names: Sequence[str]) -> Log | None:
    """Return the log that holds most of these files of a folder, None where none holds half of them."""
    grown = [log for log in logs if log.reading.origin.digests]
    shared = [len({file.name for file in log.reading.origin.files} & {*names}) for log in grown]
    if not grown or 2 * max(shared) < len(names):
        return None
    return grown[shared.index(max(shared))]


def is_there(path: Path) -> bool:
    """Whether a file or a folder is at a path; none is where the system takes no such name."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _check_file(path: Path) -> None:
    """Raise `InputError` where there is no file to read."""
    if not is_there(path):
        raise InputError(f"Expected a file, found none at {str(path)!r}. Check the path.")
    if path.is_dir():
        raise InputError(f"Expected a file, found a folder at {str(path)!r}. Name a file in it.")
    if not path.is_file():
        raise InputError(f"Expected a file, found a pipe or a device at {str(path)!r}. Write its content to a file.")


def checked(path: Path | Sequence[Path]) -> list[Path]:
    """Return one path or several as a list; `InputError` where one of them is no file to read."""
    paths = [path] if isinstance(path, Path) else [*path]
    for each in paths:
        _check_file(each)
    return paths


def inbox() -> Path | None:
    """Return the folder from which a server may read, None where none was set."""
    given = os.environ.get(_SETTING)
    return Path(given).expanduser().absolute() if given else None


_paths = {"closed": False}


def close_paths() -> None:
    """Read no path that a visitor types, from now on in this process: a server for others has only its inbox."""
    _paths["closed"] = True


def are_paths_closed() -> bool:
    """Whether this process serves others, who may not name files of its owner."""
    return _paths["closed"]


def tables_below(folder: Path, root: Path | None = None) -> list[Path]:
    """Return the files of a folder and of those in it that are tables by name, in the order of their names.

    Links that lead out of ``root``, by default the folder itself, are left out.

    Raises
    ------
    InputError
        If there are none, or too many.
    """
    walked = sorted(_walked(folder, (root or folder).resolve()))
    found = [path for path in walked if not is_beside(path.name)] or walked
    if not found:
        raise InputError(
            f"Expected files of a log in the folder {folder.name!r}, found none by their names. "
            "Name one by its own path, or give it the ending of its format (.csv, .parquet, …)."
        )
    if len(found) > _MAX_FILES:
        raise InputError(
            f"Expected at most {_MAX_FILES:,} files in the folder {folder.name!r}, found more. Choose a smaller one."
        )
    return found


def passed_over(path: Path | Sequence[Path], files: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return what else lies in the folder of a log: marks, manifests, sums, and what is no table by its name."""
    if not isinstance(path, Path) or not path.is_dir():
        return ()
    read, others = {name for _, name in files}, []
    for where, _, names in os.walk(path):
        others += [str((Path(where) / name).relative_to(path)) for name in names]
        if len(others) > 2 * _MAX_FILES:
            break
    return tuple(sorted(set(others) - read))


def _walked(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the tables of a folder, without hidden ones and without what lies outside of ``root``."""
    count = 0
    for where, folders, names in os.walk(folder):  # does not follow links to folders
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in sorted(names):
            path = Path(where) / name
            if not is_hidden(name) and is_table_name(name) and path.is_file() and path.resolve().is_relative_to(root):
                count += 1
                yield path
                if count > _MAX_FILES:
                    return


def offers(root: Path) -> list[Offer]:
    """Return what a server may read: every file below the inbox, and each folder of several, the newest first.

    Raises
    ------
    InputError
        If the inbox is no folder.
    """
    if not root.is_dir():
        raise InputError(
            f"Expected a folder, found none at the place that {_SETTING} names. Create it or correct the setting."
        )
    sizes = {path: path.stat() for path in _walked(root, root.resolve())}
    found = [(facts.st_mtime, Offer(str(path.relative_to(root)), facts.st_size, 1)) for path, facts in sizes.items()]
    for folder in {path.parent for path in sizes} - {root}:
        inside = [facts for path, facts in sizes.items() if path.is_relative_to(folder)]
        if len(inside) > 1:
            total = sum(facts.st_size for facts in inside)
            found.append(
                (max(facts.st_mtime for facts in inside), Offer(f"{folder.relative_to(root)}/", total, len(inside)))
            )
    return [offer for _, offer in sorted(found, key=lambda entry: (-entry[0], entry[1].name))][:_MAX_OFFERED]


def resolved(root: Path, name: str) -> Path:
    """Return the file or folder that a name means below the inbox.

    Raises
    ------
    InputError
        If the name leads out of it, through ``..``, an absolute path or a link.
    """
    try:
        path = (root / name).resolve()
        is_inside = path.is_relative_to(root.resolve()) and path != root.resolve()
        is_inside = is_inside and not any(map(is_hidden, path.relative_to(root.resolve()).parts))
    except (OSError, ValueError, RuntimeError):
        is_inside = False
    if not is_inside or not is_there(path):
        raise InputError(f"Expected the name of a file in the inbox, found {name!r}. Choose one of the list.")
    return path
