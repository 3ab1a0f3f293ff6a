from tests.invented_cohort import cohort
from tests.web_site import shared_site, site

__all__ = ["cohort", "shared_site", "site"]
