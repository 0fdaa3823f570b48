"""What a practice's plan ("Tarif") includes."""

from collections.abc import Mapping
from typing import Any

WITH_SMS = frozenset({"standard", "premium"})


def allows_sms(practice: Mapping[str, Any] | None) -> bool:
    """Row V2: on another plan no SMS is sent at all. A practice that we have not heard of yet has none."""
    return (practice or {}).get("plan") in WITH_SMS
