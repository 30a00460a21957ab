{# For any worker. Slack reads <, > and & as markup: an attacker's text must not mention anybody, nor become a link. #}
{% macro code(text) -%}
`{{ text|defang|printable|truncate(200, true, "...", 0)|replace("&", "&amp;")|replace("<", "&lt;")|replace(">", "&gt;")|replace("`", "'") }}`
{%- endmacro %}
{% set worker = results.plugins["0"]|default("stoq") %}
*Results of* {{ code(worker) }}
{% for entry in (results.results or [])[:50] %}
*file:* {{ code(entry.filename|default("(no name)", true)) }} {{ entry.size|size }}
  {% for name in ["md5", "sha1", "sha256"] if entry[name] %}
*{{ name }}:* {{ code(entry[name]) }}
  {% endfor %}
  {% if entry.duplicate_of is defined %}
*same bytes as payload* {{ code(entry.duplicate_of) }}
  {% else %}
    {% for match in (entry|rules)[:20] %}
• {{ code(match.rule) }}{{ " %s"|format(code(match.meta.description)) if match.meta.description else "" }}
    {% endfor %}
    {% for worker, result in (entry|said)[:20] %}
• {{ code(worker) }}: {{ code(result) }}
    {% endfor %}
  {% endif %}
{% endfor %}
{% if results.results|length > 50 %}
*payloads more, in the document:* {{ results.results|length - 50 }}
{% endif %}
{% if results.errors|length or results.truncated|length %}
*not complete:* {{ results.errors|length }} errors, {{ results.truncated|length }} cuts
{% endif %}
