"""What the triggers of versions and files refuse: a change of what was published."""

# A version that was published never becomes a draft again, nor a withdrawn one available; a draft may be deleted.
PUBLISHED_VERSION_FROZEN = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION USING MESSAGE = 'a published version cannot be deleted', ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
        OR NEW.id <> OLD.id OR NEW.dataset_id <> OLD.dataset_id OR NEW.number <> OLD.number
    THEN
        RAISE EXCEPTION USING MESSAGE = 'a published version cannot become a draft, nor a withdrawn one available',
            ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""
PUBLISHED_FILES_FROZEN = """
DECLARE
    draft boolean;
BEGIN
    SELECT state = 'draft' INTO draft FROM public.datasets_version
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END FOR SHARE;
    IF draft IS NOT TRUE OR (TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id) THEN
        RAISE EXCEPTION USING MESSAGE = 'files of a published version cannot be added, changed or deleted',
            ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
"""
