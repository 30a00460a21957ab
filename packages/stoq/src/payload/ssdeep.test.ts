import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getSsdeep } from './ssdeep.ts'

/** What `ssdeep` 2.14.1 printed for files with these bytes: lengths around the block size steps, two and four byte alphabets, repetition, ends in zeros (which leave no last letter). */
const vectors: [Uint8Array, string][] = [
  [noise(0), '3::'],
  [noise(1), '3:Z:Z'],
  [noise(6), '3:vn:v'],
  [noise(7), '3:q:q'],
  [noise(8), '3:+:+'],
  [noise(63), '3:VnL5t8jR9xLLifXNKeYXTp7:VdyjnENKLjV'],
  [
    noise(191),
    '3:p9LnLuh4SfuNq2xu3XB5Zl16bK8U1Nwyo3KaOixXMByimQvS9hxxcKIzd9sS90UP:p9LChF2Nq2GB5ZCm8sRo6Qc0vQv43aJ1',
  ],
  [
    noise(192),
    '3:DZAztNuCflQer2bTu3L7dfqkUoI3d9UqksgiA1aUSJyOgi0R+Y13ByrxYdj174+Z:9mXucKxTub5lIt2piWaUwgiY+Y9Byl6r',
  ],
  [noise(193), '6:+C8Y8D6w8DahEdjZ13ehStUQgHvNN4KLWiUtBkxK78h1AEnld:/8D6wgRdv3eEh8NNNLDz08/AEld'],
  [
    noise(384),
    '6:sOb6fH1WlwJo9EHazY/zk31j71xWN4knk/Ru8T6wHXN9i9QebsA2sfTw4XqlFh+w:sutlwJomHa1x4pwgiX2QEsARfTgh+w',
  ],
  [
    noise(385),
    '6:/raD7jX6pK7Lud8uFWGxz2dwiCLgqdgGwpj4gVs/GUeSgo/Y6kZPzZ0z+jqKFxT4:/k7rFGxzuwdgqdDwJ28pokVWz+jqKF6',
  ],
  [noise(4095), '96:HK939TwYHLkg1XETFXJvJeIXKvyCiV2oeycedcxkw3dMEswqtdL4ipc:q/TPHf8ZJeIX6EtGkwNMJwqtZpc'],
  [
    noise(4096),
    '48:kL2G1yIL5Jqs2GEzbfYcIaXpAga9M+SZKZhBR9L/s0t/Q6P01tpBdruBWdDSXZPK:EyIDtcpX37RoPBRd/twroBWAZEwOhh3',
  ],
  [noise(4097), '96:floEveaCA/8/qgSHeZmBjWrk8+E68yxfxrnIWu:floEPf/8/qZ+Z0jWQ8+V8ytxkWu'],
  [
    noise(6144),
    '96:/hBQleRSmnLjA8Bk7D38eV1Azz6M5jlXMHQKv5tyQmtzxITkdH9Q2rVfz/9sBOT:/kl2wcyVA6mQxmt2k/Q2rNmOT',
  ],
  [noise(12289), '384:ayU46R3vCpNhiQ0hHj92NLr4Pu9h8/O8A23BGA91S3:SZR/WN0lhp2Broch8jHGAm3'],
  [noise(65536), '1536:IbF4TbrOnDQRsEe2VkvBZkCYOJYgvJdNAcmD0jmscaw3:IbF2wDkCYG1JdqrpaO'],
  [noise(98305), '3072:H/UuHezbR+k1KXwX7Mc9hdFYeopOaT7vCMnqWe5U0:cusbbfX7McdFXRaTGYo'],
  [noise(262144), '6144:gUJljRL+56DrtRV+V69JRfUIMKho/3vA5q2bYRFgxh994:Bj1L+5QrtiyRx1o/3vAUm94'],
  [noise(1048576), '24576:x2uqrZWfqqUO+A6RCwRjZRhcssQeONFh7lFDqrtZdxMaV:x2BlWeJ0q7h5ReONFhpF0ZpV'],
  [noise(192, 2), '3:I1X0+Maleli+EtBWt/Ask+slbtt/0+xPlfWWktMs3Q+WlkkH:IF6dzEtBW1Tu71vPdkt/RW7'],
  [noise(193, 2), '6:nWFlsaXfMas9sktal4skUk/jAa3sktFmktr0:nw3X/0Ftu4FUk/8aVtRtA'],
  [noise(4096, 2), '96:Mr78XBzNUOHApb6Oh4TZp7z+XAw22A4GKc7T:Mr78XBzNUOHApb6Oh4TZp7z+XAw22A4Q'],
  [noise(40000, 2), '192:NyVnA2kPZ/C4A89HOVnOyQiQoFYiLGjmAbu7moadPeqzTThq87Qa10/6JcxQqYjU:U'],
  [noise(400000, 2), '192:XAqoAGhdEDceAgqPG23AjloAAA/NAK77qBxrEAWy/7Bkg43mSEYQA00AbgapVVi3:x'],
  [noise(193, 4), '3:zQ6w4/Sj8nkEmx9q8+Gllc2mnkUU7tnQlnbmlWntzYlk+D+my+F:zQl4/C8n3mm8r/cRkV7YSWnZ+x+4'],
  [noise(5000, 4), '96:ASc2BsJtVEqmJuroM3rFdm231qknQ7QfAYFInP8Q0iqJhmNLsB:ASc2BUtuRMT7FdtQ7WAaIn0Qkj'],
  [noise(70000, 4), '384:q4Kn1ZdsyTEABdKGq1yXuawtF4i6mf5XG6uZWctfc+r9TnpEBLkzuKRuCsAf2kYV:n'],
  [zeros(1), '3::'],
  [zeros(192), '3::'],
  [zeros(4096), '3::'],
  [zeros(1048576), '3::'],
  [repeat(30000, [1]), '3:j7:j7'],
  [repeat(30000, [97]), '3:tjF:3'],
  [repeat(30000, [131]), '3:ARmp:6I'],
  [repeat(30000, [255]), '3:RRz:Lz'],
  [repeat(100000, [1, 2]), '3:I2:I2'],
  [repeat(100000, noise(9)), '24:wZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZV:s'],
  [repeat(100000, noise(12)), '3:9BpEpZipZipZipZipZipZipZipZipZipZipZipZipZipZipZipZipZipZipZipZ4:Lpq'],
  [repeat(1048576, noise(100)), '96:mPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJPJ9:U'],
  [repeat(1048576, noise(1000)), '384:rUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUg:0'],
  [repeat(1048576, noise(10000)), '6144:gvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOvOe:8'],
  [join(noise(1000), zeros(6)), '24:5dyZGoB5oXTe7GGaaFXrMAiRdxzGNdwmXodAZ7sUl5:5kZhzojIGVaxrMrRjGv7eACK5'],
  [join(noise(1000), zeros(7)), '24:5dyZGoB5oXTe7GGaaFXrMAiRdxzGNdwmXodAZ7sUl:5kZhzojIGVaxrMrRjGv7eACK'],
  [join(noise(1000), zeros(8)), '24:5dyZGoB5oXTe7GGaaFXrMAiRdxzGNdwmXodAZ7sUl:5kZhzojIGVaxrMrRjGv7eACK'],
  [
    join(noise(20000), zeros(100000)),
    '384:/qM3ayxy13HFfIR0v/79lVF/EW9htBmST4MsgWCk8n0pWf/nnT1:0ybR0n7r/cshl4MDWCk8nHfvT',
  ],
  [
    join(noise(600), zeros(1048576)),
    '12:EsIYq6qq9UHDgJNmWPqinnJIkCZ43XAVbw13dHt6fdYi/b0iuJTTF7/t:EvYq6vcuJmVeidYi/b0Jzt',
  ],
  [
    join(zeros(500000), noise(3000)),
    '48:70AsvhtVfbYpNWA9gFQNNwwDcoN0d3nzuT8nLZ4VTK/JpZHaqnWI0l822q0c3W:7YvhtdbYL7NNdD1PTw4ViJbHaqW3SslW',
  ],
  [
    join(noise(100000), repeat(30000, noise(31)), zeros(9)),
    '1536:0HhS4dIVLSJ1D9XHFeAbq/JdHBR0EG55SvoCqhQVAEgxyIe4bk00hBvbxg/Vv:khSLol93FeFBR5G+vNqhQnb4Q0w1CVv',
  ],
  [join(noise(192), zeros(7)), '6:9mXucKxTub5lIt2piWaUwgiY+Y9Byl664waQA:EXg0b8UTa9giYn9846'],
  [
    join(noise(5000, 2), zeros(7)),
    '96:6IU4OUWjr3eB++7DAeyDOJSh6R2VF8dYSdGg7+7:6IU4OUWjr3eB++7DAeyDOJSh6R2VF8du',
  ],
  [
    join(repeat(70000, noise(50)), zeros(40)),
    '24:TdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdAdA9:',
  ],
]

test('a payload has the hash that the ssdeep tool gives it', () => {
  const wrong = vectors.filter(([payload, hash]) => getSsdeep(payload) !== hash)
  assert.deepEqual(wrong, [])
})

test('a sentence has the hash known from stoQ v1', () => {
  assert.equal(getSsdeep(Buffer.from('This string will be hashed for testing')), '3:hWKxMu3r:hZxvr')
})

test('an empty payload has an empty hash', () => {
  assert.equal(getSsdeep(new Uint8Array()), '3::')
})

test('any payload gives a block size and two hashes of at most 64 and 32 letters', () => {
  const form = /^\d+:[A-Za-z0-9+/]{0,64}:[A-Za-z0-9+/]{0,32}$/
  const anyPayload = fc.uint8Array({ maxLength: 3000, size: 'max' })
  fc.assert(fc.property(anyPayload, payload => form.test(getSsdeep(payload))))
})

test('a view of a larger buffer is hashed alone', () => {
  const whole = noise(9000)
  assert.equal(getSsdeep(whole.subarray(1000, 6000)), getSsdeep(whole.slice(1000, 6000)))
})

test('a long payload that is never cut is no trap', () => {
  const start = performance.now()
  assert.equal(getSsdeep(zeros(16_000_000)), '3::')
  assert.ok(performance.now() - start < 10_000)
})

/** The same bytes on every machine: the high bytes of a linear congruential generator. */
function noise(size: number, range = 256): Uint8Array {
  let state = size + 1
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 24) % range
  })
}

function zeros(size: number): Uint8Array {
  return new Uint8Array(size)
}

function repeat(size: number, unit: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => unit[index % unit.length] ?? 0)
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}
