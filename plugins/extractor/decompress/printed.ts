/** Puts together what a program prints in pieces of a few bytes: each byte is copied once or twice, whatever its number. */
export class Printed {
  #bytes: Buffer = Buffer.alloc(1024)
  #size = 0

  /** Bytes that wait. */
  get size(): number {
    return this.#size
  }

  add(bytes: Uint8Array): void {
    const size = this.#size + bytes.length
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#size)
    this.#size = size
  }

  /** Takes the text up to the last `end`, and with it; empty when there is none. */
  takeTo(end: string): string {
    const at = this.#bytes.subarray(0, this.#size).lastIndexOf(end)
    return at < 0 ? '' : this.#take(at + end.length)
  }

  takeAll(): string {
    return this.#take(this.#size)
  }

  #take(size: number): string {
    const text = this.#bytes.toString('utf8', 0, size)
    this.#bytes.copyWithin(0, size, this.#size)
    this.#size -= size
    return text
  }
}
