"""Generate libs/contracts/gen from proto/; imports equal the path. Run by `make proto`."""

import re
import shutil
import sys
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "libs" / "contracts" / "gen"
WELL_KNOWN = Path(protoc.__file__).parent / "_proto"


def main() -> int:
    """Write the generated package anew; return protoc's exit code."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    sources = sorted(str(path) for path in (ROOT / "proto" / "kring").rglob("*.proto"))
    code = protoc.main(
        [
            "protoc",
            f"-I{ROOT / 'proto'}",
            f"-I{WELL_KNOWN}",
            f"--python_out={TARGET}",
            f"--pyi_out={TARGET}",
            *sources,
        ]
    )
    for path in sorted(TARGET.rglob("*.py*")):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"from kring\.events\.v1", "from libs.contracts.gen.kring.events.v1", text),
            encoding="utf-8",
        )
    for folder in (TARGET, *(p for p in TARGET.rglob("*") if p.is_dir())):
        (folder / "__init__.py").touch()
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
