import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = [
  {
    record: 'reader/pdftext/office_writer.pdf.json',
    reason:
      'The heading that is asked for is not in this PDF, whose first page is empty. All of its text is read.',
  },
  {
    record: 'reader/pdftext/pdf_enc_aes256.pdf.json',
    reason:
      "The text that is asked for needs the password 'secret', and none is given: a fault that says so.",
  },
]
