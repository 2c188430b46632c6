"""What both engines, and both ways to run, are asked to find alike in the sample."""

from pathlib import Path

import services

SAMPLE = Path(*services.__path__) / "ingestion" / "sample"
TOP = 10
LEAST_OVERLAP = 0.95
QUESTIONS = (
    "eenzaamheid bij ouderen",
    "evening for carers of people with dementia",
    "mantelzorgers die niet van huis weg kunnen",
    "samen koken met buren",
    "young people who are in debt",
    "taalles voor nieuwkomers",
    "volunteers who stop coming",
    "respijtzorg aan huis",
    "an app that nobody used",
    "huisarts verwijst naar het buurthuis",
    "walking together in the park",
    "how do we find money after the pilot",
    "kinderen van ouders met schulden",
    "what went wrong with the waiting list",
)
