/** RC4, which the cryptography of Node has no more. Encrypts and decrypts. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = new Uint8Array(256)
  for (let index = 0; index < 256; index++) state[index] = index
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(state, i) + at(key, i % key.length)) & 0xff
    swap(state, i, j)
  }
  const output = new Uint8Array(data.length)
  for (let index = 0, i = 0, j = 0; index < data.length; index++) {
    i = (i + 1) & 0xff
    j = (j + at(state, i)) & 0xff
    swap(state, i, j)
    output[index] = at(data, index) ^ at(state, (at(state, i) + at(state, j)) & 0xff)
  }
  return output
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function swap(state: Uint8Array, i: number, j: number): void {
  const held = at(state, i)
  state[i] = at(state, j)
  state[j] = held
}
