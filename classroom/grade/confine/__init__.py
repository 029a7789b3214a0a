"""Where a learner's code runs: the fork server, the confined child, the sandbox. Sent there whole, as `ask` is."""
