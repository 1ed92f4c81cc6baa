"""The big screens of the halls: their codes, the run of show that they load, and what they say of themselves."""
