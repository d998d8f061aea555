"""The decision: may this person, for this system, do this with this camera point, now?"""
