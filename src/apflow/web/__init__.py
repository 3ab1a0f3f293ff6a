"""The pages: what caseworkers, managers and auditors see and do in a browser.

    site        what every page has at hand; `create` puts the application together
    shield      what protects every answer: headers, fetch metadata, size, the last resort
    visitors    who asks, by their session
    rendering   templates, and the words around dates and values (`wording`)
    advancing   the one way in which a page advances a referral

Beside these a room for each kind of people: `caseworker`, `meetings`, `manager`, `auditor` and
`administrator`; `account` is for everybody, `api` for programs. Handlers are plain functions, run
in threads because casework is synchronous; they hold no policy.
"""
