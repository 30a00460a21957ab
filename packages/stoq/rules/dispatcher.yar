/*
  Which plugin takes a payload apart.

  A rule takes part when it matches and has meta `plugin`: one or more `category:name`, separated by commas, of the categories
  carver, decoder, extractor and worker. `save` says whether what the plugin finds is archived. Every other meta is a
  keyword for the plugin and a key of the result.

  Whatever stands at a fixed place is read with uint8() and its kin, which costs nothing; strings are for what may stand
  anywhere. uint16(), uint32() read the low byte first, uint16be(), uint32be() the high byte first. Regular expressions and
  nocase strings cost most: with `is_pdf and ...` they are looked for only where the rule is_pdf matches.

  Plugins are called in the order of the rules: what knows the names and passwords of its parts comes first, what only sees
  an encoding in them last.
*/

include "carvers.yar"
include "archives.yar"
include "documents.yar"
include "encodings.yar"
