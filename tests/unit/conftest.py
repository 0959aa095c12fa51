"""Shared by the tests of one module: the example returns as published by the layers, without Dagster."""

import pytest

from pipelines.refresh import layers
from pipelines.store.raw import Raw, ReturnSetKey
from pipelines.store.tables import Store
from schemas.figures import CHAPTERS
from schemas.forms import FORMS
from tests.unit.builders import ROOT

SHIPPED = Raw(ROOT / "raw")
KEY = ReturnSetKey("2024-H1", "huu-kien")


def publish(raw: Raw, store: Store, key: ReturnSetKey) -> None:
    """Take a return set through all layers but the last."""
    layers.read_cells(raw, store, [key])
    layers.locate_returns(raw, store, [key])
    layers.check_workbooks(raw, store, [key])
    for form in FORMS:
        layers.check_form(raw, store, form, [key])
    for form in FORMS:
        layers.admit_records(store, form, [key])
    for chapter in CHAPTERS:
        layers.evaluate_chapter(raw, store, chapter, [key])
    layers.publish_observations(store, [key])
    layers.publish_places(raw, store, [key])
    layers.compare_statements(raw, store, [key])


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The output folder of the example returns; only to be read."""
    store = Store(tmp_path_factory.mktemp("example"))
    publish(SHIPPED, store, KEY)
    layers.publish_interchange(store, [KEY])
    return store
