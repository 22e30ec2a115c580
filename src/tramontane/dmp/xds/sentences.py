"""One sentence for each error code of XDS, and what to do (EX_GEN-1145: a message specific to each code)."""

from __future__ import annotations

from collections.abc import Mapping

from tramontane.dmp.soap.refusals import FAULT_SENTENCES, Sentence

_RETRY = "réessayez dans quelques minutes"
_REPORT = "signalez ce défaut à l'éditeur du logiciel, avec le code et le contexte donnés par le DMP"
_REFRESH = "actualisez la liste des documents puis recommencez"
_CHECK_PATIENT = "vérifiez l'identité du patient et son INS, puis recommencez"
_NARROW = "précisez les critères de recherche, par exemple une période plus courte"

# Codes: IHE ITI TF-3 table 4.2.4.1-2, as listed in the data file `error_codes`.
REGISTRY_SENTENCES: Mapping[str, Sentence] = {
    "XDSMissingDocument": ("Un document annoncé n'a pas été joint à l'envoi.", _REPORT),
    "XDSMissingDocumentMetadata": ("Un document joint à l'envoi n'a pas de description.", _REPORT),
    "XDSRegistryNotAvailable": ("Le registre des documents du DMP est indisponible.", _RETRY),
    "XDSRegistryError": ("Le registre des documents du DMP a rencontré une erreur interne.", _RETRY),
    "XDSRepositoryError": ("L'entrepôt de documents du DMP a rencontré une erreur interne.", _RETRY),
    "XDSRegistryDuplicateUniqueIdInMessage": (
        "Le registre a trouvé deux fois le même identifiant dans l'envoi.",
        _REPORT,
    ),
    "XDSRepositoryDuplicateUniqueIdInMessage": (
        "L'entrepôt a trouvé deux fois le même identifiant dans l'envoi.",
        _REPORT,
    ),
    "XDSDuplicateUniqueIdInRegistry": (
        "Un document portant le même identifiant est déjà dans le DMP.",
        "vérifiez que le document n'a pas déjà été envoyé ; sinon, envoyez-le avec un nouvel identifiant",
    ),
    "XDSNonIdenticalHash": (
        "Un document de même identifiant mais de contenu différent est déjà dans le DMP.",
        "envoyez ce contenu comme une nouvelle version, avec un nouvel identifiant",
    ),
    "XDSNonIdenticalSize": (
        "Un document de même identifiant mais de taille différente est déjà dans le DMP.",
        "envoyez ce contenu comme une nouvelle version, avec un nouvel identifiant",
    ),
    "XDSRegistryBusy": ("Le registre des documents du DMP est surchargé.", _RETRY),
    "XDSRepositoryBusy": ("L'entrepôt de documents du DMP est surchargé.", _RETRY),
    "XDSRegistryOutOfResources": ("Le registre des documents du DMP n'a plus de ressources.", _RETRY),
    "XDSRepositoryOutOfResources": ("L'entrepôt de documents du DMP n'a plus de ressources.", _RETRY),
    "XDSRegistryMetadataError": (
        "Le registre refuse la description du document.",
        "lisez le contexte donné par le DMP, corrigez la description puis recommencez",
    ),
    "XDSRepositoryMetadataError": (
        "L'entrepôt refuse la description du document.",
        "lisez le contexte donné par le DMP, corrigez la description puis recommencez",
    ),
    "XDSTooManyResults": ("La recherche trouve trop de documents pour être affichée.", _NARROW),
    "XDSExtraMetadataNotSaved": (
        "Le document est enregistré, mais une partie de sa description ne l'est pas.",
        "aucune action n'est nécessaire ; vérifiez la description dans le DMP",
    ),
    "XDSUnknownPatientId": ("Le patient n'est pas connu du DMP.", _CHECK_PATIENT),
    "XDSPatientIdDoesNotMatch": ("L'identifiant du patient ne correspond pas à celui du DMP.", _CHECK_PATIENT),
    "XDSUnknownStoredQuery": ("Le DMP ne connaît pas ce type de recherche.", _REPORT),
    "XDSStoredQueryMissingParam": ("Il manque à la recherche un critère obligatoire.", _REPORT),
    "XDSStoredQueryParamNumber": ("La recherche donne plusieurs valeurs à un critère qui n'en admet qu'une.", _REPORT),
    "XDSRegistryDeprecatedDocumentError": ("Le document visé est obsolète : il a été remplacé.", _REFRESH),
    "XDSUnknownRepositoryId": ("Le DMP ne connaît pas l'entrepôt demandé.", _REFRESH),
    "XDSDocumentUniqueIdError": ("Le DMP ne trouve pas le document demandé.", _REFRESH),
    "XDSResultNotSinglePatient": ("La recherche trouve des documents de plusieurs patients.", _CHECK_PATIENT),
    "PartialFolderContentNotProcessed": ("Le contenu du classeur n'a été traité qu'en partie.", _REFRESH),
    "PartialReplaceContentNotProcessed": ("Le remplacement du document n'a été traité qu'en partie.", _REFRESH),
    "PartialTransformNotProcessed": ("La transformation du document n'a été traitée qu'en partie.", _REFRESH),
    "PartialAppendContentNotProcessed": ("Le complément du document n'a été traité qu'en partie.", _REFRESH),
    "PartialRelationshipContentNotProcessed": ("Le lien entre documents n'a été traité qu'en partie.", _REFRESH),
    "PartialTransformReplaceNotProcessed": (
        "La transformation avec remplacement n'a été traitée qu'en partie.",
        _REFRESH,
    ),
    "DocumentQueued": (
        "Le document est reçu ; le DMP l'enregistrera plus tard.",
        "vérifiez plus tard qu'il est bien dans le DMP",
    ),
    "InvalidDocumentContent": (
        "Le DMP refuse le contenu du document.",
        "vérifiez que le document est conforme à son modèle puis recommencez",
    ),
    "XDSMetadataUpdateError": ("Le DMP n'a pas pu modifier la description du document.", _REFRESH),
    "XDSPatientIDReconciliationError": ("L'identité du patient est en cours de rapprochement dans le DMP.", _RETRY),
    "XDSMetadataUpdateOperationError": ("Le DMP ne permet pas cette modification du document.", _REFRESH),
    "XDSMetadataVersionError": (
        "La description du document a changé entre-temps dans le DMP.",
        _REFRESH,
    ),
    "UnresolvedReferenceException": ("La demande vise un document que le DMP ne trouve pas.", _REFRESH),
    "XDSReplaceFailed": ("Le DMP n'a pas pu remplacer le document.", _REFRESH),
}

# The DMP was seen answering a registry code as a SOAP fault (XDSDocumentUniqueIdError): both tables speak for a fault.
SENTENCES: Mapping[str, Sentence] = {**REGISTRY_SENTENCES, **FAULT_SENTENCES}

_UNKNOWN_NEXT_STEP = "lisez le contexte donné par le DMP et transmettez-le, avec le code, à l'assistance"


def sentence_for(code: str) -> Sentence:
    """The sentence of a code; an unknown code is shown as it is."""
    known = REGISTRY_SENTENCES.get(code)
    if known is not None:
        return known
    if not code:
        return "Le DMP a refusé la demande sans dire pourquoi.", _UNKNOWN_NEXT_STEP
    return f"Le DMP a refusé la demande avec le code « {code} ».", _UNKNOWN_NEXT_STEP
