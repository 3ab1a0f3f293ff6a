"""Lists of referrals: whose, which, in what order, and what each row says."""
