"""Commands for whoever runs Kring: dead letters, republishing, rebuilding, checking."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from libs.kernel.errors import KringError
from libs.runtime.cli.terminal import AsJson, Data, Key, Url, print_result, settings_for, told
from libs.runtime.cli.trusting import add_trusting

ServiceName = Annotated[str, typer.Option(help="The service whose letters are meant.")]
Letter = Annotated[int, typer.Argument(help="Number of the letter, from `kring dlq list`.")]


def add_operating(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    """Add these commands to the command line."""
    _add_letters(app, services, console)
    _add_repair(app, services, console)
    _add_restored(app, services, console)
    _add_migrating(app, services, console)
    add_trusting(app, services, console)
    _add_doctor(app, services, console)


def _add_letters(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    dlq = typer.Typer(help="Records that could not be processed.", no_args_is_help=True)
    app.add_typer(dlq, name="dlq")

    @dlq.command("list")
    def list_letters(
        data: Data = None,
        service: ServiceName = "",
        limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
        as_json: AsJson = False,
    ) -> None:
        """List dead letters, the newest first."""
        with told():
            from libs.runtime.cli import letters  # noqa: PLC0415  # the database is slow to import

            found = letters.find(settings_for(data), _chosen(service, services), limit=limit)
            print_result(as_json, found, lambda: _show_letters(console, found))

    @dlq.command()
    def show(
        letter: Letter, service: ServiceName, data: Data = None, as_json: AsJson = False
    ) -> None:
        """Show one dead letter whole."""
        with told():
            from libs.runtime.cli import letters  # noqa: PLC0415

            _chosen(service, services)
            found = letters.show(settings_for(data), service, letter)
            print_result(as_json, found, lambda: console.print_json(data=found))

    @dlq.command()
    def replay(letter: Letter, service: ServiceName, data: Data = None) -> None:
        """Publish a dead letter again; something old is ignored, so nothing is applied twice."""
        with told():
            from libs.runtime.cli import letters  # noqa: PLC0415

            _chosen(service, services)
            letters.replay(settings_for(data), service, letter)
            console.print(f"Letter {letter} of {service} is published again.")

    @dlq.command()
    def drop(letter: Letter, service: ServiceName, data: Data = None) -> None:
        """Delete a dead letter for good."""
        with told():
            from libs.runtime.cli import letters  # noqa: PLC0415

            _chosen(service, services)
            letters.drop(settings_for(data), service, letter)
            console.print(f"Letter {letter} of {service} is gone.")


def _chosen(service: str, services: Sequence[str]) -> Sequence[str]:
    if service and service not in services:
        raise KringError(f"There is no service {service!r}. Use one of: {', '.join(services)}.")
    return [service] if service else services


def _several(chosen: Sequence[str] | None, services: Sequence[str]) -> Sequence[str]:
    for each in chosen or []:
        _chosen(each, services)
    return chosen or services


def _show_letters(console: Console, found: list[dict[str, Any]]) -> None:
    if not found:
        console.print("No dead letters.")
    for letter in found:
        console.print(
            f"{letter['service']} {letter['id']}  {letter['rejected_at']}  {letter['topic']}"
            f"/{letter['partition']}@{letter['offset']}  {escape(letter['reason'])}"
        )


def _add_repair(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    @app.command()
    def republish(
        aggregate: Annotated[
            str, typer.Option(help="As in `story/ID`; everything when left out.")
        ] = "",
        data: Data = None,
        url: Url = "",
        key: Key = "",
    ) -> None:
        """Publish the present state again, with higher sequences, so that all services take it."""
        with told():
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            answer = client.post("/v1/republish", {"aggregate": aggregate})
            console.print(f"{answer['published']} snapshots are on their way.")

    @app.command()
    def rebuild(
        service: Annotated[
            list[str] | None, typer.Argument(help="Services to rebuild; all when left out.")
        ] = None,
        data: Data = None,
    ) -> None:
        """Empty projections and indexes; the next start fills them from the log. Stop Kring."""
        with told():
            from libs.runtime.cli.rebuilding import rebuild as start  # noqa: PLC0415

            for name in start(settings_for(data), _several(service, services)):
                console.print(f"{name}: emptied; the next `kring up` fills it from the log.")


def _add_restored(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    @app.command()
    def restored(
        data: Data = None,
        vault_lost: Annotated[
            bool,
            typer.Option(
                "--vault-lost",
                help="Go on although the vault lacks keys, and so does not know who was erased.",
            ),
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """After databases were restored: agree with today's log, vault and indexes. Stop Kring.

        Whoever was erased is erased again; what came after the backup goes; the rest is told anew.
        """
        with told():
            from libs.runtime.cli.restoring import restored as start  # noqa: PLC0415
            from libs.runtime.logs import configure_logs  # noqa: PLC0415

            configure_logs(format_name="text", level="warning")
            settings = settings_for(data, probe_port=0)  # a process beside it may have the other
            done = start(settings, services, is_vault_lost=vault_lost)
            print_result(as_json, {"services": done}, lambda: _show_restored(console, done))


def _show_restored(console: Console, done: Mapping[str, Mapping[str, int]]) -> None:
    for name, counts in done.items():
        words = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        console.print(f"{name}: {words or 'nothing to do'}")
    console.print("Start Kring: services take what was told anew while they run.")


def _add_migrating(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    @app.command()
    def migrate(
        service: Annotated[
            list[str] | None, typer.Argument(help="Services to migrate; all when left out.")
        ] = None,
        data: Data = None,
    ) -> None:
        """Bring the databases up to date, as every start does; before many start at once."""
        with told():
            from libs.runtime.cli.migrating import migrate as start  # noqa: PLC0415

            for name in start(settings_for(data), _several(service, services)):
                console.print(f"{name}: the database is up to date.")


def _add_doctor(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    @app.command()
    def doctor(
        data: Data = None,
        deep: Annotated[bool, typer.Option(help="Compare indexes with the log as well.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Say what is wrong with the settings and the data, and how to mend it."""
        with told():
            from libs.runtime.cli.checking import check  # noqa: PLC0415

            found = check(settings_for(data), services, deep=deep)
            print_result(as_json, found, lambda: _show_findings(console, found))
            if any(finding["wrong"] for finding in found):
                raise typer.Exit(1)


def _show_findings(console: Console, found: list[dict[str, Any]]) -> None:
    for finding in found:
        mark = "[red]✗[/]" if finding["wrong"] else "[green]✓[/]"
        console.print(f"{mark} {finding['part']}: {escape(finding['wrong'] or finding['fine'])}")
