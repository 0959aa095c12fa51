"""What has been begun and is not in the record yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_uploads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Begun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=150)),
                ("what", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=200)),
            ],
        ),
    ]
