import { BLUE, GREEN, RED } from "../firmware/indication/light.js";
import type { Pixel } from "../firmware/native/esp32-pixel/pixel.js";
import type { ShowColor } from "./board-light.js";

/** These pixels are far too bright at their full 255. */
const LEVEL = 24;

/** Shows the light's colours on a pixel. */
export function showOnPixel(pixel: Pixel): ShowColor {
  const level = (color: number, part: number): number => ((color & part) === 0 ? 0 : LEVEL);
  return (color) => pixel.show(level(color, RED), level(color, GREEN), level(color, BLUE));
}
