#!/usr/bin/env python3
"""Records what the reference implementation makes of chat templates, for JinjaReferenceTest and PublishedTemplatesTest.

    pip install jinja2==3.1.6
    pip download --no-deps trl==1.13.0
    python3 inference/llm/tools/record_templates.py trl-1.13.0-py3-none-any.whl

The environment is set up as Hugging Face's transformers 5.18 does it (utils/chat_template_utils.py). Templates in
`templates/` and the lines in `snippets.txt` are ours; of the published ones in the wheel only hashes are kept.
"""

import datetime
import hashlib
import json
import pathlib
import sys
import zipfile

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

DATA = pathlib.Path(__file__).resolve().parent.parent / "src/test/resources/opml/llm/template"
NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)


class Generation(jinja2.ext.Extension):
    """`generation` marks what the assistant says; only training asks for it."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_said"), [], [], body).set_lineno(line)

    def _said(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    return env


def rendered(source, variables):
    """What a template says; None where it fails."""
    try:
        return environment().from_string(source).render(**variables)
    except Exception:
        return None


def sha256(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def main():
    conversations = json.loads((DATA / "conversations.json").read_text())
    own = []
    for number, line in enumerate((DATA / "snippets.txt").read_text().splitlines(), 1):
        if line and not line.startswith("##"):
            source = line.replace("⏎", "\n")
            variables = conversations["everything"]
            own.append({"name": f"snippets.txt:{number}", "source": source, "said": rendered(source, variables)})
    for file in sorted((DATA / "templates").glob("*.jinja")):
        for name, variables in conversations.items():
            said = rendered(file.read_text(), variables)
            own.append({"name": file.name, "conversation": name, "said": said})
    (DATA / "recorded.json").write_text(json.dumps(own, indent=1, ensure_ascii=False) + "\n")

    published = []
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        for file in sorted(wheel.namelist()):
            # Templates for training differ by marks that change nothing of a prompt.
            if not file.endswith(".jinja") or file.endswith("_training.jinja"):
                continue
            source = wheel.read(file).decode()
            for name, variables in conversations.items():
                said = rendered(source, variables)
                published.append(
                    "\t".join([file, sha256(source), name, "fails" if said is None else sha256(said)])
                )
    (DATA / "published.tsv").write_text("\n".join(published) + "\n")
    print(len(own), "own,", len(published), "published,", sum(l.endswith("fails") for l in published), "of these fail")


main()
