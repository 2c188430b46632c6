"""What invented members write about: short phrases in two languages that combine into sentences."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("nl", "en")


def _both(rows: str) -> Mapping[str, tuple[str, ...]]:
    pairs = [line.split(" | ") for line in rows.strip().splitlines()]
    return MappingProxyType(
        {"nl": tuple(dutch for dutch, _ in pairs), "en": tuple(english for _, english in pairs)}
    )


DEEDS = _both("""
samen koken | cooking together
wandelen in kleine groepen | walking in small groups
voorlezen aan tafel | reading aloud at the table
fietsen repareren | repairing bicycles
op huisbezoek gaan | visiting people at home
's avonds bellen | calling in the evening
een moestuin onderhouden | keeping a kitchen garden
muziek maken | making music
samen sporten | exercising together
leren omgaan met geld | learning to handle money
formulieren invullen | filling in forms
verhalen opschrijven | writing down stories
oppas aan huis regelen | arranging respite at home
een buurtkamer openhouden | keeping a common room open
mensen naar afspraken brengen | driving people to appointments
ervaringen uitwisselen | exchanging experiences
digitale vragen beantwoorden | answering questions about computers
taal oefenen | practising the language
meepraten over de straat | having a say about the street
een eerste baan zoeken | looking for a first job
kamers verhuren aan studenten | letting rooms to students
een warme overdracht oefenen | rehearsing a warm handover
""")
PLACES = _both("""
de bibliotheek | the library
het dorpshuis | the village hall
een leegstaande winkel | an empty shop
het gezondheidscentrum | the health centre
de kantine van de voetbalclub | the football club's canteen
een boerderij | a farm
het stadhuis | the town hall
de basisschool | the primary school
een woonzorgcentrum | a care home
de werkplaats | the workshop
een kerkzaal | a church hall
het ziekenhuis | the hospital
het park | the park
een woonboot | a houseboat
de huisartsenpraktijk | the doctor's practice
het theater | the theatre
""")
_TOWNS = """
Deventer Emmen Gouda Hasselt Heerlen Kampen Leeuwarden Lochem Maassluis Middelburg Oss Sneek
Terneuzen Tiel Veendam Venlo Winschoten Zutphen Bradford Cork Derry Dundee Galway Hull Leith
Margate Oldham Paisley Salford Sligo Stoke Swansea Whitby
"""
TOWNS = tuple(_TOWNS.split())
HOURS = _both("""
elke dinsdagavond | every Tuesday evening
eens in de twee weken | once a fortnight
op zaterdagochtend | on Saturday mornings
zes weken achter elkaar | six weeks in a row
de eerste maandag van de maand | on the first Monday of the month
iedere werkdag van negen tot elf | every weekday from nine to eleven
in de schoolvakanties | in the school holidays
elke eerste vrijdag na het avondeten | every first Friday after supper
""")
SNAGS = _both("""
wie het meest overbelast is zegt op de dag zelf af | whoever needs it most cancels on the day
de verwijzers vergeten ons na een maand | those who refer people forget us after a month
het hangt aan één collega die te veel doet | it hangs on one colleague who does too much
de subsidie loopt in december af | the grant ends in December
niemand van de gemeente kwam kijken | nobody from the council came to look
het vervoer valt steeds uit | transport keeps failing
mensen schamen zich om binnen te komen | people are ashamed to come in
onze systemen mogen geen gegevens delen | our systems may not share data
de vrijwilligers worden zelf ouder | the volunteers are growing old themselves
we bereiken alleen wie al meedoet | we only reach those who already take part
de zaal werd na een jaar verkocht | the hall was sold after a year
het bewijs overtuigt de verzekeraar niet | the evidence does not convince the insurer
""")
NEEDS = _both("""
hoe je verwijzers erbij houdt | how to keep those who refer on board
een begroting die ook na de proef klopt | a budget that still works after the pilot
iemand die het al jaren volhoudt | somebody who has kept it up for years
een manier om effect te laten zien zonder enquêtes | a way to show effect without surveys
hoe je mensen bereikt die nergens komen | how to reach people who go nowhere
een contract met de verzekeraar | a contract with the insurer
hoe je nieuwe vrijwilligers inwerkt | how to train new volunteers
hoe je stopt zonder mensen kwijt te raken | how to stop without losing people
een collega in een andere stad om mee te sparren | a colleague in another town to think with
toestemming om gegevens te delen | permission to share data
""")
OFFERS = _both("""
een draaiboek van zes bijeenkomsten | a script for six meetings
de uitnodigingsbrief die wel werkte | the invitation that did work
een rekenblad voor uren en kosten | a spreadsheet of hours and costs
een training van een dag | a training of one day
onze afspraken met de huisartsen | our agreements with the doctors
een film van vier minuten | a film of four minutes
een lijst van wat misging | a list of what went wrong
contact met ervaren vrijwilligers | contact with experienced volunteers
een plattegrond van de zaal | a plan of the hall
voorbeelden van vragen die gesprekken openen | examples of questions that open a talk
""")
RESULTS = _both("""
vijf van de acht mensen zien elkaar nu ook elders | five of the eight people now meet elsewhere too
na een half jaar kwam de helft nog | after half a year one half still came
twee mensen vonden werk | two people found work
de wachtlijst werd een derde korter | the waiting list became a third shorter
we hebben het na vier maanden gestopt | we stopped it after four months
de groep draait zonder ons door | the group goes on without us
drie dorpen namen het over | three villages took it over
niemand wilde terug naar hoe het was | nobody wanted to go back to how it was
het aantal spoedvragen daalde | urgent requests went down
het kostte twee keer zoveel tijd als gedacht | it took twice the time we had thought
""")
SENTENCES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "nl": MappingProxyType(
            {
                "what": (
                    "In {place} in {town} doen {amount} {people} {hour} aan {deed}, om {theme}.",
                    "Wij helpen {people} in {town} met {deed}, {hour}, in {place}, om {theme}.",
                    "Voor {people} die te maken hebben met {theme} doen wij in {town} aan {deed}.",
                ),
                "struggle": ("Waar het stokt: {snag}.", "Het moeilijkste is dat {snag}."),
                "need": ("Ik zoek {need}.", "Wij willen weten: {need}."),
                "offer": ("Van ons kun je krijgen: {offer}.", "Wij delen graag {offer}."),
                "result": ("Wat het opleverde: {result}.", "In het {amount}e jaar: {result}."),
            }
        ),
        "en": MappingProxyType(
            {
                "what": (
                    "At {place} in {town} {amount} {people} are {deed} {hour}, about {theme}.",
                    "We help {people} in {town} with {deed}, {hour}, at {place}, about {theme}.",
                    "For {people} whose lives are about {theme} we are {deed} in {town}.",
                ),
                "struggle": ("Where it sticks: {snag}.", "The hardest thing is that {snag}."),
                "need": ("I am looking for {need}.", "We want to know: {need}."),
                "offer": ("From us you can have {offer}.", "We gladly share {offer}."),
                "result": ("What came of it: {result}.", "In year {amount}: {result}."),
            }
        ),
    }
)
