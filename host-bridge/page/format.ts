/** @returns the digits of a whole number in groups of three. */
export function grouped(digits: string | number): string {
  return String(digits).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** A rate in few characters: 0.4, 37, 4.2k, 1.3M. */
export function short(value: number): string {
  if (value >= 999_500) return `${(value / 1_000_000).toFixed(1).replace(".0", "")}M`;
  if (value >= 9_950) return `${Math.round(value / 1_000)}k`;
  if (value >= 999.5) return `${(value / 1_000).toFixed(1).replace(".0", "")}k`;
  if (value >= 9.95 || value === 0) return String(Math.round(value));
  return value.toFixed(1);
}

export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export function clockTime(timeMs: number): string {
  const date = new Date(timeMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
