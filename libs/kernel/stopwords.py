"""Words that say nothing of what a question is about: they are left out of it."""

from collections.abc import Mapping
from types import MappingProxyType

_DUTCH = """
aan af al alle alleen alles als altijd andere anders ben bent bij daar daarbij daarom dan dat de
den der deze die dit doch doen door dus echter een eens elk elke en er ge geen geweest haar had heb
hebben hebt heeft hem hen het hier hij hoe hoeveel hun ieder iedere iemand iets ik in is ja je jou
jouw jullie kan kon kunnen maak maar mag me meer men met mij mijn moet moeten mogen na naar niet
niets nog nu of om omdat onder ons onze ook op over per reeds sinds steeds te tegen tijdens toch
toen tot tussen u uit uw vaak van vanaf veel via voor vooral waar waarbij waarmee waarom wanneer
want waren was wat we welke werd wezen wie wij wil word worden wordt zal ze zelf zich zij zijn zo
zoals zodat zonder zou zulke
"""
_ENGLISH = """
a about above after again all also although am among an and any are around as at be because been
before being below between both but by can cannot could did do does doing down during each few for
from further had has have having he her here hers him his how i if in into is it its itself many
may me might more most much must my no nor not of off on once one only or other our ours out over
own same shall she should since so some such than that the their theirs them then there these they
this those though through to too two under until up upon us very was we were what when where
whether which while who whom whose why will with within without would yet you your yours
"""

STOP_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"nl": frozenset(_DUTCH.split()), "en": frozenset(_ENGLISH.split())}
)
"""By language, in lower case and without accents.

More than engines leave out by themselves, which helps on both collections (docs/adr/0008).
"""
