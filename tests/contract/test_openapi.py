"""The OpenAPI document against the real house: schemathesis sends what it allows and what it forbids.

Whatever comes in, there is no 5xx, and every answer is one that the document describes.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.conftest import Stack

load_all_checks()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


BOUNDED = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_describes(stack: Stack, subtests: pytest.Subtests) -> None:
    """Signed in as the owner, so that staff routes are reached, too; one sub-test per operation."""
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", stack.app)
    document.config.max_stream_events = 1  # of an endless answer the beginning is read
    owner = stack.bearer()
    found = [result.ok() for result in document.get_all_operations()]
    assert len(found) > 50
    for operation in found:
        with subtests.test(operation.label):
            explore(operation, owner)


def explore(operation: Any, headers: dict[str, str]) -> None:
    """Send this operation what its description allows, and what it forbids."""
    for mode in MODES:

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        send()
