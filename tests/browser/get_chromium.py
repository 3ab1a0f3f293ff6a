"""Make sure that there is a Chromium for the tests of this room: `make browser`.

Debian's package where apt-get and its rights are to be had, else Playwright's own build. Where
neither comes this ends loudly, and so do the tests: none of them is left out for want of it.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.browser.browsing import chromium_path

# The typeface stands in for Arial, which the pages ask for.
PACKAGES = ("chromium", "fonts-liberation")


def main() -> None:
    """Print where Chromium is, after bringing it if it was not there; else end with 1."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for bring in (None, *_ways()):
        if bring is not None:
            _say(f"No Chromium yet: {' '.join(bring)}")
            subprocess.run(bring, check=False, env=env)
        try:
            _say(f"Chromium: {chromium_path(own)}")
        except RuntimeError:
            continue
        return
    sys.exit(
        "THERE IS NO CHROMIUM, and none could be brought. The pages cannot be tested without one: "
        "install Chromium so that `chromium` is on the PATH, and try again."
    )


def _ways() -> list[list[str]]:
    playwrights = [sys.executable, "-m", "playwright", "install", "chromium"]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return [playwrights]
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    return [["apt-get", "update", "-q"], install, [*playwrights, "--with-deps"]]


def _say(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
