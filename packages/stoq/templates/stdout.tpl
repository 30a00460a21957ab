{# For any worker, for people. Names and data are chosen by an attacker: `printable` keeps them on their line. #}
{% set rows = results.results|tree %}
{% for row in rows[:2000] %}
  {% set entry = row.entry %}
  {% set indent = "  " * [row.depth, 16]|min %}
{{ indent }}{{ entry.filename|default("(no name)", true)|printable }}  {{ entry.size|size }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}
  {% for name in ["md5", "sha1", "sha256"] if entry[name] %}
{{ indent }}  {{ "%-6s  %s"|format(name, entry[name]|printable) }}
  {% endfor %}
  {% if entry.duplicate_of is defined %}
{{ indent }}  same bytes as payload {{ entry.duplicate_of|printable }}
  {% else %}
    {% for match in (entry|rules)[:50] %}
{{ indent }}  * {{ match.rule|printable }}{{ "  %s"|format(match.meta.description|printable) if match.meta.description else "" }}
    {% endfor %}
    {% for worker, result in (entry|said)[:20] %}
{{ indent }}  {{ worker|printable }}: {{ result|printable|truncate(500, true, "...", 0) }}
    {% endfor %}
  {% endif %}
{% endfor %}
{% if rows|length > 2000 %}
... {{ rows|length - 2000 }} payloads more are in the document
{% endif %}
{% for error in (results.errors or [])[:500] %}
! {{ error.plugin|printable }}: {{ error.message|printable }} (payload {{ error.payload_id|printable }})
{% endfor %}
{% for cut in (results.truncated or [])[:500] %}
! cut at {{ cut.limit|printable }}: {{ cut.detail|printable }} (payload {{ cut.payload_id|printable }})
{% endfor %}
