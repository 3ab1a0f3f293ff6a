"""The links at the top of every page, by what a person is there for."""

from apflow.casework.accounts import Visitor

_WORKLIST = ("/", "Worklist")
_REFERRALS = ("/referrals", "Referrals")
_MEETINGS = ("/meetings", "Meetings")
_DASHBOARD = ("/dashboard", "Dashboard")
_POLICIES = ("/policy", "Policies")
_AUDIT = ("/audit", "Audit")
_ADMIN = ("/admin", "Administration")


def places(visitor: Visitor) -> list[tuple[str, str]]:
    """Return (address, words) of the parts of the site that are for this person."""
    found: list[tuple[str, str]] = []
    if visitor.acts:
        found.append(_WORKLIST)
    if visitor.manages or visitor.audits:
        found.append(_DASHBOARD)
    if visitor.acts or visitor.manages or visitor.audits:
        found += [_REFERRALS, _MEETINGS]
    found.append(_POLICIES)
    if visitor.manages or visitor.audits:
        found.append(_AUDIT)
    if visitor.administers:
        found.append(_ADMIN)
    return found


def front(visitor: Visitor) -> str:
    """Return the page on which a person begins."""
    if visitor.acts:
        return "/"
    if visitor.manages:
        return "/dashboard"
    if visitor.audits:
        return "/audit"
    return "/admin" if visitor.administers else "/policy"


def links(visitor: Visitor | None, path: str) -> list[dict[str, object]]:
    """Return the navigation as the GOV.UK component wants it; `path` is the page shown."""
    if visitor is None or visitor.must_change:
        return []
    return [
        {"href": href, "text": text, "current": path == href, "active": _within(path, href)}
        for href, text in places(visitor)
    ]


def _within(path: str, href: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(f"{href}/")
