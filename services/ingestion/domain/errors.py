"""The errors that only ingestion raises."""

from libs.kernel.errors import AppError


class StaleError(AppError):
    """Somebody changed the thing since it was read."""

    status = 412
    code = "stale"
    title = "It was changed meanwhile"
