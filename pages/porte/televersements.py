"""The files that windows bring: how large, how many held in memory, and those of windows that are closed."""

import gc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streamlit import config
from streamlit.runtime import Runtime

from analytics.vocabulary.perimetre import Perimetre

UPLOADS = "/_stcore/upload_file/"
_FRAMING = 1_000_000
# How many files of the largest size a window, and all of them, may hold in memory.
_FILES_A_WINDOW, _FILES_IN_ALL = 10, 40
# The largest file that a reader of some cours may bring: a scenario.
_SCENARIO = 1_000_000


def refuse(path: str, headers: Mapping[str, str], reader: Perimetre) -> tuple[str, int] | None:
    """Refuse a file before it is read: too large, or too many held already by this window or all of them.

    Gives the sentence and the status, None where it may come. Who sees some cours imports nothing but a
    scenario; who sees none, nothing.
    """
    if reader.vide:
        return "Aucune cour ne vous est ouverte : rien ne peut être déposé.", 403
    whole = int(config.get_option("server.maxUploadSize")) * 1_000_000
    largest = whole if reader.national else _SCENARIO
    size = headers.get("content-length", "")
    if not size.isdigit():
        return "La taille du fichier n'est pas annoncée.", 411
    if int(size) > largest + _FRAMING:
        return f"Ce fichier dépasse {largest // 1_000_000} Mo.", 413
    window = path.removeprefix(UPLOADS).split("/", 1)[0]
    _forget(lambda each: not _may_come_back(each))
    if sum(size for _, size in _held()) + int(size) > _FILES_IN_ALL * whole:
        # Whoever comes back to a window left a minute ago brings its file again; the others are not refused.
        _forget(lambda each: not _is_open(each))
    held = dict(_held())
    if (
        held.get(window, 0) + int(size) > _FILES_A_WINDOW * largest
        or sum(held.values()) + int(size) > _FILES_IN_ALL * whole
    ):
        return "Trop de fichiers attendent déjà : enregistrez-les ou retirez-les d'abord.", 413
    return None


def _forget(gone: Callable[[str], bool]) -> None:
    """Drop the files of some windows: those that nobody can come back to, or that are not open now.

    The framework leaves them to Python's sweep of its memory, which may not come for hours: forty files of
    closed windows would then refuse those of everybody.
    """
    closed = [window for window, _ in list(_held()) if gone(window)]
    for window in closed:
        Runtime.instance().uploaded_file_mgr.remove_session_files(window)
    if closed:
        # The page that was shown holds its own copy, in circles that only a sweep undoes.
        gc.collect()


def _is_open(window: str) -> bool:
    windows = Runtime.instance()._session_mgr  # pyright: ignore[reportPrivateUsage] - a test says that it is there
    return windows.is_active_session(window)


def _may_come_back(window: str) -> bool:
    windows = Runtime.instance()._session_mgr  # pyright: ignore[reportPrivateUsage] - a test says that it is there
    waiting = getattr(windows, "_session_storage")  # noqa: B009 - likewise, of one kind of manager
    return _is_open(window) or waiting.get(window) is not None


def _held() -> Iterator[tuple[str, int]]:
    """List the bytes of the files that each window holds in memory."""
    storage: Mapping[str, Mapping[str, Any]] = getattr(
        Runtime.instance().uploaded_file_mgr, "file_storage", {}
    )
    for window, files in list(storage.items()):
        yield window, sum(len(each.data) for each in list(files.values()))
