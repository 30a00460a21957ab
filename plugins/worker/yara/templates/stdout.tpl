{# What matched in each payload, for people. Names and data are chosen by an attacker: `printable` keeps them on their line. #}
{% for entry in results.results %}
{{ entry.filename|default("(no name)")|printable }}  {{ entry.size|default(0)|filesizeformat }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}
  {% for name in ["md5", "sha1", "sha256"] if entry[name] %}
  {{ "%-6s  %s"|format(name, entry[name]) }}
  {% endfor %}
  {% if entry.duplicate_of is defined %}
  same bytes as payload {{ entry.duplicate_of }}
  {% else %}
    {% for match in entry.scan or [] %}
  * {{ match.rule }}{{ " [%s]"|format(match.tags|join(" ")) if match.tags else "" }}
      {% for key, value in match.meta|default({})|items %}
      {{ key }}: {{ value|printable }}
      {% endfor %}
      {% for offset, identifier, data in match.strings or [] %}
      {{ "%8s"|format(offset) }}  {{ identifier }}  {{ data|printable|truncate(100, true, "...", 0) }}
      {% endfor %}
    {% else %}
  no rule matched
    {% endfor %}
  {% endif %}
{% endfor %}
{% for error in results.errors or [] %}
! {{ error.plugin|printable }}: {{ error.message|printable }} (payload {{ error.payload_id }})
{% endfor %}
{% for cut in results.truncated or [] %}
! cut at {{ cut.limit|printable }}: {{ cut.detail|printable }} (payload {{ cut.payload_id }})
{% endfor %}
