"""Every page, narrow and wide, light and dark: it fits, it is accessible, and nothing in it fails."""

import pytest
from axe_playwright_python.sync_playwright import Axe

GUARD = "sg-bp1shop0guard0000000"
WEB = "i-bp1shop0web000000001"
PAGES = {
    "check": "/",
    "item": "/item/open-ssh",
    "gaps": "/gaps",
    "groups": "/groups",
    "group": f"/group/{GUARD}",
    "whatif": f"/group/{GUARD}/whatif?edits={GUARD}%3A+allow+tcp+8080+from+0.0.0.0%2F0+in",
    "servers": "/servers",
    "server": f"/server/{WEB}",
    "exposure": "/exposure",
    "explain": "/explain",
    "explain-denied": f"/explain?from=198.51.100.60&to={WEB}&protocol=tcp&port=22&plans=yes",
    "explain-set": f"/explain?from=internet&to={WEB}",
    "map": "/map",
    "history": "/history",
    "run": "/run/2",
    "diff": "/diff?old=1&new=2",
    "settings": "/settings",
    "users": "/settings/users",
    "audit": "/settings/audit",
    "api": "/api/docs",
}


@pytest.mark.parametrize("name", [*PAGES, "finding"])
def test_a_page_fits_and_is_accessible(name, checked, open_page):
    for width, scheme in [(360, "light"), (1280, "dark"), (1280, "light"), (2560, "light")]:
        page = open_page(width, scheme)
        if name == "finding":
            page.goto(checked.address + PAGES["item"])
            page.locator("a[href^='/finding/']").first.click()
        else:
            answer = page.goto(checked.address + PAGES[name])
            assert answer.status == 200
        assert page.locator("h1").count() == 1
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} px too wide at {width} px"
        if width != 2560:
            accessible(page, f"{name} at {width} px, {scheme}")


def accessible(page, what):
    """What axe calls serious or critical does not stand on the page."""
    violations = [
        f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert violations == [], f"{what}: {violations}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_without_scripts(name, checked, open_page):
    page = open_page(scripts=False)
    assert page.goto(checked.address + PAGES[name]).status == 200
    assert page.locator("main").inner_text().strip()
