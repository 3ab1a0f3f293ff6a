"""A person at a browser: they read, follow links, fill in forms, by keyboard or with a finger."""

from dataclasses import dataclass
from datetime import date

from playwright.sync_api import Download, Locator, Page, expect

from apflow.casework.accounts import Hashing, own
from tests.browser.browsing import MODES, Window, signed_in
from tests.browser.examining import pixels_too_wide
from tests.web_site import QUICK, Served

#: How the people of the journeys work: by keyboard, without JavaScript, on a telephone.
WAYS = ("light", "no-javascript", "narrow")
PASSWORD = "correct horse battery staple"
#: How many characters somebody at a keyboard types one by one.
LONGEST_TYPED = 12


@dataclass
class Person:
    """Somebody who looks at one page; everything they do waits for what follows.

    In the mode `light` they use nothing but the keyboard. No page that they come to is wider
    than a narrow window.
    """

    page: Page
    mode: str

    @property
    def by_keyboard(self) -> bool:
        return self.mode == "light"

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)
        self._arrived()

    def follow(self, words: str, *, within: Locator | None = None, exact: bool = False) -> None:
        """Follow the first link of these words."""
        place = within or self.page.locator("body")
        self._use(place.get_by_role("link", name=words, exact=exact).first)

    def follow_down(self, words: str) -> None:
        """Follow a link to another place of the same page, which is then in sight."""
        link = self.page.get_by_role("link", name=words).first
        place = str(link.get_attribute("href"))
        assert place.startswith("#")
        self._reach(link)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(f"[id='{place[1:]}']")).to_be_in_viewport()

    def turn_to(self, words: str) -> None:
        """Go to a part of the site by the links at its top, which a telephone folds away."""
        parts = self.page.get_by_role("navigation", name="Parts of the site")
        menu = parts.get_by_role("button", name="Menu")
        if menu.is_visible():
            menu.click()
        self.follow(words, within=parts, exact=True)

    def unfold(self, words: str) -> None:
        """Open what stands folded under these words."""
        summary = self.page.locator("summary", has_text=words).first
        if self.by_keyboard:
            self._reach(summary)
            self.page.keyboard.press("Enter")
        else:
            summary.click()

    def press(self, words: str, *, within: Locator | None = None) -> None:
        """Press the first button of these words (a link that is drawn as one is one, too)."""
        place = within or self.page.locator("main")
        self._use(place.get_by_role("button", name=words).first)

    def fill(self, name: str, words: str) -> None:
        """Write into the field of that name."""
        field = self.page.locator(f"[name='{name}']").first
        # In which order a day is typed into a field of days is the browser's own affair.
        if not self.by_keyboard or field.get_attribute("type") == "date":
            field.fill(words)
            return
        self._reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        # Longer texts are pasted: key by key they take most of a journey's time.
        if len(words) > LONGEST_TYPED:
            self.page.keyboard.insert_text(words)
        else:
            self.page.keyboard.type(words)

    def choose(self, name: str, value: str) -> None:
        """Tick the box, take the button or choose the option of that name and value."""
        button = self.page.locator(f"input[name='{name}'][value='{value}']")
        if button.count() == 0:
            self.page.locator(f"select[name='{name}']").select_option(value)
        elif self.by_keyboard:
            self._reach(button)
            self.page.keyboard.press("Space")
            expect(button).to_be_checked()
        else:
            button.check()

    def dated(self, name: str, day: date) -> None:
        """Write a day into the three fields of that name."""
        for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
            self.fill(f"{name}-{part}", str(number))

    def sees(self, *words: str) -> None:
        """The main part of the page says this."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)

    def is_told(self, *words: str) -> None:
        """The page says that something was done, and what."""
        banner = self.page.locator(".govuk-notification-banner--success")
        for one in words:
            expect(banner).to_contain_text(one)

    def is_stopped(self, *words: str) -> None:
        """The page says first, and in its title, what is wrong."""
        assert self.page.title().startswith("Error: ")
        summary = self.page.get_by_role("alert").first
        for one in words:
            expect(summary).to_contain_text(one)

    def heading(self) -> str:
        """Return the page's heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def downloads(self, words: str, *, within: Locator | None = None) -> Download:
        """Follow a link that gives a file, and return the file."""
        place = within or self.page.locator("main")
        with self.page.expect_download() as waiting:
            place.get_by_role("link", name=words).first.click()
        return waiting.value

    def _use(self, what: Locator) -> None:
        with self.page.expect_navigation():
            if self.by_keyboard:
                self._reach(what)
                self.page.keyboard.press("Enter")
            else:
                what.click()
        self._arrived()

    def _reach(self, what: Locator) -> None:
        """Come to something as the Tab key does: only to what is shown and can be come to."""
        there = """one => {
            one.focus()
            return one === document.activeElement && one.tabIndex >= 0
        }"""
        assert what.evaluate(there), f"no key leads to {what}"

    def _arrived(self) -> None:
        if self.mode == "narrow":
            assert pixels_too_wide(self.page) == 0, self.page.url


def somebody(window: Window, site: Served, who: str, mode: str = "light") -> Person:
    """Return somebody who is signed in already."""
    page = window.open(mode, base_url=site.url)
    return Person(signed_in(page, site.url, site.secret(who)), mode)


def signs_in(window: Window, site: Served, who: str, mode: str = "light") -> Person:
    """Return somebody who has just signed in at the form, with a password of their own."""
    own.set_password(site.work.store, Hashing(QUICK), who, PASSWORD, site.moment())
    person = Person(window.open(mode, base_url=site.url), mode)
    person.go("/")
    enters(person, who, PASSWORD)
    return person


def enters(person: Person, name: str, password: str) -> None:
    """Fill in the sign-in page and send it."""
    assert person.heading() == "Sign in"
    person.fill("name", name)
    person.fill("password", password)
    person.press("Sign in")


assert set(WAYS) <= set(MODES)
