import { latin1, placed, ruleHits, sample } from './rule-hits.ts'

ruleHits(
  'pdf_file',
  {
    'a PDF': sample('pdf_text.pdf'),
    'a PDF behind other bytes': placed(2000, [1000, '%PDF-1.7']),
    'a PDF behind a picture': latin1('GIF89a\x01\0\x01\0\0\0\0;%PDF-1.4'),
  },
  {
    'a header that comes too late': placed(2000, [1030, '%PDF-1.7']),
    'a PDF in XML': sample('xdp_pdf.xdp'),
    'its name': latin1('PDF-1.7 is a version'),
  },
)
