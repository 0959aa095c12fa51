"""From which machine somebody tried to sign in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_begun"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="address",
            field=models.CharField(default="", max_length=45),
        ),
    ]
