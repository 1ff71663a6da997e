"""The cours compared: the limits are found again from the exact law of a proportion, in plain sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, ceil, exp, floor, lgamma, log, log1p, sqrt

from tests.phrases.compte import Compte, saison
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu
from tests.phrases.situations import bases

K = "comparaison.words."
COURANT, HAUT, TRES_HAUT, BAS, TRES_BAS, PEU, HORS = (
    "écart courant entre cours",
    "au-dessus (95 %)",
    "nettement au-dessus (99,8 %)",
    "en dessous (95 %)",
    "nettement en dessous (99,8 %)",
    "trop peu pour dire",
    "hors d'échelle",
)
_NIVEAU = {HAUT: 95.0, BAS: 95.0, TRES_HAUT: 99.8, TRES_BAS: 99.8}
# As texts write a verdict without its level.
_SANS_NIVEAU = {
    verdict: verdict.split(" (")[0] for verdict in (COURANT, HAUT, TRES_HAUT, BAS, TRES_BAS, PEU, HORS)
}


@dataclass(frozen=True)
class Entonnoir:
    """Where each cour falls, with its count and what it is a share of; the mean, and the spread."""

    parts: Mapping[str, tuple[float, float]]
    places: Mapping[str, str]
    moyenne: float | None
    phi: float
    tau2: float


def _measured(c: Compte) -> dict[str, tuple[float, float]]:
    """What is compared of each cour, beside what it is a share of."""
    mesure = dict(c.vue.options).get("mesure", "evitees")
    found: dict[str, tuple[float, float]] = {}
    exposed: dict[str, tuple[int, float]] = {}
    for cour in c.toutes:
        own = c.of(cour)
        if mesure == "colonnes":
            found[cour] = (own.evitees, own.visio_comptee)
        elif mesure == "reponses":
            found[cour] = (own.total_repondues, own.total_attendues)
        elif c.annee == 2009 and any(x.activite in own.comptees for x in own.lignes):
            share = sum(float(saison(m)) * own.repondues(m) / len(own.attendues(m)) for m in own.mois)
            exposed[cour] = (own.evitees, bases()[cour] * share)
    if mesure != "evitees":
        return found
    avoided, room = sum(o for o, _ in exposed.values()), sum(e for _, e in exposed.values())
    rate = avoided / room if room else 0.0
    scale = room / avoided if avoided else 1.0
    return {cour: (o, e * rate * scale) for cour, (o, e) in exposed.items()}


def _quantile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _spread(parts: Sequence[tuple[float, float]], theta: float) -> tuple[float, float]:
    """How much more the cours vary than chance alone, and the variance that it adds."""
    large = [(n, d) for n, d in parts if d * theta >= 5]
    kept = large if len(large) >= 3 else list(parts)
    s = [1 / (2 * sqrt(d)) for _, d in kept]
    z = [(asin(sqrt(n / d)) - asin(sqrt(theta))) / each for (n, d), each in zip(kept, s, strict=True)]
    low, high = _quantile(z, 0.1), _quantile(z, 0.9)
    phi = sum(min(max(x, low), high) ** 2 for x in z) / len(z)
    w = [1 / each**2 for each in s]
    excess, room = len(z) * phi - (len(z) - 1), sum(w) - sum(x * x for x in w) / sum(w)
    return phi, excess / room if excess > 0 and room > 0 else 0.0


@cache
def _under(theta: float, rho: float, n: int, tail: float) -> float:
    """The count, between two of them, under which a count out of n falls with that probability."""
    mean = n * theta
    sd = sqrt(mean * (1 - theta) * (1 + (n - 1) * rho))
    a, b = (theta * (1 / rho - 1), (1 - theta) * (1 / rho - 1)) if rho >= 1e-9 else (0.0, 0.0)
    first, last = int(max(floor(mean - 14 * sd), 0)), int(min(ceil(mean + 14 * sd) + 30, n))

    def beta(x: float, y: float) -> float:
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    chances: list[float] = []
    for k in range(first, last + 1):
        ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        if rho < 1e-9:
            chances.append(exp(ways + k * log(theta) + (n - k) * log1p(-theta)))
        else:
            chances.append(exp(ways + beta(k + a, n - k + b) - beta(a, b)))
    whole, total = sum(chances), 0.0
    for k, chance in zip(range(first, last + 1), chances, strict=True):
        total += chance / whole
        if total >= tail:
            return k - (total - tail) / (chance / whole)
    return float(last)


def _place(theta: float, tau2: float, n: float, d: float) -> str:
    if n > d:
        return HORS
    if d * theta < 5:
        return PEU
    theta, rho, size = min(max(theta, 1e-9), 1 - 1e-9), min(max(4 * tau2, 0.0), 0.9), max(round(d), 1)
    share = n / d
    for tail, high, low in ((0.001, TRES_HAUT, TRES_BAS), (0.025, HAUT, BAS)):
        if share > min((size - _under(1 - theta, rho, size, tail)) / d, 1):
            return high
        if share < max(_under(theta, rho, size, tail) / d, 0):
            return low
    return COURANT


def _funnel(c: Compte) -> Entonnoir:
    key = f"entonnoir {c.vue.options} {c.fin}"
    if key not in c.monde.__dict__:
        c.monde.__dict__[key] = _draw(c.of(None))
    return c.monde.__dict__[key]


def _draw(c: Compte) -> Entonnoir:
    kept = {cour: pair for cour, pair in _measured(c).items() if pair[1] > 0}
    sound = [pair for pair in kept.values() if pair[0] <= pair[1]]
    if len(sound) < 3 or not sum(n for n, _ in sound):
        places = {cour: HORS if n > d else PEU for cour, (n, d) in kept.items()}
        return Entonnoir(kept, places, None, 0.0, 0.0)
    theta = sum(n for n, _ in sound) / sum(d for _, d in sound)
    phi, tau2 = _spread(sound, theta)
    places = {cour: _place(theta, tau2, n, d) for cour, (n, d) in kept.items()}
    return Entonnoir(kept, places, theta, phi, tau2)


@juge(K + "title_funnel")
def title_funnel(c: Compte, dit: Dit) -> Juste:
    drawn = _funnel(c)
    compared = [place for place in drawn.places.values() if place not in (PEU, HORS)]
    if not compared:
        if drawn.places and all(place == PEU for place in drawn.places.values()):
            return says("on attend moins de", nombres=[5, len(drawn.places)])
        return says("Trop peu de cours pour les comparer")
    alike = compared.count(COURANT)
    far = sum(place in (TRES_HAUT, TRES_BAS) for place in compared)
    other = len(compared) - alike
    mots = ["ne se distinguent pas" if alike > 1 else "ne se distingue pas"]
    nombres: list[Attendu] = [alike, len(compared)]
    if other:
        mots.append("diffèrent" if other > 1 else "diffère")
        nombres.append(other)
    if far:
        mots.append("nettement")
        nombres += [] if far == other else [far]
    return says(*mots, nombres=nombres)


@juge(K + "tell_funnel")
def tell_funnel(c: Compte, dit: Dit) -> Juste:
    drawn = _funnel(c)
    if drawn.moyenne is None:
        return says("Il faut au moins trois cours")
    nombres: list[Attendu] = [drawn.moyenne * 100]
    mots: list[str] = []
    own = drawn.places.get(c.vue.cour)
    if own is not None:
        n, d = drawn.parts[c.vue.cour]
        nombres += [n / d * 100, *([_NIVEAU[own]] if own in _NIVEAU else []), *([5] if own == PEU else [])]
        mots.append(_SANS_NIVEAU[own])
    if drawn.tau2 > 0:
        mots.append("les limites en tiennent compte")
        nombres.append(drawn.phi)
    judged = [place for place in drawn.places.values() if place not in (PEU, HORS)]
    if round(len(judged) / 20):
        mots.append("par le seul hasard")
        nombres += [len(judged), round(len(judged) / 20), 95]
    few = sum(place == PEU for place in drawn.places.values())
    if few:
        mots.append("non comparées" if few > 1 else "non comparée (")
        nombres += [few, 5]
    return says(*mots, nombres=nombres)


@juge(K + "question_declarations")
def question_declarations(c: Compte, dit: Dit) -> Juste:
    high = [cour for cour, place in _funnel(c).places.items() if place == TRES_HAUT]
    if dict(c.vue.options).get("mesure") != "colonnes" or not high:
        return RIEN
    return says("À vérifier avec", nombres=[2])


def _ratios(c: Compte) -> tuple[Entonnoir, Mapping[str, tuple[float, float]]]:
    """The ratios are those of the first measure, whatever the funnel shows: done, beside what is expected."""
    from dataclasses import replace

    vue = replace(c.vue, options=tuple(pair for pair in c.vue.options if pair[0] != "mesure"))
    drawn = _funnel(Compte(c.monde, vue, c.contexte, None))
    if drawn.moyenne is None:
        return drawn, {}
    return drawn, {cour: (n, d * drawn.moyenne) for cour, (n, d) in drawn.parts.items()}


def _tell_ratio(c: Compte) -> Juste:
    drawn, ratios = _ratios(c)
    done, wanted = ratios[c.vue.cour]
    if wanted < 5:
        return says("trop peu pour dire", nombres=[done, wanted])
    place = drawn.places[c.vue.cour]
    return says(
        "ce que sa base laisse attendre",
        _SANS_NIVEAU[place],
        nombres=[done / wanted, *([_NIVEAU[place]] if place in _NIVEAU else [])],
    )


@juge(K + "title_ratios")
def title_ratios(c: Compte, dit: Dit) -> Juste:
    _, ratios = _ratios(c)
    if not ratios:
        return says("Aucune cour à comparer")
    if c.vue.cour in ratios:
        return _tell_ratio(c)
    shrunk = dit.donne["ratios"]["rapport"]
    return says("n'a rien déclaré", nombres=[min(shrunk), max(shrunk)])


@juge(K + "tell_ratio")
def tell_ratio(c: Compte, dit: Dit) -> Juste:
    return _tell_ratio(c)


@juge(K + "title_differing")
def title_differing(c: Compte, dit: Dit) -> Juste:
    drawn, ratios = _ratios(c)
    compared = {cour for cour, (_, wanted) in ratios.items() if wanted >= 5}
    if not compared:
        return says("Aucune cour à comparer")
    far = [cour for cour in compared if drawn.places[cour] not in (COURANT,)]
    if not far:
        return says("Aucune cour ne s'écarte nettement")
    return says(
        "diffèrent" if len(far) > 1 else "diffère",
        nombres=[len(far), *([len(far) - 4] if len(far) > 4 else [])],
    )


@juge(K + "verdict_of")
def verdict_of(c: Compte, dit: Dit) -> Juste:
    drawn, ratios = _ratios(c)
    cour = dit.donne["row"]["cour"]
    place = drawn.places[cour] if ratios[cour][1] >= 5 else PEU
    return says(
        _SANS_NIVEAU[place],
        nombres=[*([_NIVEAU[place]] if place in _NIVEAU else []), *([5] if place == PEU else [])],
    )


@juge(K + "tell_ratios")
def tell_ratios(c: Compte, dit: Dit) -> Juste:
    return says("faute de base par activité importée", nombres=[1, 80, 100, 95, 5])
