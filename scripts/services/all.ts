import { mongodb } from './mongodb.ts'
import { rabbitmq } from './rabbitmq.ts'
import type { Service } from './service.ts'

/** Every service that tests may use; another is one file and a line here. */
export const services: readonly Service[] = [rabbitmq, mongodb]
