"""What administrators keep around referrals, beside people and organisations (`accounts`).

    sittings   when meetings sit: listed, proposed, taken away
    proposing  on which days a meeting would sit, and where too long passes without it
    places     the pools of places: how many there are, held and waited for
    areas      whose school days are kept, and until when

They show numbers and dates of referrals and no referral. What changes something writes down who
did it, in the same transaction.
"""
