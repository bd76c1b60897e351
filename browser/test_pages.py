"""Every page, narrow and wide, light and dark: it fits, it is accessible, and nothing in it fails."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {
    "check": "/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_is_accessible(name, width, scheme, checked, open_page):
    page = open_page(width, scheme)
    page.goto(checked.address + PAGES[name])
    assert page.locator("h1").count() == 1
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is {overflow} px too wide at {width} px"
    violations = [
        f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert violations == [], violations
