"""Lost updates: a change says which version it was made from."""

from collections.abc import Mapping
from typing import Any

from availability.domain.errors import PreconditionFailed


def check_version(row: Mapping[Any, Any], request: dict[str, Any]) -> None:
    """Raise PreconditionFailed if the request was made from another version of the row than the one that is stored."""
    wanted = request.get("if_version")
    if wanted is not None and wanted != row["version"]:
        raise PreconditionFailed(version=row["version"])
