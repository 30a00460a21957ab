import { hex, latin1, placed, ruleHits, sample } from './rule-hits.ts'

const two = 'Subject: a\nDate: b\n\nx'
const small = 'received: x\r\nfrom: a\r\nto: b\r\nsubject: c\r\ndate: d\r\n\r\nx'
const typed = 'From: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx'
ruleHits(
  'mail_file',
  {
    'a mail that begins with Received': sample('eml_plain.eml'),
    'a mail without MIME': sample('eml_empty_body.eml'),
    'a mail of a mailbox': latin1(`From a@example.com Mon Jan  1 10:10:10 2024\n${two}`),
    'fields in lower case': latin1('from: a\nsubject: b\ncontent-type: text/plain\n\nx'),
    'every field in lower case': latin1(small),
    'from, to and subject alone': latin1('From: a\nTo: b\nSubject: c\n\nx'),
    'from and subject alone': latin1('From: a\nSubject: c\n\nx'),
    'subject and from alone': latin1('Subject: c\nFrom: a\n\nx'),
    'a byte order mark first': latin1(`\xef\xbb\xbf${typed}`),
    'empty lines first': latin1(`\r\n\r\n${typed}`),
    'carriage returns alone': latin1(typed.replaceAll('\n', '')),
    'parts behind an empty line': latin1('\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n'),
    'a mail that begins with a field of its own': latin1(`X-Spam: no\n${two}`),
    'a mail that begins with To': latin1(`To: a\n${two}`),
    'a part with its headers': latin1('Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nQQ=='),
    'parts without the headers of the message': latin1('--b\nContent-Type: text/plain\n\nx\n--b--\n'),
  },
  {
    'a text that begins with From': latin1('From here to there it is a long way.\nDate: none\n'),
    'a table of contents': latin1('Contents of the box\nSubject: none\nDate: none\n'),
    'an answer of a web server': latin1('HTTP/1.1 200 OK\nDate: x\nContent-Type: text/html\n\n'),
    'a mail in the middle of something else': latin1(`something else\nX-Spam: no\n${two}`),
    'a text between dashes': latin1('--\nno parts\n--\n'),
    'settings with dates and directions': latin1('date: 1\nfrom: here\nto: there\ndate: 2\n'),
    'an empty line and a text': latin1('\nFrom here to there.\nSubject: none\n'),
    'a mail behind empty lines and a text': latin1(`\n\nsome text\n\n${two}`),
    'source code in Python with two fields': latin1('from a import b\nx = (\nSubject: x\nTo: y\n)\n'),
    'source code with two fields': latin1('send(\n"a\nSubject: x\nTo: y\n"\n)'),
  },
)
ruleHits(
  'smtp_session',
  {
    'the side of a client': sample('smtp_session.bin'),
    'a session that was cut': sample('smtp_unterminated.bin'),
    'line feeds alone': latin1('MAIL FROM:<a>\nDATA\nSubject: x\n\n'),
  },
  {
    'a session without a message': latin1('EHLO a\r\nQUIT\r\n'),
    'a text with the word': latin1('All the\nDATA\nthat we have'),
  },
)
ruleHits(
  'encoded_file',
  {
    'a file in uuencode': latin1('begin 644 a.exe\nM35J0\n'),
    'with four digits': latin1('begin 0644 a.exe\nM35J0\n'),
    'in base64': latin1('begin-base64 644 a.exe\nTVqQ\n====\n'),
    'in yEnc': latin1('=ybegin line=128 size=3 name=a.exe\n'),
  },
  {
    'a sentence': latin1('begin with this'),
    'a program in Pascal': latin1('begin 99 end.'),
    'one that does not come first': latin1('text\nbegin 644 a.exe\nM35J0\n'),
  },
)
ruleHits(
  'tnef_file',
  { 'winmail.dat': sample('tnef_winmail.dat'), 'the signature alone': hex('78 9f 3e 22') },
  {
    'the signature the other way round': hex('22 3e 9f 78'),
    'a signature later on': placed(8, [1, hex('789f3e22')]),
  },
)
ruleHits(
  'outlook_message',
  { 'a compound file with its properties': message() },
  {
    'another compound file': sample('ole_streams.doc'),
    'the name in another file': message().subarray(4),
  },
)

function message(): Buffer {
  const name = Buffer.from('__properties_version1.0', 'utf16le')
  return placed(2048, [0, hex('d0cf11e0a1b11ae1')], [1024, name])
}
