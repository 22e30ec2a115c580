"""What leaves the workspace as files, and what comes back.

content      the dossier as plain values: frozen once signed, live before
papers/      values → documents (`ui.document`), in PDF and in Word
excel        the two sheets of the webinar, out; `returned` reads them back, in rehearsal then for good
signature/   verifying a signed PV, signing one here
bundle       the audit pack
exchange/    CISO Assistant library, OSCAL
"""
