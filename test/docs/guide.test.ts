import { follow } from './follow.ts'

follow('docs/guide/first-scan.md', ['samples', 'examples'])
follow('docs/guide/templates.md', ['samples', 'examples'])
follow('docs/guide/doctor.md', ['samples', 'examples'])
