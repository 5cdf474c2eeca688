-- switched_off --
-- Each of these, when off, lets a confirmed commit be lost or a page be torn by a crash.
SELECT name FROM pg_settings
 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
 ORDER BY name

-- is_confirmed_elsewhere --
-- Without a name there, and with `local`, a commit does not wait for any standby: a failover may lose it.
SELECT current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') <> 'local'
