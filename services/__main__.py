"""The launcher, console script ``kring``: names the services; the runtime does the rest."""

from pathlib import Path

from libs.runtime.cli.app import build_cli
from libs.runtime.cli.sample import Sample
from libs.runtime.settings import one_thread_each

SERVICES = ("ingestion", "search", "matchmaking", "notification", "gateway")
SAMPLE = Sample(
    folder=Path(__file__).parent / "ingestion" / "sample",
    people=("anna-de-vries", "tom-hughes", "fatima-el-amrani"),
)


def main() -> None:
    """Run the command line."""
    one_thread_each()
    build_cli(SERVICES, SAMPLE)()


if __name__ == "__main__":
    main()
