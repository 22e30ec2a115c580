"""Namespaces and constants of SOAP 1.2, WS-Addressing 1.0 and WS-Security, as the DMP uses them."""

from __future__ import annotations

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
XOP = "http://www.w3.org/2004/08/xop/include"

ANONYMOUS = f"{WSA}/anonymous"
FAULT_ACTION = f"{WSA}/soap/fault"

SOAP_CONTENT_TYPE = "application/soap+xml; charset=utf-8"
