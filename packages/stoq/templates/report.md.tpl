{# A whole document in Markdown. Everything that a payload chose stands in code spans: `mdcode` lets nothing out of them. #}
{% macro code(value, length=300) %}{{ value|printable|truncate(length, true, "...", 0)|mdcode }}{% endmacro %}
{% set root = results.results[0] %}
# Report on {{ code(root.filename|default("(no name)", true)) }}

| | |
| --- | --- |
| scanned | {{ code(results.date) }} by {{ code(root.plugin) }} |
| TLP | {{ code(results.tlp) }} |
| document | {{ code(results.id) }} |
| payloads | {{ code(results.payloads) }} |
| size | {{ root.size|size }} |
{% for name in ["magic", "md5", "sha1", "sha256", "sha512", "ssdeep", "path", "archive"] if root[name] %}
| {{ name }} | {{ code(root[name]) }} |
{% endfor %}
{% for name, value in (root.source_meta or {})|items %}
| {{ code(name, 60) }} | {{ code(value) }} |
{% endfor %}

{% if results.errors|length or results.truncated|length %}
**Not complete**: {{ results.errors|length }} errors, {{ results.truncated|length }} cuts, at the end of this page.

{% endif %}
## Payloads

````text
{% for row in results.results|tree %}
{% set entry = row.entry %}
{{ row.branch }}#{{ entry.payload_id|printable }} {{ entry.filename|default("(no name)", true)|printable|truncate(120, true, "...", 0) }}  {{ entry.size|size }}{{ "  sha1 %s"|format(entry.sha1|printable|short) if entry.sha1 else "" }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}{{ "  = #%s"|format(entry.duplicate_of|printable) if entry.duplicate_of is defined else "" }}
{% endfor %}
````

## Rules

{% for rule, count in results.results|rulecounts %}
{% if loop.first %}
| rule | payloads |
| --- | ---: |
{% endif %}
| {{ code(rule) }} | {{ count }} |
{% else %}
No rule matched.
{% endfor %}

## Findings

{% for row in results.results|tree if row.entry.duplicate_of is not defined %}
{% set entry = row.entry %}
### Payload {{ code(entry.payload_id) }} {{ code(entry.filename|default("(no name)", true)) }}

{% for name in ["md5", "sha1", "sha256"] if entry[name] %}
- {{ name }} {{ code(entry[name]) }}
{% endfor %}
{% if entry.dispatcher %}
- found by {{ code(entry.dispatcher) }} in payload {{ code(entry.parent_id) }}
{% for name, value in (entry.source_meta or {})|items %}
- {{ code(name, 60) }}: {{ code(value) }}
{% endfor %}
{% endif %}
{% for match in entry|rules %}
- rule {{ code(match.rule) }}{{ " %s"|format(match.tags|map("mdcode")|join(" ")) if match.tags else "" }}{{ ": %s"|format(code(match.meta.description)) if match.meta.description else "" }}
{% for offset, identifier, data in match.strings[:5] %}
  - at {{ code(offset) }} {{ code(identifier, 60) }} {{ code(data, 100) }}
{% endfor %}
{% endfor %}
{% for worker, result in entry|said %}
- {{ code(worker) }}: {{ code(result, 2000) }}
{% endfor %}

{% endfor %}
{% if results.errors|length %}
## Errors

| payload | plugin | code | message |
| --- | --- | --- | --- |
{% for error in results.errors %}
| {{ code(error.payload_id) }} | {{ code(error.plugin) }} | {{ code(error.code) }} | {{ code(error.message, 500) }} |
{% endfor %}

{% endif %}
{% if results.truncated|length %}
## Cut by limits

| payload | limit | what is missing |
| --- | --- | --- |
{% for cut in results.truncated %}
| {{ code(cut.payload_id) }} | {{ code(cut.limit) }} | {{ code(cut.detail, 500) }} |
{% endfor %}
{% endif %}
