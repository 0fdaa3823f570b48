"""Rows of notify: all queries and locks, which never commit. `projections` is what events tell, `settings` what staff
own, `queue` the way of every mail, `log` what became of them.

Statements of each booking and each mail are constants: built once, their compiled form is found without building them
again.
"""
