"""The learning line: years, units and steps, as writers made them and as students read them.

The content lies in files under ``modules/``. Loading them makes an *edition*: the whole line under a hash of its
content, which never changes again. Students read the edition that was released last. Nothing here is about a person.
"""
