export { openScratch, type Scratch } from './scratch.ts'
