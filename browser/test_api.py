"""The API under requests that are made from its own description: nothing that it takes makes it fail."""

import json
import pathlib
import subprocess
import sys
import urllib.request

SCHEMATHESIS = pathlib.Path(sys.executable).parent / "schemathesis"
# What a description promises, held against what comes. Refusing what nobody wrote down is not asked for.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_requests_made_from_the_description_never_fail(console):
    with urllib.request.urlopen(console.address + "/api/v1/me", timeout=10) as answer:
        token = json.load(answer)["csrf_token"]
    command = [
        SCHEMATHESIS,
        "run",
        console.address + "/api/v1/openapi.json",
        "--header",
        f"X-CSRF-Token: {token}",
        "--checks",
        CHECKS,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "15",
        "--seed",
        "1",
        # A stream of events ends when whoever listens has heard enough.
        "--exclude-path",
        "/api/v1/runs/progress",
        "--no-color",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=console.account)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr
