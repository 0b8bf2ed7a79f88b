"""Images as the stage reads and makes them."""

import pytest

from app.simulation.play.stage import repository_of
from app.simulation.scenarios import for_scenario
from tests.scenarios.virtual import example, set_stage


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        pytest.param("shop", "shop", id="no tag"),
        pytest.param("shop:v7", "shop", id="tag"),
        pytest.param("team/shop:v7", "team/shop", id="path and tag"),
        pytest.param("registry.example.com:5000/team/shop", "registry.example.com:5000/team/shop", id="port, no tag"),
        pytest.param("registry.example.com:5000/shop:v7", "registry.example.com:5000/shop", id="port and tag"),
        pytest.param("team/shop:v7@sha256:0123", "team/shop", id="tag and digest"),
    ],
)
def test_the_repository_is_the_image_without_tag_and_digest(image: str, repository: str) -> None:
    """A port of a registry is no tag."""
    assert repository_of(image) == repository


@pytest.mark.parametrize(
    ("version", "image"),
    [
        pytest.param("v7", "atzedevries/go-status-code-server:v7", id="tag"),
        pytest.param("shop:v7", "shop:v7", id="image with a tag"),
        pytest.param("team/shop", "team/shop", id="image with a path"),
    ],
)
def test_a_version_is_a_tag_or_a_whole_image(version: str, image: str) -> None:
    """A tag means the app's own repository; anything longer is taken as it is."""
    assert set_stage().stage.image(version) == image


def test_a_scenario_starts_from_the_first_version_with_the_default_steps() -> None:
    """Whatever tag and plan a manifest has; the rest of it stays, and the sample is what scenarios want already."""
    other = example()
    other["spec"] |= {"image": "team/shop:v7", "strategy": {"steps": [{"weight": 50}]}}
    expected = example()
    expected["spec"]["image"] = "team/shop:v1"
    assert for_scenario(other) == expected
    assert for_scenario(example()) == example()
