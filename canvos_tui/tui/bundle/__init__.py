"""The screens of a bundle: those of a run and of the doctor, with nothing on them that could be done."""
