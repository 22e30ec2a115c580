"""The screens of the local matrix."""
