/** Scans bytes in memory and gets the document back: no command line, nothing saved. `npm run example scan-buffer` */
import { Stoq } from 'stoq'

const stoq = new Stoq({ log_level: 'warning' })
const worker = await stoq.loadPlugin('yara', 'worker')
worker.dispatch = true
worker.saveresults = false

/** A zip with `a.txt` in it. */
const zip =
  'UEsDBBQAAAAAAAAAISiGphA2BQAAAAUAAAAFAAAAYS50eHRoZWxsb1BLAQIUAxQAAAAAAAAAISiGphA2BQAAAAUAAAAFAAAAAAAAAAAAAACAAQAAAABhLnR4dFBLBQYAAAAAAQABADMAAAAoAAAAAAA='
const payload = Buffer.from(zip, 'base64')
const [document] = await worker.start(payload, { filename: 'mail-attachment.zip' })

for (const entry of document?.results ?? [])
  console.log(entry.payload_id, entry.filename, entry.size, entry.sha1)
await stoq.close()
