"""The house rules that tidy.py holds, one function a rule."""
