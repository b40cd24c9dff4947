/** Colours of all drawings of this project: a light panel of their own, so that they read on a dark page too. */
export const INK = "#27303a";
export const QUIET_INK = "#4a5663";
const PANEL = "#fbfcfe";
const PANEL_EDGE = "#9aa7b5";
export const CARD_FILL = "#e4f3e6";
export const CARD_EDGE = "#2f7d3b";
export const CARD_INK = "#14361a";
export const HOST_FILL = "#eef1f5";
export const HOST_EDGE = "#6b7785";
export const CABLE = "#0b62c4";
/** What comes back on a cable drawn wire by wire. */
export const RETURN = "#c2570c";
export const GROUND = "#27303a";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: string;
  readonly bold?: boolean;
}

export function text({ x, y }: Point, words: string, style: TextStyle = {}): string {
  const { size = 14, anchor = "middle", fill = INK, bold = false } = style;
  const weight = bold ? ' font-weight="600"' : "";
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}>${escapeText(words)}</text>`;
}

export function box(
  { x, y }: Point,
  width: number,
  height: number,
  fill: string,
  edge: string,
  radius = 8,
): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" stroke="${edge}" stroke-width="2"/>`;
}

export function line(from: Point, to: Point, color: string, width = 3, dashes = ""): string {
  const dashed = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<path d="M${round(from.x)} ${round(from.y)}L${round(to.x)} ${round(to.y)}" stroke="${color}" stroke-width="${width}" stroke-linecap="round" fill="none"${dashed}/>`;
}

/** A plug with its letter. */
export function plug(at: Point, letter: string): string {
  const circle = `<circle cx="${round(at.x)}" cy="${round(at.y)}" r="11" fill="${CABLE}"/>`;
  return circle + text({ x: at.x, y: at.y + 4.5 }, letter, { size: 13, fill: "#ffffff", bold: true });
}

/** A whole drawing on its panel. `description` says in words what is drawn. */
export function drawing(
  width: number,
  height: number,
  title: string,
  description: string,
  parts: readonly string[],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title text" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title id="title">${escapeText(title)}</title>
  <desc id="text">${escapeText(description)}</desc>
  <rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="14" fill="${PANEL}" stroke="${PANEL_EDGE}"/>
  ${text({ x: width / 2, y: 34 }, title, { size: 18, bold: true })}
${parts.map((part) => `  ${part}`).join("\n")}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
