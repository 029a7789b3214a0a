"""The fork server is given two folders, whole; when it fails, that is said at once."""
import pytest

from classroom.grade import launch


def test_the_folders_are_sent_whole_and_nothing_else_is():
    sent = launch._modules()
    files = {f"classroom.{folder.replace('/', '.')}.{path.stem}" for folder in ("ask", "grade/confine")
             for path in (launch._CLASSROOM / folder).glob("*.py") if path.stem != "__init__"}
    assert len(files) > 15
    assert sent.keys() - files == {"course", "classroom", "classroom.ask", "classroom.grade", "classroom.grade.confine"}
    assert all(sent[name] == "__path__ = []\n" for name in sent.keys() - files)


@pytest.mark.slow
def test_a_module_left_out_is_named(monkeypatch):
    sent = launch._modules()
    del sent["classroom.ask.compare"]
    monkeypatch.setattr(launch, "_modules", lambda: sent)
    with pytest.raises(launch.ServerError, match="(?s)did not start.*compare"):
        launch.Server()
