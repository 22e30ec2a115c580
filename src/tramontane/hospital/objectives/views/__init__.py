"""Pages and files of the objectives."""
