"""A good launch, from end to end."""
from __future__ import annotations
from tests.door import Door

def test_student_comes_in(door: Door) -> None:
    page = door.enter().get()
    assert page.status_code == 200
    assert 'data-role="learner"' in page.text
