/** Fails where something that always holds does not. A function of its own: a million calls of ava's would take minutes. */
export function must(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
