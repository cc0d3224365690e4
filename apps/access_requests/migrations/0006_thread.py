# Messages about a request, and documents attached to it.

import apps.core.identifiers
import apps.core.triggers
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0003_answers'),
        ('committees', '0002_contact'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=apps.core.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('internal', models.BooleanField(db_default=False, default=False)),
                ('text', models.TextField(verbose_name='message')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('committee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.committee')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='access_requests.accessrequest')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-written_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=apps.core.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('ethics', 'Ethics approval'), ('protocol', 'Study protocol'), ('cv', 'CV'), ('plan', 'Analysis or data management plan'), ('other', 'Other document')], default='other', max_length=10, verbose_name='kind of document')),
                ('field', models.CharField(blank=True, db_default='', max_length=100)),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('size', models.BigIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('storage_key', models.CharField(max_length=100, null=True, unique=True)),
                ('uploaded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('check_state', models.CharField(choices=[('waiting', 'Being checked for malware'), ('clean', 'No malware found'), ('unchecked', 'Not checked for malware'), ('infected', 'Refused: contains malware')], default='waiting', max_length=10)),
                ('checked_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('question', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='access_requests.question')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='access_requests.accessrequest')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='access_requests.message')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['uploaded_at', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['request', '-written_at', '-id'], name='message_by_request'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('text__regex', '[\\u0001-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ue000-\\uf8ff\\U000e0000-\\U000e00ff\\U000f0000-\\U0010ffff]'), _negated=True), name='message_text_is_seen'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('internal', False), ('committee__isnull', False), _connector='OR'), name='message_internal_has_committee'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('text', ''), _connector='OR'), name='message_withdrawn_empty'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=apps.core.triggers.Trigger(each='ROW', function="\nBEGIN\n    IF TG_OP = 'DELETE'\n        OR (to_jsonb(NEW) - ARRAY['withdrawn_at', 'text'] <> to_jsonb(OLD) - ARRAY['withdrawn_at', 'text']) IS NOT FALSE\n        OR (NEW.text NOT IN ('', OLD.text)) IS NOT FALSE\n        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) IS NOT FALSE\n    THEN\n        RAISE EXCEPTION USING MESSAGE = 'a message cannot be changed or deleted', ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\nEND\n", name='access_requests_message_frozen', on='DELETE OR UPDATE'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=apps.core.triggers.Trigger(each='STATEMENT', function="\nBEGIN\n    RAISE EXCEPTION USING MESSAGE = 'a message cannot be changed or deleted', ERRCODE = 'check_violation';\nEND\n", name='access_requests_message_not_truncated', on='TRUNCATE'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['request', 'uploaded_at'], name='attachment_by_request'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('name__regex', '[\\u0001-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ue000-\\uf8ff\\U000e0000-\\U000e00ff\\U000f0000-\\U0010ffff]'), _negated=True), name='attachment_name_is_seen'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_state', 'waiting'), ('checked_at__isnull', True)), models.Q(models.Q(('check_state', 'waiting'), _negated=True), ('checked_at__isnull', False)), _connector='OR'), name='attachment_checked_says_when'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('question__isnull', True), ('message__isnull', True), _connector='OR'), name='attachment_in_one_place'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_state', 'infected'), _negated=True), ('storage_key__isnull', True), _connector='OR'), name='attachment_infected_is_gone'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=apps.core.triggers.Trigger(each='ROW', function="\nBEGIN\n    IF TG_OP = 'DELETE' THEN\n        IF OLD.message_id IS NOT NULL OR EXISTS (\n            SELECT 1 FROM public.access_requests_round r\n            WHERE r.request_id = OLD.request_id AND r.opened_at >= OLD.uploaded_at)\n        THEN\n            RAISE EXCEPTION USING MESSAGE = 'a submitted attachment cannot be deleted', ERRCODE = 'check_violation';\n        END IF;\n        RETURN OLD;\n    END IF;\n    IF (to_jsonb(NEW) - ARRAY['name', 'storage_key', 'check_state', 'checked_at', 'removed_at']\n        <> to_jsonb(OLD) - ARRAY['name', 'storage_key', 'check_state', 'checked_at', 'removed_at']\n        OR NEW.name NOT IN ('', OLD.name)\n        OR (NEW.storage_key IS NOT NULL AND NEW.storage_key IS DISTINCT FROM OLD.storage_key)\n        OR (OLD.check_state <> 'waiting' AND NEW.check_state <> OLD.check_state)\n        OR (OLD.checked_at IS NOT NULL AND NEW.checked_at IS DISTINCT FROM OLD.checked_at)\n        OR (OLD.removed_at IS NOT NULL AND NEW.removed_at IS DISTINCT FROM OLD.removed_at)) IS NOT FALSE\n    THEN\n        RAISE EXCEPTION USING MESSAGE = 'an attachment cannot be changed', ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\nEND\n", name='access_requests_attachment_frozen', on='DELETE OR UPDATE'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=apps.core.triggers.Trigger(each='STATEMENT', function="\nBEGIN\n    RAISE EXCEPTION USING MESSAGE = 'an attachment cannot be deleted', ERRCODE = 'check_violation';\nEND\n", name='access_requests_attachment_not_truncated', on='TRUNCATE'),
        ),
    ]
