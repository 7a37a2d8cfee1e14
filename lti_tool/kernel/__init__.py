"""The ground floor: database, clock, ids, keys and log. It knows nothing of LTI, of pages or of people."""
