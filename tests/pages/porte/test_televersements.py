"""What windows bring and hold: bounded, and forgotten once they are closed."""

from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.porte import televersements
from tests.pages.porte.requetes import LOCAL, SECRET, knock

UPLOAD: dict[str, Any] = {"method": "PUT", "path": "/_stcore/upload_file/fenetre/fichier"}


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(televersements, "_held", lambda: iter(()))
    assert knock(monkeypatch, LOCAL | {"Content-Length": "1000"}, **UPLOAD)[0] == 200
    assert knock(monkeypatch, LOCAL | {"Content-Length": "20900000"}, **UPLOAD)[0] == 200
    assert knock(monkeypatch, LOCAL | {"Content-Length": "21000001"}, **UPLOAD)[0] == 413
    for size in ({}, {"Content-Length": "-1"}, {"Content-Length": "beaucoup"}):
        assert knock(monkeypatch, LOCAL | size, **UPLOAD)[0] == 411


@pytest.mark.parametrize(
    ("cours", "most"), [("*", 20_900_000), ("CA-DOUAI", 1_500_000), ("", 0), ("CA-X", 0)]
)
def test_who_imports_nothing_brings_no_more_than_a_scenario(
    monkeypatch: pytest.MonkeyPatch, cours: str, most: int
) -> None:
    monkeypatch.setattr(televersements, "_held", lambda: iter(()))
    known: dict[str, Any] = {"identite": "mandataire", "mandataire_secret": SECRET, **UPLOAD}
    said = {"Host": "v", "X-Vigie-Secret": SECRET, "X-Remote-User": "anne", "X-Vigie-Cours": cours}
    for size in (1_000, 1_500_000, 2_100_000, 20_900_000):
        status = knock(monkeypatch, said | {"Content-Length": str(size)}, **known)[0]
        assert status == (200 if size <= most else 413 if most else 403), size


def test_a_closed_window_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty files left in windows that were closed once refused those of everybody."""
    files = MemoryUploadedFileManager("/_stcore/upload_file")
    waiting = MemorySessionStorage(ttl_seconds=1000)
    for window in ("ouverte", "quittee", "fermee"):
        files.add_file(window, UploadedFileRec("1", "mars.csv", "text/csv", b"x" * 1000))
    left = cast("Any", SimpleNamespace(session=SimpleNamespace(id="quittee")))
    waiting.save(left)
    windows = SimpleNamespace(is_active_session="ouverte".__eq__, _session_storage=waiting)
    runtime = SimpleNamespace(uploaded_file_mgr=files, _session_mgr=windows)
    monkeypatch.setattr(televersements.Runtime, "instance", lambda: runtime)
    heavy = {"Content-Length": "10000000"}
    assert knock(monkeypatch, LOCAL | heavy, **UPLOAD)[0] == 200
    # The one whose reader may come back within two minutes is kept.
    assert set(files.file_storage) == {"ouverte", "quittee"}
    waiting.delete("quittee")
    assert knock(monkeypatch, LOCAL | heavy, **UPLOAD)[0] == 200
    assert set(files.file_storage) == {"ouverte"}


def test_windows_just_closed_refuse_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty windows closed a moment ago once refused the files of everybody for two minutes."""
    files = MemoryUploadedFileManager("/_stcore/upload_file")
    waiting = MemorySessionStorage(ttl_seconds=1000)
    windows = [f"quittee-{rank}" for rank in range(50)]
    for window in ("ouverte", *windows):
        files.add_file(window, UploadedFileRec("1", "mars.csv", "text/csv", bytes(15_500_000)))
    for window in windows:
        waiting.save(cast("Any", SimpleNamespace(session=SimpleNamespace(id=window))))
    runtime = SimpleNamespace(
        uploaded_file_mgr=files,
        _session_mgr=SimpleNamespace(is_active_session="ouverte".__eq__, _session_storage=waiting),
    )
    monkeypatch.setattr(televersements.Runtime, "instance", lambda: runtime)
    assert knock(monkeypatch, LOCAL | {"Content-Length": "1000000"}, **UPLOAD)[0] == 200
    assert len(files.file_storage) == 51
    assert knock(monkeypatch, LOCAL | {"Content-Length": "15500000"}, **UPLOAD)[0] == 200
    assert set(files.file_storage) == {"ouverte"}


def test_the_runtime_still_has_what_closed_windows_are_told_by() -> None:
    """Names that the framework does not promise: were they to move, files would be kept again in silence."""
    assert "_session_storage" in WebsocketSessionManager.__init__.__code__.co_names
    assert "_session_mgr" in televersements.Runtime.__init__.__code__.co_names


def test_what_windows_hold_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    file = SimpleNamespace(data=b"x" * 1000)
    storage = {"fenetre": {str(n): file for n in range(3)}, "autre": {"1": file}}
    manager = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=storage))
    monkeypatch.setattr(televersements.Runtime, "instance", lambda: manager)
    assert dict(televersements._held()) == {"fenetre": 3000, "autre": 1000}  # pyright: ignore[reportPrivateUsage] - counted
    monkeypatch.setattr(televersements, "_forget", id)
    ten = {"Content-Length": "10000000"}
    bounds: tuple[tuple[dict[str, int], int], ...] = (
        ({}, 200),
        ({"fenetre": 189_000_000}, 200),
        ({"fenetre": 191_000_000}, 413),
        ({"autre": 191_000_000}, 200),
        ({"un": 400_000_000, "deux": 389_000_000}, 200),
        ({"un": 400_000_000, "deux": 391_000_000}, 413),
    )
    for held, status in bounds:
        monkeypatch.setattr(televersements, "_held", partial(iter, held.items()))
        assert knock(monkeypatch, LOCAL | ten, **UPLOAD)[0] == status, held
