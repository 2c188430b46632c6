"""Borders that import contracts alone do not hold."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORTING = {
    "libs/runtime/lifecycle.py": "finds a service by its name",
    "libs/runtime/wiring.py": "finds an adapter by its scheme",
    "services/__main__.py": "names the services",
}
"""Modules that may import by name, with the reason."""
MACHINE = re.compile(r"(?<![\w.~])/(?:work|home|root|Users|mnt|tmp)/[\w.-]+|\b[A-Z]:\\\\\w")
"""A path that exists on one machine only."""
SAID_ON_PURPOSE = {
    "tests/architecture/test_borders.py": "the pattern itself",
}


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the project that git knows, without what was deleted."""
    git = shutil.which("git")
    assert git is not None
    done = subprocess.run(  # noqa: S603  # a fixed command
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = (ROOT / line for line in done.stdout.splitlines())
    return sorted(path for path in found if path.is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_by_name(path: Path) -> bool:
    names = {"import_module", "__import__"}
    return any(
        (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.alias) and node.name in names)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(  # our own tool
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_only_the_launcher_and_the_wiring_import_by_name() -> None:
    found = {
        name_of(path)
        for path in tracked("libs/**/*.py", "services/**/*.py")
        if imports_by_name(path)
    }

    assert found <= set(IMPORTING), "import contracts cannot see such an import"


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = {}
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        if name_of(path) not in SAID_ON_PURPOSE and (match := MACHINE.search(text)):
            found[name_of(path)] = match.group()

    assert found == {}, "use a setting, a path beside the file, or tmp_path"


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", text, re.MULTILINE)

    assert [name for name, rest in targets if "## " not in rest] == []
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert {name for name, _ in targets} <= set(phony.group(1).split()), "keep .PHONY complete"


def test_every_folder_that_is_imported_is_a_package() -> None:
    folders = {path.parent for path in tracked("libs/**/*.py", "services/**/*.py")}

    without = {name_of(folder) for folder in folders if not (folder / "__init__.py").exists()}
    assert {name for name in without if "/migrations" not in name} == set()
