export type ModelForm = "short" | "full" | "large";

/** One run of a model. */
export interface ModelCase {
  readonly name: string;
  /** The file without its ending. */
  readonly model: "fabric" | "members";
  /** How far it goes, for a reader. */
  readonly reach: string;
  /** For the preprocessor. What is not given is as in the model. */
  readonly bounds: Readonly<Record<string, number | string>>;
  /** `holds`: no violation in any state. `violates`: a broken rule. `reaches`: shows that something happens at all. */
  readonly expected: "holds" | "violates" | "reaches";
  /** For the preprocessor, besides the bounds. */
  readonly variant?: string;
  /** `short` runs in `npm test`, `full` where it is asked for, `large` in `npm run model` only. */
  readonly form: ModelForm;
}
