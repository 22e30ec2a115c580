"""Official value sets and protocol tables as package data, behind typed look-ups."""

from tramontane.dmp.nomenclatures.coded import Coded
from tramontane.dmp.nomenclatures.package_data import ResourceName, resource
from tramontane.dmp.nomenclatures.value_sets import ValueSet, ValueSetName, class_code_of, value_set

__all__ = ["Coded", "ResourceName", "ValueSet", "ValueSetName", "class_code_of", "resource", "value_set"]
