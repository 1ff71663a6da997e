"""The texts that people edit, read and checked once."""

from functools import cache

from analytics.methode import Methode
from data.reference import load_texts


@cache
def load_methode() -> Methode:
    """Read what the method says, each text with the numbers that it quotes."""
    return Methode.from_toml(load_texts("methode"))
