"""An invented cohort: pupils of both policies, whose referrals are told like real ones.

`people` says who there is, `story` what a story is and `when` how it falls in the calendar; the
stories of each policy are put together from a few parts; `example` gives the policies their
example numbers; `telling` asks and applies every step at its moment; `preparing` does all of it
for an empty database, and `looking` says what there is to see afterwards.
"""
