"""How many examples Hypothesis tries: few with `make test`, hundreds with
--prove. What fails once is tried first from then on: .hypothesis/ has it."""

import pytest
from hypothesis import HealthCheck, settings

COMMON = settings(
    deadline=None,  # tests/fuzz/attempt.py has its own
    print_blob=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
settings.register_profile("short", COMMON, max_examples=20)
settings.register_profile("prove", COMMON, max_examples=400)


def pytest_configure(config: pytest.Config) -> None:
    prove = config.getoption("prove")
    settings.load_profile("prove" if prove else "short")
