{% for entry in results.results if entry.scan %}
{{ entry.filename|printable }}: {{ entry.scan.count }} {{ "address" if entry.scan.count == 1 else "addresses" }}
{% for url in entry.scan.urls %}
  {{ url|printable|truncate(70, true, "…", 0) }}
{% endfor %}
{% endfor %}
