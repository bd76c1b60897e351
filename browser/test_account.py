"""A user who logs in, and changes the password: as a person does it."""

import subprocess

import pytest
from conftest import PROGRAM, ROOT, Console
from test_pages import accessible

OLD, NEW = "correct horse battery", "a longer battery horse"


@pytest.fixture
def guarded(tmp_path):
    """A console that asks who somebody is: `ann` may come in."""
    add = [PROGRAM, "users", "add", "ann", "--role", "admin", "--store", "portreeve.db"]
    subprocess.run(add, cwd=tmp_path, check=True, input=OLD, text=True)
    opened = Console(tmp_path, [str(ROOT / "examples/alibaba")])
    yield opened
    opened.close()


def log_in(page, address, password):
    page.goto(address + "/login?next=/account")
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_user_changes_the_password(guarded, open_page, scripts):
    here, there = (open_page(scripts=scripts) for _ in range(2))
    log_in(here, guarded.address, OLD)
    log_in(there, guarded.address, OLD)
    here.goto(guarded.address + "/settings")
    here.get_by_role("link", name="ann", exact=True).click()
    here.get_by_label("Old password").fill(OLD)
    here.get_by_label("New password, of").fill(NEW)
    here.get_by_label("New password once more").fill(NEW)
    here.get_by_role("button", name="Change the password").click()
    assert "The password is changed" in here.get_by_role("status").inner_text()
    there.goto(guarded.address + "/account")
    assert there.title().startswith("Log in")
    log_in(there, guarded.address, NEW)
    assert there.title().startswith("Your account")


def test_the_page_fits_and_is_accessible(guarded, open_page):
    for width, scheme in [(360, "dark"), (1280, "light")]:
        page = open_page(width, scheme)
        log_in(page, guarded.address, OLD)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{over} px too wide at {width} px"
        accessible(page, f"account at {width} px, {scheme}")
