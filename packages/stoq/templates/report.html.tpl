{# A whole document as one page. Values are escaped, as the name of this file ends in .html.tpl; nothing is loaded or run. #}
{% macro text(value, length=300) %}{{ value|printable|truncate(length, true, "...", 0) }}{% endmacro %}
{% macro row(name, value, length=300) %}<tr><th>{{ text(name, 60) }}</th><td>{{ text(value, length) }}</td></tr>{% endmacro %}
{# So much is told one by one: nobody reads more, and what a payload holds must not use up what a template may do. #}
{% set listed = 500 %}
{% set drawn = 2000 %}
{% set rows = results.results|tree %}
{% set root = results.results[0] %}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>stoQ: {{ text(root.filename|default("(no name)", true), 80) }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c1c22; background: #fff }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
th { white-space: nowrap; font-weight: 600 } td, pre, code { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto; background: #f4f4f6; padding: .6rem } .no { background: #fff0e6; border-left: 4px solid #c50; padding: .5rem 1rem }
@media (prefers-color-scheme: dark) { body { color: #e6e6ea; background: #17171c } pre { background: #222229 } th, td { border-color: #3a3a44 } .no { background: #3a2413 } }
</style>
</head>
<body>
<h1>Report on {{ text(root.filename|default("(no name)", true)) }}</h1>
{% if results.errors|length or results.truncated|length %}
<p class="no">Not complete: {{ results.errors|length }} errors, {{ results.truncated|length }} cuts, at the end of this page.</p>
{% endif %}
<table>
{{ row("scanned", results.date) }}
{{ row("worker", root.plugin) }}
{{ row("TLP", results.tlp) }}
{{ row("document", results.id) }}
{{ row("payloads", results.payloads) }}
{{ row("size", root.size|size) }}
{% for name in ["magic", "md5", "sha1", "sha256", "sha512", "ssdeep", "path", "archive"] if root[name] %}
{{ row(name, root[name]) }}
{% endfor %}
{% for name, value in ((root.source_meta or {})|items)[:50] %}
{{ row(name, value) }}
{% endfor %}
</table>
<h2>Payloads</h2>
<pre>
{% for item in rows[:drawn] %}
{% set entry = item.entry %}
{{ item.branch }}#{{ text(entry.payload_id) }} {{ text(entry.filename|default("(no name)", true), 120) }}  {{ entry.size|size }}{{ "  sha1 %s"|format(entry.sha1|printable|short) if entry.sha1 else "" }}{{ "  %s"|format(entry.dispatcher|printable) if entry.dispatcher else "" }}{{ "  = #%s"|format(entry.duplicate_of|printable) if entry.duplicate_of is defined else "" }}
{% endfor %}
{% if rows|length > drawn %}
... {{ rows|length - drawn }} payloads more
{% endif %}
</pre>
<h2>Rules</h2>
{% for rule, count in (results.results|rulecounts)[:listed] %}
{% if loop.first %}
<table>
{% endif %}
{{ row(rule, count) }}
{% if loop.last %}
</table>
{% endif %}
{% else %}
<p>No rule matched.</p>
{% endfor %}
<h2>Findings</h2>
{% for item in rows[:listed] if item.entry.duplicate_of is not defined %}
{% set entry = item.entry %}
<h3>#{{ text(entry.payload_id) }} {{ text(entry.filename|default("(no name)", true)) }}</h3>
<table>
{% for name in ["md5", "sha1", "sha256", "dispatcher"] if entry[name] %}
<tr><th>{{ name }}</th><td>{{ text(entry[name]) }}</td></tr>
{% endfor %}
{% if entry.dispatcher %}
{% for name, value in ((entry.source_meta or {})|items)[:20] %}
<tr><th>{{ text(name, 60) }}</th><td>{{ text(value) }}</td></tr>
{% endfor %}
{% endif %}
{% for match in (entry|rules)[:50] %}
<tr><th>rule {{ text(match.rule) }}</th><td>{{ text(match.tags|join(" ")) }} {{ text(match.meta.description|default("")) }}
{% for offset, identifier, data in match.strings[:5] %}
<br>{{ text(offset) }} {{ text(identifier, 60) }} {{ text(data, 100) }}
{% endfor %}
</td></tr>
{% endfor %}
{% for worker, result in (entry|said)[:20] %}
<tr><th>{{ text(worker) }}</th><td>{{ text(result, 2000) }}</td></tr>
{% endfor %}
</table>
{% endfor %}
{% if rows|length > listed %}
<p>{{ rows|length - listed }} payloads more are in the document.</p>
{% endif %}
{% if results.errors|length %}
<h2>Errors</h2>
<table>
<tr><th>payload</th><th>plugin</th><th>code</th><th>message</th></tr>
{% for error in results.errors[:listed] %}
<tr><td>{{ text(error.payload_id) }}</td><td>{{ text(error.plugin) }}</td><td>{{ text(error.code) }}</td><td>{{ text(error.message, 500) }}</td></tr>
{% endfor %}
</table>
{% endif %}
{% if results.truncated|length %}
<h2>Cut by limits</h2>
<table>
<tr><th>payload</th><th>limit</th><th>what is missing</th></tr>
{% for cut in results.truncated[:listed] %}
<tr><td>{{ text(cut.payload_id) }}</td><td>{{ text(cut.limit) }}</td><td>{{ text(cut.detail, 500) }}</td></tr>
{% endfor %}
</table>
{% endif %}
</body>
</html>
