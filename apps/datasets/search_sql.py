"""The functions of the database that turn text into what the search compares; texts and queries go through the same.

They depend on no extension, locale or dictionary file of a server: the same text gives the same words everywhere.

search_fold(text)        one line in lower case without accents, punctuation as spaces; joiners stay inside words
search_tokens(text)      the words of a text with their places and the other forms in which each can be found
search_vector(text, w)   the same as a tsvector with the weight A, B, C or D
search_refresh(ids)      writes the search documents of these datasets
"""

from typing import Any

from django.db import models

from apps.datasets.spelling import SPELLINGS

JOINERS = r"'`·’\u02bc\u2010/_.,+&:@\-"  # they join the parts of a word; at its ends they are dropped
SPACELESS = (  # scripts written without spaces, and Korean, whose particles follow without one
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
MARKS = (  # accents, vowel points and invisible characters
    r"\u0300-\u0305\u0307-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
SEPARATORS = (  # everything that is neither part of a word nor a joiner
    r"\u0001-\u0020!\u0022#$%()*;<=>?\[\\\]\^{|}~\u007f-\u00a9\u00ab-\u00b4\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u0375\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b-\u061f"
    r"\u066a-\u066d\u06d4\u0964\u0965\u0e2f\u0e4f\u0e5a\u0e5b\u1361-\u1368\u1680\u2000-\u200a\u2012-\u2018\u201a-\u2029"
    r"\u202f-\u205f\u2070-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u30fb\ue000-\uf8ff\ufe10-\ufe6f\uff00-\uff65"
    r"\U0001f000-\U0001faff"
)
CAPITALS = (
    "ÆØŒĐŁÐÞĦŊΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐҒҚҢҮҰҺӘӨ"
    "ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖىةیک"
)
SMALL = CAPITALS.lower().translate(str.maketrans("ςىةیک", "σيهيك"))
ONE_BY_TWO = (
    ("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("đ", "d"), ("ł", "l"), ("ð", "d"), ("þ", "th"), ("ħ", "h"),
    ("ı", "i"), ("ŋ", "n"),
)  # fmt: skip
DIGRAPHS = (
    ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ø", "oe"), ("å", "aa"),
    ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("Ø", "Oe"), ("Å", "Aa"),
)  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _filled(statement: str, **parts: str) -> str:
    for name, text in parts.items():
        statement = statement.replace(f"<{name}>", text)
    return statement


def _replaced(expression: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for before, after in pairs:
        expression = f"replace({expression}, {_quoted(before)}, {_quoted(after)})"
    return expression


_CAPITALS_MADE_SMALL = f'translate(lower(normalize(source, NFKD) COLLATE "C"), {_quoted(CAPITALS)}, {_quoted(SMALL)})'
_A_MARK = _quoted(f"[{MARKS}]|(?<!и)" + r"\u0306")  # й is a character of its own
_UNMARKED = f"regexp_replace({_replaced(_CAPITALS_MADE_SMALL, ONE_BY_TWO)}, {_A_MARK}, '', 'g')"
_EDGES = _quoted(f"(?<![^ ])[{JOINERS}]+|[{JOINERS}]+(?![^ ])")
FOLD = f"""
SELECT btrim(regexp_replace(regexp_replace(
    normalize({_UNMARKED}, NFC), {_quoted(f"[{SEPARATORS}]+")}, ' ', 'g'), {_EDGES}, '', 'g'))
"""

_JOINER = _quoted(f"[{JOINERS}]+")
_SPACELESS = _quoted(f"[{SPACELESS}]")
# A chunk stands between spaces; joiners divide it into parts; a part in a script without spaces is cut into pairs of
# characters, each at its own place. `spelt` has ä, ö, ü, ø, å as two letters, `other` the other spelling.
TOKENS = _filled(
    r"""
WITH folded AS (
    SELECT public.search_fold(source) AS written,
           public.search_fold(<spelt>) AS spelt
), chunks AS (
    SELECT c.chunk, c.written, c.spelt, c.other FROM folded, unnest(
        string_to_array(written, ' '), string_to_array(spelt, ' '),
        string_to_array(btrim(<other>), ' ')
    ) WITH ORDINALITY AS c(written, spelt, other, chunk) WHERE c.written <> ''
), parts AS (
    SELECT chunk, p.part, p.written, p.spelt, p.other, p.written ~ <spaceless> AS spaceless
    FROM chunks, unnest(
        regexp_split_to_array(chunks.written, <joiner>), regexp_split_to_array(chunks.spelt, <joiner>),
        regexp_split_to_array(chunks.other, <joiner>)
    ) WITH ORDINALITY AS p(written, spelt, other, part) WHERE p.written <> ''
), runs AS (
    SELECT chunk, part, r.run, r.found[1] AS text, r.found[1] ~ <spaceless> AS spaceless
    FROM parts, regexp_matches(written, <runs>, 'g')
    WITH ORDINALITY AS r(found, run) WHERE parts.spaceless
), units AS (
    SELECT chunk, part, 0::bigint AS run, 1 AS step, 'word' AS kind, written, spelt, other
    FROM parts WHERE NOT spaceless
    UNION ALL
    SELECT chunk, part, run, 1, 'word', text, NULL, NULL FROM runs WHERE NOT spaceless
    UNION ALL
    SELECT chunk, part, run, step, 'gram',
           one || coalesce(lead(one) OVER (PARTITION BY chunk, part, run ORDER BY step), ''), NULL, NULL
    FROM runs, unnest(string_to_array(text, NULL)) WITH ORDINALITY AS characters(one, step) WHERE spaceless
), placed AS (
    SELECT *, row_number() OVER (ORDER BY chunk, part, run, step) AS place FROM units
)
SELECT chunk::int, place::int, kind, left(written, 200) FROM placed
UNION ALL
SELECT chunk::int, place::int, 'form', left(form, 200) FROM placed, unnest(ARRAY[
    spelt, other, substring(written FROM '^(?:[وبلفك]?ال|لل)(.{2,})$'),
    substring(written FROM '^[והבלמשכ]([א-ת]{3,})$')
]) AS form WHERE form <> written
UNION ALL
SELECT chunk::int, place::int, 'stem', stem FROM placed, unnest(
    ts_lexize('pg_catalog.english_stem', left(written, 200)) || ts_lexize('pg_catalog.english_stem', left(other, 200))
    || ts_lexize('pg_catalog.danish_stem', left(written, 200))
    || CASE WHEN written ~ '[а-я]' THEN ts_lexize('pg_catalog.russian_stem', left(written, 200)) END
) AS stem WHERE kind = 'word' AND stem <> '' AND stem <> written
UNION ALL
SELECT chunk::int, min(place)::int, 'joined', string_agg(written, '' ORDER BY place) FROM placed
WHERE kind = 'word' GROUP BY chunk HAVING count(*) BETWEEN 2 AND 4 AND sum(length(written)) <= 60
UNION ALL
SELECT chunk::int, place::int, 'piece', piece[1] FROM placed, regexp_matches(written, '[0-9]+|[^0-9]+', 'g') AS piece
WHERE kind = 'word' AND written ~ '^(?:[0-9]{1,4}[^0-9]+|[^0-9]+[0-9]{1,4}[^0-9]{0,3})$'
""",
    spelt=_replaced("normalize(source, NFC)", DIGRAPHS),
    other=_replaced("' ' || written || ' '", SPELLINGS),
    joiner=_JOINER,
    spaceless=_SPACELESS,
    runs=_quoted(f"[{SPACELESS}]+|[^{SPACELESS}]+"),
)
VECTOR = """
SELECT coalesce(string_agg(quote_literal(lexeme) || ':' || least(place, 16383) || weight, ' '), '')::tsvector
FROM public.search_tokens(source)
"""
# The words of which a query may have a misspelt one, each with its shapes: one character left out. Names of people and
# of files are not among them.
SHAPES = """
SELECT array_agg(DISTINCT shape) FROM (
    SELECT word AS shape UNION ALL
    SELECT overlay(word PLACING '' FROM place FOR 1) FROM generate_series(1, length(word)) AS place
) AS shapes
"""
_ENDING = _quoted(r"\.([A-Za-z0-9]{1,8})(?:\.(?:gz|bz2|xz|zip))?$")
_VERSIONS = "v.dataset_id = d.id AND v.state IN ('published', 'superseded')"
# Each document is valid from one moment to the next at which an embargo ends, so no job has to change it.
REFRESH = _filled(
    r"""
DECLARE
    longest int;
BEGIN
    PERFORM 1 FROM public.datasets_dataset WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM public.datasets_searchdocument WHERE dataset_id = ANY(ids);
    FOREACH longest IN ARRAY ARRAY[60000, 6000] LOOP
        BEGIN
            INSERT INTO public.datasets_searchdocument (dataset_id, valid_from, valid_until, listed_from, access,
                institution_id, committee_id, subjects, subject_labels, conditions, formats, files, bytes, search)
            SELECT d.id, m.valid_from, lead(m.valid_from) OVER (PARTITION BY d.id ORDER BY m.valid_from),
                d.listed_from, d.access, d.institution_id, d.committee_id,
                coalesce(subject.keys, '{}'), coalesce(subject.labels, '{}'), coalesce(uses.codes, '{}'),
                coalesce(file.formats, '{}'), coalesce(file.number, 0), coalesce(file.bytes, 0),
                public.search_vector(d.title, 'A') || public.search_vector(d.keywords, 'B')
                || public.search_vector(concat_ws(' ; ', d.summary, i.name, c.name, uses.words), 'B')
                || public.search_vector(concat_ws(' ; ', d.attribution, owner.names, left(d.description, longest)), 'C')
                || public.search_vector(left(file.names, longest), 'D')
            FROM public.datasets_dataset AS d
            CROSS JOIN LATERAL (
                SELECT d.listed_from AS valid_from UNION SELECT v.embargo_until FROM public.datasets_version AS v
                WHERE <public_versions> AND v.embargo_until > d.listed_from
            ) AS m
            LEFT JOIN public.people_institution AS i ON i.id = d.institution_id
            LEFT JOIN public.committees_committee AS c ON c.id = d.committee_id
            LEFT JOIN LATERAL (
                SELECT array_agg(lower(btrim(word))) AS keys, array_agg(btrim(word)) AS labels
                FROM unnest(regexp_split_to_array(d.keywords, '[,;]')) AS word WHERE btrim(word) <> ''
            ) AS subject ON true
            LEFT JOIN LATERAL (
                SELECT array_agg(DISTINCT u.code::text) AS codes,
                       string_agg(concat_ws(' ', u.code, u.value, public.search_condition(u.code)), ' ; ') AS words
                FROM public.datasets_condition AS u WHERE u.dataset_id = d.id
            ) AS uses ON true
            LEFT JOIN LATERAL (
                SELECT string_agg(p.name, ' ; ') AS names FROM public.datasets_datasetrole AS r
                JOIN public.auth_permission AS own ON own.id = r.permission_id AND own.codename = 'own_dataset'
                JOIN public.people_person AS p ON p.id = r.user_id AND p.is_active WHERE r.content_object_id = d.id
            ) AS owner ON true
            LEFT JOIN LATERAL (
                SELECT v.id FROM public.datasets_version AS v
                WHERE <public_versions> AND (v.embargo_until IS NULL OR v.embargo_until <= m.valid_from)
                ORDER BY v.number DESC LIMIT 1
            ) AS current ON true
            LEFT JOIN LATERAL (
                SELECT count(*) AS number, sum(f.size) AS bytes, string_agg(f.name, ' ; ' ORDER BY f.name) AS names,
                       array_agg(DISTINCT upper(substring(f.name FROM <ending>)))
                       FILTER (WHERE f.name ~ <ending>) AS formats
                FROM public.datasets_distribution AS f WHERE f.version_id = current.id
            ) AS file ON true
            WHERE d.id = ANY(ids) AND d.listed_from IS NOT NULL;
            EXIT;
        EXCEPTION WHEN program_limit_exceeded THEN
            IF longest = 6000 THEN RAISE; END IF;
        END;
    END LOOP;
    INSERT INTO public.datasets_searchword (word, shapes)
    SELECT word, public.search_shapes(word) FROM (
        SELECT DISTINCT t.lexeme AS word FROM public.datasets_dataset AS d
        LEFT JOIN public.people_institution AS i ON i.id = d.institution_id
        LEFT JOIN public.committees_committee AS c ON c.id = d.committee_id,
        public.search_tokens(concat_ws(' ; ', d.title, d.keywords, d.summary, i.name, c.name, d.attribution)) AS t
        WHERE d.id = ANY(ids) AND d.listed_from IS NOT NULL AND t.kind = 'word'
            AND length(t.lexeme) BETWEEN 4 AND 24 AND t.lexeme !~ '[0-9]'
    ) AS words ORDER BY word ON CONFLICT DO NOTHING;
END
""",
    public_versions=_VERSIONS,
    ending=_ENDING,
)
_HEAD = "LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp"


def _condition(terms: dict[str, tuple[str, Any]]) -> str:
    """What else a use condition can be found by: its abbreviation and its label in English."""
    rows = " ".join(
        f"WHEN {_quoted(code)} THEN {_quoted(f'{short} {label._args[0]}')}" for code, (short, label) in terms.items()
    )
    return f"SELECT CASE code {rows} ELSE '' END"


class SearchFunctions(models.BaseConstraint):
    """The functions above, declared on the model of the search documents; creating them rebuilds all documents.

    `terms` are the words of each use condition. makemigrations sees a change of the text of any function.
    """

    def __init__(self, *, name: str, statements: list[str]) -> None:
        super().__init__(name=name)
        self.statements = statements

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Nothing within CREATE TABLE: the functions are created after the table."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, _model: Any, _schema_editor: Any) -> Any:
        return "; ".join([*self.statements, REBUILD])

    def remove_sql(self, _model: Any, _schema_editor: Any) -> Any:
        return "; ".join(f"DROP FUNCTION public.{signature}" for signature in SIGNATURES)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing: forms cannot check a function."""

    def deconstruct(self) -> Any:
        path, args, _options = super().deconstruct()
        return path, args, {"name": self.name, "statements": self.statements}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SearchFunctions) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


SIGNATURES = (
    "search_refresh(uuid[])", "search_condition(text)", "search_shapes(text)", "search_vector(text, text)",
    "search_tokens(text)", "search_fold(text)",
)  # fmt: skip
REBUILD = """
DO $do$ BEGIN
    IF EXISTS (SELECT FROM public.datasets_dataset WHERE listed_from IS NOT NULL) THEN
        PERFORM public.search_refresh(array_agg(id)) FROM public.datasets_dataset WHERE listed_from IS NOT NULL;
    END IF;
END $do$"""


def functions(terms: dict[str, tuple[str, Any]]) -> SearchFunctions:
    """All functions; `terms` are the use conditions by code, each with its abbreviation and label."""

    def function(signature: str, returns: str, body: str, head: str = _HEAD) -> str:
        return f"CREATE OR REPLACE FUNCTION public.{signature} RETURNS {returns} {head} AS $fn${body}$fn$"

    changing = "LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp"
    return SearchFunctions(
        name="datasets_search_functions",
        statements=[
            function("search_fold(source text)", "text", FOLD),
            function("search_tokens(source text)", "TABLE (chunk int, place int, kind text, lexeme text)", TOKENS),
            function("search_vector(source text, weight text)", "tsvector", VECTOR),
            function("search_shapes(word text)", "text[]", SHAPES),
            function("search_condition(code text)", "text", _condition(terms)),
            function("search_refresh(ids uuid[])", "void", REFRESH, changing),
        ],
    )
