from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def refuse_duplicates(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Which of two records is right is for identitovigilance to say: nothing is changed, and the upgrade says where to look."""
    del schema_editor
    borne = apps.get_model("patients", "Patient").objects.filter(merged_into=None).exclude(ins="")
    twice = borne.values("legal_entity", "ins").annotate(n=models.Count("pk")).filter(n__gt=1).order_by()
    numbers = [
        sorted(borne.filter(legal_entity=one["legal_entity"], ins=one["ins"]).values_list("pk", flat=True))
        for one in twice
    ]
    if numbers:
        named = " ; ".join(" et ".join(f"/patients/{pk}/identite/" for pk in group) for group in sorted(numbers))
        raise RuntimeError(
            "Une même INS est portée par plusieurs dossiers d’un établissement. Avec la version précédente, faites-les "
            f"fusionner (message A40) ou corriger par l’identitovigilance, puis reprenez la mise à jour : {named}."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0007_spoken_sentence"),
    ]

    operations = [
        migrations.RunPython(refuse_duplicates, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("ins", ""), _negated=True), ("merged_into", None)),
                fields=("legal_entity", "ins"),
                name="patient_ins_unique",
            ),
        ),
        migrations.AddField(
            model_name="hl7message",
            name="former_key",
            field=models.CharField(blank=True, db_index=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="hl7message",
            name="state",
            field=models.CharField(
                choices=[("stored", "Reçu"), ("applied", "Appliqué"), ("refused", "En erreur")],
                default="stored",
                max_length=8,
            ),
        ),
    ]
