/** The one addressable LED (WS2812 or SK6812) that boards with an ESP32-C3 or S3 have. */
export class Pixel {
  /** @throws Error where the pin does not exist, or where there is a pixel already. */
  constructor(pin: number) {
    this.open(pin);
  }

  /** Red, green and blue, 0 to 255 each. Takes effect within 50 us. */
  show(red: number, green: number, blue: number): void {
    return native("xs_pixel_show").call(this, red, green, blue);
  }

  private open(pin: number): void {
    return native("xs_pixel_open").call(this, pin);
  }
}
