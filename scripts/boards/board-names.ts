/** How the SDK is asked to build a board. */
export interface BoardTarget {
  /** What `mcconfig -p` takes. */
  readonly platform: string;
  readonly family: "pico" | "esp32";
}

/** The boards, by their folders below `boards/`. */
export const BOARDS: Readonly<Record<string, BoardTarget>> = {
  pico: { platform: "pico", family: "pico" },
  "pico-2": { platform: "pico", family: "pico" },
  esp32: { platform: "esp32", family: "esp32" },
  "esp32-c3": { platform: "esp32", family: "esp32" },
  "esp32-s3": { platform: "esp32", family: "esp32" },
};
