"""The `canaryapp` command."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.generate import stale_files, write_files

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Progressive delivery with CanaryApps.")


@app.callback()
def canaryapp() -> None:
    """Progressive delivery with CanaryApps."""


@app.command()
def generate(
    root: Annotated[Path, typer.Option(help="The repository.")] = Path(),
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say which files are stale.")] = False,
) -> None:
    """Bring the generated files up to date: the CRD and the diagrams of the docs."""
    stale = stale_files(root) if check else write_files(root)
    for path in stale:
        typer.echo(f"{path} {'is stale' if check else 'is written'}")
    raise typer.Exit(code=1 if check and stale else 0)


def main() -> None:
    """The entry point of the command."""
    app()


if __name__ == "__main__":
    main()
