import { hex, placed, ruleHits } from './rule-hits.ts'

const frame = hex('E716E3BD65261145A4C48D4D0B7A9EAC')
ruleHits(
  'onenote_file',
  {
    'a section': hex('E4525C7B8CD8A74DAEB15378D02996D3'),
    'a table of contents': hex('A12FFF43D9EF764C9EE210EA5722765F'),
    'an embedded file in what has no header': placed(4096, [1001, frame]),
  },
  {
    'the GUID of a section elsewhere': placed(64, [16, hex('E4525C7B8CD8A74DAEB15378D02996D3')]),
    'half of the GUID of an embedded file': placed(64, [16, frame.subarray(0, 8)]),
  },
)
