import { inflateSync } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'

/** Stage, 12 frames a second, a background, metadata, one frame. */
export const body = Buffer.concat([
  Buffer.from('7800055f00000fa000000c010043021020307f132c010000', 'hex'),
  Buffer.from('<meta>made for tests</meta>'.repeat(12).slice(0, 299)),
  Buffer.from('0040000000', 'hex'),
])

/** The header of a SWF file whose body is `content`, or of one that says that it is `length` bytes long. */
export function header(signature: string, content: Uint8Array, length = content.length + 8): Buffer {
  const bytes = Buffer.from(`${signature}\x0d....`, 'latin1')
  bytes.writeUInt32LE(length, 4)
  return bytes
}

/** One stored block (RFC 1951, 3.2.4) as a zlib stream: the same bytes from every version of zlib. */
export function stored(content: Uint8Array): Buffer {
  let [low, high] = [1, 0]
  for (const byte of content) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  const start = Buffer.from('780101........', 'latin1').fill(0)
  start.write('780101', 'hex')
  start.writeUInt16LE(content.length, 3)
  start.writeUInt16LE(content.length ^ 0xffff, 5)
  const sum = Buffer.alloc(4)
  sum.writeUInt16BE(high)
  sum.writeUInt16BE(low, 2)
  return Buffer.concat([start.subarray(0, 7), content, sum])
}

export const plain = Buffer.concat([header('FWS', body), body])
export const zlib = Buffer.concat([header('CWS', body), stored(body)])

/** Made with liblzma: the stream ends with its end mark. */
export const lzma = Buffer.from(
  'WldTDVABAABDAAAAXQAAEAAAO//8phQWWnvwWgRnjqKuhc8CMIvyqjRO4uPxc8c9V3DSrduaDG4aL57SP8e+EkmV16Uut+Y1VpUK' +
    'Q1Ua+//po5gA',
  'base64',
)

/** Made with 7-Zip: the stream has no end mark. */
export const lzmaWithoutEnd = Buffer.from(
  'WldTDVABAAA+AAAAXQAQAAAAO//8phQWWnvwWgRnjqKuhc8CMIvyqjRO4uPxc8c9V3DSrduaDG4aL57SP8e+EkmV16Uut+Y1VpUK' +
    'AAAAAA==',
  'base64',
)

/** An LZMA stream of 70 MB of zeros, deflated. */
const bomb = Buffer.from(
  'eNqLCg/mDWBMYPmmwcAQy8AgwMBg/f/PMhGxqOoPUSzpfYvWtZ5nMuj+tMrE79Hjj8XHbcMLLq29PYsnT0p/3iX74/uEPKdeX6q3' +
    '/Zlp2PWZnBue27Hq9E/J8K/1VHUyfbZgTsHfOIkvVV9nPGHLPVK2696SXZoHTp1Rjv+gpL/kdbJN0oUd/FxhTWILJjHULThsuYbz' +
    '3vzTYvXZXWrOwoffLz9Qy+i54OpLbmXGXOFwE3+5+fvW1RhKzd/ea5hXMG+5cvwbjdOtF6fO6KrTmvhJvfS75AG2Gb4z/t5Yf3UC' +
    '/xHV4B9fJ5oZsi7d8C7/YIGvO8/FiYKr1ibI7jq3UV0iJrLtZVpQxL6XZWsinzyNZuX4efzW2j+/g7RLzspFKzj9vBts+0MzhdO6' +
    '4bRWzv2t1h+O7NWLX8Vv553mNEGY77/A5B+FFZE/uM/+n6rhxr/yT82937MM9MIO9Ld+bm48kDpq9ajVo1aPWj1q9ajVo1aPWj1q' +
    '9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1aPWj1q9ajVo1bT1ur6ykLr' +
    'za37/y+7zsAAAMjLt7E=',
  'base64',
)

export const samples: SampleSources = {
  'plain.swf': plain,
  'zlib.swf': zlib,
  'lzma.swf': lzma,
  'lzma_without_end.swf': lzmaWithoutEnd,
  'in_text.txt': Buffer.concat([Buffer.from('CWS and FWS are words, '), zlib, Buffer.from(' and behind it')]),
  'two.bin': Buffer.concat([Buffer.from('xx'), lzma, plain, zlib]),
  'flash_in_flash.swf': Buffer.concat([header('FWS', body, 8 + body.length + zlib.length), body, zlib]),
  'compressed_program.exe': Buffer.concat([Buffer.from('MZ\x90\0'.padEnd(64, '\0'), 'latin1'), lzma]),
  'longer_than_it_says.swf': Buffer.concat([header('CWS', body, 100), stored(body)]),
  'shorter_than_it_says.swf': Buffer.concat([header('CWS', body, 0x1fff_ffff), stored(body)]),
  'empty.swf': Buffer.alloc(0),
  'truncated_header.swf': zlib.subarray(0, 7),
  'truncated_plain.swf': plain.subarray(0, 100),
  'truncated_zlib.swf': zlib.subarray(0, 150),
  'truncated_lzma.swf': lzma.subarray(0, 60),
  'corrupt_version.swf': Buffer.concat([Buffer.from('CWS\xff', 'latin1'), zlib.subarray(4)]),
  'corrupt_length.swf': Buffer.concat([header('FWS', body, 0xffff_ffff), body]),
  'corrupt_properties.swf': Buffer.concat([lzma.subarray(0, 12), Buffer.from([0xff]), lzma.subarray(13)]),
  'corrupt_stream.swf': Buffer.concat([lzma.subarray(0, 40), Buffer.alloc(30, 0xff)]),
  'bomb.swf': inflateSync(bomb),
}
