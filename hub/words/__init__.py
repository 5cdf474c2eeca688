"""The words for every code of the hub, in Chinese and English: one source for the desk and for the hub itself.

`zh.json` and `en.json` hold vocabularies (a word for a code: kinds, severities, dispositions) and families of sentences
(`explanation`, `log`, `unreadable`, `story`) with `{named}` values; the desk's bundle takes the same files.
`values.json` says which values of sentences are points in time, and which are codes with a word of their own.
"""
