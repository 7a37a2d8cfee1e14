"""Who may read what somebody wrote: the one place that says so, for students who share and for everybody else.

A note is its author's alone until they choose otherwise. A share goes to people whose names the author saw; whenever
somebody new could come to see it, it pauses until the author says yes again, and who leaves sees it no more. Nobody is
shown that a share exists unless they may read it, and nothing counts, lists or asks for sharing. The consent to storing
text at all is kept here too.
"""
