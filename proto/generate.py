"""Generate libs/contracts/gen from proto/; imports equal the path. Run by `make proto`.

With ``--check`` nothing is changed: it fails if what is committed is not what would be generated.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "libs" / "contracts" / "gen"
CONTRACT = "contract.binpb"
"""The whole contract with its prose, as a FileDescriptorSet: what is shown and handed out."""
WELL_KNOWN = Path(protoc.__file__).parent / "_proto"


def generate(target: Path) -> int:
    """Write the generated package into a folder; return protoc's exit code."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    sources = sorted(str(path) for path in (ROOT / "proto" / "kring").rglob("*.proto"))
    code = protoc.main(
        [
            "protoc",
            f"-I{ROOT / 'proto'}",
            f"-I{WELL_KNOWN}",
            f"--python_out={target}",
            f"--pyi_out={target}",
            f"--descriptor_set_out={target / CONTRACT}",
            "--include_imports",
            "--include_source_info",
            *sources,
        ]
    )
    for path in sorted(target.rglob("*.py*")):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"from kring\.events\.v1", "from libs.contracts.gen.kring.events.v1", text),
            encoding="utf-8",
        )
    for folder in (target, *(p for p in target.rglob("*") if p.is_dir())):
        (folder / "__init__.py").touch()
    return int(code)


def is_current() -> bool:
    """Tell whether the committed package is what would be generated."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "gen")
        return _contents(Path(folder) / "gen") == _contents(TARGET)


def _contents(folder: Path) -> dict[str, bytes]:
    found = (*folder.rglob("*.py*"), folder / CONTRACT)
    files = (path for path in found if "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(None if is_current() else "libs/contracts/gen is not up to date: make proto")
    sys.exit(generate(TARGET))
