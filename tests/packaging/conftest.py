"""What `kubectl kustomize metacontroller/` gives."""

import pytest

from tests.packaging.manifests import METACONTROLLER, Object, build, one


@pytest.fixture(scope="session")
def installed() -> list[Object]:
    """All objects."""
    return build(METACONTROLLER)


@pytest.fixture(scope="session")
def deployment(installed: list[Object]) -> Object:
    """The hook's Deployment."""
    return one(installed, "Deployment")


@pytest.fixture(scope="session")
def pod(deployment: Object) -> Object:
    """The spec of the hook's pods."""
    template: Object = deployment["spec"]["template"]["spec"]
    return template


@pytest.fixture(scope="session")
def container(pod: Object) -> Object:
    """The hook's only container."""
    (only,) = pod["containers"]
    return dict(only)


@pytest.fixture(scope="session")
def composite(installed: list[Object]) -> Object:
    """The CompositeController's spec."""
    spec: Object = one(installed, "CompositeController")["spec"]
    return spec
