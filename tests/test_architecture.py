"""Rules of the house that only the source can tell."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py")
SOURCES = [
    path for folder in ("analytics", "data", "pages", "tests") for path in (ROOT / folder).rglob("*.py")
] + [ROOT / "app.py", ROOT / "cli.py"]


def test_the_pages_are_those_of_the_navigation() -> None:
    named = re.findall(r"\b(\w+)\.render\b", (ROOT / "app.py").read_text())
    assert sorted(named) == sorted(path.stem for path in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_has_no_code_at_import(path: Path) -> None:
    """The framework serves pages/*.py by URL without app.py until a first session has run it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert any(isinstance(node, ast.FunctionDef) and node.name == "render" for node in tree.body)
    *body, last = tree.body
    for node in body:
        documentation = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        constant = isinstance(node, ast.Assign | ast.AnnAssign) and _is_literal(node.value)
        definition = isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        assert documentation or constant or definition, f"{path.name}:{node.lineno} runs at import"
    assert ast.unparse(last) == "if __name__ == '__main__':\n    st.switch_page('app.py')"


def _is_literal(value: ast.expr | None) -> bool:
    if value is None:
        return False
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _calls(path: Path, name: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_a_list_of_several_finds_what_contains_the_letters_typed_and_takes_one_at_a_time() -> None:
    """Left to itself, the framework matches letters in any place and offers all the matches, in English."""
    found = [
        (path.name, call.lineno, {each.arg: ast.unparse(each.value) for each in call.keywords})
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for call in _calls(path, "multiselect")
    ]
    assert len(found) >= 3
    for name, line, options in found:
        told = (options.get("filter_mode"), options.get("select_all"))
        assert told == ("'contains'", "False"), f"{name}:{line}"


def test_a_file_is_offered_in_one_way_and_written_at_the_click() -> None:
    """Bytes given at once are fetched at every redrawing, and missing once the next one has replaced them."""
    assert [
        (path.name, ast.unparse(next(each.value for each in call.keywords if each.arg == "data")))
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for call in _calls(path, "download_button")
    ] == [("telechargements.py", "_discreet(write)")]


def test_the_router_stays_short_and_calls_the_navigation_before_anything_else() -> None:
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    tree = ast.parse(source)
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    calls = [
        ast.unparse(node.func)
        for statement in main.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    assert calls[:2] == ["st.set_page_config", "st.navigation"]


def test_no_chart_fetches_a_map() -> None:
    for path in SOURCES:
        if path.parent.name != "tests":
            assert not re.search(r"Choropleth\(|Scattergeo\(|scatter_map|Densitymap", path.read_text()), path


def test_streamlit_never_caches_by_the_content_of_a_frame() -> None:
    """`st.cache_data` gives two frames that differ only in the middle the same key."""
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            if not any("cache_" in ast.unparse(decorator) for decorator in node.decorator_list):
                continue
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                kind = "" if argument.annotation is None else ast.unparse(argument.annotation)
                assert kind, f"{path.name}:{node.lineno} caches an argument without a type"
                # What begins with an underscore names nothing in the key.
                named = not argument.arg.startswith("_")
                assert not (named and "DataFrame" in kind), f"{path.name}:{node.lineno} caches by a frame"


def test_no_frame_holds_a_column_that_freezes_the_server() -> None:
    for path in SOURCES:
        if path.parent.name != "tests":
            assert not re.search(r"pl\.(Enum|Categorical)\b", path.read_text(encoding="utf-8")), path


def test_the_settings_that_decide_throughput_and_privacy() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["fileWatcherType"] == "none"
    assert config["runner"]["postScriptGC"] is False
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableXsrfProtection"] is True
    assert config["server"]["maxUploadSize"] <= 25
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False


def test_every_setting_stands_in_the_readme() -> None:
    from data.settings import Settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`VIGIE_{name.upper()}`" in readme
        assert field.description
        assert field.description in readme


def test_the_readme_gives_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install uv && uv run streamlit run app.py" in readme
    assert "pip install uv && uv run pytest" in readme
