"""How to reach reporters."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0004_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("commune", models.CharField(max_length=100)),
                ("reporter", models.CharField(max_length=100)),
                ("role", models.CharField(max_length=100, verbose_name="chức danh")),
                (
                    "telephone",
                    models.CharField(
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9+(). -]*[0-9][0-9+(). -]*\\Z",
                                "Số điện thoại chỉ gồm chữ số, dấu cách và các dấu + - . ( ).",
                            )
                        ],
                        verbose_name="điện thoại",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("commune", "reporter"), name="one_contact")],
            },
        ),
    ]
