"""Commands about people's data: exporting and erasing somebody, and who did what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from libs.runtime.cli.terminal import AsJson, Data, Key, Url, print_result, settings_for, told


def add_trusting(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    """Add these commands to the command line."""
    _add_exporting(app, console)
    _add_erasing(app, services, console)
    _add_auditing(app, console)


def _add_exporting(app: typer.Typer, console: Console) -> None:
    @app.command()
    def export(
        member: Annotated[str, typer.Argument(help="Id or mail address of a member.")],
        out: Annotated[Path | None, typer.Option(help="File to write; never an old one.")] = None,
        data: Data = None,
        url: Url = "",
        key: Key = "",
        as_json: AsJson = False,
    ) -> None:
        """Write everything that Kring keeps about a member into a zip, for the member to have."""
        with told():
            from libs.runtime.cli import exporting  # noqa: PLC0415
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            found = exporting.export(client, member, out)
            print_result(as_json, found, lambda: _show_exported(console, found))


def _show_exported(console: Console, found: dict[str, Any]) -> None:
    console.print(f"{found['file']} has everything about {found['member']}. Only you can read it.")
    for service, kinds in found["things"].items():
        told_kinds = ", ".join(f"{amount} {kind}" for kind, amount in kinds.items() if amount)
        console.print(f"  {service}: {told_kinds or 'nothing'}")


def _add_erasing(app: typer.Typer, services: Sequence[str], console: Console) -> None:
    @app.command()
    def erase(
        member: Annotated[str, typer.Argument(help="Id or mail address of a member.")],
        keep_stories: Annotated[
            bool, typer.Option("--keep-stories", help="Their stories stay, without their name.")
        ] = False,
        seconds: Annotated[float, typer.Option(min=0, help="How long to wait for it.")] = 120.0,
        data: Data = None,
        as_json: AsJson = False,
    ) -> None:
        """Erase a member for good, from every service; run again it goes on, or tells the state."""
        with told():
            from libs.kernel.clock import SystemClock  # noqa: PLC0415
            from libs.runtime.cli import erasing  # noqa: PLC0415
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            settings = settings_for(data)
            client = Client(settings)
            stories = "keep" if keep_stories else "withdraw"
            who = erasing.erase(settings, client, member, stories=stories)
            found = erasing.wait(settings, services, who, clock=SystemClock(), seconds=seconds)
            print_result(as_json, found.as_json(), lambda: _show_erased(console, found.as_json()))


def _show_erased(console: Console, erased: dict[str, Any]) -> None:
    console.print(
        f"{erased['member']} is erased: the key is destroyed, and no file holds anything."
    )
    for service, state in erased["services"].items():
        console.print(f"  {service}: {state}")


def _add_auditing(app: typer.Typer, console: Console) -> None:
    audit = typer.Typer(help="Who did what to whom.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command()
    def verify(
        anchors: Annotated[
            Path | None, typer.Option(help="File of anchors, one a line.", exists=True)
        ] = None,
        data: Data = None,
        as_json: AsJson = False,
    ) -> None:
        """Say whether anything in the audit log was changed, deleted, moved or cut off."""
        with told():
            from libs.runtime.cli import auditing  # noqa: PLC0415  # the database is slow to import

            found = auditing.verify(settings_for(data), anchors)
            print_result(as_json, found, lambda: _show_verified(console, found))

    @audit.command()
    def anchor(data: Data = None) -> None:
        """Print the last entry as an anchor, to be kept where nobody who runs Kring can write."""
        with told():
            from libs.runtime.cli import auditing  # noqa: PLC0415

            typer.echo(auditing.anchor(settings_for(data)))

    @audit.command("list")
    def list_entries(
        target: Annotated[str, typer.Argument(help="Id of a member or thing; all if empty.")] = "",
        data: Data = None,
        as_json: AsJson = False,
    ) -> None:
        """List what was done, oldest first."""
        with told():
            from libs.runtime.cli import auditing  # noqa: PLC0415

            found = auditing.entries(settings_for(data), target)
            print_result(as_json, found, lambda: _show_entries(console, found))


def _show_verified(console: Console, found: dict[str, Any]) -> None:
    console.print(f"{found['entries']} entries, all in their places.")
    if not found["anchors"]:
        console.print("Without anchors nobody sees a cut end: see `kring audit anchor`.")


def _show_entries(console: Console, found: list[dict[str, Any]]) -> None:
    for each in found:
        who = each["actor"] or each["role"]
        console.print(
            f"{each['sequence']}  {each['at']}  {who}  {each['action']}  {each['target']}"
            f"  {each['outcome']}"
        )
