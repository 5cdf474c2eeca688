-- bare_number --
-- Without spaces, hyphens and the country's prefix: one telephone is one caller.
SELECT bare_number(%(number)s)
