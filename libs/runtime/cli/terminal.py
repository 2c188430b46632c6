"""What every command needs: options, settings, errors in one sentence, JSON or a picture."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from libs.kernel.errors import AppError, KringError, RetryableError
from libs.runtime.settings import KEY_VARIABLE, Settings, load, with_secrets

Data = Annotated[Path | None, typer.Option(help="Data folder (KRING_DATA).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Url = Annotated[str, typer.Option(help="Another Kring's address.")]
Key = Annotated[str, typer.Option(help="An API key for it.", envvar=KEY_VARIABLE)]
UNAVAILABLE = 75
"""Exit code for «try again later» (``EX_TEMPFAIL`` of sysexits.h)."""


def settings_for(data: Path | None, **more: object) -> Settings:
    """Return the settings with secrets, with what the command line overrides."""
    given = {name: value for name, value in {"data": data, **more}.items() if value is not None}
    return with_secrets(load(**given))


@contextmanager
def told() -> Iterator[None]:
    """Tell errors in one sentence on standard error, with an exit code that means something."""
    from libs.runtime.cli.client import NotRunningError  # noqa: PLC0415  # httpx2 is slow to import

    try:
        yield
    except (NotRunningError, RetryableError) as error:
        typer.echo(f"kring: {error}", err=True)
        raise typer.Exit(UNAVAILABLE) from error
    except AppError as error:
        typer.echo(f"kring: {error.title}: {error.detail}", err=True)
        raise typer.Exit(1) from error
    except BrokenPipeError:
        raise
    except (KringError, OSError) as error:
        typer.echo(f"kring: {error}", err=True)
        raise typer.Exit(1) from error


def print_result(as_json: bool, content: Any, show: Callable[[], None]) -> None:  # noqa: ANN401  # JSON
    """Print JSON on standard output, or show it to a person."""
    if as_json:
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    else:
        show()
