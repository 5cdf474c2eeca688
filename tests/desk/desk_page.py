"""The desk as a test drives it: what an operator does, by what an operator sees."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.desk.fake_hub import PASSWORD


class DeskPage:
    """One tab of the desk. Collects what a browser complains of, and every request that leaves the hub."""

    def __init__(self, page: Page, address: str, password: str = PASSWORD) -> None:
        self.page = page
        self.address = address
        self.password = password
        self.complaints: list[str] = []
        #: Answers a test provokes on purpose; the browser writes a line for each of them.
        self.expected_statuses: set[int] = {401}
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("request", lambda request: self._note_request(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(f"status of {status}" in text for status in self.expected_statuses):
            self.complaints.append(text)

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request to {url}")

    def log_in(self, login: str = "zhang") -> None:
        """Up to the gate."""
        self.page.goto(self.address)
        self.page.fill("#login", login)
        self.page.fill("#password", self.password)
        self.page.keyboard.press("Enter")

    def pass_gate(self) -> None:
        """The click that unlocks the sound, and the confirmation that it was heard."""
        self.page.click("[data-action=start-shift]")
        self.page.click("[data-action=enter-desk]")
        expect(self.page.locator("html")).to_have_attribute("data-link", "live")

    def open(self, login: str = "zhang") -> None:
        """Log in and start the shift."""
        self.log_in(login)
        self.pass_gate()

    def go_to(self, path: str) -> None:
        """An address of the desk, by the way a link takes: without loading the page again."""
        self.page.evaluate("path => { location.hash = path }", f"#{path}")

    def card(self, incident_id: str) -> Locator:
        """An incident in the queue."""
        return self.page.locator(f"[data-incident='{incident_id}']")

    def expect_sound(self, tone: str) -> None:
        """What the desk is sounding; `silent` for nothing."""
        expect(self.page.locator("html")).to_have_attribute("data-sound", tone)

    def take_selected(self) -> None:
        """Enter in the queue, once the keyboard is there and the card has been there long enough to be seen."""
        expect(self.page.locator("[data-queue]")).to_be_focused()
        expect(self.page.locator("[data-queue][data-rested]")).to_have_count(1)
        expect(self.page.locator("[data-action=take]")).to_be_visible()
        self.page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """A key, wherever the focus is."""
        self.page.keyboard.press(key)

    def find_barriers(self) -> list[str]:
        """What axe finds wrong for people with disabilities (WCAG 2.2 A and AA), a line each."""
        # What is fading in or out has no contrast.
        expect(self.page.locator("[class*='-enter-active'], [class*='-leave-active']")).to_have_count(0)
        expect(self.page.locator("h1").first).to_be_attached()  # one panel is gone, and the next not there yet
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(self.page, options={"runOnly": tags}).response["violations"]
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
        ]
