/** 32 columns: what becomes of each bit of a CRC. */
type Matrix = readonly number[]

/** The CRC-32 of data with CRC `crc` and `count` zeros after it, in no time whatever their number (as zlib's crc32_combine). */
export function crcAfterZeros(crc: number, count: number): number {
  let register = ~crc >>> 0
  let power = oneZeroByte
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) register = apply(power, register)
    power = square(power)
  }
  return ~register >>> 0
}

function apply(matrix: Matrix, vector: number): number {
  let result = 0
  for (const [bit, column] of matrix.entries()) if ((vector >>> bit) & 1) result ^= column
  return result >>> 0
}

function square(matrix: Matrix): Matrix {
  return matrix.map(column => apply(matrix, column))
}

const oneZeroByte: Matrix = Array.from({ length: 32 }, (_, bit) => {
  let register = (1 << bit) >>> 0
  for (let step = 0; step < 8; step++)
    register = register & 1 ? (register >>> 1) ^ 0xedb88320 : register >>> 1
  return register >>> 0
})

/** The number x for which `crcOf(x)` is x, where the bits of x stand as they are in what is summed; null when there is none. */
export function solveCrc(crcOf: (value: number) => number): number | null {
  const base = crcOf(0)
  // crcOf(x) = A x + base over GF(2): each row is one bit of (A + I) x = base, with the base in bit 32.
  const columns = Array.from({ length: 32 }, (_, bit) => crcOf((1 << bit) >>> 0) ^ base ^ (1 << bit))
  const rows = columns.map((_, row) =>
    columns.reduce(
      (sum, column, bit) => sum | (BigInt((column >>> row) & 1) << BigInt(bit)),
      BigInt((base >>> row) & 1) << 32n,
    ),
  )
  for (let bit = 0; bit < 32; bit++) {
    const pivot = rows.findIndex((row, index) => index >= bit && (row >> BigInt(bit)) & 1n)
    const found = rows[pivot]
    if (found === undefined) return null
    rows[pivot] = rows[bit] ?? 0n
    rows[bit] = found
    for (const [index, row] of rows.entries())
      if (index !== bit && (row >> BigInt(bit)) & 1n) rows[index] = row ^ found
  }
  return rows.reduce((value, row, bit) => (value | (Number(row >> 32n) << bit)) >>> 0, 0)
}
