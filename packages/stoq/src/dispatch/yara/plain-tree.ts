/** A condition that asks for no pattern, as it was read: plain data, which can be kept. */
export type TruthTree =
  | readonly ['and' | 'or', ...TruthTree[]]
  | readonly ['not', TruthTree]
  | readonly ['rule', string]
  | readonly ['true' | 'false']
  | readonly [Comparison, NumberTree, NumberTree]
  | readonly ['all' | 'any', variable: string, values: readonly number[], body: TruthTree]

/** A number in it. */
export type NumberTree =
  | number
  | readonly ['filesize']
  | readonly ['variable', string]
  | readonly [Integer, NumberTree]
  | readonly [Operator, NumberTree, NumberTree]

export const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const
export type Comparison = (typeof comparisons)[number]

export const integers = ['uint8', 'uint16', 'uint16be', 'uint32', 'uint32be'] as const
export type Integer = (typeof integers)[number]

export const operators = ['|', '^', '&', '+', '-', '*', '\\', '%'] as const
export type Operator = (typeof operators)[number]
