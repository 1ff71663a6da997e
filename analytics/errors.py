"""The errors a user can do something about."""


class UserFacingError(Exception):
    """Say in French what is wrong, where, and what to do next.

    The message is shown as it stands, on screen and in the terminal; anything else that is
    raised is a defect and must be left to crash.
    """
