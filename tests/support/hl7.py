"""Self-written PAM-FR messages: one complete admission, each test changes what it is about."""

from __future__ import annotations

from itertools import count

_numbers = count(1)


def message(event: str = "A01", *, control: str | None = None, ipp: str = "100200", **fields: str) -> str:
    """An ADT message. Keyword arguments replace: name, given, ins, oid, reliability, service, facility, visit, kind, at, zfa, mrg."""
    values = {
        "name": "MARTIN", "given": "JEANNE", "ins": "254036938301245", "oid": "1.2.250.1.213.1.4.10",
        "reliability": "VALI", "service": "UF01", "visit": "V1", "kind": "I", "at": "20261123090000", "end": "",
        "zfa": "", "mrg": "", "facility": "", "sex": "F", "birth": "19540312",
    } | fields  # fmt: skip
    control = control or f"MSG{next(_numbers):06d}"
    ins = f"~{values['ins']}^^^ASIP-SANTE-INS-NIR&{values['oid']}&ISO^INS" if values["ins"] else ""
    pv1 = [""] * 46
    pv1[0], pv1[1], pv1[2], pv1[3] = "PV1", "1", values["kind"], f"{values['service']}^101^2^{values['facility']}"
    pv1[19], pv1[44], pv1[45] = (
        f"{values['visit']}^^^CH&1.2.3&ISO^VN" if values["visit"] else "",
        values["at"],
        values["end"],
    )
    segments = [
        f"MSH|^~\\&|GAM|CH|TRAMONTANE|CH|20261123090000||ADT^{event}^ADT_A01|{control}|P|2.5^FRA^2.11||||||UNICODE UTF-8",
        f"EVN||{values['at']}||||{values['at']}",
        f"PID|||{ipp}^^^CH&1.2.3&ISO^PI{ins}||{values['name']}^{values['given']}^JEANNE MARIE^^^^L||{values['birth']}|{values['sex']}|||^^LYON 3E^^^^BDL^^69383|||||||||||||||||||||{values['reliability']}",
        *([f"MRG|{values['mrg']}^^^CH&1.2.3&ISO^PI"] if values["mrg"] else []),
        "|".join(pv1),
        *([values["zfa"]] if values["zfa"] else []),
    ]
    return "\r".join(segments) + "\r"
