"""Reports of a shift and of a month: figures from the facts that `hub.storage.reports` reads.

`periods` says from when until when, `answering`, `load`, `endings` and `queues` each reckon one part, `report` puts
them together, `spreadsheet` writes them as XLSX. The shapes are those of the API; docs/reports.md defines each figure.
"""
