/*
  First look at a payload: what it is and what in it deserves a second look.

  Tags: `file` says what a payload is, `suspicious` what is rare in harmless files; the others say the kind.
  Files are included relative to this one, each once.
*/

include "executables.yar"
include "documents.yar"
include "scripts.yar"
