"""apflow: the referral of a child to alternative provision, from draft to reintegration."""

__version__ = "0.1.0"
