"""A console on the example account, and pages of a real browser that notice every error."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PORTREEVE", str(ROOT / "target/debug/portreeve"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Without these, the browser looks up hosts of its maker at every start. The sandbox is not for the user `root`.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Console:
    """A running console."""

    def __init__(self, folder, sources, *options):
        command = [PROGRAM, "serve", *sources, "--store", str(folder / "portreeve.db"), "--listen", "127.0.0.1:0"]
        self.log = open(folder / "console.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=folder
        )
        line = self.process.stdout.readline()
        found = re.search(r"https?://[^ /]+", line)
        assert found, f"the console did not open: {line!r}"
        self.address = found.group()

    def close(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=20)
        self.log.close()
        assert code == 0, f"the console ended with {code}"


@pytest.fixture
def console(tmp_path):
    """A console on a copy of the example account, without results, for one test."""
    account = tmp_path / "account"
    shutil.copytree(ROOT / "examples/alibaba", account)
    opened = Console(tmp_path, [str(account)])
    opened.account = account
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def checked(tmp_path_factory):
    """A console on the example account that was checked twice, for tests that change nothing."""
    opened = Console(tmp_path_factory.mktemp("checked"), [str(ROOT / "examples/alibaba")])
    for _ in range(2):
        run_by_hand(opened.address)
    yield opened
    opened.close()


def run_by_hand(address):
    """Obtains results, as a program without scripts would."""
    def body(path, data=None):
        with urllib.request.urlopen(address + path, data=data, timeout=30) as answer:
            return answer.read().decode()

    token = re.search(r'name="token" value="([^"]+)"', body("/")).group(1)
    body("/check/run", urllib.parse.urlencode({"token": token}).encode())
    for _ in range(200):
        if "data-progress" not in body("/"):
            return
        time.sleep(0.05)
    raise AssertionError("the run did not end")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens pages of a given width and colour scheme; at the end, none of them may have had an error."""
    contexts, errors = [], []

    def opened(width=1280, scheme="light", scripts=True, height=900):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"{request.url}: {request.failure}"))
        return page

    yield opened
    for context in contexts:
        context.close()
    # What was still being loaded when a page was left, or was saved instead of shown, is no error.
    errors = [error for error in errors if not error.endswith(": net::ERR_ABORTED")]
    assert errors == [], errors
