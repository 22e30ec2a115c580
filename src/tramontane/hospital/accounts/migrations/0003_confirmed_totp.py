"""A TOTP secret is kept once a first code confirmed it: those still waiting are drawn again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_two_entities_and_passwords")]

    operations = [
        migrations.RunSQL("DELETE FROM accounts_totpdevice WHERE confirmed_at IS NULL", migrations.RunSQL.noop),
        migrations.AlterField("totpdevice", "confirmed_at", models.DateTimeField()),
    ]
