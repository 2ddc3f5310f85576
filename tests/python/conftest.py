"""Fixtures of the Python package's tests."""

import pytest
import support  # noqa: F401: finds the package and the library first


@pytest.fixture(scope="session")
def debug():
    """AudioCraft's tests' model. Settings are put back by each test that changes them."""
    from musicgen.models import MusicGen
    return MusicGen.get_pretrained("debug")


@pytest.fixture
def model(debug):
    debug.max_duration = 30.0
    debug.set_generation_params(duration=1.0)
    debug.set_custom_progress_callback(None)
    return debug
