"""The command `precision-marketing`: options, exit codes, one sentence for each fault.

What a command needs is imported when it runs, so that `--help` is there at once.
"""
