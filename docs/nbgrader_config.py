"""For schools that use nbgrader: put this file into the folder of your course there.

Some cells of the solutions are for teachers alone and carry the tag "solution-only". nbgrader knows nothing of it;
nbconvert's preprocessor, set before nbgrader's own, takes them out when you generate an assignment.
"""
from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import GenerateAssignment

c = get_config()  # noqa: F821 - nbgrader provides it
c.CourseDirectory.course_id = "build-a-transformer"
c.TagRemovePreprocessor.remove_cell_tags = {"solution-only"}
c.TagRemovePreprocessor.enabled = True
c.GenerateAssignment.preprocessors = [TagRemovePreprocessor, *GenerateAssignment.preprocessors.default()]
