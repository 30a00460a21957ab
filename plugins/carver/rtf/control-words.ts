/** A control word with its parameter, and where the text behind it begins. */
export interface ControlWord {
  name: string
  parameter: number | null
  end: number
}

/** Word reads no more bytes than this, the backslash included, as one control word; the rest is text. */
const longestWord = 254

/**
 * The control word whose backslash is at `start` (RTF 1.9.1, "Control Word"): letters, a signed number, one blank. A word
 * in front of which there is no letter is none: the caller looks.
 */
export function readControlWord(payload: Buffer, start: number): ControlWord {
  const limit = Math.min(payload.length, start + longestWord)
  let end = start + 1
  while (end < limit && isLetter(payload[end])) end++
  const name = payload.toString('latin1', start + 1, end)
  const number = end
  if (payload[end] === minus && end + 1 < limit && isDigit(payload[end + 1])) end++
  while (end < limit && isDigit(payload[end])) end++
  const parameter = end === number ? null : Number(payload.toString('latin1', number, end))
  if (payload[end] === space) end++
  return { name, parameter, end }
}

const minus = 0x2d
const space = 0x20

/** True for `A` to `Z` and `a` to `z`. */
export function isLetter(byte: number | undefined): boolean {
  const small = (byte ?? 0) | 0x20
  return small >= 0x61 && small <= 0x7a
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** Destinations whose text is hexadecimal data (RTF 1.9.1): between the digits anything may stand. */
export const dataDestinations: ReadonlySet<string> = new Set([
  'objdata',
  'datastore',
  'themedata',
  'colorschememapping',
  'datafield',
  'pict',
])

/**
 * Control words that begin a destination of their own (RTF 1.9.1, appendix B): what follows them in their group is no
 * data of the group around it.
 */
export const destinations: ReadonlySet<string> = new Set(
  `aftncn aftnsep aftnsepc annotation atnauthor atndate atnid atnparent atnref atrfend atrfstart author background
  bkmkend bkmkstart blipuid buptim category colortbl comment company creatim defchp defpap do doccomm docvar dptxbxtext
  ebcend ebcstart factoidname falt fchars ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffl ffname ffstattext field
  file filetbl fldinst fldrslt fldtype fontemb fonttbl footer footerf footerl footerr footnote formfield ftncn ftnsep
  ftnsepc g generator gridtbl header headerf headerl headerr hl hlfr hlinkbase hlloc hlsrc hsv info keywords latentstyles
  lchars levelnumbers leveltext lfolevel linkval list listlevel listname listoverride listoverridetable listpicture
  liststylename listtable listtext lsdlockedexcept macc maccPr mailmerge malnScr manager margPr margSz mbar mbarPr
  mbaseJc mbegChr mborderBox mborderBoxPr mbox mboxPr mchr mcount mctrlPr md mdeg mdegHide mden mdiff mdPr me mendChr
  meqArr meqArrPr mf mfName mfPr mfunc mfuncPr mgroupChr mgroupChrPr mgrow mhideBot mhideLeft mhideRight mhideTop mlim
  mlimLoc mlimLow mlimLowPr mlimUpp mlimUppPr mm mmaddfieldname mmathPict mmaxDist mmc mmcJc mmconnectstr
  mmconnectstrdata mmcPr mmcs mmdatasource mmheadersource mmmailsubject mmodso mmodsofilter mmodsofldmpdata
  mmodsomappedname mmodsoname mmodsorecipdata mmodsosort mmodsosrc mmodsotable mmodsoudl mmodsoudldata mmodsouniquetag
  mmPr mmquery mmr mnary mnaryPr mnoBreak mnum mobjDist moMath moMathPara moMathParaPr mopEmu mphant mphantPr mplcHide
  mpos mr mrad mradPr mrPr msepChr mshow mshp msPre msPrePr msSub msSubPr msSubSup msSubSupPr msSup msSupPr mstrikeBLTR
  mstrikeH mstrikeTLBR mstrikeV msub msubHide msup msupHide mtransp mtype mvertJc mvfmf mvfml mvtof mvtol mzeroAsc
  mzeroDesc mzeroWid nesttableprops nonesttables objalias objclass object objname objsect oldcprops oldpprops oldsprops
  oldtprops oleclsid operator panose password passwordhash pgp pgptbl picprop pn pnaiu pnaiud pnseclvl pntext pntxta
  pntxtb printim propname protend protstart protusertbl result revtbl revtim rxe shp shpgrp shpinst shppict shprslt
  shptxt sn sp staticval stylesheet subject sv svb tc template title txe ud upr userprops wgrffmtfilter windowcaption
  writereservation writereservhash xe xform xmlattrname xmlattrvalue xmlclose xmlname xmlnstbl xmlopen`
    .trim()
    .split(/\s+/),
)

/** Called destinations in the specification, but Word takes what follows them for data of the group around them. */
export const transparentWords: ReadonlySet<string> = new Set(
  `atnicn atntime fname fontfile htmltag keycode maln mhtmltag mmath mmathPr nextfile objtime private pxe rsidtbl
  rtf`
    .trim()
    .split(/\s+/),
)
