/** Something that must not happen, whatever the input is; its message starts the same for the same defect. */
export class Fault extends Error {}

/** What two faults of one defect have in common: the first line, numbers left out. */
export function signature(fault: string): string {
  return (fault.split('\n')[0] ?? '').replace(/\d+/g, 'N').slice(0, 160)
}
