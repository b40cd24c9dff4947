/** One safety rule of the protocol, broken on purpose. */
export interface Mutation {
  readonly name: string;
  /** The rule, in the words of the protocol. */
  readonly rule: string;
  /** The simulator must notice within so many seeds, from `firstSeed` on. */
  readonly seeds: number;
  readonly firstSeed: number;
  /** Breaks the rule in this process, for good. */
  apply(): void;
}
