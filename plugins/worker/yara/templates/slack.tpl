{# Slack reads <, > and & as markup: an attacker's text must not mention anybody, nor become a link. #}
{% macro code(text) -%}
`{{ text|printable|replace("&", "&amp;")|replace("<", "&lt;")|replace(">", "&gt;")|replace("`", "'")|truncate(200, true, "...", 0) }}`
{%- endmacro %}
*Yara Results*
{% for entry in results.results %}
*file:* {{ code(entry.filename|default("(no name)")) }}
  {% for name in ["md5", "sha1", "sha256", "sha512"] if entry[name] %}
*{{ name }}:* {{ entry[name] }}
  {% endfor %}
  {% if entry.duplicate_of is defined %}
*same bytes as payload {{ entry.duplicate_of }}*
  {% else %}
*hits:* {{ entry.scan|length }}
    {% for match in entry.scan or [] %}
• *{{ match.rule }}*{{ " %s"|format(code(match.meta.description)) if match.meta.description else "" }}
    {% endfor %}
  {% endif %}
{% endfor %}
{% if results.errors|length or results.truncated|length %}
*not complete:* {{ results.errors|length }} errors, {{ results.truncated|length }} cuts
{% endif %}
