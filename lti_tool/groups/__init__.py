"""Groups of about four: forming them by chance, by hand or from a timetable, and never by what somebody has lived."""
