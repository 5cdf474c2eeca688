"""The tree of commands."""

import typer

from hub.cli import backup, serve

app = typer.Typer(
    name="hub",
    help="Anxin Hub: watches over people at risk, day and night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve.serve)
app.command()(serve.migrate)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.upgrade)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(backup.psql)
