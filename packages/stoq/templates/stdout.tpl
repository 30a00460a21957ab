{# For any worker, for people. Names and data are chosen by an attacker: `printable` keeps them on their line. #}
{% for row in results.results|tree %}
  {% set entry = row.entry %}
  {% set indent = "  " * [row.depth, 16]|min %}
{{ indent }}{{ entry.filename|default("(no name)", true)|printable }}  {{ entry.size|size }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}
  {% for name in ["md5", "sha1", "sha256"] if entry[name] %}
{{ indent }}  {{ "%-6s  %s"|format(name, entry[name]|printable) }}
  {% endfor %}
  {% if entry.duplicate_of is defined %}
{{ indent }}  same bytes as payload {{ entry.duplicate_of|printable }}
  {% else %}
    {% for match in entry|rules %}
{{ indent }}  * {{ match.rule|printable }}{{ "  %s"|format(match.meta.description|printable) if match.meta.description else "" }}
    {% endfor %}
    {% for worker, result in entry|said %}
{{ indent }}  {{ worker|printable }}: {{ result|printable|truncate(500, true, "...", 0) }}
    {% endfor %}
  {% endif %}
{% endfor %}
{% for error in results.errors or [] %}
! {{ error.plugin|printable }}: {{ error.message|printable }} (payload {{ error.payload_id|printable }})
{% endfor %}
{% for cut in results.truncated or [] %}
! cut at {{ cut.limit|printable }}: {{ cut.detail|printable }} (payload {{ cut.payload_id|printable }})
{% endfor %}
