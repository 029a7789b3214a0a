"""What a lesson shows: static figures (`course.views.figures`) and, beside them, interactive views."""
