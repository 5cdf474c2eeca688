"""The web role: the HTTP contract of DESIGN.md section 4, the stream, and the desk's files.

`app.create_app` builds the application from `Parts`; `routes/` has one router a noun; every route declares who may call
it through `callers.requires`, and is scoped to the caller's division by the storage functions it calls.
"""
