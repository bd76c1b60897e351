"""The whole story, as a person goes through it, and once more with the keyboard alone."""

import json
import re

from playwright.sync_api import expect

OBTAIN = "Obtain latest check results"


def obtain(page, console):
    page.goto(console.address + "/")
    page.get_by_role("button", name=OBTAIN).click()
    expect(page.get_by_role("button", name=OBTAIN)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Results of")).to_be_visible(timeout=20_000)


def row(page, item):
    return page.get_by_role("row").filter(has=page.locator("code", has_text=re.compile(f"^{item}$")))


def finding(page, console, item, subject):
    """Opens the details of the finding of an item on a group."""
    page.goto(f"{console.address}/item/{item}")
    page.get_by_role("row").filter(has_text=subject).get_by_role("link", name="Details and fix").click()
    expect(page.get_by_role("heading", name="Fix in security group")).to_be_visible()


def test_results_are_obtained_and_an_item_is_switched(console, open_page):
    page = open_page()
    page.goto(console.address + "/")
    expect(page.get_by_text("There are no results yet.")).to_be_visible()
    obtain(page, console)
    expect(row(page, "open-ssh")).to_contain_text("3 / 3")
    switch = page.get_by_role("switch", name="Check item open-ssh")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    switch = page.get_by_role("switch", name="Check item open-ssh")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(row(page, "open-ssh")).not_to_contain_text("3 / 3")
    page.goto(console.address + "/settings/audit")
    expect(page.get_by_role("row").filter(has_text="open-ssh")).to_be_visible()


def test_a_plan_is_chosen_and_a_finding_waived(console, open_page):
    page = open_page()
    obtain(page, console)
    page.get_by_role("link", name="Redis is open to everyone").click()
    finding(page, console, "open-redis", "shop-cache")
    plan = page.locator("*").filter(has=page.get_by_role("heading", name="Replace the rules")).last
    expect(plan).to_contain_text("proved")
    with page.expect_download() as download:
        plan.get_by_role("link", name="script for aliyun").click()
    script = open(download.value.path(), encoding="utf-8").read()
    assert "aliyun ecs AuthorizeSecurityGroup" in script and "RevokeSecurityGroup" in script

    page.get_by_text("Mark as planned", exact=True).first.click()
    page.get_by_label("What is planned").fill("change 4711")
    page.get_by_role("button", name="Mark as planned").click()
    expect(page.get_by_text("change 4711")).to_be_visible()

    page.get_by_text("Waive it").click()
    page.get_by_label("Reason").fill("migration until the end of the year")
    page.get_by_label("Until, this day included").fill("2099-12-31")
    page.get_by_role("button", name="Waive", exact=True).click()
    expect(page.get_by_text("migration until the end of the year").first).to_be_visible()
    page.goto(console.address + "/")
    expect(row(page, "open-redis")).to_contain_text("1 / 1")
    finding(page, console, "open-redis", "shop-cache")
    page.get_by_role("button", name="Withdraw").click()
    page.goto(console.address + "/")
    expect(row(page, "open-redis")).to_contain_text("2 / 3")


def test_an_edit_is_tried_before_it_is_real(console, open_page):
    page = open_page()
    obtain(page, console)
    page.goto(console.address + "/groups?q=ops-jump")
    page.get_by_role("link", name="ops-jump").first.click()
    page.get_by_role("link", name="What if").first.click()
    page.get_by_label("Ports").fill("22")
    page.get_by_label("From or to").fill("0.0.0.0/0")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label(re.compile("^Edits"))).to_have_value(re.compile("allow tcp 22 from 0.0.0.0/0"))
    if page.get_by_role("button", name="Show what changes").count():
        page.get_by_role("button", name="Show what changes").click()
    main = page.locator("main")
    expect(main).to_contain_text("newly allowed")
    expect(main).to_contain_text("open-ssh")
    # Nothing of it is real.
    page.goto(console.address + "/")
    expect(row(page, "open-ssh")).to_contain_text("3 / 3")


def test_a_connection_is_explained_and_a_link_reproduces_it(console, open_page):
    page = open_page()
    obtain(page, console)
    page.goto(console.address + "/explain")
    page.get_by_label("From", exact=True).fill("198.51.100.60")
    page.get_by_label("To", exact=True).fill("shop-web-1")
    page.get_by_label("Port", exact=True).fill("22")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("heading", name="Denied")).to_be_visible()
    expect(page.locator("main")).to_contain_text("shop-guard")
    address = page.url
    again = open_page()
    again.goto(address)
    expect(again.get_by_role("heading", name="Denied")).to_be_visible()


def test_two_runs_are_compared(console, open_page):
    page = open_page()
    obtain(page, console)
    path = console.account / "DescribeSecurityGroupAttribute.shop-cache.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    wide = [rule for rule in document["Permissions"]["Permission"] if rule.get("SourceCidrIp") == "0.0.0.0/0"]
    assert len(wide) == 1
    wide[0]["SourceCidrIp"] = "10.10.0.0/16"
    path.write_text(json.dumps(document), encoding="utf-8")
    obtain(page, console)
    page.goto(console.address + "/history")
    page.get_by_role("button", name="Compare the two").click()
    main = page.locator("main")
    expect(main).to_contain_text("closes", timeout=20_000)
    expect(main).to_contain_text("tcp/6379")
    expect(main).to_contain_text("open-redis")


def test_the_keyboard_is_enough(console, open_page):
    page = open_page()
    page.goto(console.address + "/")

    def reach(name, most=80):
        """Goes on with the tabulator until the focus is on something of this name."""
        for _ in range(most):
            page.keyboard.press("Tab")
            words = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || ''")
            if words.strip() == name:
                return
        raise AssertionError(f"`{name}` is not reached")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    reach(OBTAIN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Results of")).to_be_visible(timeout=20_000)
    reach("Check item open-ssh")
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="Check item open-ssh")).to_have_attribute("aria-checked", "false")
    reach("Remote Desktop is open to everyone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Remote Desktop")
    reach("Details and fix")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Fix in security group")).to_be_visible()
