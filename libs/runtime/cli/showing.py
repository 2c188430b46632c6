"""What the command line shows to people."""

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from libs.kernel.errors import KringError
from libs.kernel.ids import is_id
from libs.kernel.vocabulary import KIND_LABELS, STAGE_LABELS
from libs.runtime.cli.client import Client
from libs.runtime.cli.importing import Report, import_records
from libs.runtime.cli.table import read_records

SHOWN = 5


def import_with_progress(client: Client, kind: str, path: Path, *, programme: str) -> Report:
    """Import a file with a bar on standard error."""
    records = list(read_records(path))
    columns = (TextColumn(kind), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(kind, total=len(records))
        return import_records(
            client,
            kind,
            records,
            programme=programme,
            advance=lambda amount: progress.advance(task, amount),
        )


def show_report(console: Console, report: Report) -> None:
    """Show counts, and the first refusals and duplicates."""
    counts = ", ".join(f"{amount} {status}" for status, amount in sorted(report.counts.items()))
    console.print(f"{report.counts.total()} records: {counts or 'nothing to do'}")
    for refused in report.refused[:SHOWN]:
        problem = refused.get("problem", {})
        fields = "; ".join(f"{n}: {text}" for n, text in problem.get("fields", {}).items())
        console.print(f"  line {refused['line']} refused: {escape(fields or str(problem))}")
    for doubled in report.duplicates[:SHOWN]:
        console.print(f"  line {doubled['line']} resembles {escape(str(doubled['duplicates'][0]))}")
    more = max(0, len(report.refused) - SHOWN) + max(0, len(report.duplicates) - SHOWN)
    if more:
        console.print(f"  … and {more} more: --json shows all")


def show_hits(console: Console, found: dict[str, Any]) -> None:
    """Show found stories, best first."""
    if not found["hits"]:
        console.print("Nothing found.")
    for hit in found["hits"]:
        stage = f" · {STAGE_LABELS[hit['stage']].en}" if hit["stage"] else ""
        kind = KIND_LABELS[hit["kind"]].en
        console.print(f"[bold]{escape(hit['title'])}[/]  ({kind} · {hit['language']}{stage})")
        console.print(f"    {escape(hit['highlight'])}")


def show_people(console: Console, slate: dict[str, Any]) -> None:
    """Show recommended people with the reason for each."""
    if not slate["recommendations"]:
        console.print("Nobody fits well enough now; that is better than a bad match.")
    for person in slate["recommendations"]:
        organisation = person.get("organisation") or ""
        name = f"{person['display_name']}{f', {organisation}' if organisation else ''}"
        console.print(f"[bold]{escape(name)}[/]  ({person['part']}, {person['score']:.2f})")
        console.print(f"    {escape(person['reason'])}")


def member_id(client: Client, member: str) -> str:
    """Return the id of a member named by id or by mail address."""
    if is_id(member):
        return member
    found = client.get("/v1/members", {"email": member, "limit": 1})["members"]
    if not found:
        raise KringError(f"Nobody has the address {member}: give a member’s address or id.")
    return str(found[0]["id"])
