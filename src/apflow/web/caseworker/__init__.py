"""Pages of those who work on referrals: worklist, referral, history, search, forms."""
