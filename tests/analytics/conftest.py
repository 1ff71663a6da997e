"""The parameters in force, for the tests of the figures."""

import pytest

from analytics.vocabulary.parameters import Parametres
from data.reference import load_parameters


@pytest.fixture(scope="module")
def parametres() -> Parametres:
    return load_parameters()
