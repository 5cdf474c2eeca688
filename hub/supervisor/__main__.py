"""`python -m hub.supervisor`: what `hub serve` turns into once it has read the settings."""

import asyncio
import sys

from hub.supervisor import Plan, Supervisor


def main() -> int:
    """Run the plan that was left in the environment."""
    return asyncio.run(_supervise(Plan.from_environment()))


async def _supervise(plan: Plan) -> int:
    return await Supervisor(plan).run()


if __name__ == "__main__":
    sys.exit(main())
