"""Times ranktape and its peers in turn, in one process, and says how far each bar of performance is reached.

Run by bench/run.sh: python -m compare PART, with bench/ on the path.
"""
