/** Whether nobody is there to be asked. By its name, as the class would have to be loaded for it. */
export function isNoResponders(error: unknown): boolean {
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some((each) => each instanceof Error && each.name.startsWith("NoResponders"));
}
