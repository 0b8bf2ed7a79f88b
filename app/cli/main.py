"""The `canaryapp` command."""

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from app.cli.demo import SHORT_SETTINGS, SHORT_SPEC, Demo, DemoError, play
from app.cli.generate import stale_files, write_files
from app.cli.view import choose_view
from app.resource import names
from app.simulation.scenarios import SCENARIOS, Scenario, Stage, custom, weights

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Progressive delivery with CanaryApps.")

_STORIES = "; ".join(f"{name}: {scenario.about}" for name, scenario in SCENARIOS.items())


@app.callback()
def canaryapp() -> None:
    """Progressive delivery with CanaryApps."""


@app.command()
def demo(
    manifest: Annotated[Path, typer.Option(help="The CanaryApp to apply.")] = Path("examples/canaryapp.yaml"),
    scenario: Annotated[str, typer.Option(help=_STORIES)] = "release",
    image: Annotated[
        str, typer.Option(help="Change the image to this tag instead; known: v2, v3, never-ready, crashing.")
    ] = "",
    *,
    real_time: Annotated[bool, typer.Option("--real-time", help="Keep the manifest's own intervals.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines, also in a terminal.")] = False,
) -> None:
    """Run the real hook in front of an embedded cluster, and a story on it. Status 0 if it ends as it must."""
    console = Console()
    story = custom(image.rpartition(":")[2]) if image else _scenario(scenario)
    console.print(f"Scenario: {story.about}.", highlight=False)
    if not real_time:
        short = ", ".join(f"{name} {value} s" for name, value in SHORT_SPEC.items())
        operator = ", ".join(f"{name} {value}" for name, value in SHORT_SETTINGS.items())
        console.print(
            f"Shortened for the demo: {short}; operator: {operator} (--real-time keeps them).", highlight=False
        )
    started = time.monotonic()
    view = choose_view(console, f"CanaryApp demo: {story.about}", plain=plain)
    try:
        stage = asyncio.run(play(Demo(_load(manifest), story, real_time), view))
    except DemoError as problem:
        console.print(str(problem), style="red", markup=False)
        raise typer.Exit(code=1) from None
    raise typer.Exit(code=_summary(console, story, stage, time.monotonic() - started))


@app.command()
def generate(
    root: Annotated[Path, typer.Option(help="The repository.")] = Path(),
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say which files are stale.")] = False,
) -> None:
    """Bring the generated files up to date: the CRD, the API reference and the diagrams."""
    stale = stale_files(root) if check else write_files(root)
    for path in stale:
        typer.echo(f"{path} {'is stale' if check else 'is written'}")
    raise typer.Exit(code=1 if check and stale else 0)


def _scenario(name: str) -> Scenario:
    if name not in SCENARIOS:
        raise typer.BadParameter(f"there is no scenario {name!r}; known: {', '.join(SCENARIOS)}")
    return SCENARIOS[name]


def _load(path: Path) -> dict[str, Any]:
    try:
        manifest = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise typer.BadParameter(f"{path} cannot be read: {problem}") from None
    if not isinstance(manifest, dict) or manifest.get("kind") != names.KIND:
        raise typer.BadParameter(f"{path} holds no {names.KIND}")
    if not (manifest.get("metadata") or {}).get("name") or not (manifest.get("spec") or {}).get("image"):
        raise typer.BadParameter(f"{path} has no metadata.name or no spec.image")
    return manifest


def _summary(console: Console, story: Scenario, stage: Stage, seconds: float) -> int:
    status = stage.status()
    history = stage.cluster.history
    console.print()
    console.print(f"Weights of the secondary: {', '.join(map(str, weights(stage)))} %", highlight=False)
    console.print(
        f"{len(history.syncs)} syncs, {len(history.writes)} writes, "
        f"{sum(stage.cluster.traffic.answered.values())} requests answered, {seconds:.0f} s",
        highlight=False,
    )
    console.print(f"At the end: {status['phase']}. {status['decision']['message']}", highlight=False, markup=False)
    held = [(expectation.sentence, expectation.holds(stage)) for expectation in story.expectations]
    for sentence, holds in held:
        console.print(f"{'yes' if holds else 'NO '}  {sentence}", style="green" if holds else "bold red")
    return 0 if all(holds for _, holds in held) else 1


def main() -> None:
    """The entry point of the command."""
    app()


if __name__ == "__main__":
    main()
