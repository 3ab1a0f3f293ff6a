"""The pure core: what a policy says, and whether it lets a referral move."""
