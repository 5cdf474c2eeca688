"""`python -m tests.alerts.approved`: write what the core says now; then read the difference."""

from tests.alerts.approved.kept import APPROVED, write

if __name__ == "__main__":
    for name in APPROVED:
        write(name)
