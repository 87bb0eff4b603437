"""The long work on many machines with Ray: the functions that run on one machine, as tasks. Needs the extra `cluster`.

Nothing here imports Ray before `session.connect`.
"""
