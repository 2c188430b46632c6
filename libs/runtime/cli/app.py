"""The command line: ``kring``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from libs.kernel.errors import KringError
from libs.runtime.cli.benching import add_benching
from libs.runtime.cli.measuring import add_evaluating
from libs.runtime.cli.operating import add_operating
from libs.runtime.cli.plugging import add_plugging
from libs.runtime.cli.sample import Sample
from libs.runtime.cli.terminal import AsJson, Data, Key, Url, print_result, settings_for, told
from libs.runtime.logs import configure_logs

ProbePort = Annotated[
    int | None, typer.Option(help="Port of /livez, /readyz and /metrics; 0 picks a free one.")
]


def build_cli(services: Sequence[str], sample: Sample) -> typer.Typer:
    """Return the command line over these services."""
    app = typer.Typer(
        name="kring",
        help="A learning network for people who improve health, care and community life.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    console = Console(soft_wrap=True)
    _add_running(app, services, sample, console)
    _add_using(app, console)
    add_operating(app, services, console)
    add_plugging(app, console)
    add_evaluating(app, console)
    add_benching(app, console)
    return app


def _add_running(
    app: typer.Typer, services: Sequence[str], sample: Sample, console: Console
) -> None:
    @app.command()
    def up(
        data: Data = None,
        host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
        probe_port: ProbePort = None,
        with_sample: Annotated[
            bool, typer.Option("--sample/--no-sample", help="Load the sample network.")
        ] = True,
    ) -> None:
        """Start every service in one process; Ctrl-C stops."""
        with told():
            from libs.runtime.cli.up import up as start  # noqa: PLC0415  # fastapi is slow to import

            settings = settings_for(data, host=host, port=port, probe_port=probe_port)
            configure_logs(format_name=settings.log_format, level=settings.log_level)
            start(settings, services, console, sample=sample if with_sample else None)

    @app.command()
    def run(
        service: Annotated[str, typer.Argument(help=f"One of: {', '.join(services)}.")],
        role: Annotated[
            list[str] | None, typer.Option(help="api, consumer, worker, beat; all when left out.")
        ] = None,
        data: Data = None,
        probe_port: ProbePort = None,
    ) -> None:
        """Start one service, or some of its roles, in this process."""
        with told():
            from libs.runtime.cli.up import run as start  # noqa: PLC0415
            from libs.runtime.lifecycle import ROLES  # noqa: PLC0415

            _one_of("service", [service], services)
            _one_of("role", role or [], ROLES)
            settings = settings_for(data, probe_port=probe_port)
            configure_logs(format_name=settings.log_format, level=settings.log_level)
            start(settings, service, role or [])


def _one_of(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for each in given:
        if each not in known:
            raise KringError(f"There is no {what} {each!r}. Use one of: {', '.join(known)}.")


def _add_using(app: typer.Typer, console: Console) -> None:
    @app.command("import")
    def import_file(
        file: Annotated[Path, typer.Argument(help="JSONL or CSV, one record a line.")],
        kind: Annotated[str, typer.Option(help="programmes, members, stories or organisations.")],
        programme: Annotated[
            str, typer.Option(help="Slug of the programme for records that name none.")
        ] = "",
        data: Data = None,
        url: Url = "",
        key: Key = "",
        as_json: AsJson = False,
    ) -> None:
        """Import a file; importing it again changes nothing, so a rerun resumes."""
        with told():
            from libs.runtime.cli import showing  # noqa: PLC0415
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            report = showing.import_with_progress(client, kind, file, programme=programme)
            print_result(as_json, report.as_json(), lambda: showing.show_report(console, report))
            if report.refused:
                raise typer.Exit(1)

    @app.command()
    def search(
        text: Annotated[str, typer.Argument(help="What you look for, in Dutch or English.")],
        limit: Annotated[int, typer.Option(min=1, max=100)] = 5,
        data: Data = None,
        url: Url = "",
        key: Key = "",
        as_json: AsJson = False,
    ) -> None:
        """Find stories by words and by meaning."""
        with told():
            from libs.runtime.cli import showing  # noqa: PLC0415
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            found = client.get("/v1/search", {"q": text, "limit": limit})
            print_result(as_json, found, lambda: showing.show_hits(console, found))

    @app.command()
    def people(
        member: Annotated[str, typer.Argument(help="Id or mail address of a member.")],
        data: Data = None,
        url: Url = "",
        key: Key = "",
        as_json: AsJson = False,
    ) -> None:
        """Show who is recommended to a member, and why."""
        with told():
            from libs.runtime.cli import showing  # noqa: PLC0415
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            slate = client.get("/v1/recommendations", {"member": showing.member_id(client, member)})
            print_result(as_json, slate, lambda: showing.show_people(console, slate))

    @app.command()
    def link(
        email: Annotated[str, typer.Argument(help="Mail address of a member.")],
        data: Data = None,
        url: Url = "",
        key: Key = "",
    ) -> None:
        """Make a sign-in link for a member."""
        with told():
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            typer.echo(client.post("/v1/session/links", {"email": email})["url"])
