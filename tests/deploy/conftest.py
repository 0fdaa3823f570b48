"""Each overlay as kustomize renders it."""

import pytest

from tests.deploy.rendered import OVERLAYS, Overlay, render


@pytest.fixture(scope="session", params=OVERLAYS, name="overlay")
def _overlay(request: pytest.FixtureRequest) -> Overlay:
    """The whole of `overlays/<name>`."""
    return render(request.param)


@pytest.fixture(scope="session")
def production() -> Overlay:
    """The overlay in which everything scales."""
    return render("production")
