"""The `canaryapp` command."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from app.cli.demo import SHORT_SETTINGS, SHORT_SPEC, Demo, DemoError, play, shortened
from app.cli.generate import stale_files, write_files
from app.cli.summary import Summary, summarize
from app.cli.view import choose_view
from app.resource import names
from app.resource.refusals import read_spec
from app.resource.spec import Spec
from app.settings import Settings
from app.simulation.play.script import Scenario
from app.simulation.scenarios import KNOWN_TAGS, SCENARIOS, custom, for_scenario

_DEFAULT_SCENARIO = "release"
_INTERRUPTED = 130
"""What a shell says of a process that Ctrl-C ended."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Progressive delivery with CanaryApps.")


@app.callback()
def canaryapp() -> None:
    """Progressive delivery with CanaryApps."""


@app.command()
def demo(
    manifest: Annotated[Path, typer.Option(help="The CanaryApp to apply.")] = Path("examples/canaryapp.yaml"),
    scenario: Annotated[
        str | None, typer.Option(help=f"What to play; `canaryapp scenarios` lists them. Default: {_DEFAULT_SCENARIO}.")
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(help=f"Change the image to this tag instead. Any tag works well but {', '.join(KNOWN_TAGS)}."),
    ] = None,
    *,
    real_time: Annotated[bool, typer.Option("--real-time", help="Keep the manifest's own intervals.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines, also in a terminal.")] = False,
) -> None:
    """Play a story on the real hook in front of an embedded cluster. Status 0 if it ends as it must."""
    console = Console()
    story = _story(scenario, image)
    loaded = _load(manifest)
    _say(console, f"Scenario: {story.about}.")
    if image is None and loaded != (loaded := for_scenario(loaded)):
        _say(console, f"Scenarios start from {loaded['spec']['image']}, and have the default steps.")
    if real_time:
        played = Demo(loaded, story, {}, 3600.0)
    else:
        played = Demo(shortened(loaded), story, SHORT_SETTINGS, 120.0)
        _say(console, f"Shortened, unless --real-time is given: {_shortening()}.")
    started = time.monotonic()
    view = choose_view(console, "CanaryApp demo", plain=plain)
    try:
        stage = asyncio.run(play(played, view))
    except DemoError as problem:
        _say(Console(stderr=True), str(problem), "red")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    summary = summarize(stage, story, _settle(played.settings))
    _show(console, summary, time.monotonic() - started)
    raise typer.Exit(0 if summary.good else 1)


@app.command()
def scenarios() -> None:
    """List what the demo can play."""
    console = Console()
    width = max(map(len, SCENARIOS))
    for name, scenario in SCENARIOS.items():
        _say(console, f"{name:<{width}}  {scenario.about}")


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


def _story(scenario: str | None, image: str | None) -> Scenario:
    if image is not None:
        if scenario is not None:
            raise _refusal("--image and --scenario exclude each other.")
        return custom(image)
    name = scenario or _DEFAULT_SCENARIO
    if name not in SCENARIOS:
        raise _refusal(f"There is no scenario {name!r}; there are {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]


def _load(path: Path) -> dict[str, Any]:
    """The first CanaryApp of a file."""
    try:
        documents = list(yaml.safe_load_all(path.read_text("utf-8")))
    except OSError as problem:
        raise _refusal(f"{path} cannot be read: {problem.strerror}.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as problem:
        raise _refusal(f"{path} is no YAML: {' '.join(str(problem).split())}.") from None
    for document in documents:
        if isinstance(document, dict) and document.get("kind") == names.KIND:
            return _checked(path, document)
    raise _refusal(f"{path} holds no {names.KIND}.")


def _checked(path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or manifest.get("apiVersion") != names.API_VERSION:
        raise _refusal(f"{path} is no {names.KIND} of {names.API_VERSION} with a metadata.name.")
    read = read_spec(name, manifest.get("spec"), Settings().origins)
    if not isinstance(read, Spec):
        raise _refusal(f"{path} is refused: {'; '.join(map(str, read))}.")
    return manifest


def _settle(settings: Mapping[str, str]) -> float:
    """The settle time of the demo's hook: the demo's own, or what the environment says."""
    own = settings.get("CANARYAPP_SETTLE_SECONDS")
    return Settings().settle_seconds if own is None else float(own)


def _shortening() -> str:
    spec = [f"{name} {value} s" for name, value in SHORT_SPEC.items()]
    operator = [f"{name} {value}" for name, value in SHORT_SETTINGS.items()]
    return ", ".join([*spec, *operator])


def _show(console: Console, summary: Summary, seconds: float) -> None:
    _say(console, "")
    for sentence in summary.story:
        _say(console, sentence, "bold")
    _say(console, f"{summary.figures}, {seconds:.0f} s.")
    for sentence, holds in summary.held:
        _say(console, f"{'yes' if holds else 'NO '}  {sentence}", "green" if holds else "bold red")
    for sentence in summary.broken:
        _say(console, f"     {sentence}", "bold red")


def _say(console: Console, sentence: str, style: str = "") -> None:
    """A terminal breaks lines between words; elsewhere a sentence is a line."""
    console.print(sentence, style=style, markup=False, highlight=False, soft_wrap=not console.is_terminal)


def _refusal(sentence: str) -> typer.Exit:
    """Says what is wrong with the arguments."""
    typer.echo(sentence, err=True)
    return typer.Exit(2)


def main() -> None:
    """The entry point of the command."""
    app()
