{# A whole document in Markdown. Everything that a payload chose stands in code spans: `mdcode` lets nothing out of them. #}
{% macro code(value, length=300) %}{{ value|printable|truncate(length, true, "...", 0)|mdcode }}{% endmacro %}
{# So much is told one by one: nobody reads more, and what a payload holds must not use up what a template may do. #}
{% set listed = 500 %}
{% set drawn = 2000 %}
{% set rows = results.results|tree %}
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
{% for name, value in ((root.source_meta or {})|items)[:50] %}
| {{ code(name, 60) }} | {{ code(value) }} |
{% endfor %}

{% if results.errors|length or results.truncated|length %}
**Not complete**: {{ results.errors|length }} errors, {{ results.truncated|length }} cuts, at the end of this page.

{% endif %}
## Payloads

````text
{% for row in rows[:drawn] %}
{% set entry = row.entry %}
{{ row.branch }}#{{ entry.payload_id|printable }} {{ entry.filename|default("(no name)", true)|printable|truncate(120, true, "...", 0) }}  {{ entry.size|size }}{{ "  sha1 %s"|format(entry.sha1|printable|short) if entry.sha1 else "" }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}{{ "  = #%s"|format(entry.duplicate_of|printable) if entry.duplicate_of is defined else "" }}
{% endfor %}
{% if rows|length > drawn %}
... {{ rows|length - drawn }} payloads more
{% endif %}
````

## Rules

{% for rule, count in (results.results|rulecounts)[:listed] %}
{% if loop.first %}
| rule | payloads |
| --- | ---: |
{% endif %}
| {{ code(rule) }} | {{ count }} |
{% else %}
No rule matched.
{% endfor %}

## Findings

{% for row in rows[:listed] if row.entry.duplicate_of is not defined %}
{% set entry = row.entry %}
### Payload {{ code(entry.payload_id) }} {{ code(entry.filename|default("(no name)", true)) }}

{% for name in ["md5", "sha1", "sha256"] if entry[name] %}
- {{ name }} {{ code(entry[name]) }}
{% endfor %}
{% if entry.dispatcher %}
- found by {{ code(entry.dispatcher) }} in payload {{ code(entry.parent_id) }}
{% for name, value in ((entry.source_meta or {})|items)[:20] %}
- {{ code(name, 60) }}: {{ code(value) }}
{% endfor %}
{% endif %}
{% for match in (entry|rules)[:50] %}
- rule {{ code(match.rule) }}{{ " %s"|format(match.tags|map("mdcode")|join(" ")) if match.tags else "" }}{{ ": %s"|format(code(match.meta.description)) if match.meta.description else "" }}
{% for offset, identifier, data in match.strings[:5] %}
  - at {{ code(offset) }} {{ code(identifier, 60) }} {{ code(data, 100) }}
{% endfor %}
{% endfor %}
{% for worker, result in (entry|said)[:20] %}
- {{ code(worker) }}: {{ code(result, 2000) }}
{% endfor %}

{% endfor %}
{% if rows|length > listed %}
{{ rows|length - listed }} payloads more are in the document.

{% endif %}
{% if results.errors|length %}
## Errors

| payload | plugin | code | message |
| --- | --- | --- | --- |
{% for error in results.errors[:listed] %}
| {{ code(error.payload_id) }} | {{ code(error.plugin) }} | {{ code(error.code) }} | {{ code(error.message, 500) }} |
{% endfor %}

{% endif %}
{% if results.truncated|length %}
## Cut by limits

| payload | limit | what is missing |
| --- | --- | --- |
{% for cut in results.truncated[:listed] %}
| {{ code(cut.payload_id) }} | {{ code(cut.limit) }} | {{ code(cut.detail, 500) }} |
{% endfor %}
{% endif %}
