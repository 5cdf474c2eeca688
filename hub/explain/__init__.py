"""Explaining an incident: its commands replayed, and its story as a person would tell it, in either language.

`replayed` says whether the commands give the rows again; `story` puts together what is known; `telling` makes text of
it. What an explanation looks like from outside is in `shapes`, for the API and for `hub explain --json` alike.
"""
