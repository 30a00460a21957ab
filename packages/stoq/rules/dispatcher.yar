/*
  Which plugin takes a payload apart.

  A rule takes part when it matches and has meta `plugin`: one or more `category:name`, separated by commas, of the categories
  carver, decoder, extractor and worker. `save` says whether what the plugin finds is archived. Every other meta is a
  keyword for the plugin and a key of the result.

  Whatever stands at a fixed place is read with uint8() and its kin, which costs nothing: stoQ tells such a condition itself,
  without the engine. Strings are for what may stand anywhere. uint16(), uint32() read the low byte first, uint16be(), uint32be() the high byte first. Regular expressions and
  nocase strings cost most: with `is_pdf and ...` they are looked for only where the rule is_pdf matches.

  Texts cost little in a rule that needs one of them: `any of them`, `$a`, `$a in (0..9)`, with `and` before or behind it.
  stoQ looks for all such texts of five bytes or more in one pass, whatever their number, and compiles the rule when one is
  there. `uint8(0) == 1 or $a` and texts of four bytes or fewer go to the engine with every payload.

  Plugins are called in the order of the rules: what knows the names and passwords of its parts comes first, what only sees
  an encoding in them last.
*/

include "carvers.yar"
include "archives.yar"
include "documents.yar"
include "encodings.yar"
