"""The page face of the stand-in: contract portal, white list, Mon espace santé. Same tables as the machine face.

    urls ─▶ views ─▶ services (write) ─▶ selectors (read) ─▶ national.models

Every page carries the banner: a stand-in, never the real portal. What people do is a row (`models.Act`) written in the
transaction of its effect; the machine face judges from the same rows at its next call. See docs/adr/0014-national-pages.md.
"""
