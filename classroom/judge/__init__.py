"""From what an answer returned to a verdict: equal to the reference? If not, which mistake, and in which words?"""
