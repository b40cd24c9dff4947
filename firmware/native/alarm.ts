/** The one alarm of a board, to the microsecond. */
export class Alarm extends Native("xs_alarm_destructor") {
  /** Called when the alarm is due, with the time of the device's clock. */
  onAlarm: (nowUs: number) => void = () => {};

  constructor() {
    super();
    this.open();
  }

  /** `onAlarm` is called once, at `timeUs` of the device's clock or soon after. Replaces the time set before. */
  set(timeUs: number): void {
    return native("xs_alarm_set").call(this, timeUs);
  }

  private open(): void {
    return native("xs_alarm").call(this);
  }
}
