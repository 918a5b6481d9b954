"""What the product bears: `python -m lab.endurance`.

Inputs are corrupted, runs are killed, and the machine around them is made a
bad one. A trial is known by its row and its seed, and ends in a Verdict.
"""
