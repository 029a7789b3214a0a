"""A worker that marks sheets: `classroom.grade.worker` with the exam's grader."""
from classroom.grade import worker

from .marking import ExamGrader

if __name__ == "__main__":
    worker.main(ExamGrader)
