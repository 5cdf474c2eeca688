-- switched_off --
-- Each of these, when off, lets a confirmed commit be lost or a page be torn by a crash.
SELECT name FROM pg_settings
 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
 ORDER BY name
