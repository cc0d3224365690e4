"""What stops a backup, a restore or an export: always one sentence for the operator."""


class BackupError(Exception):
    """Nothing was changed, or what was begun is named so that nobody takes it for a whole one."""
