"""Reports and cases of moderation, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from typing_extensions import override

from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of
from libs.kernel.vocabulary import ReportReason
from libs.ports.database import Work
from services.ingestion.adapters.tables import CASES, REPORTS
from services.ingestion.domain.moderation import Case, Report, Ruling, State
from services.ingestion.ports.record import Cases


class SqlCases(Cases):
    """One row per story that was ever reported, one per story and who reports it."""

    @override
    def get(self, work: Work, story_id: str) -> Case | None:
        query = sa.select(CASES).where(CASES.c.story_id == story_id)
        row = connection_of(work).execute(query).mappings().first()
        return _case(row) if row else None

    @override
    def put(self, work: Work, case: Case) -> None:
        upsert(work, CASES, asdict(case) | {"changed_at": case.changed_at.isoformat()})

    @override
    def find(
        self, work: Work, states: Sequence[State], programme: str, *, after: str, limit: int
    ) -> Sequence[Case]:
        query = sa.select(CASES).where(CASES.c.state.in_(states), CASES.c.story_id > after)
        if programme:
            query = query.where(CASES.c.programme == programme)
        rows = connection_of(work).execute(query.order_by(CASES.c.story_id).limit(limit))
        return [_case(row) for row in rows.mappings()]

    @override
    def report_of(self, work: Work, story_id: str, reporter: str) -> Report | None:
        this = sa.and_(REPORTS.c.story_id == story_id, REPORTS.c.reporter == reporter)
        row = connection_of(work).execute(sa.select(REPORTS).where(this)).mappings().first()
        return _report(row) if row else None

    @override
    def put_report(self, work: Work, report: Report) -> None:
        upsert(work, REPORTS, asdict(report) | {"at": report.at.isoformat()})

    @override
    def reports_by(self, work: Work, reporter: str) -> Sequence[Report]:
        query = sa.select(REPORTS).where(REPORTS.c.reporter == reporter).order_by(REPORTS.c.at)
        return [_report(row) for row in connection_of(work).execute(query).mappings()]

    @override
    def open_reports(self, work: Work, story_ids: Sequence[str]) -> Sequence[Report]:
        of_these = sa.and_(REPORTS.c.story_id.in_(story_ids), REPORTS.c.is_settled.is_(False))
        query = sa.select(REPORTS).where(of_these).order_by(REPORTS.c.at, REPORTS.c.reporter)
        return [_report(row) for row in connection_of(work).execute(query).mappings()]

    @override
    def settle(self, work: Work, story_id: str, sequence: int) -> None:
        change = sa.update(REPORTS).where(REPORTS.c.story_id == story_id)
        connection_of(work).execute(change.values(is_settled=True, sequence=sequence))

    @override
    def silence(self, work: Work, story_id: str) -> None:
        change = sa.update(CASES).where(CASES.c.story_id == story_id)
        connection_of(work).execute(change.values(explanation="", appeal=""))

    @override
    def remove(self, work: Work, story_id: str) -> None:
        for table in (REPORTS, CASES):
            connection_of(work).execute(sa.delete(table).where(table.c.story_id == story_id))

    @override
    def forget(self, work: Work, member_id: str) -> None:
        connection = connection_of(work)
        connection.execute(sa.delete(REPORTS).where(REPORTS.c.reporter == member_id))
        change = sa.update(CASES).where(CASES.c.decided_by == member_id)
        connection.execute(change.values(decided_by=""))


def read_ruling(stored: Mapping[str, Any]) -> Ruling:
    """Return the ruling that a story's row holds as JSON."""
    return Ruling(**{**stored, "state": State(stored["state"]), "reason": _reason(stored)})


def _case(row: sa.RowMapping) -> Case:
    values: dict[str, Any] = dict(row)
    values |= {
        "state": State(values["state"]),
        "changed_at": datetime.fromisoformat(values["changed_at"]),
        "reason": _reason(values),
    }
    return Case(**values)


def _report(row: sa.RowMapping) -> Report:
    values: dict[str, Any] = dict(row)
    values |= {
        "reason": ReportReason(values["reason"]),
        "at": datetime.fromisoformat(values["at"]),
    }
    return Report(**values)


def _reason(values: Mapping[str, Any]) -> ReportReason | None:
    return ReportReason(values["reason"]) if values["reason"] else None
