"""The main job, played over HTTP by separate people against a running portal: nothing of Django's is used in here."""
