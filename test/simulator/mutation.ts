/** One rule of the protocol, broken on purpose. */
export interface Mutation {
  readonly name: string;
  /** The rule, in the words of the protocol. */
  readonly rule: string;
  /** It costs life (P4) and not safety (P1, P2), which the others do. */
  readonly costsLife?: true;
  /** It costs the bound of the gaps (P3) alone. */
  readonly costsBound?: true;
  /** On so many fabrics, of which no promise is made but where the roles come to stand. */
  readonly fabrics?: number;
  /** The simulator must notice within so many seeds, from 1 on: some times as many as it takes today. */
  readonly seeds: number;
  /** Finds it by measurement instead of by seeds: what is wrong then, or "". */
  measure?(): string;
  /** Breaks the rule in this process, for good. */
  apply(): void;
}
