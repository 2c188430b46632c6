"""``kring evaluate``: the commands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from libs.runtime.cli.terminal import AsJson, print_result, told
from libs.runtime.logs import configure_logs

Docs = Annotated[Path, typer.Option(help="Documents: id, text, title and language if known.")]
Queries = Annotated[Path, typer.Option(help="Queries: id and text.")]
EncoderName = Annotated[str, typer.Option(help="use or e5; the setting when left out.")]


def add_evaluating(app: typer.Typer, console: Console) -> None:
    """Add ``kring evaluate`` to the command line."""
    evaluate = typer.Typer(
        help="Measure relevance by the product's own path on judged collections.",
        no_args_is_help=True,
    )
    app.add_typer(evaluate, name="evaluate")

    @evaluate.command()
    def search(
        docs: Docs,
        queries: Queries,
        qrels: Annotated[Path, typer.Option(help="Judgments in TREC form.")],
        encoder: EncoderName = "",
        as_json: AsJson = False,
    ) -> None:
        """Ranked retrieval with graded judgments."""
        with told(), _progress() as progress:
            from libs.runtime.cli.evaluating import evaluate_search  # noqa: PLC0415  # slow to import

            figures = evaluate_search(docs, queries, qrels, encoder=encoder, advance=progress)
            _show(console, figures, as_json=as_json)

    @evaluate.command()
    def crosslingual(
        docs: Docs, queries: Queries, encoder: EncoderName = "", as_json: AsJson = False
    ) -> None:
        """Find the same document in the other language."""
        with told(), _progress() as progress:
            from libs.runtime.cli.evaluating import evaluate_crosslingual  # noqa: PLC0415

            figures = evaluate_crosslingual(docs, queries, encoder=encoder, advance=progress)
            _show(console, figures, as_json=as_json)

    @evaluate.command()
    def people(
        candidates: Annotated[Path, typer.Option(help="Candidates: id and text.")],
        queries: Queries,
        encoder: EncoderName = "",
        as_json: AsJson = False,
    ) -> None:
        """Recommend the people who really worked together."""
        with told(), _progress() as progress:
            from libs.runtime.cli.evaluating import evaluate_people  # noqa: PLC0415

            figures = evaluate_people(candidates, queries, encoder=encoder, advance=progress)
            _show(console, figures, as_json=as_json)

    @evaluate.command()
    def similarity(
        pairs: Annotated[Path, typer.Option(help="Sentence pairs with people's scores.")],
        encoder: EncoderName = "",
        as_json: AsJson = False,
    ) -> None:
        """Compare the encoder's cosines with people's scores."""
        with told():
            from libs.runtime.cli.evaluating import evaluate_similarity  # noqa: PLC0415
            from libs.runtime.cli.trial import encode_with  # noqa: PLC0415

            with encode_with(encoder) as encode:
                _show(console, evaluate_similarity(pairs, encode), as_json=as_json)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Count documents on standard error; logs below warnings stay quiet."""
    configure_logs(format_name="text", level="warning")
    columns = (SpinnerColumn(), TextColumn("{task.completed} records in"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("records", total=None)
        yield lambda amount: bar.advance(task, amount)


def _show(console: Console, figures: dict[str, Any], *, as_json: bool) -> None:
    print_result(as_json, figures, lambda: console.print(_table(figures)))


def _table(figures: dict[str, Any]) -> Table:
    legs = {leg: values for leg, values in figures.items() if isinstance(values, dict)}
    names = [name for name in next(iter(legs.values())) if name != "intervals"]
    table = Table("", *names, caption=f"{figures['queries']} queries; 95 % intervals by bootstrap")
    for leg, values in legs.items():
        intervals = values.get("intervals", {})
        cells = []
        for name in names:
            low_high = intervals.get(name)
            spread = f" [{low_high[0]:.3f}–{low_high[1]:.3f}]" if low_high else ""
            cells.append(f"{values[name]:.3f}{spread}")
        table.add_row(leg, *cells)
    return table
