"""What every room's tests share."""

from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine, not about the code: the benchmarks
# measure ratios instead.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
