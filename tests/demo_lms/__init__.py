"""A learning platform in miniature, to try Rugzak with: invented people, real signed LTI 1.3 launches."""
