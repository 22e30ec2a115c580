"""The hospital's own matrix: which profession, in which service, may consult what."""
