"""Commands with which a programme is plugged in: its keys, and sending as it would."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from libs.kernel.errors import KringError
from libs.runtime.cli.terminal import AsJson, Data, Key, Url, print_result, settings_for, told

Programme = Annotated[str, typer.Option(help="Slug or id of the programme.")]


def add_plugging(app: typer.Typer, console: Console) -> None:
    """Add these commands to the command line."""
    inbox = typer.Typer(help="Other programmes and what they send.", no_args_is_help=True)
    app.add_typer(inbox, name="inbox")
    _add_keys(inbox, console)
    _add_publish(inbox, console)


def _add_keys(inbox: typer.Typer, console: Console) -> None:
    @inbox.command("key")
    def make(
        programme: Programme,
        name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
        data: Data = None,
        url: Url = "",
        key: Key = "",
    ) -> None:
        """Make an inbox key and print it as JSON, this once: `kring inbox key … > key.json`."""
        with told():
            from libs.runtime.cli.client import Client  # noqa: PLC0415  # slow to import

            body = {"name": name, "programme": programme}
            made = Client(settings_for(data), url=url, key=key).post("/v1/inbox/keys", body)
            print_result(as_json=True, content=made, show=lambda: None)

    @inbox.command("keys")
    def show(
        programme: Programme,
        data: Data = None,
        url: Url = "",
        key: Key = "",
        as_json: AsJson = False,
    ) -> None:
        """List the inbox keys of a programme."""
        with told():
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            client = Client(settings_for(data), url=url, key=key)
            found = client.get("/v1/inbox/keys", {"programme": programme})["keys"]
            print_result(as_json, found, lambda: _show_keys(console, found))

    @inbox.command("end")
    def end(
        inbox_key: Annotated[str, typer.Argument(help="Id of the key.")],
        data: Data = None,
        url: Url = "",
        key: Key = "",
    ) -> None:
        """End an inbox key: what it signed is refused from now on."""
        with told():
            from libs.runtime.cli.client import Client  # noqa: PLC0415

            Client(settings_for(data), url=url, key=key).delete(f"/v1/inbox/keys/{inbox_key}")
            console.print("The key is ended.")


def _show_keys(console: Console, found: list[dict[str, Any]]) -> None:
    if not found:
        console.print("No inbox keys.")
    for each in found:
        ended = f"ended {each['ended_at']}" if each["ended_at"] else "holds"
        console.print(f"{each['id']}  {each['created_at']}  {ended}  {escape(each['name'])}")


def _add_publish(inbox: typer.Typer, console: Console) -> None:
    @inbox.command("publish")
    def publish(
        key_file: Annotated[Path, typer.Argument(help="What `kring inbox key` printed.")],
        file: Annotated[Path, typer.Argument(help="One submission a line, in JSON.")],
        seconds: Annotated[
            float, typer.Option(min=0, help="How long to wait for receipts.")
        ] = 60.0,
        data: Data = None,
        as_json: AsJson = False,
    ) -> None:
        """Send submissions onto the log as a programme does, and tell what became of each."""
        with told():
            from libs.runtime.cli.sending import Sender, send  # noqa: PLC0415

            sender = Sender.read(_json(key_file, key_file.read_text(encoding="utf-8")))
            lines = file.read_text(encoding="utf-8").splitlines()
            submissions = [_json(file, line) for line in lines if line.strip()]
            settings = settings_for(data)
            receipts = send(settings, sender, submissions, patience_seconds=seconds)
            print_result(as_json, receipts, lambda: _show_receipts(console, receipts))
            if None in receipts:
                raise KringError(
                    "Some came to nobody: does Kring run, and is the key of this installation?"
                    " `kring dlq list --service ingestion` tells what was buried."
                )


def _json(path: Path, text: str) -> Any:  # noqa: ANN401  # JSON
    try:
        return json.loads(text)
    except ValueError as error:
        raise KringError(f"{path}: not JSON: {error}") from error


def _show_receipts(console: Console, receipts: list[dict[str, Any] | None]) -> None:
    known = [receipt for receipt in receipts if receipt]
    refused = [receipt for receipt in known if receipt["problems"]]
    for receipt in refused:
        wrong = "; ".join(f"{each['field']} {each['text']}" for each in receipt["problems"])
        console.print(escape(f"refused {receipt['external_id']!r}: {wrong}"))
    console.print(f"{len(known) - len(refused)} accepted, {len(refused)} refused")
