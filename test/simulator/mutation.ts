/** One rule of the protocol, broken on purpose. */
export interface Mutation {
  readonly name: string;
  /** The rule, in the words of the protocol. */
  readonly rule: string;
  /** It costs life (P4) and not safety (P1, P2), which the others do. */
  readonly costsLife?: true;
  /** It costs the bound of the gaps (P3) alone. */
  readonly costsBound?: true;
  /** The simulator must notice within so many seeds, from 1 on: some times as many as it takes today. */
  readonly seeds: number;
  /** Breaks the rule in this process, for good. */
  apply(): void;
}
