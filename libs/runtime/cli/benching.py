"""``kring bench``: the commands."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from libs.runtime.cli.terminal import told

if TYPE_CHECKING:
    from libs.runtime.bench.rounds import Outcome

Encoder = Annotated[str, typer.Option(help="use or e5; the setting when left out.")]
Record = Annotated[Path | None, typer.Option(help="Append the outcome to this document.")]
Stories = Annotated[Path | None, typer.Option(help="Stories to take; invented when left out.")]
Quick = Annotated[bool, typer.Option("--quick", help="Only to see that it works.")]
Show = Callable[[Sequence["Outcome"], Path | None], None]


def add_benching(app: typer.Typer, console: Console) -> None:
    """Add ``kring bench`` to the command line."""
    bench = typer.Typer(
        help="Measure Kring on this machine, each thing against something known.",
        no_args_is_help=True,
    )
    app.add_typer(bench, name="bench")
    _add_network(bench, console)

    def show(outcomes: Sequence["Outcome"], record: Path | None) -> None:
        _show(console, outcomes, record)

    _add_pieces(bench, show)
    _add_whole(bench, show)


def _add_network(bench: typer.Typer, console: Console) -> None:
    @bench.command()
    def network(
        out: Annotated[Path, typer.Option(help="Folder for the files.")],
        members: Annotated[int, typer.Option(min=1)] = 400,
        stories: Annotated[int, typer.Option(min=0)] = 1000,
        seed: Annotated[int, typer.Option(help="Start value: the same gives the same.")] = 1,
    ) -> None:
        """Invent a network of any size, as files to import."""
        with told():
            from libs.runtime.bench.network import Network, Size  # noqa: PLC0415

            counts = Network(Size(members, stories), seed).write(out)
            console.print(", ".join(f"{amount} {kind}" for kind, amount in counts.items()))


def _add_pieces(bench: typer.Typer, show: Show) -> None:
    @bench.command()
    def encoder(
        name: Annotated[str, typer.Argument(help="use or e5.")] = "e5",
        stories: Stories = None,
        amount: Annotated[int, typer.Option(min=5)] = 100,
        record: Record = None,
    ) -> None:
        """P2: the encoder as services get it, against the encoder alone."""
        with told():
            from libs.runtime.bench import encoding, living  # noqa: PLC0415

            bare = encoding.bare_encoder(name)
            found = living.stories_of(stories, amount)
            texts = living.passages(found, bare.passage_words)
            show([encoding.measure(bare, living.wired_encoder(name), texts)], record)

    @bench.command()
    def vectors(
        documents: Annotated[int, typer.Option(min=100)] = 100_000,
        keep: Annotated[Path | None, typer.Option(help="Where to keep the vectors.")] = None,
        record: Record = None,
    ) -> None:
        """P7: the dense leg of the embedded index, against an exact search in numpy."""
        with told():
            from libs.runtime.bench import vectors as bench_vectors  # noqa: PLC0415
            from libs.runtime.bench.corpus import corpus  # noqa: PLC0415

            made = corpus(documents, seed=20261122, encoder="use", keep=keep)
            with bench_vectors.filled(made) as index:
                show(bench_vectors.measure(made, index), record)


def _add_whole(bench: typer.Typer, show: Show) -> None:
    @bench.command()
    def http(encoder: Encoder = "", record: Record = None, quick: Quick = False) -> None:
        """P10, P11: recommendations and lists over HTTP, against a route that does nothing else."""
        with told():
            from libs.runtime.bench import serving  # noqa: PLC0415
            from libs.runtime.bench.installation import installed  # noqa: PLC0415

            with installed(encoder) as kring:
                load = serving.QUICK if quick else serving.FULL
                show(serving.measure(kring, load), record)

    @bench.command()
    def living(
        encoder: Encoder = "",
        stories: Stories = None,
        amount: Annotated[int, typer.Option(min=5, help="At most so many stories.")] = 500,
        record: Record = None,
        quick: Quick = False,
    ) -> None:
        """Import, POST until found, memory, idle processor time and start-up of a running Kring."""
        with told():
            from libs.runtime.bench import living as bench_living  # noqa: PLC0415
            from libs.runtime.bench.installation import installed  # noqa: PLC0415

            found = bench_living.stories_of(stories, amount)
            with installed(encoder) as kring:
                care = bench_living.QUICK if quick else bench_living.CAREFUL
                show(bench_living.measure(kring, found, care), record)


def _show(console: Console, outcomes: Sequence["Outcome"], record: Path | None) -> None:
    from libs.kernel.clock import SystemClock  # noqa: PLC0415
    from libs.runtime.bench.recording import cells  # noqa: PLC0415
    from libs.runtime.bench.recording import record as write  # noqa: PLC0415
    from libs.runtime.bench.rounds import is_quiet, machine  # noqa: PLC0415

    table = Table("goal", "what", "ours", "against", "ratio", "promised", "", caption=machine())
    for outcome in outcomes:
        table.add_row(*(cell.replace("**", "") for cell in cells(outcome)))
    console.print(table)
    for outcome in outcomes:
        if outcome.note:
            console.print(f"{outcome.what}: {outcome.note}")
    if not is_quiet():
        console.print("[yellow]The machine is busy: these figures do not count.[/]")
    if record is not None:
        write(record, outcomes, SystemClock().now())
