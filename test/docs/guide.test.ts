import { follow } from './follow.ts'

follow('docs/guide/first-scan.md', ['samples', 'examples'])
