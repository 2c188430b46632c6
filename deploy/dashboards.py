"""The dashboards of Kring, as files in ``charts/kring/dashboards``.

The chart and docker-compose both take them from there. ``python -m deploy.dashboards`` writes them,
``--check`` tells whether they are current.
"""

import json
import sys
from pathlib import Path

from deploy.grafana import WINDOW, Dashboard, Panel, most, quantile, rate, rendered, share, total
from libs.kernel import metrics as m

FOLDER = Path(__file__).parents[1] / "charts" / "kring" / "dashboards"
SEARCHING = "~/v1/search.*"
ERRORS = "~5.."

NETWORK = Dashboard(
    "network",
    "Kring: the network",
    [
        Panel("Visits", "Requests a second that reach the gateway.", "reqps",
              [rate(m.HTTP_SECONDS, "status", service="gateway")]),
        Panel("What people wait", "Of 100 answers of the gateway, 50, 95 and 99 came sooner.", "s",
              [quantile(each, m.HTTP_SECONDS, service="gateway", legend=f"{each:.0%}")
               for each in (0.5, 0.95, 0.99)]),
        Panel("What changes", "Events a second, by the service that publishes them.", "cps",
              [rate(m.PUBLISHED, "service")]),
        Panel("What others learn of it", "Events a second that a service applied.", "cps",
              [rate(m.CONSUMED, "topic", "service", outcome="applied")]),
        Panel("Searches", "Searches a second, for stories and for people.", "reqps",
              [rate(m.HTTP_SECONDS, "route", service="search", route=SEARCHING)]),
        Panel("Told to members", "Mails a second, by what became of them.", "cps",
              [rate(m.DELIVERIES, "outcome")]),
    ],
)  # fmt: skip

SERVICES = Dashboard(
    "services",
    "Kring: services",
    [
        Panel("Processes", "How many processes run each role.", "short",
              [total(m.ROLE, "service", "role")]),
        Panel("Not ready", "Parts that keep a process from being ready; its /readyz names them.",
              "short", [most(m.UNREADY, "instance")]),
        Panel("Requests", "Requests a second, by the service that answers.", "reqps",
              [rate(m.HTTP_SECONDS, "service")]),
        Panel("Errors of ours", "Share of the answers that are 500 and above.", "percentunit",
              [share(rate(m.HTTP_SECONDS, "service", status=ERRORS),
                     rate(m.HTTP_SECONDS, "service"), legend="{{service}}")]),
        Panel("Time to answer", "Of 100 answers 95 came sooner, by service.", "s",
              [quantile(0.95, m.HTTP_SECONDS, "service")]),
        Panel("Time to answer, by route", "Of 100 answers 95 came sooner, by route.", "s",
              [quantile(0.95, m.HTTP_SECONDS, "service", "route")]),
        Panel("Background tasks", "Runs a second that went well.", "cps",
              [rate(m.TASKS, "task", outcome="done")]),
        Panel("Background tasks that failed", "Runs a second; the log has the reason.", "cps",
              [rate(m.TASKS, "task", outcome="failed")]),
        Panel("Texts encoded", "Texts a second that became vectors.", "cps",
              [rate(m.ENCODED, "purpose")]),
        Panel("Time to encode", "Of 100 batches 95 took less.", "s",
              [quantile(0.95, m.ENCODING_SECONDS, "purpose")]),
    ],
)  # fmt: skip

LOG = Dashboard(
    "kafka",
    "Kring: events and lag",
    [
        Panel("Lag", "Records published and not yet taken, by service and topic.", "short",
              [total(m.LAG, "service", "topic")]),
        Panel("Lag by partition", "One partition that stays behind has a consumer in trouble.",
              "short", [total(m.LAG, "service", "topic", "partition")]),
        Panel("Standing still", "How long a consumer has neither finished a batch nor been idle.",
              "s", [most(m.CONSUMER_STUCK, "service", "instance")]),
        Panel("Put back", "Batches a second that wait for something outside to come back.", "cps",
              [rate(m.CONSUMER_RETRIES, "service", legend="{{service}} consumer"),
               rate(m.RELAY_RETRIES, "service", legend="{{service}} relay")]),
        Panel("Taken", "Events a second, by outcome.", "cps",
              [rate(m.CONSUMED, "service", "outcome")]),
        Panel("Time a batch takes", "Of 100 batches 95 took less, by topic.", "s",
              [quantile(0.95, m.HANDLED_SECONDS, "service", "topic")]),
        Panel("Outbox", "Rows that wait to be published.", "short", [most(m.OUTBOX, "service")]),
        Panel("Outbox, oldest", "Age of the oldest row that waits.", "s",
              [most(m.OUTBOX_AGE, "service")]),
        Panel("Published", "Events a second handed to the log.", "cps",
              [rate(m.PUBLISHED, "service")]),
        Panel("Dead letters", "Records that could not be processed: `kring dlq list`.", "short",
              [most(m.DEAD_LETTERS, "service")]),
    ],
)  # fmt: skip

SEARCH = Dashboard(
    "search",
    "Kring: search",
    [
        Panel("Searches", "Searches a second, by route.", "reqps",
              [rate(m.HTTP_SECONDS, "route", service="search", route=SEARCHING)]),
        Panel("Time to answer", "Of 100 searches 50, 95 and 99 were answered sooner.", "s",
              [quantile(each, m.HTTP_SECONDS, service="search", route=SEARCHING,
                        legend=f"{each:.0%}") for each in (0.5, 0.95, 0.99)]),
        Panel("Time of each leg", "Of 100 times 95 were shorter, in the engine.", "s",
              [quantile(0.95, m.SEARCH_SECONDS, "index", "leg", service="search")]),
        Panel("Searches that failed", "Share of searches answered with 500 and above.",
              "percentunit",
              [share(rate(m.HTTP_SECONDS, service="search", route=SEARCHING, status=ERRORS),
                     rate(m.HTTP_SECONDS, service="search", route=SEARCHING), legend="failed")]),
        Panel("Time to encode a question", "Of 100 questions 50 and 95 took less.", "s",
              [quantile(each, m.ENCODING_SECONDS, purpose="query", legend=f"{each:.0%}")
               for each in (0.5, 0.95)]),
        Panel("Questions remembered", "Share of questions whose vector was still known.",
              "percentunit",
              [share(rate(m.REMEMBERED, purpose="query"), rate(m.REMEMBERED, purpose="query"),
                     rate(m.ENCODED, purpose="query"), legend="remembered")]),
        Panel("Behind", "Changes that searches do not show yet.", "short",
              [total(m.LAG, "topic", service="search")]),
        Panel("Time to take in a batch", "Of 100 batches 95 took less.", "s",
              [quantile(0.95, m.HANDLED_SECONDS, "topic", service="search")]),
    ],
)  # fmt: skip

DELIVERY = Dashboard(
    "delivery",
    "Kring: delivery",
    [
        Panel("Mails", "Mails a second, by what became of them.", "cps",
              [rate(m.DELIVERIES, "channel", "outcome")]),
        Panel("Not delivered", "Share that failed, or of which nobody knows.", "percentunit",
              [share(rate(m.DELIVERIES, "channel", outcome="~failed|unknown"),
                     rate(m.DELIVERIES, "channel", outcome="~sent|failed|unknown"),
                     legend="{{channel}}")]),
        Panel("Due", "Notifications that should have left.", "short",
              [most(m.DELIVERIES_DUE, "channel")]),
        Panel("Due, oldest", "How long the longest due has been waiting.", "s",
              [most(m.DELIVERIES_AGE, "channel")]),
        Panel("Work of notification", "Runs a second, by task and outcome.", "cps",
              [rate(m.TASKS, "task", "outcome", service="notification")]),
        Panel("Behind", "Changes that members were not told of yet.", "short",
              [total(m.LAG, "topic", service="notification")]),
    ],
)  # fmt: skip

ALL = (NETWORK, SERVICES, LOG, SEARCH, DELIVERY)


def files() -> dict[str, str]:
    """Return every file by its name, as it is to be."""
    return {
        f"{each.name}.json": json.dumps(rendered(each), indent=1, ensure_ascii=False) + "\n"
        for each in ALL
    }


def outdated() -> list[str]:
    """Return the files that are not as the code would write them, and those it would not."""
    wanted = files()
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))


def as_rules() -> str:
    """Return every expression as a recording rule, for promtool to look at its grammar."""
    rules = [
        {"record": f"kring:{each.name}:{place}", "expr": query.expression.replace(WINDOW, "5m")}
        for each in ALL
        for place, query in enumerate(query for panel in each.panels for query in panel.queries)
    ]
    return json.dumps({"groups": [{"name": "dashboards", "rules": rules}]})


def main(arguments: list[str]) -> int:
    """Write the files, tell what is not current, or print the expressions as rules."""
    if arguments == ["--rules"]:
        sys.stdout.write(as_rules())
        return 0
    if arguments == ["--check"]:
        for name in outdated():
            sys.stderr.write(f"{name} is not current: run python -m deploy.dashboards\n")
        return int(bool(outdated()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
