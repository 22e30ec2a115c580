"""The hospital's three sites and its correspondents. FINESS 99…: fictitious, no department 99 exists."""

from __future__ import annotations

from tramontane.demo.values import LegalEntity, Service, Site
from tramontane.dmp.identity import FinessGeographique, FinessJuridique

SITE_NORD = FinessGeographique("990000028")
SITE_SUD = FinessGeographique("990000036")
SITE_GERIATRIE = FinessGeographique("990000044")
LABORATOIRE = FinessGeographique("990000051")
OFFICINE = FinessGeographique("990000069")
MAISON_DE_SANTE = FinessGeographique("990000085")

HOSPITAL = LegalEntity(
    FinessJuridique("990000010"),
    "CENTRE HOSPITALIER DES TROIS VALLÉES (FICTIF)",
    (
        Site(
            SITE_NORD,
            "Hôpital Nord – Les Trois Vallées (fictif)",
            "Lyon",
            "SA01",
            (
                Service("cardiologie", "Cardiologie"),
                Service("endocrinologie", "Endocrinologie-diabétologie"),
                Service("pneumologie", "Pneumologie"),
                Service("neurologie", "Neurologie"),
                Service("nephrologie", "Néphrologie"),
                Service("orthopedie", "Chirurgie orthopédique"),
                Service("chirurgie-viscerale", "Chirurgie viscérale"),
                Service("urgences", "Urgences"),
                Service("imagerie", "Imagerie médicale"),
                Service("anesthesie", "Anesthésie-réanimation"),
                Service("biologie", "Biologie médicale"),
                Service("pharmacie", "Pharmacie à usage intérieur"),
                Service("admissions", "Admissions"),
            ),
            contracted=True,
        ),
        Site(
            SITE_SUD,
            "Hôpital Mère-Enfant – Les Trois Vallées (fictif)",
            "Villeurbanne",
            "SA01",
            (
                Service("maternite", "Maternité"),
                Service("gynecologie", "Gynécologie-sénologie"),
                Service("pediatrie", "Pédiatrie"),
                Service("psychiatrie", "Psychiatrie"),
            ),
            contracted=True,
        ),
        # Deliberately not contracted: its calls are refused by the white list.
        Site(
            SITE_GERIATRIE,
            "Hôpital gériatrique – Les Trois Vallées (fictif)",
            "Oullins",
            "SA01",
            (Service("geriatrie", "Gériatrie"),),
        ),
    ),
)

CORRESPONDENTS = (
    LegalEntity(
        FinessJuridique("990000093"),
        "LABORATOIRE BIOVAL (FICTIF)",
        (Site(LABORATOIRE, "Laboratoire de biologie médicale Bioval (fictif)", "Lyon", "SA25"),),
    ),
    LegalEntity(
        FinessJuridique("990000101"),
        "PHARMACIE DU PARC (FICTIVE)",
        (Site(OFFICINE, "Pharmacie du Parc (fictive)", "Lyon", "SA33"),),
    ),
    LegalEntity(
        FinessJuridique("990000119"),
        "MAISON DE SANTÉ DES PENTES (FICTIVE)",
        (Site(MAISON_DE_SANTE, "Maison de santé des Pentes (fictive)", "Lyon", "SA52"),),
    ),
)

SITES = {site.finess: site for entity in (HOSPITAL, *CORRESPONDENTS) for site in entity.sites}
SERVICES = {service.code: service for site in HOSPITAL.sites for service in site.services}
SITE_OF_SERVICE = {service.code: site.finess for site in HOSPITAL.sites for service in site.services}
