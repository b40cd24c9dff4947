import { svgElement } from "./elements.js";
import { type Curve, pointOn } from "./layout.js";

const MOST_DOTS = 5;
/** How far beside the middle of a cable each direction has its lane. */
const LANE = 5;
const SLOWEST_MS = 3_200;
const FASTEST_MS = 900;

interface Lane {
  readonly curve: Curve;
  /** 1 from its first card to its second, -1 the other way. */
  readonly direction: 1 | -1;
  readonly dots: readonly SVGElement[];
  readonly lapMs: number;
}

/** Lets dots run along the cables, as many and as fast as frames do, by the logarithm. */
export class Traffic {
  private lanes: Lane[] = [];
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor() {
    const step = (nowMs: number): void => {
      if (!this.calm.matches) this.move(nowMs);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  clear(): void {
    this.lanes = [];
  }

  /** Adds a cable's two lanes to its drawing. @param framesPerSecond what comes in at its first and its second card. */
  add(into: SVGElement, curve: Curve, framesPerSecond: readonly [number | null, number | null]): void {
    this.addLane(into, curve, -1, framesPerSecond[0] ?? 0);
    this.addLane(into, curve, 1, framesPerSecond[1] ?? 0);
    this.move(performance.now());
  }

  private addLane(into: SVGElement, curve: Curve, direction: 1 | -1, rate: number): void {
    if (rate <= 0) return;
    const strength = Math.min(1, Math.log10(rate + 1) / 4);
    const dots = Array.from({ length: Math.max(1, Math.round(strength * MOST_DOTS)) }, () =>
      svgElement("circle", { r: 3.5 }),
    );
    into.append(...dots);
    this.lanes.push({ curve, direction, dots, lapMs: SLOWEST_MS - strength * (SLOWEST_MS - FASTEST_MS) });
  }

  private move(nowMs: number): void {
    for (const { curve, direction, dots, lapMs } of this.lanes) {
      const { from, to } = curve;
      const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      const aside = {
        x: (-(to.y - from.y) / length) * LANE * direction,
        y: ((to.x - from.x) / length) * LANE * direction,
      };
      dots.forEach((dot, index) => {
        const lap = (nowMs / lapMs + index / dots.length) % 1;
        const { x, y } = pointOn(curve, direction === 1 ? lap : 1 - lap);
        dot.setAttribute("cx", (x + aside.x).toFixed(1));
        dot.setAttribute("cy", (y + aside.y).toFixed(1));
      });
    }
  }
}
