import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareSsdeep, compareSsdeepPayloads } from './ssdeep.ts'

/** What `fuzzy_compare` of ssdeep 2.14.1 answered: equal block sizes, one twice the other, all heights of score, runs of a letter. */
const vectors: [string, string, number][] = [
  [
    '6:8ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttv:8',
    '12:mBGtCcGqM1gDrGZy3Z5mVzzFb7F159NtdQrnHV4KJrlV12CXlm6Bn:rtc1gDqFzzFnzNt+nHV4KrH8CXlL',
    0,
  ],
  [
    '3:Xw4NRiIxDf8Ov/svcz6HnYWUc9nV2Z2Z7nzrPuuWR8w:XVrx78OvKAenVEY7nfhjw',
    '6:XVrx78OvKYvye6H7nv7NP2djsSzDLDrx78Ova:lrx7fiYvPuSokPrx7fy',
    42,
  ],
  [
    '6:onNcfwRXL09KDTyK3NnkRaQw5GGEmTMBJHwBXdcR3Hus/3GROwHUDEBUTwZmTGWD:oPlEsfNJf5GHBJUXdcR3D3cZeUZTRk5',
    '12:oPlZsfNPz5GHBIpQzSAOCl4S8VqXdcR3D3cZ7qJ:iIPMH2mSlcCVwGR3D3gq',
    55,
  ],
  [
    '192:kYIrY5pybkEA6Fia2MkOzKnyrgZPnk91K9l2GBI2PfBfwI4Wq:9Maxz/ekO1gZN2KfKI4Wq',
    '384:9+4l16NbRjaUz/ekOTgZN2KfKI4WUpkOE:4Q1wJigZNFDiW',
    65,
  ],
  [
    '768:b+aCUIpUVtYi4J2dS7mW3Vn4yl9dYerTuKUr4w9tNJh+m+f6:bN34k43aQ9dYsqEwL7Ym+f6',
    '1536:bN34k43tm051Q9dYsqEwL7YV4n40DCU+6Dy:bN34k49m0k9dB5y40DCz',
    71,
  ],
  [
    '96:lfuZjdbNsPq11wQmXMhdJDwyEkfzl7Du7S9xDvGF7UlOnSTtFUtT1So:wNNvwQmX8B/EWzl7DcSfDvsUwSTtFwTZ',
    '192:wNNvwQmX8i/EWzl7xkJTscSfDvsUwSTtFwT1mX:q7+E67oSfDEM4Ts',
    85,
  ],
  [
    '192:wuHbdoCa7q1kfiADblct4l4MipqkVHQNjeYyXG0cjS:wuHbdo57q1kVDat4lPiprVHQleYyXfcW',
    '384:wuHbdo57q1kS3Dat4lPiprVHQleYyXfcF2:vO',
    93,
  ],
  [
    '6:sXEoipYQGCDCoC3zOJ9GQQhPYn1WxPWkUwaVkn8rqEAtAKqt:f9C3zOzaQ1WxPAbqEIAKu',
    '3:2aL31WVz0RyAAUkdDfXwfOTjeOpWkcnTttUVFaL9UhJw3h/G:2vVoRylFdDBeO4kMtUjA9q',
    0,
  ],
  [
    '6:VtZQkHBE+KDbhHQGs325bB0hLyunxBM3Tb:dywGtbu9XnxBMn',
    '3:tHteBw2QEfS8GaHqa0uHUHBH8BGu77QBZdK6NZXBBk3vYIhLyuHHGQBI33GE26fW:VtZQvKDbhHQGsixbB0hLyunxBM3Tc',
    58,
  ],
  [
    '6:eTJVCU07OEYzwSSEwat2JOtH9t5K6Ch2tWug+L8H:eFM7OEfSF2uHj5KL0Y5',
    '3:wrC8K0b5UvknKxM1H6zw65C2lSEwlTog72JOv1HgizK6NNcfKcStWdhSbE+gWBlc:eTJVLbYzwSSEwt2JOtH/K6btWug+L8H',
    62,
  ],
  [
    '192:qLq1zyGqcQM16BN3uF2ge5YS2VmlfiICMMWl:qLq1zypcQi6B5I2gYXAmlfiICMMWl',
    '96:mqwPEiH9wf+dZVYWSBIvxf3HuOg2gevC6DBhLzT0VUqX2HpOHqjmlkeizUCMMfel:qLqf+dZVYuN3uF2ge5NS2VmlfiICMMWl',
    72,
  ],
  [
    '768:K7s7BJJW7FSFo/VkuzOpsySSfDHklAK1QGL:YAmSytkuzsuu0eGL',
    '384:K7vR6KFzHJDlmF2q3VJTxzgQGrFo/VkulGwOpFBVxw7nBoDllNJWS+ayaD9NkXjB:K7vRJJW7FSFo/VkuzOpsySSfDHkT1QGL',
    88,
  ],
  [
    '768:mLH2rbxtpd96SBY6bflwXfz9ZRCAp/T884XNW:mUTqRylwnRCAd8bNW',
    '384:mLU4x2u8iiO/TVFXEvlz71/NyAmJtmAYFgFF0Xfz9ZhzCATNVpGq88455F2CrGd:mLH2rbxtpYflwXfz9ZRCAp/T884XNW',
    91,
  ],
  ['3:lDYFgEgEgEgEgEgEgEgEt:hO', '3:loagEgEui+malEygzP9Uay4U:oiBak9DyL', 0],
  ['3:NiGLEtVREn:NlD', '3:NiGLEtVRs:NlP', 9],
  ['3:/uxxhhEQ2GoHRh:/uhN2xxh', '3:/uxxhhEOqGGmHGoHRh:/uhTqRmHxxh', 14],
  ['3:GxGHEPGFBGBocGTBjBHQHdH:BHEjEBHQHdH', '3:GxGHEPGXBWocGTBjBHQHdNn:BHESBWEBHQHdN', 23],
  [
    '3:KPBBGx35MPGBytBSI1F33sguEWRDEEGG:Q2xpMPGmQMF2pGG',
    '3:KPBBGx35MPGBytBn+p0jxtd11F33sguEWRDEEGG:Q2xpMPGmZzd11F2pGG',
    32,
  ],
  [
    '3:6eKMC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4MC4n:6ea',
    '3:6eKVAXC4MC4MC4MC4MC4MC4MC4MC4MC4MC4M36ogtTVMC4n:6eFgtTc',
    47,
  ],
  [
    '3:4GGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvHGEvM:4iLLLLLLLLLLLLU',
    '3:4GGEvHGEvHGEvHGEvHGEvHGEvH1KoWVeCct52qErIuHGEvHGEvHGEvHGEvB4HTO5:4iLLLLLtKZeQquLLLmuyJoKOhdL',
    54,
  ],
  [
    '48:KV8pKiPhIj/toEBWwfm1Ned2Mc3jTgy9E6NW5GUKVplhKXnpj3dAG2NUvUzH+:KV8Ii5wxBWwfdd2xQQXh/lw4ze',
    '48:KV8pKiPhIj/KK9Sfbc3d2Mc3RTgy9E6NW5GUKVplhKXnpj3tHEQ1YODNU+GREd:KV8Ii5wKhTc3d2xiQXh/lwxl1d',
    69,
  ],
  [
    '12:ht7RDClgCAzMReSdGFu26nnBRGyYnRR3CePCouhH9:ht798C8/G4jnBtYnRxVPCok9',
    '12:ht7RDClgCAzMReSdGRG56nnBRGyYXFV+zPCouhHkD56nnY:ht798C8/GgwnBtYVkzPCokk8nY',
    74,
  ],
  [
    '6:tYwckg1KbUpXJi93IV/vcDlEOCOcK8p0Qydr3kPP8Weajjc8j:uwXgeGZiNIFEOK8pPydru0WeMlj',
    '6:tYwckg1KbUpXJySB/R0fcDlEOCOcK8p0Qyd6W3kPP8Weajjc8gn:uwXgeGZySZR0UOK8pPydPu0WeMlgn',
    83,
  ],
  [
    '96:ju88zDTmKUx2XyMU7X5OTIcOPY/PLW5oXYBxkQ0ZRF4a3SDKMNYeN8ukQH1v1iph:ju88HUkXipkg9ORRndeTjK/19eXw',
    '96:ju88zDTmKUx2XyMU7X5OL9qQWW5oXYBxkQ0ZRF4a3SDKMNweN8ukQH1v1ipGjj6Z:ju88HUkXip49f9ORRnteTjK/19eXw',
    90,
  ],
  [
    '6:lo6OdPqqatKbvkHSmoN/wQGznOWK0Y0FbiXuorWCnvgmsJNCHC0rYcULQyJ6sV:RO0qmKjZjtwQkOWKPy++oCIvgeHjrQL1',
    '6:lo6OdPqqatKbvkHSmoN/wQGznOWK0Y0FbiXuorWCnvgmsJNCHC0rYcULQyJ6sV:RO0qmKjZjtwQkOWKPy++oCIvgeHjrQL1',
    100,
  ],
  ['3:abcdefgh:', '3:abcdefgh:x', 8],
  ['12:abcdefgh:x', '6:abcdefgh:abcdefgh', 32],
  ['3:aaaaaaaaaaaa:', '3:aaaaaaaaaaab:', 0],
]

test('two hashes have the likeness that ssdeep gives them', () => {
  const wrong = vectors.filter(([a, b, score]) => compareSsdeep(a, b) !== score)
  assert.deepEqual(wrong, [])
})

test('equal hashes are 100 alike, empty ones too', () => {
  assert.equal(compareSsdeep('3:hWKxMu3r:hZxvr', '3:hWKxMu3r:hZxvr'), 100)
  assert.equal(compareSsdeep('3::', '3::'), 100)
})

test('block sizes more than a factor of two apart are never alike', () => {
  assert.equal(compareSsdeep('3:abcdefghijkl:abcdefghijkl', '12:abcdefghijkl:abcdefghijkl'), 0)
})

test('a file name after the hash is ignored', () => {
  assert.equal(compareSsdeep('3:hWKxMu3r:hZxvr,"a:b"', '3:hWKxMu3r:hZxvr'), 100)
})

test('what is no fuzzy hash gives null', () => {
  const texts = [
    '',
    '3',
    '3:',
    '3:a',
    'x:a:b',
    '3:a:b:c',
    '-3:a:b',
    '3:é:b',
    `3:${'a'.repeat(65)}:`,
    '3:a:b\n',
  ]
  assert.deepEqual(
    texts.filter(text => compareSsdeep(text, '3:a:b') !== null || compareSsdeep('3:a:b', text) !== null),
    [],
  )
})

test('payloads are compared by their hashes', () => {
  const sentence = Buffer.from(
    'The quick brown fox jumps over the lazy dog, twice: the quick brown fox jumps over it.',
  )
  assert.equal(compareSsdeepPayloads(sentence, sentence), 100)
  assert.equal(compareSsdeepPayloads(sentence, new Uint8Array()), 0)
})

test('one changed byte in 5000 equal ones leaves nothing in common, as in v1', () => {
  const equal = new Uint8Array(5000).fill(97)
  assert.equal(compareSsdeepPayloads(equal, equal.with(4999, 98)), 0)
})

test('the order of the two does not matter, and the score is a whole number up to 100', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), maxLength: 64, size: 'max' })
  const hash = fc.tuple(fc.constantFrom(3, 6, 12), word, word).map(parts => parts.join(':'))
  const holds = (a: string, b: string) => {
    const score = compareSsdeep(a, b)
    return (
      score === compareSsdeep(b, a) && Number.isInteger(score) && Number(score) >= 0 && Number(score) <= 100
    )
  }
  fc.assert(fc.property(hash, hash, holds))
})

test('any text is answered without a fault', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => compareSsdeep(a, b) === null))
})
