"""The command's arguments, exit statuses and output; what is played is replaced by virtual time."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from app.cli import main, summary
from app.cli.demo import Demo, DemoError
from app.cli.view import View
from app.simulation.play.script import Expectation, Scenario
from app.simulation.play.stage import Stage
from app.simulation.safety import Breach
from app.simulation.scenarios import SCENARIOS
from tests.scenarios.virtual import EXAMPLE, at_the_beginning, example


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, arguments)


def _demo(*arguments: str, manifest: Path = EXAMPLE) -> Result:
    return _run("demo", "--manifest", str(manifest), *arguments)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Demo]:
    """What was to be played; the stage is one where v1 serves."""
    played: list[Demo] = []
    stage = at_the_beginning().stage

    async def play(demo: Demo, _: View) -> Stage:
        played.append(demo)
        return stage

    monkeypatch.setattr(main, "play", play)
    return played


def _write(path: Path, **changes: Any) -> Path:
    manifest = example()
    manifest["spec"] |= changes
    path.write_text(yaml.safe_dump(manifest), "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(None, "cannot be read: No such file or directory.", id="no file"),
        pytest.param("a: [", "is no YAML: while parsing a flow node", id="no YAML"),
        pytest.param("", "holds no CanaryApp.", id="empty"),
        pytest.param("kind: Deployment\n---\n- 1\n", "holds no CanaryApp.", id="other objects"),
        pytest.param("kind: CanaryApp\n", "is no CanaryApp of canary.atze.io/v1 with a metadata.name.", id="no name"),
        pytest.param(
            "{kind: CanaryApp, apiVersion: other/v1, metadata: {name: shop}}",
            "is no CanaryApp of canary.atze.io/v1 with a metadata.name.",
            id="other group",
        ),
        pytest.param(
            "{kind: CanaryApp, apiVersion: canary.atze.io/v1, metadata: {name: shop}, spec: {image: a:v1}}",
            "is refused: spec.imageListenPort: is required.",
            id="refused spec",
        ),
    ],
)
def test_a_manifest_that_cannot_be_played_is_status_2_and_a_sentence(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    """It names the file and what is wrong with it, in one line and without a traceback."""
    path = tmp_path / "app.yaml"
    if text is not None:
        path.write_text(text, "utf-8")
    result = _demo(manifest=path)
    assert result.exit_code == 2
    assert result.output.startswith(f"{path} {sentence}")
    assert len(result.output.splitlines()) == 1


def test_a_file_in_another_encoding_is_status_2(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are no YAML."""
    path = tmp_path / "app.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    result = _demo(manifest=path)
    assert result.exit_code == 2
    assert result.output.startswith(f"{path} is no YAML: ")


def test_an_unknown_scenario_is_status_2_and_lists_the_known_ones() -> None:
    """A typing error is answered with what there is."""
    result = _demo("--scenario", "relase")
    assert (result.exit_code, result.output) == (
        2,
        f"There is no scenario 'relase'; there are {', '.join(SCENARIOS)}.\n",
    )


def test_a_scenario_and_an_image_exclude_each_other() -> None:
    """It is not guessed which of the two is meant."""
    result = _demo("--scenario", "release", "--image", "v2")
    assert (result.exit_code, result.output) == (2, "--image and --scenario exclude each other.\n")


def test_the_scenarios_can_be_listed() -> None:
    """One line each: its name, and what it is about."""
    result = _run("scenarios")
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert [line.split()[0] for line in lines] == list(SCENARIOS)
    assert lines[0] == "release             v2 is promoted; v3 answers 500 on /nothello and is rolled back"


def test_the_default_is_the_release_with_short_intervals(asked: list[Demo]) -> None:
    """The manifest's intervals are shortened, the operator's too, and the output says all of them."""
    result = _demo()
    assert asked[0].scenario is SCENARIOS["release"]
    assert asked[0].manifest["spec"]["trafficShiftUpdateInterval"] == 2
    assert asked[0].settings["CANARYAPP_SETTLE_SECONDS"] == "0.5"
    assert (
        "Shortened, unless --real-time is given: trafficShiftUpdateInterval 2 s, deploymentReadyWaitTime 0 s, "
        "drainSeconds 1 s, progressDeadlineSeconds 10 s, CANARYAPP_SETTLE_SECONDS 0.5, "
        "CANARYAPP_CHECK_INTERVAL_SECONDS 0.5." in result.output.splitlines()
    )


def test_real_time_keeps_the_manifest_as_it_is(asked: list[Demo]) -> None:
    """Nothing is shortened, and nothing is said of it."""
    result = _demo("--real-time")
    assert asked[0].manifest == example()
    assert asked[0].settings == {}
    assert asked[0].limit >= 3600
    assert "Shortened" not in result.output


def test_a_scenario_says_what_it_takes_for_granted(asked: list[Demo], tmp_path: Path) -> None:
    """A manifest with another tag is played from v1, and the output says so."""
    result = _demo(manifest=_write(tmp_path / "app.yaml", image="team/shop:v7"))
    assert asked[0].manifest["spec"]["image"] == "team/shop:v1"
    assert "Scenarios start from team/shop:v1, and have the default steps." in result.output.splitlines()


def test_an_image_of_ones_own_is_played_on_the_manifest_as_it_is(asked: list[Demo], tmp_path: Path) -> None:
    """The tag in the manifest is where it starts; coming to rest is all that is asked, so the status is 0."""
    result = _demo("--image", "v9", manifest=_write(tmp_path / "app.yaml", image="team/shop:v7"))
    assert asked[0].manifest["spec"]["image"] == "team/shop:v7"
    assert asked[0].scenario.acts[0].says == "The image is changed to v9."
    assert result.exit_code == 0
    assert "At the end go-status-code-server:v1 serves; the phase is Stable." in result.output.splitlines()


def test_the_first_canaryapp_of_a_file_is_played(asked: list[Demo], tmp_path: Path) -> None:
    """Other objects in the same file do not matter."""
    path = tmp_path / "all.yaml"
    path.write_text(f"kind: Namespace\n---\n{EXAMPLE.read_text('utf-8')}", "utf-8")
    assert _demo("--real-time", manifest=path).exit_code == 1
    assert asked[0].manifest == example()


@pytest.mark.parametrize(
    ("moon", "status", "line"),
    [
        pytest.param("green", 0, "yes  the moon is green", id="holds"),
        pytest.param("grey", 1, "NO   the moon is green", id="does not hold"),
    ],
)
def test_the_status_says_whether_it_ended_as_it_must(
    asked: list[Demo], monkeypatch: pytest.MonkeyPatch, moon: str, status: int, line: str
) -> None:
    """0 if every expectation holds, 1 if one does not; each is shown."""
    ends = (Expectation("the moon is green", lambda _: moon == "green"),)
    monkeypatch.setitem(SCENARIOS, "moon", Scenario("a test", (), ends))
    result = _demo("--scenario", "moon")
    assert result.exit_code == status
    assert line in result.output.splitlines()


def test_a_demo_that_cannot_be_played_to_its_end_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence of the problem, and no traceback."""

    async def play(_: Demo, __: View) -> Stage:
        raise DemoError("The hook has ended [in the middle].")

    monkeypatch.setattr(main, "play", play)
    result = _demo("--image", "v2")
    assert result.exit_code == 1
    assert result.stderr == "The hook has ended [in the middle].\n"


def test_ctrl_c_ends_quietly_with_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell has it; no traceback, no complaint."""

    async def play(_: Demo, __: View) -> Stage:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "play", play)
    result = _demo("--image", "v2")
    assert result.exit_code == 130
    assert result.stderr == ""


def test_generated_files_are_written_once_and_then_no_longer_stale(tmp_path: Path) -> None:
    """`--check` fails as long as they are stale, and writes nothing."""
    before = _run("generate", "--root", str(tmp_path), "--check")
    written = _run("generate", "--root", str(tmp_path))
    after = _run("generate", "--root", str(tmp_path), "--check")
    assert [before.exit_code, written.exit_code, after.exit_code] == [1, 0, 0]
    assert [line.rpartition(" is ")[2] for line in (before.output + written.output).split("\n") if line] == [
        "stale",
        "stale",
        "written",
        "written",
    ]
    assert after.output == ""


def test_the_command_is_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """`canaryapp` without arguments shows the help."""
    monkeypatch.setattr("sys.argv", ["canaryapp"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2


def test_a_broken_safety_rule_is_shown_and_the_status_is_1(asked: list[Demo], monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo judges its own history by the invariants, beside what the scenario expects."""

    def broken(*_: object) -> list[Breach]:
        return [Breach("R2", 1.0, "The secondary is dropped while a route gives it 10 %.")]

    assert _demo("--image", "v2").exit_code == 0
    monkeypatch.setattr(summary, "breaches", broken)
    result = _demo("--image", "v2")
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[-2:] == [
        "NO   no safety rule was broken",
        "     R2: The secondary is dropped while a route gives it 10 %.",
    ]
