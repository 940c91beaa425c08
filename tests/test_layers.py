"""The design's arrows: who may import whom, read from the source of every module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "jupyter_envs"

# From the bottom to the top. A module may import modules of lower layers and its own package; within one line of
# this table, nobody imports a neighbour.
LAYERS: list[tuple[str, ...]] = [
    ("_version",),
    ("errors",),
    ("models",),
    ("versions", "lock_fields"),
    ("redact", "yaml_text", "archives", "differences", "wording", "virtual", "origins", "modules"),
    ("yaml_guard", "naming", "matchspec", "piplines", "imports", "package_query", "verdicts"),
    ("toml_guard", "environment_record"),
    ("explicit_list", "pylock", "conda_history", "pipsection", "condarc", "conversions"),
    ("envfile", "lockfile", "channels", "pylock_choice"),
    ("exports", "pin", "pipenv_files", "pixi", "pyproject", "requirements_file", "trust", "comparison"),
    ("formats", "binder", "script_block"),
    (
        "files",
        "running",
        "removal",
        "flocks",
        "holders",
        "machine",
        "floors",
        "checkouts",
        "uninterrupted",
        "condaconfig",
        "gitstate",
        "hubs",
    ),
    ("writerlock", "conda_records", "conda_list", "kernel_ending"),
    ("prefix", "pythons", "rights", "usage", "lastuse", "holdings"),
    ("engine", "store", "kernelspec", "execution", "discovery", "integrity"),
    ("leftovers",),
    ("manager", "jobs"),
    ("server", "cli"),
    ("__main__",),
]
PURE = {name for layer in LAYERS[:11] for name in layer}
STANDARD_ONLY = {"_version", "errors", "models"}
EFFECTS = {
    "asyncio",
    "http",
    "os",
    "pathlib",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "datetime",
    "random",
}
WEB = {"tornado", "jupyter_server", "jupyter_events"}
# what only some modules may import: library → the modules, by the start of their name
RESERVED = {
    "rattler": ("engine.conda",),
    "uv": ("engine.pypi",),
    "tornado": ("server", "cli"),
    "jupyter_server": ("server", "cli"),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name below ``jupyter_envs``; the package itself is ``""``."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        if "labextension" in parts:
            continue
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The dotted name of what a ``from … import`` names."""
    if node.level == 0:
        return node.module or ""
    base = ["jupyter_envs", *filter(None, module.split("."))]
    base = base[: len(base) - node.level + is_package]
    return ".".join([*base, *filter(None, [node.module])])


def imports(module: str, tree: ast.Module) -> Iterator[str]:
    """The dotted name of each thing that a module imports, wherever in it, those for type checkers included."""
    is_package = module == "" or (PACKAGE / Path(*module.split(".")) / "__init__.py").exists()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, module, is_package)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def rank(module: str) -> int:
    top = module.split(".", maxsplit=1)[0]
    return next((number for number, layer in enumerate(LAYERS) if top in layer), -1)


def arrows() -> Iterator[tuple[str, str]]:
    """Every import from one of our modules to another, both below ``jupyter_envs``."""
    for module, tree in modules().items():
        for name in imports(module, tree):
            top, _, rest = name.partition(".")
            if top == "jupyter_envs" and rest:
                yield module, rest


@cache
def libraries(module: str) -> frozenset[str]:
    return frozenset(name.split(".")[0] for name in imports(module, modules()[module]))


def test_every_module_has_its_layer() -> None:
    unknown = {module.split(".")[0] for module in modules() if module and rank(module) < 0}
    assert not unknown, f"say in LAYERS where these stand: {sorted(unknown)}"


def test_imports_go_downward_only() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, target in arrows()
        if module and rank(target) >= rank(module) and target.split(".")[0] != module.split(".")[0]
    ]
    assert wrong == []


@pytest.mark.parametrize("library", RESERVED)
def test_reserved_libraries_stay_where_they_belong(library: str) -> None:
    users = [module for module in modules() if library in libraries(module)]
    wrong = [module for module in users if not module.startswith(RESERVED[library])]
    assert wrong == []


def test_uv_is_started_in_one_place() -> None:
    starts = [
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.List | ast.Tuple) and node.elts and getattr(node.elts[0], "value", None) == "uv"
    ]
    assert [module for module in starts if not module.startswith("engine.pypi")] == []


def test_the_bottom_layer_needs_nothing_but_the_standard_library() -> None:
    for module in STANDARD_ONLY:
        foreign = {name for name in libraries(module) if name in {"yaml", "traitlets", "rattler", "packaging"}}
        assert foreign == set(), module


def test_the_pure_layers_have_no_effects() -> None:
    for module in modules():
        if module.split(".")[0] in PURE:
            assert libraries(module) & (EFFECTS | WEB) == set(), module


def test_the_manager_knows_no_web_server() -> None:
    for module in modules():
        if module.split(".")[0] in ("manager", "jobs"):
            assert libraries(module) & WEB == set(), module


def test_jobs_know_no_package() -> None:
    allowed = {"jobs", "errors", "models", "redact"}
    targets = {target.split(".")[0] for module, target in arrows() if module.split(".")[0] == "jobs"}
    assert targets <= allowed


def test_the_server_reaches_the_disk_only_through_the_manager() -> None:
    forbidden = {"engine", "store", "kernelspec", "discovery"}
    targets = {target.split(".")[0] for module, target in arrows() if module.split(".")[0] == "server"}
    assert targets & forbidden == set()


def test_front_end_and_back_end_are_separate() -> None:
    """No Python module reads the front end's source, and no TypeScript reaches into the package's modules."""
    for file in PACKAGE.rglob("*.py"):
        assert "labextension/src" not in file.read_text(encoding="utf-8"), file
    source = PACKAGE.parent / "labextension" / "src"
    for file in source.rglob("*.ts*"):
        assert not any(
            "jupyter_envs/" in line for line in file.read_text(encoding="utf-8").splitlines() if "import" in line
        ), file
