"""The matrix: every route, and who may have an answer from it. A route that is not here fails."""

from tests.web.routes import Route

#: For everybody, signed in or not.
OPEN = """
GET /sign-in
POST /sign-in
POST /sign-out
GET /sign-in/sso
GET /sign-in/sso/back
GET /feeds/{token}.ics
HEAD /feeds/{token}.ics
GET /help
GET /accessibility
GET /privacy
GET /diagram.css
GET /referrals/new/{_rest:path}
GET /policy/{name}/clauses
GET /healthz
GET /readyz
MOUNT /static
GET /api/v1/openapi.json
HEAD /api/v1/openapi.json
GET /api/v1/problems/{kind}
"""
#: For whoever is signed in: what is theirs, and nothing else.
SIGNED_IN = """
GET /
GET /account
POST /account/sessions/end
GET /account/password
POST /account/password
GET /account/tokens
POST /account/tokens
GET /account/feed
POST /account/feed
POST /account/tokens/revoke
GET /policy
GET /policy/{name}
GET /policy/{name}/facts
GET /policy/{name}/lifecycle.yaml
GET /policy/{name}/versions/{digest}
"""
#: For whoever takes part in referrals, or reads all of them.
TAKING_PART = """
GET /referrals
POST /referrals/search
GET /meetings
GET /meetings/{policy}/{meeting}/{on}
GET /meetings/{policy}/{meeting}/{on}/print
"""
#: For those who may open a referral under some policy.
OPENING = """
GET /referrals/new
POST /referrals/new/pupil
POST /referrals/new/form
POST /referrals/new/open
POST /referrals/new/open/check
"""
#: For those who decide at the meeting.
DECIDING = """
POST /meetings/{policy}/{meeting}/{on}
"""
#: For whoever may read the referral; to anybody else it is not there.
REFERRAL = """
GET /referrals/{reference}
GET /referrals/{reference}/events/{event}
POST /referrals/{reference}/events/{event}
GET /referrals/{reference}/events/{event}/check
POST /referrals/{reference}/events/{event}/check
GET /referrals/{reference}/history/{seq}
GET /referrals/{reference}/history.{form}
GET /referrals/{reference}/print
POST /referrals/{reference}/verify
POST /referrals/{reference}/claim
GET /referrals/{reference}/correct
POST /referrals/{reference}/correct
GET /referrals/{reference}/reverse
POST /referrals/{reference}/reverse
GET /referrals/{reference}/hand-over
POST /referrals/{reference}/hand-over
GET /referrals/{reference}/adopt
POST /referrals/{reference}/adopt
GET /referrals/{reference}/adopt/check
POST /referrals/{reference}/adopt/check
GET /referrals/{reference}/erase
POST /referrals/{reference}/erase
GET /referrals/{reference}/erase/check
POST /referrals/{reference}/erase/check
"""
#: For managers and auditors.
MANAGING = """
GET /dashboard
GET /dashboard.xlsx
GET /dashboard/notices
GET /audit
GET /audit/reads
GET /audit/acts
GET /audit/export.{form}
GET /audit/verify
POST /audit/verify
POST /audit/verify/heads
GET /audit/verify/heads.csv
"""
#: For programs with a token: what is their person's, and nothing else.
PROGRAM = """
GET /api/v1/policies
GET /api/v1/policies/{name}
GET /api/v1/worklist
GET /api/v1/referrals
POST /api/v1/referrals
GET /api/v1/meetings
GET /api/v1/deadlines
GET /api/v1/numbers
GET /api/v1/requests/{request_id}
"""
#: For programs whose person may read the referral.
PROGRAM_REFERRAL = """
GET /api/v1/referrals/{reference}
GET /api/v1/referrals/{reference}/choices
GET /api/v1/referrals/{reference}/history
GET /api/v1/referrals/{reference}/history/{seq}
POST /api/v1/referrals/{reference}/requests
"""
#: For administrators.
ADMINISTERING = """
GET /admin
GET /admin/people
POST /admin/people
GET /admin/people/new
POST /admin/people/new
GET /admin/people/{handle}
POST /admin/people/{handle}
POST /admin/people/{handle}/roles
POST /admin/people/{handle}/roles/take
POST /admin/people/{handle}/password
POST /admin/people/{handle}/disable
POST /admin/people/{handle}/enable
GET /admin/organisations
GET /admin/organisations/new
POST /admin/organisations/new
GET /admin/organisations/{organisation}
POST /admin/organisations/{organisation}
GET /admin/calendars
GET /admin/calendars/{area}
GET /admin/calendars/{area}/days.csv
POST /admin/calendars/{area}/check
POST /admin/calendars/{area}
GET /admin/meetings
GET /admin/meetings/{policy}/{meeting}
POST /admin/meetings/{policy}/{meeting}
GET /admin/meetings/{policy}/{meeting}/proposal
GET /admin/meetings/{policy}/{meeting}/{on}/remove
POST /admin/meetings/{policy}/{meeting}/{on}/remove
GET /admin/places
"""


def _routes(written: str) -> frozenset[Route]:
    lines = (line.split() for line in written.strip().splitlines())
    return frozenset((method, path) for method, path in lines)


#: Whose -> the routes.
MATRIX = {
    "everybody": _routes(OPEN),
    "signed in": _routes(SIGNED_IN),
    "taking part": _routes(TAKING_PART),
    "opening": _routes(OPENING),
    "deciding": _routes(DECIDING),
    "referral": _routes(REFERRAL),
    "managers and auditors": _routes(MANAGING),
    "administrators": _routes(ADMINISTERING),
    "programs": _routes(PROGRAM),
    "programs, referral": _routes(PROGRAM_REFERRAL),
}
