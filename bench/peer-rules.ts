/** Rules equal in meaning for two programs: those that stoQ v1 came with, as facts of its shipped dispatcher.yar. */

interface Format {
  plugin: string
  strings: readonly string[]
  condition: string
  /** The same in the way that is quick for stoQ: what stands at a fixed place is no string. */
  quick?: { strings: readonly string[]; condition: string }
}

const sentences = ['"cannot be run in DOS mode"', '"must be run under Win32"']
/** Eight rules: what they look for, and which plugin of stoQ takes it apart. */
const formats: Record<string, Format> = {
  swf: { plugin: 'carver:swf', strings: ['"CWS"', '"FWS"', '"ZWS"'], condition: 'any of them' },
  xdp: { plugin: 'carver:xdp', strings: ['"xdp:xdp"', '"<pdf "'], condition: 'all of them' },
  ole: { plugin: 'carver:ole', strings: ['{ D0 CF 11 E0 A1 B1 1A E1 00 00 00 }'], condition: '$a' },
  package: {
    plugin: 'carver:olepackagestream',
    strings: ['{ 02 00 }'],
    condition: '$a at 4',
    quick: { strings: [], condition: 'uint16be(4) == 0x0200' },
  },
  rtf: {
    plugin: 'carver:rtf',
    strings: [String.raw`"{\\rt" nocase`],
    condition: '$a at 0',
    quick: { strings: [], condition: '(uint32be(0) | 0x00002020) == 0x7B5C7274' },
  },
  pe: {
    plugin: 'carver:pe',
    strings: [...sentences, '"MZ"', '"ZM"'],
    condition: '($a or $b) and ($c or $d)',
    quick: {
      strings: sentences,
      condition:
        'any of them and for any i in (0..filesize - 2) : (uint16be(i) == 0x4D5A or uint16be(i) == 0x5A4D)',
    },
  },
  zip: {
    plugin: 'extractor:decompress',
    strings: ['{ 50 4B 05 06 }', '{ 50 4B 03 04 }', '{ 50 4B 07 08 }'],
    condition: '$a at 0 or $b at 0 or $c at 0',
    quick: {
      strings: [],
      condition: 'uint32be(0) == 0x504B0506 or uint32be(0) == 0x504B0304 or uint32be(0) == 0x504B0708',
    },
  },
  ace: {
    plugin: 'extractor:decompress',
    strings: ['"**ACE**"'],
    condition: '$a at 7',
    quick: {
      strings: [],
      condition: 'uint32be(7) == 0x2A2A4143 and uint16be(11) == 0x452A and uint8(13) == 0x2A',
    },
  },
}
const word = 'This program'
const keys = Array.from({ length: 254 }, (_, index) => index + 1)

/** For Debian's yara: the eight, and one rule for each XOR key from 1 to 254. */
export function rulesOfV1(): string {
  return [...Object.entries(formats).map(([name, format]) => rule(name, format)), ...keys.map(keyRule)].join(
    '\n',
  )
}

/**
 * For stoQ: the eight, and one rule that asks for the XOR search. `quick` is for the native engine; over the bulk corpus the
 * WASM engine took 31 s with it, 7 s without.
 */
export function rulesOfStoq(quick: boolean): string {
  const all = Object.entries(formats).map(([name, format]) =>
    rule(name, quick ? { ...format, ...format.quick } : format),
  )
  const xored = rule(
    'xored',
    { plugin: 'decoder:xor', strings: [], condition: 'false' },
    `xor_search = "${word}"`,
  )
  return [...all, xored].join('\n')
}

function keyRule(key: number): string {
  const bytes = Buffer.from(Buffer.from(word).map(byte => byte ^ key))
  const format = { plugin: 'decoder:xor', strings: [`{ ${bytes.toString('hex')} }`], condition: '$a' }
  return rule(`xor_${key}`, format, `key = "${key}"`)
}

function rule(name: string, { plugin, strings, condition }: Format, meta = ''): string {
  const patterns = strings.map((text, index) => `$${'abcd'.charAt(index)} = ${text}`)
  const section = patterns.length > 0 ? `strings: ${patterns.join(' ')}` : ''
  return `rule ${name} { meta: plugin = "${plugin}" save = "True" ${meta} ${section} condition: ${condition} }`
}
