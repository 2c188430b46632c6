"""English and Dutch names of countries to the codes of ISO 3166-1."""

from types import MappingProxyType

_NAMES = """
AL Albania|AM Armenia|AR Argentina|AT Austria|AT Oostenrijk|AU Australia|BE Belgium|BE België
BG Bulgaria|BR Brazil|BY Belarus|CA Canada|CH Switzerland|CH Zwitserland|CI Cote d'Ivoire|CL Chile
CN China|CO Colombia|CY Cyprus|CZ Czech Republic|CZ Czechia|CZ Tsjechië|DE Germany|DE Duitsland
DK Denmark|DK Denemarken|EC Ecuador|EE Estonia|EG Egypt|ES Spain|ES Spanje|FI Finland|FR France
FR Frankrijk|GB United Kingdom|GB Verenigd Koninkrijk|GE Georgia|GR Greece|GR Griekenland
HK Hong Kong|HR Croatia|HU Hungary|HU Hongarije|ID Indonesia|IE Ireland|IE Ierland|IL Israel
IN India|IS Iceland|IS IJsland|IT Italy|IT Italië|JM Jamaica|JP Japan|KR Korea, Republic of
KR South Korea|LT Lithuania|LU Luxembourg|LU Luxemburg|LV Latvia|MA Morocco|MD Moldova
MD Moldova, Republic of|ME Montenegro|MK North Macedonia
MK Macedonia, the former Yugoslav Republic of
MT Malta|MX Mexico|NL Netherlands|NL The Netherlands|NL Nederland
NO Norway|NO Noorwegen
NZ New Zealand|PE Peru|PL Poland|PL Polen|PT Portugal|QA Qatar|RO Romania|RS Serbia
RU Russian Federation|SE Sweden|SE Zweden|SI Slovenia|SK Slovakia|SR Suriname|TN Tunisia|TR Turkey
TR Turkije|UA Ukraine|US United States|US United States of America|US Verenigde Staten|XK Kosovo
ZA South Africa|ZA Zuid-Afrika
"""

_CODES = MappingProxyType(
    {
        entry[3:].strip().casefold(): entry[:2]
        for line in _NAMES.strip().splitlines()
        for entry in line.split("|")
    }
)


def country_code(name: str) -> str:
    """Return the code of a country by its name; what is no name we know is returned as it is."""
    return _CODES.get(name.strip().casefold(), name)
