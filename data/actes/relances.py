"""Reminding the juridictions that have not answered: whom, what leaves, what is kept of it.

The same for the screen and the terminal. A store of demonstration never sends anything: its messages can
be written to files, and say that they are fictional.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.errors import MessageError
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

import dataframely as dy
import polars as pl

from analytics.collecte.calendar import Campagne, campaign_of, first_month
from analytics.collecte.campaign import closings_of, list_to_remind
from analytics.collecte.reminders import Papier, Rappel, check_template, clean, write_reminders
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.schemas import (
    APPELE,
    EN_COURS,
    ENVOYE,
    MESSAGERIE,
    REFUSE,
    TELEPHONE,
    Envoi,
    Lots,
    Modele,
    Reouvertures,
    TotalJuridiction,
)
from analytics.vocabulary.wording import enumeration, long_date, of_month, some_of, typeset
from data.actes.textes import load_template
from data.post import Courrier, DroppedError, Poste, RefusedError, check_sender, compose
from data.reference import load_parameters, load_reference
from data.settings import Settings
from data.store.collecte import AlreadyRemindedError, InDoubtError, tell_doubt
from data.store.store import Clock, Store

LOST = "connexion perdue"
REOPENED_FOR = "Relance après la clôture"


@dataclass(frozen=True)
class Bureau:
    """Who reminds (`auteur`), with which rights, from which store, under which settings and clock."""

    store: Store
    perimetre: Perimetre
    reglages: Settings
    auteur: str
    clock: Clock

    @property
    def expediteur(self) -> str:
        """Give the address that messages come from; a draft needs one before anyone set it."""
        return self.reglages.expediteur or f"vigie@{self.reglages.domaine_messagerie}"


@dataclass(frozen=True)
class Preparation:
    """Who is to be reminded of a month on a day, and what each would receive.

    `en_vigueur`: how many juridictions are in force in each cour. `deja`: those whose e-mail has left for
    this campaign, and when. `douteuses`: those whose e-mail was begun, what is known of it, and that waits
    for a person to say whether it left. `closes`: those whose form would refuse the answer that the message
    asks for; `a_rouvrir`: until when the form of some is opened again as their message leaves. `fictif`: the
    store holds the demonstration.
    """

    campagne: Campagne
    jour: date
    en_vigueur: Mapping[str, int]
    rappels: tuple[Rappel, ...]
    deja: Mapping[str, datetime]
    douteuses: Mapping[str, str]
    closes: frozenset[str]
    a_rouvrir: Mapping[str, date]
    fictif: bool

    def to_send(self, *, renvoyer: bool) -> tuple[Rappel, ...]:
        """Give the reminders that have not left yet, or all of them again; never one in doubt."""
        return tuple(
            each
            for each in self.rappels
            if each.juridiction not in self.douteuses and (renvoyer or each.juridiction not in self.deja)
        )

    def in_doubt(self) -> tuple[tuple[Rappel, str], ...]:
        """Give the reminders of which nobody knows whether they left, and what is known of each."""
        return tuple(
            (each, self.douteuses[each.juridiction])
            for each in self.rappels
            if each.juridiction in self.douteuses
        )

    @property
    def attendues(self) -> int:
        """Count the juridictions that were to answer, in the cours of these reminders."""
        return sum(self.en_vigueur.values())

    def of_cour(self, cour: str) -> "Preparation":
        """Keep the juridictions of one cour: what is listed is what leaves; nothing asked: all of them."""
        if not cour:
            return self
        return replace(
            self,
            en_vigueur={cour: self.en_vigueur.get(cour, 0)},
            rappels=tuple(each for each in self.rappels if each.cour == cour),
        )


@dataclass(frozen=True)
class Bilan:
    """What became of the reminders: left; left before (who did it); refused (why); not tried; in doubt."""

    envoyes: tuple[Rappel, ...]
    deja: tuple[tuple[Rappel, str], ...]
    refuses: tuple[tuple[Rappel, str], ...]
    restants: tuple[Rappel, ...]
    douteux: tuple[tuple[Rappel, str], ...] = ()


def prepare(
    bureau: Bureau, mois: date, *, au: date | None, rouvrir_jusqu_au: date | None = None
) -> Preparation:
    """List whom to remind of a month, from what was known at the end of a day (None: now), and write to them.

    `rouvrir_jusqu_au`: once the campaign is closed, until when the form of who is reminded opens again.
    Raises `UserFacingError` for a month whose campaign has not opened that day.
    """
    store, perimetre = bureau.store, bureau.perimetre
    return prepare_from(
        bureau,
        mois,
        totaux=store.faits(perimetre, connu_le=au).totaux,
        lots=Lots.cast(store.lots(perimetre)),
        au=au,
        rouvrir_jusqu_au=rouvrir_jusqu_au,
    )


def prepare_from(
    bureau: Bureau,
    mois: date,
    *,
    totaux: dy.DataFrame[TotalJuridiction],
    lots: dy.DataFrame[Lots],
    au: date | None,
    rouvrir_jusqu_au: date | None = None,
    modele: Modele | None = None,
) -> Preparation:
    """Do the same from answers already read; `modele`: a text that is only being tried."""
    store, perimetre = bureau.store, bureau.perimetre
    reference, parametres = load_reference(), load_parameters()
    campagne = campaign_of(mois, parametres)
    jour = day_in_paris(bureau.clock()) if au is None else au
    if jour < campagne.ouverture:
        raise UserFacingError(
            typeset(
                f"La collecte {of_month(campagne.mois)} ouvre le {long_date(campagne.ouverture)} : au "
                f"{long_date(jour)}, personne n'est en retard."
            )
        )
    attendues = perimetre.restrict(reference.attendues(first_month(parametres), campagne.mois))
    answered = totaux["mois"].min()
    if isinstance(answered, date):
        # Nobody was absent before the first answer that this store holds.
        attendues = attendues.filter((pl.col("mois") >= answered) | (pl.col("mois") == campagne.mois))
    collecte = store.collecte()
    sent = collecte.reminders(perimetre, mois=campagne.mois).filter(pl.col("etape") == MESSAGERIE)
    left = sent.filter(pl.col("resultat") == ENVOYE)
    doubtful = sent.filter(pl.col("resultat") == EN_COURS)
    closed = jour > campagne.cloture
    if rouvrir_jusqu_au is not None and rouvrir_jusqu_au < jour:
        raise UserFacingError(
            typeset(f"Le {long_date(rouvrir_jusqu_au)} est déjà passé : donnez un jour à venir.")
        )
    opened = _open_again(collecte.reopenings(perimetre, connu_le=au), campagne.mois, jour) if closed else {}
    fictif = store.etat().demo
    rappels = write_reminders(
        list_to_remind(
            totaux,
            attendues,
            lots,
            collecte.reminders(perimetre, connu_le=au),
            mois=campagne.mois,
            clotures=closings_of(campaign_of(mois, parametres) for mois in attendues["mois"].unique()),
        ),
        reference.in_force(campagne.mois),
        reference.cours,
        Papier(
            modele=modele or template_of(store),
            domaine=bureau.reglages.domaine_messagerie,
            boites=collecte.mailboxes(perimetre, mois=campagne.mois),
            adresse_publique=bureau.reglages.adresse_publique,
            fictif=fictif,
        ),
        campagne=campagne,
        jour=jour,
        rouvertes=opened if rouvrir_jusqu_au is None else _until(attendues, opened, rouvrir_jusqu_au),
    )
    codes = {each.juridiction for each in rappels}
    return Preparation(
        campagne=campagne,
        jour=jour,
        en_vigueur=Counter(attendues.filter(pl.col("mois") == campagne.mois)["cour"]),
        rappels=rappels,
        deja=dict(left.select("juridiction", "connu_le").iter_rows()),
        douteuses={
            row["juridiction"]: tell_doubt(row["auteur"], row["connu_le"], bureau.clock())
            for row in doubtful.iter_rows(named=True)
        },
        closes=frozenset(codes - opened.keys()) if closed and rouvrir_jusqu_au is None else frozenset(),
        a_rouvrir=(
            {code: rouvrir_jusqu_au for code in codes if opened.get(code, date.min) < rouvrir_jusqu_au}
            if closed and rouvrir_jusqu_au is not None
            else {}
        ),
        fictif=fictif,
    )


def _open_again(reopened: dy.DataFrame[Reouvertures], mois: date, jour: date) -> dict[str, date]:
    """Give the juridictions that may still answer for a month whose campaign is over, and until when."""
    rows = reopened.filter(pl.col("mois") == mois).sort("reouverture")
    until = dict(rows.select("juridiction", "jusqu_au").iter_rows())
    return {code: day for code, day in until.items() if day >= jour}


def _until(attendues: pl.DataFrame, opened: Mapping[str, date], day: date) -> dict[str, date]:
    """Give the day until which each juridiction may answer once its form is opened again, perhaps longer."""
    return {code: max(day, opened.get(code, day)) for code in attendues["juridiction"].unique()}


def template_of(store: Store) -> Modele:
    """Give the text of the reminders: the one kept, else that of the product."""
    return store.collecte().template() or load_template()


def keep_template(bureau: Bureau, modele: Modele | None) -> None:
    """Keep the text of the reminders to come, if it can be filled in; None goes back to the product's."""
    if modele is not None:
        modele = clean(modele)
        check_template(modele)
    bureau.store.collecte().keep_template(
        bureau.perimetre, modele, auteur=bureau.auteur, connu_le=bureau.clock()
    )


def note_call(bureau: Bureau, *, mois: date, juridiction: str, dit: str) -> None:
    """Keep what was said on the telephone."""
    envoi = Envoi(mois, juridiction, TELEPHONE, adresse="", message_id="", texte=dit)
    bureau.store.collecte().note_reminder(
        bureau.perimetre, envoi, resultat=APPELE, auteur=bureau.auteur, connu_le=bureau.clock()
    )


def send(
    bureau: Bureau, preparation: Preparation, *, renvoyer: bool, progress: Callable[[float, str], None]
) -> Bilan:
    """Send each reminder, and keep what became of it before the next one leaves.

    One that is refused does not stop the others; past a connection lost for good, the rest is not tried.
    Raises `UserFacingError`, nothing being sent, on a store of demonstration, when a setting is missing,
    and when the server cannot be reached.
    """
    check_ready(bureau, fictif=preparation.fictif)
    check_open(preparation, renvoyer=renvoyer)
    collecte, mois = bureau.store.collecte(), preparation.campagne.mois
    waiting = list(preparation.to_send(renvoyer=renvoyer))
    sent: list[Rappel] = []
    known: list[tuple[Rappel, str]] = []
    refused: list[tuple[Rappel, str]] = []
    doubtful = list(preparation.in_doubt())
    if not waiting:
        return Bilan((), (), (), (), tuple(doubtful))
    number_of_them = len(waiting)
    with Poste(bureau.reglages) as poste:
        while waiting:
            rappel = waiting.pop(0)
            progress(1 - (len(waiting) + 1) / number_of_them, rappel.nom)
            moment = bureau.clock()
            letter = write_letter(bureau, rappel, mois, moment)
            reopen(bureau, preparation, rappel)
            try:
                relance = collecte.begin_reminder(
                    bureau.perimetre,
                    envoi_of(rappel, letter, mois),
                    renvoyer=renvoyer,
                    auteur=bureau.auteur,
                    connu_le=moment,
                )
            except AlreadyRemindedError as told:
                known.append((rappel, str(told)))
                continue
            except InDoubtError as told:
                doubtful.append((rappel, str(told)))
                continue
            why = _post(poste, letter)
            resultat = ENVOYE if why is None else typeset(f"{REFUSE} : {why}")
            collecte.end_reminder(relance, resultat=resultat, connu_le=bureau.clock())
            if why is None:
                sent.append(rappel)
            else:
                refused.append((rappel, why))
            if why == LOST:
                break
    return Bilan(tuple(sent), tuple(known), tuple(refused), tuple(waiting), tuple(doubtful))


def settle_doubts(bureau: Bureau, preparation: Preparation, *, partis: bool) -> int:
    """Say, of every reminder in doubt of a preparation, whether it left; give how many there were."""
    return bureau.store.collecte().settle_doubts(
        bureau.perimetre,
        mois=preparation.campagne.mois,
        juridictions=[rappel.juridiction for rappel, _ in preparation.in_doubt()],
        partis=partis,
        auteur=bureau.auteur,
        connu_le=bureau.clock(),
    )


def check_open(preparation: Preparation, *, renvoyer: bool) -> None:
    """Refuse to invite a juridiction to a form that would refuse its answer."""
    shut = [each for each in preparation.to_send(renvoyer=renvoyer) if each.juridiction in preparation.closes]
    if shut:
        campagne, names = preparation.campagne, some_of((each.nom for each in shut[:3]), len(shut))
        raise UserFacingError(
            typeset(
                f"La collecte {of_month(campagne.mois)} est close depuis le {long_date(campagne.cloture)} : "
                f"le questionnaire refuserait les réponses demandées ({names}). Donnez "
                "le jour jusqu'auquel rouvrir leur mois : il l'est à l'envoi du message."
            )
        )


def reopen(bureau: Bureau, preparation: Preparation, rappel: Rappel) -> None:
    """Take the answer of a juridiction again, where its reminder says so."""
    until = preparation.a_rouvrir.get(rappel.juridiction)
    if until is not None:
        bureau.store.collecte().reopen(
            bureau.perimetre,
            mois=preparation.campagne.mois,
            juridiction=rappel.juridiction,
            jusqu_au=until,
            motif=REOPENED_FOR,
            auteur=bureau.auteur,
            connu_le=bureau.clock(),
        )


def check_address(bureau: Bureau) -> None:
    """Refuse a public address that nobody else can open: every message would carry it."""
    if told := tell_unreachable(bureau.reglages):
        raise UserFacingError(told)


def tell_unreachable(reglages: Settings) -> str:
    """Say that the public address cannot be opened by those it is sent to; nothing where it can."""
    given = reglages.adresse_publique
    if "adresse_publique" in reglages.model_fields_set and not _only_here(given):
        return ""
    return typeset(
        f"Le lien des messages mènerait à « {given} », que les juridictions ne peuvent pas ouvrir : "
        "réglez VIGIE_ADRESSE_PUBLIQUE (le tableau du README dit comment)."
    )


def _only_here(adresse: str) -> bool:
    """Tell an address of this very machine, or none at all, from one that others can open."""
    try:
        parts = urlsplit(adresse)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme not in ("http", "https") or not host or host.split(".")[-1] == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def check_ready(bureau: Bureau, *, fictif: bool) -> None:
    """Refuse to send from a demonstration, or before the settings say from whom, through what, to where."""
    if fictif:
        raise UserFacingError(
            "Cet entrepôt contient la démonstration fictive : elle n'envoie aucun message. Écrivez-les dans "
            "un dossier pour les voir, ou videz-la d'abord avec « vigie vider-demo »."
        )
    needed = ("smtp_hote", "expediteur", "adresse_publique")
    given = bureau.reglages.model_fields_set
    missing = [name for name in needed if name not in given or not getattr(bureau.reglages, name)]
    if missing:
        names = enumeration(f"VIGIE_{name.upper()}" for name in missing)
        raise UserFacingError(
            typeset(f"Aucun message ne peut partir : réglez {names} (le tableau du README dit comment).")
        )
    check_address(bureau)
    check_sender(bureau.reglages.expediteur)


def write_letter(bureau: Bureau, rappel: Rappel, mois: date, moment: datetime) -> Courrier:
    # Short, so that no server ever folds the line it stands on.
    """Write the message of one reminder."""
    stamp = sha256(f"{mois} {rappel.juridiction} {moment.isoformat()}".encode()).hexdigest()[:24]
    return Courrier(
        expediteur=bureau.expediteur,
        destinataire=rappel.adresse,
        sujet=rappel.sujet,
        corps=rappel.corps,
        message_id=f"<{stamp}@{check_sender(bureau.expediteur)}>",
        moment=moment,
    )


def envoi_of(rappel: Rappel, letter: Courrier, mois: date) -> Envoi:
    """Give what is kept of one message."""
    return Envoi(
        mois,
        rappel.juridiction,
        MESSAGERIE,
        adresse=rappel.adresse,
        message_id=letter.message_id,
        texte=f"{rappel.sujet}\n\n{rappel.corps}",
    )


def _post(poste: Poste, letter: Courrier) -> str | None:
    """Send one message; say why it did not leave, None when it did."""
    try:
        message = compose(letter, brouillon=False)
    except (MessageError, ValueError):
        return "un caractère de ce message ne peut pas être transmis"
    try:
        poste.send(message)
    except RefusedError as refused:
        return str(refused)
    except DroppedError:
        return LOST
    return None
