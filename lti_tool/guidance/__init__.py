"""For teachers: what to prepare, what to do when a student tells something, and opening the class.

The texts come from the learning line. What a teacher ticks on the checklist and the reminders they set are theirs
alone: no colleague, coordinator or student sees them. What they write in the story planner is kept nowhere.
"""
