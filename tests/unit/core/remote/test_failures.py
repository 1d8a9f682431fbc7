from __future__ import annotations

import pytest

from regraft.core import DataError
from regraft.core.remote.failures import explained


class NoCredentialsError(Exception):
    """As botocore calls it."""


class FSTimeoutError(Exception):
    """As fsspec calls it."""


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (FileNotFoundError("bucket/x"), FileNotFoundError, "no such object"),
        (PermissionError("Forbidden"), PermissionError, "refuses it"),
        (OSError("An error occurred (InvalidAccessKeyId)"), PermissionError, "refuses it"),
        (NoCredentialsError("Unable to locate credentials"), PermissionError, "no credentials"),
        (FSTimeoutError(), TimeoutError, "in time"),
        (ValueError("Cannot connect to host 127.0.0.1:40301"), OSError, "does not give it"),
        (ValueError("Response payload is not completed: <ContentLengthError: 400>"), OSError, "lost half-way"),
        (RuntimeError(""), OSError, "RuntimeError"),
    ],
)
def test_what_a_client_raises_becomes_the_systems_own(raised, kind, words):
    """With the object's address and a reason in words."""
    with pytest.raises(OSError, match=words) as caught, explained("s3://b/x"):
        raise raised
    assert type(caught.value) is kind
    assert caught.value.filename == "s3://b/x"
    assert caught.value.__cause__ is raised


def test_signatures_do_not_get_into_messages():
    """Clients tell the whole address that they asked."""
    with pytest.raises(OSError, match="host/x") as caught, explained("s3://b/x"):
        raise RuntimeError("GET https://host/x?X-Amz-Signature=secret failed")
    assert "secret" not in str(caught.value)


def test_our_own_errors_stay_as_they_are():
    """They are sentences already."""
    with pytest.raises(DataError, match="as it is"), explained("s3://b/x"):
        raise DataError("as it is")
