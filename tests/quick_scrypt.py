"""The password digest of the test settings: scrypt as in production, a thousand times cheaper."""

from django.contrib.auth.hashers import ScryptPasswordHasher


class QuickScrypt(ScryptPasswordHasher):
    """RFC 7914 with N = 64 and p = 1, where Django takes N = 16384 and p = 5."""

    work_factor = 2**6
    parallelism = 1
