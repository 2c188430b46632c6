"""What members read on the pages and in the mail with a link, in Dutch and English."""

from collections.abc import Mapping

from libs.kernel.vocabulary import CONSENT_TEXTS, Label
from services.gateway.domain.phrases import PAGES, RESULTS

_MAIL = {
    "mail_subject": Label(
        nl="Je link om in te loggen bij Kring", en="Your link to sign in to Kring"
    ),
    "mail_body": Label(
        nl=(
            "Dag {name},\n\n"
            "Met deze link log je in bij Kring ({programme}). "
            "Hij werkt één keer, een half uur lang:\n\n"
            "{url}\n\n"
            "Heb je hier niet om gevraagd? Dan hoef je niets te doen.\n\n"
            "Groet van Kring\n"
        ),
        en=(
            "Hello {name},\n\n"
            "This link signs you in to Kring ({programme}). It works once, for half an hour:\n\n"
            "{url}\n\n"
            "Did you not ask for it? Then there is nothing to do.\n\n"
            "Kind regards, Kring\n"
        ),
    ),
}


def _labels(rows: str) -> dict[str, Label]:
    parsed = (line.split("|") for line in rows.strip().splitlines() if line.strip())
    return {key: Label(nl=nl, en=en) for key, nl, en in parsed}


_CONSENTS = {f"may_{purpose.value}": label for purpose, label in CONSENT_TEXTS.items()}
TEXTS: Mapping[str, Label] = _MAIL | _CONSENTS | _labels(PAGES) | _labels(RESULTS)


def text(language: str, key: str) -> str:
    """Return a text in Dutch for ``nl``, else in English."""
    return TEXTS[key].text(language)
