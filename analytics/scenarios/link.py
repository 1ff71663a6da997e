"""A scenario as the address of the page carries it."""

import base64
import zlib

from analytics.scenarios.scenario import Scenario
from analytics.vocabulary.errors import UserFacingError

# What a link may hold once opened: far more than any scenario, far less than would hurt.
_LONGEST = 40_000


def write_link(scenario: Scenario) -> str:
    """Write a scenario so that an address can hold it: its JSON, packed; never code."""
    packed = zlib.compress(scenario.as_text().encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_link(code: str) -> str:
    """Give the JSON that an address holds; raises `UserFacingError` when it was cut or is something else."""
    try:
        packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        text = opened.decompress(packed, _LONGEST)
        if opened.unconsumed_tail or not opened.eof:
            raise ValueError(code)
        return text.decode()
    except (ValueError, zlib.error) as error:
        raise UserFacingError(
            "Le lien ne contient pas un scénario entier : il a sans doute été coupé. Demandez-en un autre."
        ) from error
