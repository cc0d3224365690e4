"""The three formats say the same; a file that cannot be trusted is refused with a sentence. No database."""

import json
from pathlib import Path

import pytest

from apps.datasets.ontology import OntologyError, closed, read_terms

SMALL = Path("deploy/demo/seed/data/diseases.obo")
OBO = """format-version: 1.2

[Term]
id: MONDO:1
name: cancer ! not a comment of the name
synonym: "malignant \\"neoplasm\\"" EXACT [X:1]

[Term]
id: MONDO:2 {source="x"}
name: breast cancer
is_a: MONDO:1 {source="y"} ! cancer
is_a: HP:9 ! elsewhere

[Term]
id: MONDO:3
is_obsolete: true
replaced_by: MONDO:2

[Term]
id: HP:9
name: elsewhere

[Typedef]
id: MONDO:4
"""
OWL = """<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY obo "http://purl.obolibrary.org/obo/">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:obo="http://purl.obolibrary.org/obo/"
 xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#">
<owl:Class rdf:about="&obo;MONDO_1"><rdfs:label>cancer</rdfs:label>
 <oboInOwl:hasExactSynonym>malignant "neoplasm"</oboInOwl:hasExactSynonym></owl:Class>
<owl:Class rdf:about="&obo;MONDO_2"><rdfs:label>breast cancer</rdfs:label><rdfs:subClassOf rdf:resource="&obo;MONDO_1"/>
 <rdfs:subClassOf><owl:Restriction><owl:someValuesFrom><owl:Class rdf:about="&obo;MONDO_7"/></owl:someValuesFrom>
 </owl:Restriction></rdfs:subClassOf><rdfs:subClassOf rdf:resource="&obo;HP_9"/></owl:Class>
<owl:Class rdf:about="&obo;MONDO_3"><owl:deprecated>true</owl:deprecated>
 <obo:IAO_0100001 rdf:resource="&obo;MONDO_2"/></owl:Class>
<owl:Class rdf:about="&obo;HP_9"><rdfs:label>elsewhere</rdfs:label></owl:Class>
</rdf:RDF>"""
IRI = "http://purl.obolibrary.org/obo/"
GRAPH = {
    "graphs": [
        {
            "meta": {"note": 'says "nodes": ['},
            "nodes": [
                {
                    "id": IRI + "MONDO_1",
                    "lbl": "cancer",
                    "meta": {"synonyms": [{"pred": "hasExactSynonym", "val": 'malignant "neoplasm"'}]},
                },
                {"id": IRI + "MONDO_2", "lbl": "breast cancer"},
                {
                    "id": IRI + "MONDO_3",
                    "meta": {
                        "deprecated": True,
                        "basicPropertyValues": [{"pred": IRI + "IAO_0100001", "val": IRI + "MONDO_2"}],
                    },
                },
                {"id": IRI + "HP_9", "lbl": "elsewhere"},
            ],
            "edges": [
                {"sub": IRI + "MONDO_2", "pred": "is_a", "obj": IRI + "MONDO_1"},
                {"sub": IRI + "MONDO_2", "pred": "is_a", "obj": IRI + "HP_9"},
                {"sub": IRI + "MONDO_1", "pred": "part_of", "obj": IRI + "MONDO_2"},
            ],
        }
    ]
}
FILES = {"a.obo": OBO, "b.owl": OWL, "c.json": json.dumps(GRAPH), "d.json": json.dumps(GRAPH, indent=1)}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", FILES)
def test_each_format_gives_the_same_terms(name: str, tmp_path: Path) -> None:
    found = closed(read_terms(written(tmp_path, FILES[name])))
    assert {key: above for key, (_term, above) in found.items()} == {
        "MONDO:1": frozenset(), "MONDO:2": {"MONDO:1"}, "MONDO:3": frozenset(),
    }  # fmt: skip
    first, third = found["MONDO:1"][0], found["MONDO:3"][0]
    assert (first.name, first.synonyms) == ("cancer", ['malignant "neoplasm"'])
    assert (third.obsolete, third.replaced_by) == (True, "MONDO:2")


def test_the_file_of_the_demo_is_whole() -> None:
    found = closed(read_terms(SMALL))
    assert len(found) == 30
    assert found["MONDO:0004989"][1] >= {"MONDO:0007254", "MONDO:0004993", "MONDO:0004992", "MONDO:0000001"}


def term(key: str, *parents: str, name: str = "x") -> str:
    return f"[Term]\nid: {key}\nname: {name}\n" + "".join(f"is_a: {one}\n" for one in parents)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no ontology",
        "<rdf>",
        '{"graphs": [{"nodes": [{"id": ',
        '{"graphs": [{"nodes": [] , "edges": [',
        "format-version: 1.2\n" + term("HP:1"),
        "format-version: 1.2\n" + term("MONDO:1", "MONDO:2"),  # a parent that is missing
        "format-version: 1.2\n" + term("MONDO:1", "MONDO:1"),
        "format-version: 1.2\n" + term("MONDO:1", "MONDO:2") + term("MONDO:2", "MONDO:3") + term("MONDO:3", "MONDO:1"),
        "format-version: 1.2\n" + term("MONDO:1") + term("MONDO:1"),
        "format-version: 1.2\n[Term]\nid: MONDO:1\n",
        b"format-version: 1.2\n\xff\xfe",
    ],
)
def test_what_cannot_be_trusted_is_refused(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(OntologyError):
        closed(read_terms(written(tmp_path, text)))


def test_a_billion_laughs_are_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 30))
    with pytest.raises(OntologyError):
        closed(read_terms(written(tmp_path, f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l29;</x>')))


def test_a_long_chain_has_all_its_ancestors(tmp_path: Path) -> None:
    """No recursion: a chain that is deeper than Python's stack."""
    chain = "".join(term(f"MONDO:{i}", *([f"MONDO:{i - 1}"] if i else [])) for i in range(1500))
    found = closed(read_terms(written(tmp_path, "format-version: 1.2\n" + chain)))
    assert len(found["MONDO:1499"][1]) == 1499
