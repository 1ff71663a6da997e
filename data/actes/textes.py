"""The texts that people edit, read and checked once."""

from functools import cache

from analytics.collecte.reminders import read_template
from analytics.methode import Methode
from analytics.vocabulary.schemas import Modele
from data.reference import load_texts


@cache
def load_methode() -> Methode:
    """Read what the method says, each text with the numbers that it quotes."""
    return Methode.from_toml(load_texts("methode"))


@cache
def load_template() -> Modele:
    """Read the text of the reminders that the product gives."""
    return read_template(load_texts("collecte"))
