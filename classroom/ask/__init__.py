"""Putting an answer to a case: all that may travel to where a learner's code runs, and nothing else.

The grader ships this folder, whole, to the confined child. So nothing here holds a reference, an exercise or a
sentence for the learner, and nothing here imports the judge, the exercises or the grader. What an answer returned is
read, and what was wrong with it is named by a key; `judge.words` has the sentences.
"""
