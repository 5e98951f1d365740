import pytest


@pytest.fixture(autouse=True)
def on_one_thread(one_thread):
    """All games here are small."""
