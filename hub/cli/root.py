"""The tree of commands."""

import typer

from hub.cli import (
    adapter,
    api_key,
    backup,
    bench,
    device,
    explain,
    health,
    judge,
    recipient,
    serve,
    simulate,
    simulate_core,
    user,
    verify,
)

app = typer.Typer(
    name="hub",
    help="Anxin Hub: watches over people at risk, day and night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
#: The arguments belong to another program.
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app.command()(serve.serve)
app.command()(serve.migrate)
app.command()(health.health)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.upgrade)
app.command(context_settings=_PASSED_ON)(backup.psql)
app.add_typer(api_key.app, name="api-key")
app.add_typer(user.app, name="user")
app.add_typer(device.app, name="device")
app.add_typer(recipient.app, name="recipient")
app.add_typer(adapter.app, name="adapter")
app.command(context_settings=_PASSED_ON, add_help_option=False)(simulate.simulate)
app.command()(simulate.demo)
app.command("simulate-core")(simulate_core.simulate_core)
app.command()(bench.bench)
app.command()(judge.judge)
app.command()(verify.verify)
app.command()(explain.explain)
