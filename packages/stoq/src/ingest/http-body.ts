import { StoqError } from '../errors.ts'

/** A file of a form. */
export interface HttpFile {
  filename: string
  content: Uint8Array
  /** MIME type; `application/octet-stream` when absent. */
  type?: string
}

/** What is sent: text and bytes as they are, fields as a form. */
export type HttpData = string | Uint8Array | Readonly<Record<string, string>>

export interface HttpBody {
  bytes: Uint8Array
  /** Absent where only the sender knows. */
  type?: string
}

/** The body of a request; with `files` it is a multipart form that `data` gives further fields to. */
export async function encodeBody(
  data: HttpData | null | undefined,
  files: Readonly<Record<string, Uint8Array | HttpFile>> | null | undefined,
): Promise<HttpBody | undefined> {
  if (files) return encodeForm(data ?? {}, files)
  if (data === null || data === undefined) return undefined
  if (typeof data === 'string') return { bytes: Buffer.from(data) }
  if (data instanceof Uint8Array) return { bytes: data }
  const text = new URLSearchParams(data).toString()
  return { bytes: Buffer.from(text), type: 'application/x-www-form-urlencoded' }
}

async function encodeForm(
  data: HttpData,
  files: Readonly<Record<string, Uint8Array | HttpFile>>,
): Promise<HttpBody> {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    throw new StoqError('STOQ_HTTP_FAILED', [
      'a form with files',
      'data must be an object with its other fields',
    ])
  }
  const form = new FormData()
  for (const [name, value] of Object.entries(data)) form.append(name, value)
  for (const [name, file] of Object.entries(files)) {
    const { filename, content, type } =
      file instanceof Uint8Array ? { filename: name, content: file, type: '' } : file
    form.append(
      name,
      new Blob([Uint8Array.from(content)], { type: type || 'application/octet-stream' }),
      filename,
    )
  }
  const encoded = new Response(form)
  return { bytes: await encoded.bytes(), type: encoded.headers.get('content-type') ?? 'multipart/form-data' }
}
